"""What a visitor does on every page."""

from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def come_to_rest(page: Page) -> None:
    """Until no run of the page goes on."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def upload(page: Page, path: Path) -> None:
    """Give the page a file; again where it was given so soon after the page opened that nobody took it."""
    come_to_rest(page)
    for _ in range(3):
        try:
            with page.expect_response("**/_stcore/upload_file/**", timeout=10_000):
                page.locator("input[type=file]").set_input_files(path)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"the page never took {path}")


def no_errors(page: Page) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
