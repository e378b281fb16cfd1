"""Visitor actions that several browser tests share."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks import app

VISITS = pytest.StashKey[list]()
"""The pages of a test, each with its server: what they show is reported if the test fails."""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def wait_until_idle(page: Page) -> None:
    """Wait until the page is not running."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def upload(page: Page, path: Path) -> None:
    """Upload a file once the page is ready to accept it."""
    wait_until_idle(page)
    app.upload(page, path)


# For the browser of the tests, which has none: pages then draw with WebGL what moves in 3D, too.
A_GRAPHICS_CARD = """const { getParameter } = WebGLRenderingContext.prototype;
WebGLRenderingContext.prototype.getParameter = function (name) {
  const UNMASKED_RENDERER_WEBGL = 0x9246;
  return name === UNMASKED_RENDERER_WEBGL ? "a graphics card" : getParameter.call(this, name);
};"""

CURVES_DRAWN = """(() => {
  const canvas = document.querySelector(".pp-plot canvas");
  if (!canvas?.width) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    const color = data.slice(at, at + 3);
    if (data[at + 3] > 200 && Math.max(...color) - Math.min(...color) > 60) return true;
  }
  return false;
})()"""
"""Whether the player has drawn a curve: its colour is on the canvas, where all the rest is grey."""
_CURVES_LEFT_PX, _CURVES_RIGHT_PX = 62, 12  # beside the panels, for the numbers of their axes


def curves_box(player: Locator) -> dict[str, float]:
    """Where on the page the curves of a player are, from the first frame to the last."""
    box = player.locator(".pp-plot canvas").bounding_box()
    width = box["width"] - _CURVES_LEFT_PX - _CURVES_RIGHT_PX
    return {**box, "x": box["x"] + _CURVES_LEFT_PX, "width": width}


VIEWS = ("overlay", "skeleton", "cursor", "rows")
"""The views of the player that follow its frame."""


def wait_for_player(page: Page, views: Iterable[str] = VIEWS) -> None:
    """Wait until the player is there and each view has drawn a frame."""
    expect(page.locator(".pp")).to_be_visible(timeout=180_000)
    for view in views:
        page.wait_for_function(f"document.querySelector('.pp-{view}').dataset.frame !== undefined")


def open_tab(page: Page, name: str) -> None:
    """Turn to a tab of a result."""
    wait_until_idle(page)
    page.get_by_test_id("stTab").filter(has_text=name).click()
    wait_until_idle(page)


def no_errors(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def live_button(page: Page, name: str) -> Locator:
    """A button of the bar below the live picture."""
    return page.locator(".lc-bar").get_by_role("button", name=name, exact=True)


def start_camera(page: Page) -> None:
    page.goto("/webcam")
    live_button(page, "Start").click()


def check_the_connection(page: Page) -> None:
    """Press the button below "Camera not starting?"."""
    box = page.locator("details").filter(has_text="Camera not starting?")
    box.locator("summary").click()
    # What is in it slides while it opens: the button would be pressed at one place and let go beside it.
    box.evaluate("""async (box) => {
        for (let height = -1; !box.open || height !== box.offsetHeight; ) {
            height = box.offsetHeight;
            await new Promise((done) => setTimeout(done, 250));
        }
    }""")
    page.get_by_role("button", name="Check the connection").click()
