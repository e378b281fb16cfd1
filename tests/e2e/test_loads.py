"""What a browser fetches and from where, and whom the server calls."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Page, expect

from benchmarks import loads
from posecore import ExerciseSession, PoseSequence, count_repetitions
from posecore.export.saved import save_sequence
from posecore.media.films import FilmWriter
from posecore.progress.csv_file import write_csv
from tests.e2e.accessibility import check_accessibility
from tests.e2e.connections import Connections
from tests.e2e.visitor import check_the_connection, live_button, upload, wait_for_player, wait_until_idle
from tests.motion.exercises.figure import squats

KNOWN = ("status of 404", "Image source error")
"""Of what is missing, see ``Watched``."""
# Live video asks the local network, and nobody else, where the browser is: without a camera, it hides its address
# behind a name (mDNS).
IN_THE_LOCAL_NETWORK = "224.0.0.251:5353"
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def test_a_page_loads_little_at_first_and_almost_nothing_afterwards(browser, server, tmp_path, monkeypatch):
    monkeypatch.setattr(loads, "QUIET_S", 0.8)
    counter = loads.WebSocketCounter(urlsplit(server.url).port)
    with counter.listening() as address, browser.new_context(base_url=address) as context:
        image = loads.measure(context, counter, "Image", tmp_path)
    assert 1_000_000 < image["first"]["bytes"] <= 2_600_000, image["first"]["largest"]
    assert 0 < image["second"]["bytes"] <= 100_000, image["second"]["largest"]
    assert 0 < image["turn"]["bytes"] <= 100_000, image["turn"]["largest"]


class Watched:
    """What a browser asks for, and what it complains about.

    Attributes:
        hosts: that it asked, also for WebSockets.
        missing: addresses that were not found.
        errors: what it wrote to its console as errors: also what the content security policy forbade.
    """

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.missing: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self._ask(request.url))
        page.on("websocket", lambda socket: self._ask(socket.url))
        page.on("response", lambda response: self._answer(response.status, response.url))
        page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _ask(self, url: str) -> None:
        if url.startswith(("http", "ws")):
            self.hosts.add(urlsplit(url).netloc)

    def _answer(self, status: int, url: str) -> None:
        # Streamlit probes for its base path. Photos of a run's progress may be replaced before a browser asks for them.
        if status == 404 and "/_stcore/" not in url and "/media/" not in url:
            self.missing.append(url)


def test_everybody_can_use_all_pages_below_a_base_path_which_find_everything_and_ask_nobody_else(
    visit, start_server, portrait, walk, tmp_path
):
    calls = Connections()
    slow = {"POSECORE_LIMIT_SECONDS_AFTER_LEAVING": "120"}  # on a busy machine, a connection may be lost for seconds
    with start_server(calls.popen, STREAMLIT_SERVER_BASE_URL_PATH="some/app", **slow) as server:
        page = visit(server)
        seen = Watched(page)
        look_at_all_pages(page, portrait, walk, tmp_path)
        assert seen.missing == []
        assert seen.hosts == {urlsplit(server.url).netloc}
        assert [error for error in seen.errors if not any(known in error for known in KNOWN)] == []
    assert calls.calls > 0
    assert calls.outside <= {IN_THE_LOCAL_NETWORK}


def look_at_all_pages(page: Page, portrait: np.ndarray, walk: PoseSequence, folder: Path) -> None:
    """Go to every page; get a photo's result, those of a video, a saved one, sessions, a connection and live video.

    Before anything is given to a page, everybody can use it.
    """
    arrive(page, "", "See how people move")
    page.get_by_role("link", name="Try a photo").click()
    # A photo that is replaced before the browser has asked for it is gone.
    page.wait_for_function("document.querySelector('img[alt*=\"with the landmarks\"]')?.naturalWidth > 0")
    page.get_by_role("button", name="Change photo").click()
    page.get_by_role("radio", name="Portrait").click()
    expect(page.locator(".posecore-solid canvas")).to_be_visible()
    clip, result, sessions = folder / "still.mp4", folder / "walk.posecore.npz", folder / "sessions.csv"
    with FilmWriter(clip, portrait.shape[1::-1], fps_hint=30) as film:
        for number in range(5):
            film.write(portrait, number / 30)
    arrive(page, "video", "Video")
    upload(page, clip)
    wait_for_player(page)
    save_sequence(walk, result)
    turn_to(page, "Explore")
    upload(page, result)
    wait_for_player(page, ["skeleton", "rows"])
    sessions.write_bytes(
        write_csv([ExerciseSession.of_clip(count_repetitions(squats([1, 1]), "squat"), started_at=NOON)])
    )
    turn_to(page, "Progress")
    upload(page, sessions)
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_attached()
    turn_to(page, "Compare")
    for name in ("Batch", "Rigid pose", "Scores"):
        turn_to(page, name, menu="Advanced")
    arrive(page, "webcam", "Webcam")
    check_the_connection(page)
    expect(page.get_by_text("Connected directly (host)")).to_be_visible()
    live_button(page, "Start").click()
    page.wait_for_function("Number(document.querySelector('.lp')?.dataset.frame) > 0")
    arrive(page, "signs", "Signs")  # by a link, a last question about live numbers may come after their end
    loads.PAGES["Signs"].finish(page)


def arrive(page: Page, address: str, heading: str) -> None:
    page.goto(f"/some/app/{address}")
    is_for_everybody(page, heading)


def turn_to(page: Page, name: str, menu: str | None = None) -> None:
    """Turn to a page, by the links at the top or by a menu there."""
    wait_until_idle(page)
    top = page.get_by_test_id("stTopNav")
    if menu is None:
        top.get_by_role("link", name=name, exact=True).click()
    else:
        top.get_by_text(menu, exact=True).click()
        page.get_by_text(name, exact=True).last.click()
    is_for_everybody(page, name)


def is_for_everybody(page: Page, heading: str) -> None:
    expect(page.get_by_test_id("stMain").get_by_role("heading", name=heading, level=1)).to_be_visible()
    check_accessibility(page)
