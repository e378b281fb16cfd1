"""What a browser fetches, and from where."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from benchmarks import loads
from tests.e2e.visitor import check_the_connection


def test_a_page_loads_little_at_first_and_almost_nothing_afterwards(browser, server, tmp_path, monkeypatch):
    monkeypatch.setattr(loads, "QUIET_S", 0.8)
    counter = loads.WebSocketCounter(urlsplit(server.url).port)
    with counter.listening() as address, browser.new_context(base_url=address) as context:
        image = loads.measure(context, counter, "Image", tmp_path)
    assert 1_000_000 < image["first"]["bytes"] <= 2_600_000, image["first"]["largest"]
    assert 0 < image["second"]["bytes"] <= 100_000, image["second"]["largest"]
    assert 0 < image["turn"]["bytes"] <= 100_000, image["turn"]["largest"]


def test_everything_is_found_under_a_base_path(visit, start_server):
    with start_server(STREAMLIT_SERVER_BASE_URL_PATH="some/app") as server:
        page = visit(server)
        missing = []
        page.on("response", lambda response: response.status == 404 and missing.append(response.url))
        page.goto("/some/app/")
        page.get_by_role("link", name="Try a photo").click()
        # A photo that is replaced before the browser has asked for it is gone.
        page.wait_for_function("document.querySelector('img[alt*=\"with the landmarks\"]')?.naturalWidth > 0")
        page.get_by_role("button", name="Change photo").click()
        page.get_by_role("radio", name="Portrait").click()
        expect(page.locator(".posecore-solid canvas")).to_be_visible()
        page.goto("/some/app/webcam")
        page.locator(".lp").first.wait_for()
        check_the_connection(page)
        expect(page.get_by_text("Connected directly (host)")).to_be_visible()
        page.goto("/some/app/signs")
        loads.PAGES["Signs"].finish(page)
        assert [url for url in missing if "/_stcore/" not in url] == []  # Streamlit probes for its base path
