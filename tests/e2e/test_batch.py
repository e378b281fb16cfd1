"""The Batch page in a real browser: a queue that moves by itself, and a row that opens its video."""

from playwright.sync_api import Page, expect

from tests.e2e.visitor import no_errors, wait_for_player, wait_until_idle


def test_several_files_at_once_become_a_summary_whose_rows_open(page: Page, two_people_clip, tmp_path, shot):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 500)
    page.goto("/batch")
    wait_until_idle(page)
    page.locator("input[type=file]").set_input_files([broken, two_people_clip])
    expect(page.get_by_text("2 videos: 2 waiting")).to_be_visible()
    expect(page.get_by_text("of video: about")).to_be_visible()  # their lengths are known
    page.get_by_role("button", name="Analyse 2 videos").click()
    expect(page.get_by_text("2 videos: 1 done, 1 failed")).to_be_visible()  # without a click
    wait_until_idle(page)
    shot(page, "batch")
    summary = page.locator("[data-testid=stDataFrame]:visible").last
    summary.click(position={"x": 15, "y": 55})  # the first row
    page.get_by_role("button", name="Open on Video").click()
    expect(page).to_have_title("Video · Pose explorer")
    wait_for_player(page)
    expect(page.get_by_test_id("stMain")).to_contain_text(two_people_clip.name)
    no_errors(page)
