"""The tab of the Scores page for a video: two uploads, and charts of both."""

import pytest
from playwright.sync_api import Page, expect

from posecore.export.c3d_file import write_c3d
from posecore.export.saved import save_sequence
from tests.e2e.visitor import no_errors, wait_until_idle
from tests.evaluation.motion_files.conftest import moving_figure


@pytest.fixture(scope="module")
def result_and_truth(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("scored")
    sequence = moving_figure(4)
    save_sequence(sequence, folder / "walk.posecore.npz")
    write_c3d(sequence, folder / "walk.c3d", 1)
    return folder / "walk.posecore.npz", folder / "walk.c3d"


def test_a_result_and_a_truth_give_charts_of_an_angle(page: Page, result_and_truth):
    page.goto("/scores?tab=clip")
    uploaders = page.locator("input[type=file]")
    for taken, (uploader, path) in enumerate(zip((uploaders.first, uploaders.last), result_and_truth, strict=True)):
        wait_until_idle(page)
        uploader.set_input_files(path)
        expect(page.get_by_role("button", name="Remove")).to_have_count(taken + 1)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("120 of 120")
    charts = page.locator(".posecore-figure")
    expect(charts).to_have_count(2)
    charts.first.scroll_into_view_if_needed()  # it is drawn once it is in sight
    for chart, title in ((charts.first, "Left shoulder over time"), (charts.last, "how far both agree")):
        expect(chart.locator(".gtitle")).to_contain_text(title)
    expect(charts.first.locator(".legendtext")).to_have_text(["truth", "result"])
    box = page.get_by_role("combobox", name="Angle")
    box.click()
    box.press_sequentially("Right knee")  # only the visible options are in the page
    expect(page.get_by_role("option", name="Right knee")).to_have_attribute("data-focused", "true")
    box.press("Enter")
    expect(charts.first.locator(".gtitle")).to_have_text("Right knee over time")
    no_errors(page)
