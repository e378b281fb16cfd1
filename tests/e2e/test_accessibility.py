"""What opens on a page, and what it says, checked with axe-core; other tests check whole pages and results."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import check_accessibility
from tests.e2e.visitor import PHONE, wait_until_idle


@pytest.mark.visit(**PHONE)
def test_nothing_is_found_in_the_menu_of_a_phone_and_in_the_settings(page: Page):
    page.goto("/image")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("More settings").click()
    wait_until_idle(page)
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_role("link", name="Scores")).to_be_visible()
    check_accessibility(page)


def test_a_refused_file_says_why_until_another_one_is_taken(page: Page, shared_data, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("no photo")
    page.goto("/image")
    check_accessibility(page)
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(letter)
    refused = page.get_by_test_id("stFileChip").filter(has_text="letter.txt")
    shown = "chip => getComputedStyle(chip, '::after').content"
    expect(refused).to_have_attribute(
        "data-reason",
        "This kind of file cannot be used here. Expected JPG, JPEG, PNG, WEBP, AVIF, HEIC, HEIF, TIF or the like.",
    )
    assert "cannot be used here" in refused.evaluate(shown)
    check_accessibility(page)
    chooser.set_input_files(shared_data / "people" / "three_people.jpg")
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    page.get_by_role("button", name="Change photo").click()
    expect(page.get_by_text("three_people.jpg").last).to_be_visible()
    expect(refused).to_be_hidden()
    check_accessibility(page)
