"""What the labelling tool is served: photos, suggestions, and its labels saved; and its tab without a browser."""

import hashlib
import io
import json
import zipfile
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from pages.ui.scores.labeller import desk as desk_module
from pages.ui.scores.labeller.desk import LabelDesk
from pages.ui.scores.photo_set import PhotoSet
from pages.ui.scores.tabs import FIRST_KEY
from pages.ui.serving import addresses
from posecore import ModelNotFound
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.media.samples import sample_picture

PORTRAIT = sample_picture().path.read_bytes()
PEOPLE = [[10, 20, 2] * 16 + [0, 0, 0], [512, 600, 1] * 17]


def picture(size, orientation=1, kind="PNG"):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, (90, 120, 90)).save(file, kind, exif=exif)
    return file.getvalue()


@pytest.fixture(scope="module")
def server(serving):
    with serving(Starlette(routes=addresses.routes())) as there:
        yield there


@pytest.fixture
def photo_set():
    photos = PhotoSet()
    photos.add_photo("gym/grace.jpg", PORTRAIT)
    photos.add_photo("wide.png", picture((3000, 40)))
    photos.add_photo("turned.jpg", picture((60, 90), orientation=6, kind="JPEG"))
    photos.add_photo("broken.jpg", b"no photo")
    yield photos
    photos.close()


class Browser:
    """What the tool in the browser sends."""

    def __init__(self, desk, server, fetch):
        self.desk, self.fetch, self.url = desk, fetch, f"{server}/{desk.address}"

    def get(self, **asked):
        status, _, content = self.fetch(f"{self.url}?{urlencode(asked)}")
        return status, content

    def about(self, photo, **more):
        status, content = self.get(photo=photo, **more)
        assert status == 200, content
        return json.loads(content)

    def post(self, message):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        status, _, content = self.fetch(self.url, body)
        return status, content.decode()

    def label(self, photo="gym/grace.jpg", people=PEOPLE, **more):
        return self.post({"photo": photo, "done": True, "domain": "gym", "people": people} | more)


@pytest.fixture
def browse(server, fetch):
    """Function that opens a set of photos, as a browser reaches it."""
    desks = []

    def begin(photo_set):
        desks.append(LabelDesk(photo_set))
        return Browser(desks[-1], server, fetch)

    yield begin
    for desk in desks:
        desk.close()


@pytest.fixture
def browser(browse, photo_set):
    return browse(photo_set)


def test_a_photo_comes_upright_and_no_larger_than_a_screen_with_the_models_suggestion(browser):
    about = browser.about("gym/grace.jpg")
    assert (about["size"], about["domain"], about["done"], about["note"]) == ([512, 600], "gym", False, "")
    [person] = about["people"]
    assert np.hypot(person[0] - 276, person[1] - 225) < 15  # her nose
    assert set(person[2::3]) <= {0, 1, 2}
    assert browser.about("wide.png") | {"people": []} == {
        "size": [3000, 40],
        "domain": "",
        "done": False,
        "people": [],
        "note": "",
    }
    for name, size in {"wide.png": (2000, 27), "turned.jpg": (90, 60)}.items():
        _, content = browser.get(picture=name, ahead="")
        with Image.open(io.BytesIO(content)) as shown:
            assert (shown.format, shown.size) == ("JPEG", size)


def test_labels_are_saved_in_the_set_at_once_and_taken_back(browser, photo_set, tmp_path):
    assert browser.label() == (200, '{"done":1}')
    assert browser.label("turned.jpg", []) == (200, '{"done":2}')
    (tmp_path / "labels.json").write_bytes(photo_set.labels)
    photos = read_labelled_set(photo_set.archive, tmp_path / "labels.json").photos
    assert [(photo.file_name, photo.size, photo.domain, len(photo.people)) for photo in photos] == [
        ("gym/grace.jpg", (512, 600), "gym", 2),
        ("turned.jpg", (90, 60), "gym", 0),
    ]
    assert photos[0].people[1].hidden.all()
    about = browser.about("gym/grace.jpg")
    assert (about["done"], about["people"]) == (True, PEOPLE)
    assert browser.desk.is_of(photo_set)
    assert browser.get(labels="") == (200, photo_set.labels)
    assert browser.post({"photo": "turned.jpg", "done": False}) == (200, '{"done":1}')
    assert [image["file_name"] for image in json.loads(photo_set.labels)["images"]] == ["gym/grace.jpg"]
    assert not browser.about("turned.jpg")["done"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"{", "labels of one photo"),
        (b"[" * 99_999, "labels of one photo"),
        ([1], "labels of one photo"),
        ({"photo": "../secret.jpg", "done": True}, "labels of one photo"),
        ({"photo": ["gym/grace.jpg"]}, "labels of one photo"),
        ({"photo": "gym/grace.jpg", "done": True}, "'people' as a list"),
        ({"photo": "gym/grace.jpg", "done": True, "people": [[9999, 1, 2] * 17], "domain": ""}, "inside the photo"),
        ({"photo": "gym/grace.jpg", "done": True, "people": [], "domain": "", "size": [600, 512]}, "another size"),
        ({"photo": "broken.jpg", "done": True, "people": [], "domain": ""}, "broken.jpg"),
        (b" " * 1_000_001, "at most 1,000,000 bytes"),
    ],
)
def test_what_is_no_label_is_refused_with_words_and_nothing_is_saved(browser, photo_set, message, words):
    status, content = browser.post(message)
    assert status == 422
    assert words in content
    assert photo_set.labels is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"photo": "no.jpg"}, "no such photo"),
        ({"picture": "/etc/passwd"}, "no such photo"),
        ({"photo": "broken.jpg"}, "broken.jpg"),
        ({"photo": "gym/grace.jpg", "box": "1,2,3"}, "four whole numbers"),
        ({"photo": "gym/grace.jpg", "box": "-1,2,3,4"}, "four whole numbers"),
    ],
)
def test_what_cannot_be_shown_is_said(browser, asked, words):
    status, content = browser.get(**asked)
    assert status == 422
    assert words in content.decode()


def test_a_person_is_found_in_a_box_and_nobody_where_there_is_nobody(browser):
    person = browser.about("gym/grace.jpg", box="100,20,400,560")["person"]
    assert np.hypot(person[0] - 276, person[1] - 225) < 15
    assert browser.about("turned.jpg", box="0,0,90,60") == {"person": None}
    assert browser.about("turned.jpg", box="500,500,10,10") == {"person": None}


def test_a_labels_file_goes_on_and_labels_of_another_size_are_named(browse, photo_set):
    keypoints = {"keypoints": PEOPLE[0], "category_id": 1, "bbox": [0, 0, 50, 50]}
    names = ["grace.jpg", "turned.jpg", "gone.jpg"]
    sizes = [(512, 600), (60, 90), (1, 1)]
    images = [
        {"id": number, "file_name": name, "width": width, "height": height}
        for number, (name, (width, height)) in enumerate(zip(names, sizes, strict=True))
    ]
    annotations = [{"id": number, "image_id": number, **keypoints} for number in range(3)]
    photo_set.keep_labels(json.dumps({"images": images, "annotations": annotations}).encode())
    # The labels name grace.jpg without its folder, which is not in the zip.
    browser = browse(photo_set)
    assert {each["name"]: each["state"] for each in browser.desk.listed()} == {
        "broken.jpg": "unknown",
        "gym/grace.jpg": "done",
        "turned.jpg": "done",
        "wide.png": "unknown",
    }
    assert ["gone.jpg" in str(problem) for problem in browser.desk.labels.problems].count(True) == 1
    assert browser.about("gym/grace.jpg")["people"] == PEOPLE[:1]
    turned = browser.about("turned.jpg")
    assert not turned["done"]
    assert "60 x 90 pixels, but the photo has 90 x 60" in turned["note"]
    photo_set.keep_labels(b'{"images": [], "annotations": []}')  # such as another file that was uploaded
    assert not browser.desk.is_of(photo_set)


def test_photos_can_be_labelled_without_the_model(browser, monkeypatch):
    def fail(*arguments):
        raise ModelNotFound("The model is not here.")

    monkeypatch.setattr(desk_module, "estimate_image", fail)
    about = browser.about("gym/grace.jpg")
    assert (about["people"], about["note"]) == ([], "Nobody can be suggested: The model is not here.")
    assert browser.label()[0] == 200


def test_photos_are_known_by_their_bytes(browser):
    _, content = browser.get(hashes="")
    assert json.loads(content)["gym/grace.jpg"] == hashlib.sha256(PORTRAIT).hexdigest()


@pytest.mark.parametrize("has_labels", [True, False])
def test_photos_and_labels_come_in_one_zip(browse, photo_set, tmp_path, has_labels):
    if has_labels:  # it has labels of its own, which the new ones replace
        with zipfile.ZipFile(photo_set.archive, "a") as archive:
            archive.writestr("old/theirs.json", '{"images": [], "annotations": []}')
        photo_set.version += 1
    browser = browse(photo_set)
    browser.label()
    (tmp_path / "labelled.zip").write_bytes(browser.get(zip="")[1])
    [photo] = read_labelled_set(tmp_path / "labelled.zip").photos
    assert (photo.file_name, len(photo.people)) == ("gym/grace.jpg", 2)
    with zipfile.ZipFile(tmp_path / "labelled.zip") as archive:
        assert sorted(archive.namelist()) == ["broken.jpg", "gym/grace.jpg", "labels.json", "turned.jpg", "wide.png"]


def test_photos_that_are_deleted_are_served_no_longer(browser, photo_set):
    photo_set.close()
    assert browser.get(photo="gym/grace.jpg")[0] == 404
    browser.desk.close()
    assert browser.label()[0] == 404


def test_the_tab_begins_with_sample_photos_and_leads_to_the_scores(open_page):
    app = open_page("scores", tab="label")
    assert "drag those that are wrong" in app.info[0].value
    [button] = [each for each in app.button if each.label == "Try it with sample photos"]
    button.click().run()
    assert not app.exception
    desk = app.session_state["visit"].get(LabelDesk)
    assert (desk.listed()[0]["name"], len(desk.listed())) == ("grace_hopper.jpg", 6)
    assert desk.times_asked == 0
    app.session_state[FIRST_KEY] = ["sports2d_demo_100.jpg", "gone.jpg"]  # as another tab asks
    app.run()
    app.run()
    assert (desk.times_asked, desk.asked_for) == (1, ("sports2d_demo_100.jpg", "gone.jpg"))
    [button] = [each for each in app.button if each.label == "Score these labels"]
    button.click().run()
    assert not app.exception
    assert app.session_state["scores_tab"] == "photos"
