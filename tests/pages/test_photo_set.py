import io
import json
import zipfile
from types import SimpleNamespace

import pytest

from pages.ui.scores.photo_set import PhotoSet
from posecore.errors import UnreadableLabels
from posecore.limits import LIMITS, Limits
from posecore.media.samples import sample_picture

LABELS = json.dumps({"images": [], "annotations": [], "categories": []}).encode()


@pytest.fixture
def photo_set():
    there = PhotoSet()
    yield there
    there.close()


def upload(**files):
    """A zip as Streamlit gives it: a file in memory with a name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    data.seek(0)
    data.name = "upload.zip"
    return data


def test_photos_given_one_by_one_can_be_read_under_their_names(photo_set):
    data = sample_picture().path.read_bytes()
    photo_set.add_photo("one.jpg", data)
    photo_set.add_photo("two.jpg", data)
    assert photo_set.photos == ["one.jpg", "two.jpg"]
    assert photo_set.source().read("two.jpg") == data


def test_the_same_photo_is_there_once_and_another_of_its_name_is_numbered(photo_set):
    for data in (b"first", b"first", b"second"):
        photo_set.add_photo("a.jpg", data)
    assert photo_set.photos == ["a (2).jpg", "a.jpg"]
    assert photo_set.source().read("a (2).jpg") == b"second"


@pytest.mark.parametrize("name", ["../../etc/a.jpg", "/a.jpg", "C:\\a.jpg", "a\n<b>.jpg"])
def test_a_name_never_leads_out_of_the_set(photo_set, name):
    photo_set.add_photo(name, b"data")
    assert [path.name for path in photo_set.folder.path.iterdir()] == ["photos.zip"]
    assert len(photo_set.photos) == 1


def test_a_zip_brings_photos_and_labels_and_another_adds_to_them(photo_set):
    assert photo_set.add_zip(upload(a__jpg=b"a", labels__json=LABELS, read__txt=b"?")) == []
    assert photo_set.photos == ["a.jpg"]
    assert photo_set.labels == LABELS
    assert photo_set.add_zip(upload(b__png=b"b")) == []
    photo_set.add_photo("c.webp", b"c")
    assert photo_set.photos == ["a.jpg", "b.png", "c.webp"]


def test_labels_that_an_upload_replaced_can_be_taken_back(photo_set):
    other = LABELS.replace(b"[]", b"[ ]")
    photo_set.give_labels(LABELS, "labels.json")
    assert not photo_set.has_former_labels
    photo_set.give_labels(other, "other.json")
    assert photo_set.labels == other
    photo_set.take_back_labels()
    assert photo_set.labels == LABELS
    assert not photo_set.has_former_labels


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"people": []}'])
def test_a_file_that_has_no_labels_changes_nothing(photo_set, data):
    photo_set.keep_labels(LABELS)
    with pytest.raises(UnreadableLabels, match=r"results\.json"):
        photo_set.give_labels(data, "results.json")
    assert photo_set.labels == LABELS


def test_a_zip_without_photos_is_refused_and_leaves_nothing(photo_set):
    with pytest.raises(UnreadableLabels, match="neither photos nor labels"):
        photo_set.add_zip(upload(read__txt=b"?"))
    assert list(photo_set.folder.path.iterdir()) == []


def test_a_damaged_zip_is_named_as_the_visitor_calls_it(photo_set):
    damaged = io.BytesIO(b"not a zip")
    damaged.name = "holiday.zip"
    with pytest.raises(UnreadableLabels, match=r"holiday\.zip is neither"):
        photo_set.add_zip(damaged)
    assert list(photo_set.folder.path.iterdir()) == []


def test_a_full_set_takes_no_more(photo_set, monkeypatch):
    monkeypatch.setattr("pages.ui.scores.photo_set.LIMITS", Limits(labelled_photos=1))
    photo_set.add_photo("a.jpg", b"a")
    with pytest.raises(UnreadableLabels, match="at most 1 photos"):
        photo_set.add_photo("b.jpg", b"b")
    monkeypatch.setattr(
        "pages.ui.scores.photo_set.LIMITS", SimpleNamespace(**vars(LIMITS) | {"photo_set_megabytes": 0})
    )
    with pytest.raises(UnreadableLabels, match="full"):
        photo_set.add_zip(upload(c__jpg=b"c"))
    assert photo_set.photos == ["a.jpg"]
