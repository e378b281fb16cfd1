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


def test_files_for_which_the_server_has_no_room_are_named_in_a_sentence(start_server, visit, tmp_path, shot):
    clips = [tmp_path / "first.mp4", tmp_path / "second.mp4"]
    for clip in clips:
        clip.write_bytes(clip.name.encode() * 70_000)
    with start_server(POSECORE_LIMIT_UPLOAD_MEGABYTES="1") as server:
        page = visit(server)
        page.goto("/batch")
        wait_until_idle(page)
        page.locator("input[type=file]").set_input_files(clips)
        expect(page.get_by_test_id("stToast")).to_contain_text("those given at once may have 1 MB in all")
        expect(page.get_by_text("1 video: 1 waiting")).to_be_visible()
        shot(page, "no_room")
        no_errors(page)
