"""Labelling photos with the mouse, with keys alone and with fingers; what is downloaded is what was put there."""

import json
import re
import zipfile
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from playwright.sync_api import expect
from pycocotools.coco import COCO

from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.run import check_photos
from posecore.media.clips import open_clip
from posecore.media.pictures import encode_jpeg
from posecore.media.samples import sample_picture
from tests.e2e.visitor import PHONE, no_errors, upload

PLACE_ON_SCREEN = """([x, y]) => {
  const { left, top } = document.querySelector(".lb-photo").getBoundingClientRect();
  const { a, e, f } = new DOMMatrix(getComputedStyle(document.querySelector(".lb-image")).transform);
  return [left + e + a * x, top + f + a * y];
}"""


@pytest.fixture(scope="module")
def three_photos(tmp_path_factory, short_sample):
    """A zip of the portrait and two frames of the sample video, one of them in a folder."""
    path = tmp_path_factory.mktemp("label") / "photos.zip"
    with open_clip(short_sample) as clip:
        frames = [frame.rgb for frame in clip]
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(sample_picture().path, "a portrait.jpg")
        archive.writestr("b.jpg", encode_jpeg(frames[0]))
        archive.writestr("gym/c.jpg", encode_jpeg(frames[60]))
    return path


def begin(page, photos):
    page.goto("/scores?tab=label")
    upload(page, photos)
    expect(said(page)).to_contain_text(re.compile("^Photo 1 of .*: 1 person, suggested"), timeout=120_000)


def said(page):
    return page.locator(".lb-said")


def state_of(page, joint):
    """State of a joint of the chosen person and where it is, to a whole pixel, as the list of joints says."""
    words = page.get_by_role("button", name=re.compile(f"^{joint}: ")).get_attribute("aria-label")
    state, *place = words.split(": ")[1].split(", ")
    return state, [float(value) for value in place]


def on_screen(page, place):
    return page.evaluate(PLACE_ON_SCREEN, place)


def drag(page, joint, target):
    """Drag a joint with the mouse. It is gripped within a pixel, and comes to the target within a pixel."""
    page.mouse.move(*on_screen(page, state_of(page, joint)[1]))
    page.mouse.down()
    x, y = on_screen(page, target)
    page.mouse.move(x - 15, y + 9)
    page.mouse.move(x, y)
    page.mouse.up()
    expect(said(page)).to_have_text(re.compile(f"^{joint}: visible, at"))


def download(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.path()


def keypoint(person, joint):
    at = 3 * COCO_17.index(joint.lower().replace(" ", "_"))
    return person["keypoints"][at : at + 3]


def test_photos_are_labelled_and_the_file_has_what_was_put_there(page, visit, server, three_photos, tmp_path):
    begin(page, three_photos)
    photo = page.locator(".lb-photo")
    drag(page, "Nose", [250.0, 260.0])
    photo.hover(position={"x": 300, "y": 200})
    page.mouse.wheel(0, -600)
    expect(photo).to_have_class(re.compile("lb-zoomed"))
    page.keyboard.press("z")
    drag(page, "Left shoulder", [420.0, 430.0])
    drag(page, "Left shoulder", [380.0, 400.0])
    page.get_by_role("button", name="Undo").click()
    expect(
        page.get_by_role("button", name=re.compile("^Left shoulder: visible, 4(19|20|21), 4(29|30|31)"))
    ).to_be_visible()

    page.get_by_role("button", name=re.compile("^Left ear: ")).click()
    page.get_by_role("button", name="Hidden").click()
    page.get_by_role("button", name=re.compile("^Right ear: ")).click()
    page.keyboard.press("x")  # a click leaves the keys with the photo
    expect(page.get_by_role("button", name=re.compile("^Right ear: absent"))).to_be_visible()
    # An absent joint is put where the visitor clicks.
    page.get_by_role("button", name=re.compile("^Right hip: absent")).click()
    page.keyboard.press("0")
    page.mouse.click(*on_screen(page, [200.0, 580.0]))
    expect(said(page)).to_have_text(re.compile("^Right hip: visible, at (199|200|201), (579|580|581)"))
    page.get_by_label("Kind of photo").fill("portrait")
    page.get_by_label("Kind of photo").press("Enter")
    page.keyboard.press("Enter")

    # The second one with keys alone; the pixels are exact.
    expect(said(page)).to_contain_text("Photo 2 of 3, b.jpg")
    expect(page.locator(".lb-progress")).to_have_text("1 of 3 labelled")
    page.keyboard.press("Tab")
    expect(said(page)).to_contain_text("Person 1, nose: visible")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    _, before = state_of(page, "Right eye")
    for key in ("Shift+ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "h"):
        page.keyboard.press(key)
    _, hidden = state_of(page, "Right eye")
    assert np.subtract(hidden, before).tolist() == [12, -1]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("x")
    page.keyboard.press("]")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Delete")
    page.keyboard.press("u")
    page.keyboard.press("Shift+V")
    page.keyboard.press("n")

    # Nobody is in the third one, after all.
    expect(said(page)).to_contain_text("Photo 3 of 3, gym/c.jpg")
    assert page.get_by_label("Kind of photo").input_value() == "portrait"
    page.get_by_label("Kind of photo").fill("gym")
    page.get_by_role("button", name="Nobody here", exact=True).click()
    page.get_by_role("button", name="Nobody here, next").click()
    expect(said(page)).to_contain_text("All photos are labelled")
    expect(page.locator(".lb-progress")).to_have_text("3 of 3 labelled")  # and saved

    path = download(page, "Labels (JSON)")
    content = json.loads(path.read_text())
    assert [(image["file_name"], image["domain"]) for image in content["images"]] == [
        ("a portrait.jpg", "portrait"),
        ("b.jpg", "portrait"),
        ("gym/c.jpg", "gym"),
    ]
    one, two, behind = content["annotations"]
    for joint, place in {"Nose": [250, 260], "Left shoulder": [420, 430], "Right hip": [200, 580]}.items():
        assert keypoint(one, joint)[:2] == pytest.approx(place, abs=1)
        assert keypoint(one, joint)[2] == 2
    assert keypoint(one, "Left ear")[2] == 1
    assert keypoint(one, "Right ear") == [0, 0, 0]
    assert keypoint(two, "Right eye") == [pytest.approx(hidden[0], abs=0.51), pytest.approx(hidden[1], abs=0.51), 1]
    assert keypoint(two, "Left ear") == [0, 0, 0]
    assert len(set(behind["keypoints"][2::3]) - {0}) == 1  # flipped: all visible, or all hidden

    checked = check_photos(read_labelled_set(three_photos, path)).labelled
    assert checked.problems == ()
    assert [len(photo.people) for photo in checked.photos] == [1, 2, 0]
    np.testing.assert_allclose(checked.photos[0].people[0].points[0], [250, 260], atol=1)
    with redirect_stdout(StringIO()):
        coco = COCO(str(path))
    assert coco.anns[1]["num_keypoints"] == checked.photos[0].people[0].labelled.sum()
    again = download(page, "Photos and labels (zip)")
    assert len(read_labelled_set(again).photos) == 3

    # Another visit of the same browser: labels are offered with the photos, and are used or forgotten.
    begin(page, three_photos)
    expect(page.get_by_text("Labels of 3 of these photos are kept in this browser.")).to_be_visible()
    page.get_by_role("button", name="Use them").click()
    expect(page.locator(".lb-progress")).to_have_text("3 of 3 labelled")
    expect(said(page)).to_contain_text("1 person, labelled")
    assert state_of(page, "Right hip") == ("visible", pytest.approx([200, 580], abs=1))
    used = json.loads(download(page, "Labels (JSON)").read_text())
    assert [each["keypoints"] for each in used["annotations"]] == [each["keypoints"] for each in content["annotations"]]
    page.get_by_role("button", name="Score these labels").click()
    expect(page.locator(".lb")).to_have_count(0)
    no_errors(page)


@pytest.mark.visit(**PHONE)
def test_fingers_drag_zoom_and_tap(page, three_photos):
    begin(page, sample_picture().path)
    page.get_by_role("button", name="Full window").tap()
    for button in page.locator(".lb button:visible").all():
        box = button.bounding_box()
        assert min(box["height"], box["width"]) >= 43.9, button.inner_text()
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    _, nose = state_of(page, "Nose")
    x, y = on_screen(page, nose)
    touch("touchStart", (x + 6, y + 6))  # it is gripped beside the joint, which stays where it is under the finger
    for step in range(1, 21):
        touch("touchMove", (x + 6 + step, y + 6 + 2 * step))
    expect(page.locator(".lb-lens")).to_be_visible()
    touch("touchEnd")
    expect(page.locator(".lb-lens")).to_be_hidden()
    assert on_screen(page, state_of(page, "Nose")[1]) == pytest.approx([x + 20, y + 40], abs=1)

    left, top = on_screen(page, [250, 300])
    scale = on_screen(page, [251, 300])[0] - left
    touch("touchStart", (left - 40, top), (left + 40, top))
    for step in range(1, 11):
        touch("touchMove", (left - 40 - 6 * step, top), (left + 40 + 6 * step, top))
    touch("touchEnd")
    expect(page.locator(".lb-zoomed")).to_be_visible()
    assert on_screen(page, [251, 300])[0] - on_screen(page, [250, 300])[0] == pytest.approx(2.5 * scale, rel=0.1)
    assert on_screen(page, [250, 300]) == pytest.approx([left, top], abs=12)

    page.touchscreen.tap(*on_screen(page, state_of(page, "Nose")[1]))
    page.get_by_role("button", name="Hidden").tap()
    assert state_of(page, "Nose")[0] == "hidden"
    page.get_by_role("button", name="Confirm, next").tap()
    expect(page.locator(".lb-progress")).to_have_text("1 of 1 labelled")
    no_errors(page)
