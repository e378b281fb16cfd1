"""Scores of photos in a real browser, from their upload to the report."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import check_accessibility
from tests.e2e.visitor import no_errors, upload, wait_until_idle
from tests.evaluation.conftest import real_labelled_zip


def press_score(page: Page) -> None:
    """Score the photos that were uploaded, and wait for their scores."""
    button = page.get_by_role("button", name="Score", exact=True)
    expect(button).to_be_enabled()
    wait_until_idle(page)
    button.click()
    expect(page.get_by_role("heading", name="Worst first")).to_be_visible(timeout=180_000)
    wait_until_idle(page)


def test_photos_are_scored_from_upload_to_report(page, portrait, tmp_path, shot):
    photos = tmp_path / "photos.zip"
    photos.write_bytes(real_labelled_zip(portrait))
    page.goto("/scores")
    upload(page, photos)
    expect(page.get_by_text("3 photos, with labels")).to_be_visible()
    press_score(page)
    expect(page.get_by_role("heading", name="On your 2 people in 3 photos, full with the fast search")).to_be_visible()
    curve = page.get_by_role("figure", name="Correct points. full, fast: 97.1% within 0.2")
    curve.scroll_into_view_if_needed()  # it is drawn once it is in sight
    expect(curve.locator(".scatterlayer .trace")).to_have_count(2)
    shot(page, "scores")
    check_accessibility(page)
    page.get_by_role("button", name="Enlarge").first.click()
    large = page.get_by_role("dialog")
    expect(large.get_by_text("left wrist 1.0 of the torso off")).to_be_visible()
    expect(large.get_by_role("img").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="report.html").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "report.html"
    assert "Fewer than 50 people" in text
    assert "left wrist 1.0 of the torso off" in text
    assert text.count("data:image/jpeg;base64,") >= 2
    no_errors(page)
    page.get_by_role("button", name="Correct the label").first.click()
    expect(page).to_have_url(re.compile(r"/scores\?tab=label$"))
    expect(page.get_by_text("Photo 3 of 3, stage/two.jpg: 1 person, labelled.")).to_be_visible()
    no_errors(page)
