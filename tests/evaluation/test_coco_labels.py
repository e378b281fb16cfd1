"""Labels are read by the names of their keypoints; what is wrong is named, and the rest is kept."""

import json
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from posecore.errors import UnreadableLabels
from posecore.evaluation import coco_labels, photo_source
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.keypoints import COCO_17, CROWDPOSE_14, LSP_14, MPII_16, plain_name
from posecore.evaluation.run import check_photos
from posecore.skeletons import BLAZEPOSE_33
from tests.evaluation.conftest import SIZE, STANDING, annotation, flat

LIMBS = tuple(name for name in COCO_17 if name.split("_")[-1] not in {"nose", "eye", "ear"})
ALL_LIMITS = photo_source.LIMITS


@pytest.mark.parametrize(
    ("names", "labelled"),
    [
        (COCO_17, COCO_17),
        (LSP_14, LIMBS),
        (CROWDPOSE_14, LIMBS),
        (MPII_16, LIMBS),
        (BLAZEPOSE_33.landmarks, COCO_17),
        (("Left Shoulder", "rShoulder", "l_hip", "hip_r", "neck"), LIMBS[:2] + LIMBS[6:8]),
    ],
    ids=["coco", "lsp", "crowdpose", "mpii", "blazepose", "other spellings"],
)
def test_keypoints_are_mapped_by_name(write_set, names, labelled):
    own = np.array([[10.0 + 3 * place, 20.0 + 2 * place] for place in range(len(names))])
    photos = read_labelled_set(*write_set(["a.png"], [annotation(1, 1, keypoints=flat(own))], names))
    [person] = photos.photos[0].people
    plain = [plain_name(name) for name in names]
    assert photos.problems == ()
    for index, name in enumerate(COCO_17):
        expected = own[plain.index(name)] if name in labelled else [np.nan, np.nan]
        np.testing.assert_array_equal(person.points[index], expected)


@pytest.mark.parametrize(("names", "head"), [(LSP_14, True), (CROWDPOSE_14, True), (MPII_16, True), (COCO_17, False)])
def test_the_head_is_measured_where_it_is_labelled(write_set, names, head):
    own = np.array([[0.0 + 10 * place, 5] for place in range(len(names))])
    [photo] = read_labelled_set(*write_set(["a.png"], [annotation(1, 1, keypoints=flat(own + 1))], names)).photos
    [person] = photo.people
    assert person.head_px == 10 if head else np.isnan(person.head_px)  # head top and neck are neighbours in each set


def test_the_domain_is_stated_or_the_folder(write_set):
    folder, labels = write_set(["yoga/a.png", "b.png", "images/c.png"], [annotation(1, 1)])
    content = json.loads(labels.read_text())
    content["images"][1]["domain"] = "dance"
    labels.write_text(json.dumps(content))
    assert [photo.domain for photo in read_labelled_set(folder, labels).photos] == ["yoga", "dance", ""]


@pytest.mark.parametrize("form", ["flat", "threes", "fours"])
def test_metres_are_read(write_set, form):
    metres = np.arange(51.0).reshape(17, 3) / 100
    rows = {"flat": metres.ravel(), "threes": metres, "fours": np.hstack([metres, np.ones((17, 1))])}[form].tolist()
    rows[-1] = None if form == "flat" else [None] * 3 if form == "threes" else [0, 0, 0, 0]
    [photo] = read_labelled_set(*write_set(["a.png"], [annotation(1, 1, keypoints_3d=rows)])).photos
    [person] = photo.people
    np.testing.assert_array_equal(person.points_m[:16], metres[:16])
    assert np.isnan(person.points_m[16]).any()


@pytest.mark.parametrize(
    ("wrong", "entry", "words"),
    [
        (annotation(7, 99), "annotation 7", "image_id 99"),
        (annotation(7, 1, category_id=5), "annotation 7", "category_id 5"),
        (annotation(7, 1, keypoints=[1, 2, 2]), "annotation 7", "51 numbers, but got 3 values"),
        (annotation(7, 1, keypoints="no"), "annotation 7", "51 numbers, but got 'no'"),
        (annotation(7, 1, keypoints=[float("nan")] * 51), "annotation 7", "finite"),
        (annotation(7, 1, keypoints=[1e300] * 51), "annotation 7", "finite"),
        (annotation(7, 1, keypoints=[], bbox=[]), "annotation 7", "empty"),
        (annotation(7, 1, keypoints_3d=[1, 2]), "annotation 7", "keypoints_3d"),
        (annotation(7, 1, bbox=[1, 2]), "annotation 7", "bbox"),
        ("text", "annotation 1", "an object"),
        (annotation(7, 2), "image 2", "no photo missing.png"),
    ],
)
def test_a_bad_entry_is_named_and_the_rest_is_kept(write_set, wrong, entry, words):
    folder, labels = write_set(["a.png", "missing.png"], [annotation(1, 1), wrong])
    (folder / "missing.png").unlink()
    photos = read_labelled_set(folder, labels)
    [problem] = [each for each in photos.problems if each.entry == entry]
    assert problem.file == "labels.json"
    assert words in problem.what
    assert len(photos.photos) == 1
    assert len(photos.photos[0].people) == 1


def test_a_photo_of_another_size_is_named(write_set):
    folder, labels = write_set(["a.png", "b.png", "c.png"], [annotation(1, 1), annotation(2, 2), annotation(3, 3)])
    content = json.loads(labels.read_text())
    content["images"][1].update(width=SIZE[1], height=SIZE[0])
    labels.write_text(json.dumps(content))
    (folder / "c.png").write_bytes(b"\x89PNG nothing")
    checked = check_photos(read_labelled_set(folder, labels)).labelled
    assert [photo.file_name for photo in checked.photos] == ["a.png"]
    turned, damaged = checked.problems
    assert (turned.file, turned.entry) == ("photos", "b.png")
    assert "300 x 200 pixels, but the photo has 200 x 300" in turned.what
    assert damaged.entry == "c.png"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"[]", "not a file of COCO"),
        (b'{"images": [], "annotations": [], "categories": []}', "no photo that can be scored"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_labels_that_are_none_are_refused(write_set, content, words):
    folder, labels = write_set(["a.png"], [])
    labels.write_bytes(content)
    with pytest.raises(UnreadableLabels, match=words):
        read_labelled_set(folder, labels)


@pytest.fixture
def write_zip(write_set, tmp_path):
    """Function that packs a labelled set of two photos, and whatever else, into a zip."""

    def write(*more, prefix=""):
        folder, labels = write_set(["a.png", "b.png"], [annotation(1, 1), annotation(2, 2)])
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in (folder / "a.png", folder / "b.png", labels):
                archive.write(file, prefix + file.name)
            for name, data in more:
                archive.writestr(name, data)
        return path

    return write


@pytest.mark.parametrize("prefix", ["", "images/", "my set/"])
def test_a_zip_is_read_in_place(write_zip, prefix):
    checked = check_photos(read_labelled_set(write_zip(prefix=prefix))).labelled
    assert [photo.size for photo in checked.photos] == [SIZE, SIZE]
    np.testing.assert_array_equal(checked.photos[1].people[0].points, STANDING)
    assert checked.problems == ()


@pytest.mark.parametrize(
    "file_name", ["C:\\Users\\me\\a.png", "/home/me/a.png", "../a.png", "val\\a.png", "images/a.png"]
)
@pytest.mark.parametrize("zipped", [True, False])
def test_the_folders_of_another_machine_do_no_harm(write_zip, tmp_path, file_name, zipped):
    path = write_zip()
    labels = tmp_path / "labels.json"
    content = json.loads(labels.read_text())
    content["images"][0]["file_name"] = file_name
    labels.write_text(json.dumps(content))
    photos = read_labelled_set(path if zipped else tmp_path / "photos", labels)
    assert [photo.file_name for photo in photos.photos] == ["a.png", "b.png"]


def test_a_zip_from_windows_is_read(write_zip):
    path = write_zip(("dance\\c.png", b"x"))
    assert read_labelled_set(path).source.find("dance/c.png") == "dance/c.png"


def test_two_entries_of_one_photo_are_named(write_set):
    folder, labels = write_set(["a.png"], [annotation(1, 1)])
    content = json.loads(labels.read_text())
    content["images"].append({"id": 2, "file_name": "yoga/a.png"})
    labels.write_text(json.dumps(content))
    [problem] = read_labelled_set(folder, labels).problems
    assert (problem.entry, problem.what) == ("image 2", "its photo yoga/a.png is that of image 1")


def test_more_people_than_are_allowed_are_named(write_set, monkeypatch):
    monkeypatch.setattr(coco_labels, "LIMITS", replace(ALL_LIMITS, labelled_people=2))
    photos = read_labelled_set(*write_set(["a.png"], [annotation(number, 1) for number in (1, 2, 3)]))
    assert [person.label_id for person in photos.photos[0].people] == ["1", "2"]
    [problem] = photos.problems
    assert (problem.entry, problem.what) == ("image 1", "it has 3 people. The first 2 are scored")


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/a.png", "out of the zip"),
        ("../a.png", "out of the zip"),
        ("C:/a.png", "out of the zip"),
        ("..\\a.png", "out of the zip"),
        (link("l.png"), "link"),
    ],
    ids=str,
)
def test_a_hostile_file_of_a_zip_is_named_and_left_out(write_zip, name, words):
    photos = read_labelled_set(write_zip((name, b"secret")))
    [problem] = photos.problems
    assert problem.file == "set.zip"
    assert problem.entry == getattr(name, "filename", name)
    assert words in problem.what
    assert len(photos.photos) == 2


def test_a_file_that_is_said_to_be_larger_than_its_zip_is_left_out(write_zip):
    path = write_zip(("more.png", b"secret"))
    data = bytearray(path.read_bytes())
    packed_bytes = data.rfind(b"PK\x01\x02") + 20  # in its entry of the zip's directory
    data[packed_bytes : packed_bytes + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(data)
    [problem] = read_labelled_set(path).problems
    assert (problem.entry, problem.what) == ("more.png", "it is said to be larger than the whole zip")


def test_a_file_that_unpacks_to_too_much_is_left_out(write_zip, monkeypatch):
    path = write_zip(("bomb.png", bytes(3_000_000)))
    monkeypatch.setattr(photo_source, "LIMITS", replace(ALL_LIMITS, labelled_photo_megabytes=1, labels_megabytes=2))
    [problem] = read_labelled_set(path).problems
    assert (problem.entry, "3,000,000 bytes" in problem.what) == ("bomb.png", True)


def test_a_zip_of_too_many_files_is_refused_before_its_directory_is_read(write_zip, monkeypatch):
    path = write_zip(*((f"{number}.txt", b"") for number in range(20)))
    monkeypatch.setattr(photo_source, "LIMITS", replace(ALL_LIMITS, labelled_photos=10))
    monkeypatch.setattr(photo_source.zipfile, "ZipFile", None)
    with pytest.raises(UnreadableLabels, match="too many files"):
        read_labelled_set(path)


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_a_damaged_zip_is_refused(write_zip, keep):
    path = write_zip()
    os.truncate(path, keep)
    with pytest.raises(UnreadableLabels, match="nor a complete zip"):
        read_labelled_set(path)


def test_the_shared_sets_are_read_without_problems(shared_data):
    lsp = read_labelled_set(shared_data / "lsp", shared_data / "lsp" / "annotations.json")
    assert (len(lsp.photos), lsp.problems) == (200, ())
    assert [name for name, there in zip(COCO_17, lsp.scored, strict=True) if there] == list(LIMBS)
    people = read_labelled_set(shared_data / "people")
    assert sum(person.counts for photo in people.photos for person in photo.people) == 12
