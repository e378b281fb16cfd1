"""Doubtful photos in a real browser, from the upload to the tab in which they are labelled."""

import re
import zipfile

import cv2
from playwright.sync_api import expect

from posecore.media.pictures import encode_png
from posecore.media.samples import sample_picture
from tests.e2e.visitor import no_errors, upload, wait_until_idle


def test_the_most_doubtful_photo_is_the_first_to_be_labelled(page, portrait, tmp_path, shot):
    photos = tmp_path / "photos.zip"
    with zipfile.ZipFile(photos, "w") as archive:
        archive.write(sample_picture().path, "a.jpg")
        archive.writestr("b.png", encode_png(cv2.GaussianBlur(portrait, (0, 0), 20)))
        archive.writestr("c.png", encode_png(cv2.rotate(portrait, cv2.ROTATE_90_CLOCKWISE)))
    page.goto("/scores?tab=doubts")
    upload(page, photos)
    find = page.get_by_role("button", name="Find doubtful photos")
    expect(find).to_be_enabled()
    wait_until_idle(page)
    find.click()
    expect(page.get_by_role("heading", name="Most doubtful first")).to_be_visible(timeout=180_000)
    wait_until_idle(page)
    expect(page.get_by_text("white: first estimate")).to_be_visible()
    cards = page.get_by_test_id("stMarkdown").filter(has_text=re.compile(r"Doubt \d"))
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text("b.png")
    expect(cards.first).to_contain_text("Not found by the mirrored photo.")
    shot(page, "doubts")
    page.get_by_role("button", name="Enlarge").first.click()
    large = page.get_by_role("dialog")
    expect(large.get_by_text("Not found by the mirrored photo.")).to_be_visible()
    expect(large.get_by_role("img").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    no_errors(page)
    page.get_by_role("button", name="Label these first").click()
    expect(page).to_have_url(re.compile(r"/scores\?tab=label$"))
    expect(page.locator(".lb-said")).to_contain_text("b.png", timeout=120_000)
    no_errors(page)
