"""The Compare page: two movements side by side, the second in time with the first."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from posecore.export.saved import save_sequence
from tests.e2e.accessibility import check_accessibility
from tests.e2e.visitor import curves_box, no_errors, wait_until_idle
from tests.motion.comparing.dancing import dance

LATE_S, SLOWER = 2, 1.5


@pytest.fixture(scope="module")
def two_results(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A dance, and the same one slower and later."""
    folder = tmp_path_factory.mktemp("compared")
    first = dance(np.arange(0, 5, 1 / 30))
    paths = [folder / "first.posecore.npz", folder / "second.posecore.npz"]
    save_sequence(first, paths[0])
    save_sequence(replace(first, times_s=first.times_s * SLOWER + LATE_S), paths[1])
    return paths


def frames(page: Page) -> list[int]:
    """The frames that both sides last drew; the same numbers are the same moment."""
    return [int(each.get_attribute("data-frame")) for each in page.locator(".sb .pp-overlay").all()]


def test_the_second_follows_the_first_by_play_key_and_click(page, two_results):
    page.goto("/compare")
    uploaders = page.locator("input[type=file]")
    expect(uploaders).to_have_count(2)
    wait_until_idle(page)
    for place, path in enumerate(two_results):  # at once: the first is on its way, or being taken
        uploaders.nth(place).set_input_files(path)
    player = page.locator(".sb")
    page.wait_for_function("document.querySelectorAll('.sb .pp-overlay[data-frame]').length === 2")
    clock = player.locator(".sb-clock")
    expect(clock).to_contain_text(re.compile(rf"First 0.00 s · second {LATE_S}\.\d\d s · likeness \d+"))
    page.get_by_role("button", name="Play (space)").click()
    page.wait_for_function("document.querySelector('.sb .pp-overlay').dataset.frame > 20")
    player.press("Space")
    expect(player).to_have_attribute("data-playing", "false")
    first, second = frames(page)
    assert abs(first - second) <= 3
    player.press("Home")
    player.press("Shift+ArrowRight")
    expect(clock).to_contain_text(re.compile("^First 0.3"))
    plot = curves_box(player)
    page.mouse.click(plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2)
    last = int(page.get_by_role("slider", name="Frame of the first").get_attribute("max"))
    page.wait_for_function(f"Math.abs(document.querySelector('.sb .pp-overlay').dataset.frame - {last / 2}) <= 1")
    first, second = frames(page)
    assert abs(first - second) <= 3
    player.get_by_role("button", name="Set the same moment").click()
    page.get_by_role("slider", name="Frame of the first").fill("30")
    page.get_by_role("slider", name="Frame of the second").fill("20")
    player.get_by_role("button", name="Same moment", exact=True).click()
    expect(player.locator(".sb-offset")).to_have_text("second 2.00 s later in its video")  # 20 / 30 * 1.5 + 2 - 1
    player.press("ArrowRight")
    expect(clock).to_have_text("First 1.03 s · second 3.03 s")
    expect(player.locator(".sb-legend")).to_have_text(re.compile(r"First -?\d.*Second -?\d"))
    no_errors(page)
    check_accessibility(page)
