"""Picking the corners of a sheet of paper on a phone: taps, a drag with the magnifier, keys."""

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from posecore.media.pictures import encode_png
from posecore.rigid.camera import Camera
from posecore.rigid.corners import Thing
from posecore.rigid.pose import RigidPose
from tests.e2e.visitor import PHONE, no_errors, upload, wait_until_idle

CAMERA = Camera.from_fov((1280, 720), 65)
SEEN = CAMERA.project(Thing((0.21, 0.297)).corners_m, RigidPose.from_euler((25, 20, 5), [0, 0, 0.8])) + 0.5


def place_of(corner):
    """The place in the window of a corner in the photo."""
    return f"""() => {{
      const {{ left, top, width }} = document.querySelector(".cp-photo").getBoundingClientRect();
      return [left + {corner[0]} * width / 1280, top + {corner[1]} * width / 1280];
    }}"""


@pytest.mark.visit(**PHONE)
def test_corners_are_tapped_dragged_and_moved_with_keys(page, tmp_path):
    photo = np.full((720, 1280, 3), 110, np.uint8)
    cv2.fillConvexPoly(photo, np.rint(SEEN).astype(int), (250, 250, 245), cv2.LINE_AA)
    (tmp_path / "desk.png").write_bytes(encode_png(photo))
    page.goto("/rigid")
    upload(page, tmp_path / "desk.png")
    page.get_by_role("button", name="Flat things and boxes").click()
    page.get_by_role("button", name="Add", exact=True).click()
    said, picker = page.locator(".cp-said"), page.locator(".cp-photo")
    expect(said).to_contain_text("pick corner 1, top left")
    page.wait_for_function("document.querySelector('.cp-photo img').naturalWidth === 1280")
    wait_until_idle(page)
    for number, corner in enumerate(SEEN, 1):
        picker.scroll_into_view_if_needed()
        page.touchscreen.tap(*page.evaluate(place_of(corner)))
        expect(page.locator(".cp-is-picked")).to_have_count(number)
    expect(page.get_by_text("its edges fit within")).to_be_visible()

    wait_until_idle(page)
    picker.scroll_into_view_if_needed()
    x, y = page.evaluate(place_of(SEEN[3]))
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 31):  # far enough for a page that scrolls to take the finger away
        touch("touchMove", {"x": x - 2 * step, "y": y - step})
    expect(page.locator(".cp-lens")).to_be_visible()
    touch("touchEnd")
    expect(page.locator(".cp-lens")).to_be_hidden()
    expect(page.get_by_text("The edges do not fit the corners")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("its edges fit within")).to_be_visible()
    before = round(float(page.locator(".cp-said").inner_text().rsplit("is at ", 1)[1].split(",")[0]))
    picker.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text(f"Corner 4 is at {before - 11},")
    page.keyboard.press("Control+z")
    expect(said).to_contain_text(f"Corner 4 is at {before},")
    no_errors(page)
