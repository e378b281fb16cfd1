"""The live coach in a real browser, before a fake camera in which somebody squats."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, Page, expect

from posecore.media.clips import open_clip
from tests.e2e.visitor import PHONE, live_button, no_errors


@pytest.fixture(scope="module")
def squatting(launch, shared_data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera shows five squats in nine seconds, again and again, standing in between."""
    target: Path = tmp_path_factory.mktemp("camera") / "squats.y4m"
    with open_clip(shared_data / "reps/squat_logo.mp4") as clip, target.open("wb") as film:
        film.write(b"YUV4MPEG2 W320 H180 F8:1 Ip A1:1 C420jpeg\n")
        for frame in itertools.islice(itertools.takewhile(lambda frame: frame.time_s < 10.5, clip), 0, None, 3):
            if frame.time_s >= 1.9:
                small = cv2.resize(frame.rgb, (320, 180), interpolation=cv2.INTER_AREA)
                film.write(b"FRAME\n" + cv2.cvtColor(small, cv2.COLOR_RGB2YUV_I420).tobytes())
    browser = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={target}",
    )
    yield browser
    browser.close()


def begin(page: Page, *, repetitions: int, sets: int, rest_s: int) -> None:
    """Choose the coach and what is to be done, and start the camera."""
    page.goto("/webcam")
    page.locator("label", has_text="Coach").click()
    page.get_by_role("button", name="Exercise and sets").click()
    for label, value in (("Repetitions", repetitions), ("Sets", sets), ("Rest (s)", rest_s)):
        page.get_by_label(label, exact=True).fill(f"{value}")
        page.get_by_label(label, exact=True).press("Enter")
    page.keyboard.press("Escape")
    live_button(page, "Start").click()


def test_squats_before_the_camera_are_counted_in_sets(visit, server, squatting, shot, tmp_path):
    page = visit(server, squatting)
    begin(page, repetitions=2, sets=2, rest_s=5)
    board = page.locator(".co")
    expect(board).to_have_attribute("data-phase", "countdown")
    expect(board).to_have_attribute("data-phase", "work")
    expect(board.locator(".co-title")).to_have_text("Squat · set 1 of 2")
    expect(board.locator(".co-unit")).to_have_text("of 2")
    page.wait_for_function("parseFloat(document.querySelector('.co-bar i').style.width) > 50")
    expect(board.locator(".co-number")).to_have_text("1")
    shot(page, "coach")
    expect(board).to_have_attribute("data-phase", "rest")
    expect(board.get_by_role("status")).to_have_text("2. Set done. Rest 5 seconds")
    shot(page, "coach-rest")
    expect(board.locator(".co-title")).to_have_text("Squat · set 2 of 2")
    expect(board.locator(".co-cue")).to_have_text(re.compile("Well done"))
    expect(board.locator(".co-number")).to_have_text("4")
    expect(board.locator("tr")).to_have_count(3)
    form = page.get_by_text(re.compile("^Form"))
    expect(form).to_be_visible()  # the page has run again by itself
    shot(page, "coach-done")
    with page.expect_download() as download:
        board.get_by_role("button", name="Download JSON").click()
    download.value.save_as(tmp_path / "exercise.json")
    result = json.loads((tmp_path / "exercise.json").read_text())
    assert [each["count"] for each in result["sets"]] == [2, 2]
    assert all(0.3 < one["end_s"] - one["start_s"] < 2.5 for each in result["sets"] for one in each["repetitions"])
    board.get_by_role("button", name="Start over").click()
    expect(board).not_to_have_attribute("data-phase", "done")
    expect(form).to_be_hidden()
    no_errors(page)


def count_on(page: Page) -> None:
    """Wait for one more repetition on the board."""
    count = int(page.locator(".co-number").inner_text())
    page.wait_for_function(f"Number(document.querySelector('.co-number').textContent) > {count}")


def test_on_a_phone_the_count_stays_when_the_camera_is_started_again_and_goes_on_without_a_network(
    visit, server, squatting, shot
):
    page = visit(server, squatting, **PHONE | {"color_scheme": "dark"})
    page.add_init_script("""localStorage.setItem("posecore.live.where", "device")""")
    begin(page, repetitions=50, sets=1, rest_s=0)
    board = page.locator(".co")
    expect(board).to_have_attribute("data-phase", "work")
    count_on(page)
    shot(page, "coach-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    live_button(page, "Stop").click()
    expect(page.locator(".lp-idle")).to_be_visible()
    live_button(page, "Start").click()
    expect(board.locator(".co-number")).not_to_have_text("0")
    count_on(page)
    expect(board.locator(".co-own")).to_be_hidden()
    page.context.set_offline(True)
    expect(board.locator(".co-own")).to_have_text(re.compile("Counted on this device"))
    count_on(page)
    expect(page.get_by_text(re.compile("^No network.* The coach counts on this device"))).to_be_visible()
    shot(page, "coach-offline")
    server_count = "window.posecoreDevice.followed.coach.count"
    assert page.evaluate(server_count) < int(board.locator(".co-number").inner_text())
    page.context.set_offline(False)
    expect(board.locator(".co-own")).to_be_hidden()
    server, own = page.evaluate(f"[{server_count}, window.posecoreDevice.own.report().count]")
    assert abs(server - own) <= 1, "nothing was lost"
    no_errors(page)
