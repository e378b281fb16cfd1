"""Measure how many bytes a browser fetches for each page, without photos and videos. See README.md here."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import create_engine

from benchmarks.app import CAMERA, WINDOW, chromium, server, upload
from posecore import ExerciseSession, SessionStore, estimate_video
from posecore.export.saved import save_sequence
from posecore.media.samples import sample_clip
from posecore.motion.exercises.results import Repetition
from posecore.progress.store import default_url

PATIENCE_MS = 180_000
QUIET_S = 2.0  # a page is loaded if nothing arrives for this long


class Shown(NamedTuple):
    """A page to measure.

    Attributes:
        address: its address.
        finish: waits until everything is there.
        opens_result: whether a saved result is uploaded to it.
    """

    address: str
    finish: Callable[[Page], None]
    opens_result: bool = False


def _home(page: Page) -> None:
    expect(page.get_by_role("link", name="Advanced: Scores")).to_be_visible()


def _image(page: Page) -> None:
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    expect(page.locator(".posecore-solid canvas")).to_be_visible()


def _player(page: Page) -> None:
    expect(page.locator(".pp-skeleton canvas").first).to_be_visible()


def _camera(page: Page) -> None:
    expect(page.locator(".lc-bar").get_by_role("button", name="Start")).to_be_enabled()


def _webcam(page: Page) -> None:
    _camera(page)
    expect(page.locator(".lp").first).to_be_visible()


def _signs(page: Page) -> None:
    _camera(page)
    expect(page.get_by_role("group", name="What the camera sees")).to_be_visible()
    expect(page.get_by_role("textbox", name="Text.")).to_be_visible()


def _compare(page: Page) -> None:
    expect(page.locator(".sb .pp-overlay[data-frame]")).to_have_count(2)
    # It is drawn once it is in sight.
    expect(page.get_by_role("figure", name="Likeness over time, and by limb")).to_be_attached()


def _progress(page: Page) -> None:
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_attached()  # two charts
    expect(page.get_by_text("For training, not medical advice")).to_be_visible()


def _batch(page: Page) -> None:
    expect(page.get_by_role("button", name="Analyse 2 videos")).to_be_visible()


PAGES = {
    "Home": Shown("/", _home),
    "Image": Shown("/image?sample=photo", _image),
    "Video": Shown("/video?sample=clip", _player),
    "Explore": Shown("/explore", _player, opens_result=True),
    "Compare": Shown("/compare?sample=clip", _compare),
    "Webcam": Shown("/webcam", _webcam),
    "Signs": Shown("/signs", _signs),
    "Progress": Shown("/progress", _progress),
    "Batch": Shown("/batch?sample=clips", _batch),
}


class WebSocketCounter:
    """Forwards connections to a server, and counts what comes back through WebSockets, as sent on the wire.

    The browser itself reports only the length of unpacked messages.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.received = 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        """The address to use in place of the server's."""
        address: Future[str] = Future()
        ended = threading.Event()

        async def serve() -> None:
            started = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
            address.set_result(f"http://127.0.0.1:{started.sockets[0].getsockname()[1]}")
            await asyncio.to_thread(ended.wait)
            started.close()

        thread = threading.Thread(target=lambda: asyncio.run(serve()))  # which cancels open connections at its end
        thread.start()
        try:
            yield address.result(timeout=10)
        finally:
            ended.set()
            thread.join()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        asked = await reader.read(65_536)
        up_writer.write(asked)
        is_websocket = b"upgrade: websocket" in asked.lower()

        def count(size: int) -> None:
            self.received += size if is_websocket else 0

        with suppress(asyncio.CancelledError):  # at the end, which the server of Python 3.11 would report as an error
            await asyncio.gather(_pump(reader, up_writer, lambda _size: None), _pump(up_reader, writer, count))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], None]) -> None:
    try:
        while part := await reader.read(65_536):
            count(len(part))
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


class Watch:
    """Counts what one tab fetches.

    Attributes:
        requests: address and bytes on the wire, with headers, of everything but photos and videos.
    """

    def __init__(self, page: Page, counter: WebSocketCounter) -> None:
        self._page = page
        self._counter = counter
        self._asked: dict[str, tuple[str, str]] = {}
        self._open: set[str] = set()
        cdp = page.context.new_cdp_session(page)
        cdp.on("Network.requestWillBeSent", self._begin)
        cdp.on("Network.responseReceived", self._note_type)
        cdp.on("Network.loadingFinished", self._finish)
        cdp.on("Network.loadingFailed", lambda event: self._open.discard(event["requestId"]))
        cdp.send("Network.enable")
        self.restart()

    def restart(self) -> None:
        """Start counting from zero."""
        self.requests: list[tuple[str, int]] = []
        self._before = self._counter.received

    def _begin(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = (event["request"]["url"], event.get("type", ""))
        self._open.add(event["requestId"])

    def _note_type(self, event: dict[str, Any]) -> None:
        self._asked[event["requestId"]] = (event["response"]["url"], event["type"])

    def _finish(self, event: dict[str, Any]) -> None:
        self._open.discard(event["requestId"])
        url, kind = self._asked.get(event["requestId"], ("", ""))
        if kind not in ("Image", "Media") and url.startswith("http"):
            self.requests.append((urlsplit(url).path, int(event["encodedDataLength"])))

    @property
    def websocket(self) -> int:
        """Bytes that came through the page's WebSocket."""
        return self._counter.received - self._before

    def settle(self) -> dict[str, Any]:
        """The counts, once nothing more arrives."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < QUIET_S:
            self._page.wait_for_timeout(200)
            now = (len(self.requests), self.websocket)
            if now != last:
                last, since = now, time.monotonic()
        by_size = sorted(self.requests, key=lambda one: -one[1])
        http = sum(size for _, size in by_size)
        return {
            "bytes": http + self.websocket,
            "http": http,
            "websocket": self.websocket,
            "largest": by_size[:8],
        }


def visit(context: BrowserContext, counter: WebSocketCounter, name: str, result: Path) -> tuple[Page, Watch]:
    """Open a page in a tab of its own, and wait until it is complete."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(page, counter)
    page.goto(PAGES[name].address)
    if PAGES[name].opens_result:
        upload(page, result)
    PAGES[name].finish(page)
    return page, watch


def turn(page: Page, watch: Watch, name: str) -> None:
    """Change to another page and back, and count only the change back."""
    other = "Image" if name == "Home" else "Home"
    for there in (other, name):
        watch.settle()
        watch.restart()
        link = page.get_by_role("link", name=there, exact=True).first
        if there == "Batch":  # in a menu
            page.get_by_text("Advanced", exact=True).first.click()
            link = page.get_by_text(there, exact=True).last
        link.click()
        expect(page).to_have_title(f"{there} · Pose explorer")
    PAGES[name].finish(page)


def measure(context: BrowserContext, counter: WebSocketCounter, name: str, result: Path) -> dict[str, Any]:
    """Measure a browser's first visit to a page, its second, and a change to it from another page."""
    page, watch = visit(context, counter, name, result)
    measured = {"page": name, "first": watch.settle()}
    page.close()
    page, watch = visit(context, counter, name, result)
    measured["second"] = watch.settle()
    turn(page, watch, name)
    measured["turn"] = watch.settle()
    page.close()
    return measured


def save_sessions(number: int) -> None:
    """Save sessions of ten squats, one each day, for the Progress page."""
    tempo, ranges = {"down": 0.8, "hold": 0.2, "up": 0.8}, {"left_knee": 95.0, "right_knee": 96.0}
    squats = tuple(Repetition(at, at + 0.9, at + 1.8, "both", ranges, tempo, -1.0, 0) for at in range(0, 30, 3))
    days = [datetime.now(UTC) - timedelta(days=number) for number in range(number)]
    sessions = [ExerciseSession(day, "squat", "video", "garden.mp4", (squats,)) for day in days]
    SessionStore(create_engine(default_url())).save_all("local", sessions)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"among {', '.join(PAGES)} (all)")
    parser.add_argument("--largest", action="store_true", help="also print the largest requests of the first visits")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    args = parser.parse_args()
    if unknown := set(args.pages) - set(PAGES):
        parser.error(f"expected pages among {', '.join(PAGES)}, got {', '.join(sorted(unknown))}")
    return args


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    expect.set_options(timeout=PATIENCE_MS)
    rows = []
    print(f"{'kB':<10}{'first visit':>12}{'second visit':>14}{'page turn':>12}", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, XDG_DATA_HOME=folder),
        server() as (url, _pid),
        chromium(*CAMERA) as browser,
    ):
        result = Path(folder, "walk.posecore.npz")
        if "Progress" in (args.pages or PAGES):
            save_sessions(50)
        if "Explore" in (args.pages or PAGES):
            save_sequence(estimate_video(sample_clip().path), result)
        counter = WebSocketCounter(urlsplit(url).port or 80)
        with counter.listening() as address:
            for name in args.pages or PAGES:
                context = browser.new_context(base_url=address, viewport=WINDOW)
                row = measure(context, counter, name, result)
                rows.append(row)
                first, second, turned = (row[which]["bytes"] / 1000 for which in ("first", "second", "turn"))
                print(f"{name:<10}{first:>12.0f}{second:>14.0f}{turned:>12.0f}", flush=True)
                if args.largest:
                    print(f"{'':<10}{row['first']['websocket'] / 1000:>12.0f} through the WebSocket")
                    for path, size in row["first"]["largest"]:
                        print(f"{'':<10}{size / 1000:>12.0f} {path}")
                context.close()
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
