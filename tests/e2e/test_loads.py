"""What a browser fetches, and from where."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "loads.py"


@pytest.mark.usefixtures("chromium")
def test_a_page_loads_little_at_first_and_almost_nothing_afterwards(tmp_path):
    told = tmp_path / "loads.json"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "Image", "--json", str(told)], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (image,) = json.loads(told.read_text())
    assert 1_000_000 < image["first"]["bytes"] <= 2_600_000, image["first"]["largest"]
    assert 0 < image["second"]["bytes"] <= 100_000, image["second"]["largest"]
    assert 0 < image["turn"]["bytes"] <= 100_000, image["turn"]["largest"]


def test_everything_is_found_under_a_base_path(visit, start_server):
    with start_server(STREAMLIT_SERVER_BASE_URL_PATH="some/app") as server:
        page = visit(server)
        missing = []
        page.on("response", lambda response: response.status == 404 and missing.append(response.url))
        page.goto("/some/app/")
        page.locator(".st-key-sample_image button").click()
        expect(page.locator(".posecore-figure canvas").first).to_be_visible()
        page.goto("/some/app/webcam")
        page.locator(".lp").first.wait_for()
        page.get_by_text("Camera not starting?").click()
        page.get_by_role("button", name="Check the connection").click()
        expect(page.get_by_text("Connected directly (host)")).to_be_visible()
        assert [url for url in missing if "/_stcore/" not in url] == []  # Streamlit probes for its base path
