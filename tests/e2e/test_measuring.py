"""Distances and angles that are drawn on the video."""

import re

import pandas as pd
from playwright.sync_api import expect

from tests.e2e.accessibility import check_accessibility


def test_a_line_and_an_angle_are_drawn_moved_and_taken_along(player):
    values, handles = player.locator(".ms-values"), player.locator(".ms-handle")
    player.locator(".pp-screen").scroll_into_view_if_needed()
    player.get_by_role("button", name="Line", exact=True).click()
    screen = player.locator(".pp-screen").bounding_box()
    left, right, middle = screen["x"] + 20, screen["x"] + screen["width"] - 20, screen["y"] + screen["height"] / 2
    player.mouse.move(left, middle)
    player.mouse.down()
    player.mouse.move(right, middle, steps=3)
    player.mouse.up()
    expect(values).to_contain_text(" px")
    assert player.evaluate("document.querySelector('.pp-film').paused"), "a click that draws does not play"
    player.get_by_label("Known length of Line 1 in metres").fill("2,5")
    player.keyboard.press("Enter")
    expect(values).to_contain_text(re.compile(r"2\.50 m \(\d+ px\)"))

    player.get_by_role("button", name="Angle", exact=True).press("Enter")
    expect(handles).to_have_count(5)
    expect(handles.nth(2)).to_be_focused()
    before = player.locator(".pp-cursor").get_attribute("data-frame")
    place = handles.nth(2).get_attribute("aria-label")
    player.keyboard.press("Shift+ArrowDown")
    expect(handles.nth(2)).not_to_have_attribute("aria-label", place)
    player.keyboard.press("Enter")
    expect(handles.nth(2)).to_have_class(re.compile("ms-follows"))
    assert player.locator(".pp-cursor").get_attribute("data-frame") == before, "its keys do not move the video"

    with player.expect_download() as download:
        player.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(download.value.path())
    assert table["kind"].tolist() == ["line", "angle"]
    assert table["m"][0] == 2.5
    check_accessibility(player)
    assert 0 < table["degrees"][1] < 180
    assert table["frame"].tolist() == [int(before)] * 2

    handles.nth(2).press("Delete")
    expect(handles).to_have_count(2)
    player.get_by_role("button", name="Undo", exact=True).click()
    expect(handles).to_have_count(5)
    player.get_by_role("button", name="Clear", exact=True).click()
    expect(handles).to_have_count(0)
