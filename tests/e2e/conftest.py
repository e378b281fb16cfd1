"""A real server and a real browser."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, TimeoutError, expect, sync_playwright

import run
from benchmarks.app import wait_for_server
from posecore import PoseSequence, estimate_video
from posecore.downloads import cache_dir
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import BALANCE, GROUP, SPORTS2D, sample_clip
from tests.e2e.visitor import VISITS, wait_for_player

ROOT = Path(__file__).resolve().parents[2]
# Only the page under test may be requested: no updates, no accounts, no metrics.
QUIET = ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SOFTWARE_3D = ["--enable-unsafe-swiftshader"]
PATIENCE_MS = 60_000
PLAYER_LEFT = pytest.StashKey[bool]()
"""Whether the player of the analysed sample is as a test that passed has left it."""
_POLICY = "Content Security Policy"
_violations: list[str] = []

expect.set_options(timeout=PATIENCE_MS)


# Asks again and again inside the page: each question from here would cost three processes some time.
_UNTIL_TRUE = """async ([given, milliseconds]) => {
    const until = performance.now() + milliseconds;
    const asked = () => { const value = (EXPRESSION); return typeof value === "function" ? value(given) : value; };
    while (!(await asked())) {
        if (performance.now() > until) return false;
        await new Promise((done) => setTimeout(done, 50));
    }
    return true;
}"""


def _wait_for_function(page: Page, expression: str, *, arg: Any = None, timeout: float = PATIENCE_MS) -> None:
    """Wait until an expression or a function is true. Playwright's own way has the page evaluate text again and again,
    which the app's content security policy forbids.
    """
    until = time.monotonic() + timeout / 1000
    while (left_s := until - time.monotonic()) > 0:
        try:
            if page.evaluate(_UNTIL_TRUE.replace("EXPRESSION", expression), [arg, 1000 * left_s]):
                return
        except Error as problem:
            if "Execution context was destroyed" not in problem.message:  # the page was left meanwhile
                raise
    raise TimeoutError(f"Waited {timeout / 1000:.0f} s for {expression}")


Page.wait_for_function = _wait_for_function


@pytest.fixture(scope="session")
def chromium() -> str:
    """The installed Chromium."""
    _require("Chromium", run.CHROMIUM_PARTS)
    return next(filter(None, map(shutil.which, run.BROWSERS)))


@pytest.fixture(scope="session")
def firefox_program() -> str:
    """The installed Firefox."""
    _require("Firefox", run.FIREFOX_PARTS)
    return "firefox-esr"


def _require(browser: str, parts: dict[str, str]) -> None:
    """Skip a test if this machine lacks a part of its browser; in CI, fail it."""
    if missing := [package for part, package in parts.items() if not run.is_there(part)]:
        reason = f"no {browser} that can be driven (on Debian: apt-get install {' '.join(missing)})"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI the browser tests must run")
        pytest.skip(reason)


class Server:
    """The app, started the way a host starts it."""

    def __init__(self, url: str, temporary: Path, log: Path, process: subprocess.Popen) -> None:
        self.url = url
        self.temporary = temporary
        self.log = log
        self.process = process


@pytest.fixture(scope="session")
def short_sample(made_once) -> Path:
    """Three seconds of the sample video at half size: 90 frames with one person, which are processed quickly."""
    return made_once("short_sample.mp4", lambda path: _write_piece(path, sample_clip().path, (100, 190), (884, 496)))


@pytest.fixture(scope="session")
def two_people_clip(made_once) -> Path:
    """A second and a half of it with two people."""
    return made_once("two_people.mp4", lambda path: _write_piece(path, sample_clip().path, (40, 85), (884, 496)))


@pytest.fixture(scope="session")
def walk(short_sample: Path, estimated_once) -> PoseSequence:
    """The person in the short sample, without smoothing."""
    return estimated_once("short_sample", lambda: estimate_video(short_sample))


def _write_piece(path: Path, whole: Path, frames: tuple[int, int], size: tuple[int, int]) -> None:
    with open_clip(whole) as clip, FilmWriter(path, size, fps_hint=clip.info.fps) as film:
        for frame in itertools.islice(clip, *frames):
            film.write(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), frame.time_s)


@pytest.fixture(scope="session")
def cache(short_sample: Path, made_once, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This user's cache with short, small samples in place of the full ones, and results that all servers share."""
    cache = tmp_path_factory.mktemp("cache")
    own = cache / cache_dir().name
    own.mkdir()
    for folder in cache_dir().iterdir():
        if folder.name not in ("samples", "results"):
            (own / folder.name).symlink_to(folder)
    (own / "samples").mkdir()
    (own / "samples" / SPORTS2D.name).symlink_to(short_sample)
    for clip, frames, size in ((BALANCE, (0, 48), (360, 640)), (GROUP, (0, 5), (544, 960))):
        whole = cache_dir() / "samples" / clip.name
        if whole.is_file():
            piece = made_once(clip.name, partial(_write_piece, whole=whole, frames=frames, size=size))
            (own / "samples" / clip.name).symlink_to(piece)
    (own / "results").symlink_to(made_once("results", Path.mkdir))
    return cache


@pytest.fixture(scope="session")
def start_server(
    cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[Server]]:
    """Start a server, in a way of the test's own or with extra environment variables, that stops after the block."""

    @contextmanager
    def start(popen: Callable[..., subprocess.Popen] = subprocess.Popen, **environment: str) -> Iterator[Server]:
        temporary = tmp_path_factory.mktemp("server-tmp")
        port = _free_port()
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
        own = {
            "TMPDIR": str(temporary),
            "XDG_CACHE_HOME": str(cache),
            "POSECORE_LIMIT_SECONDS_AFTER_LEAVING": "5",
        }
        log = temporary.with_suffix(".log")
        with log.open("w") as stream:
            process = popen(command, cwd=ROOT, env=os.environ | own | environment, stdout=stream, stderr=stream)
        try:
            below = environment.get("STREAMLIT_SERVER_BASE_URL_PATH")
            try:
                wait_for_server(f"http://127.0.0.1:{port}/{f'{below}/' if below else ''}_stcore/health", process)
            except RuntimeError as problem:
                pytest.fail(f"{problem}\n{log.read_text()[-3000:]}")
            yield Server(f"http://127.0.0.1:{port}", temporary, log, process)
        finally:
            process.terminate()
            process.wait(timeout=60)
            left = [path.name for path in temporary.glob("posecore-*")]
            assert left == [], "a server that stops deletes its visitors' files"

    return start


@pytest.fixture(scope="session")
def websocket_port() -> int:
    """The port at which the shared server offers the landmarks of a live session."""
    return _free_port()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., AbstractContextManager[Server]], websocket_port: int) -> Iterator[Server]:
    """The server that most visits share."""
    with start_server(POSECORE_WEBSOCKET_PORT=str(websocket_port)) as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def camera_file(made_once) -> Path:
    """A close-up of a person from the sample video, as the raw video that Chromium's fake camera plays in a loop.

    The person faces the camera all the time, and is at about the same place when the video starts over. There are few
    frames in a second, as each costs the server and the browser time.
    """

    def make(path: Path) -> None:
        with open_clip(sample_clip().path) as clip, path.open("wb") as film:
            film.write(b"YUV4MPEG2 W480 H360 F10:1 Ip A1:1 C420jpeg\n")
            for frame in itertools.islice(clip, 30, 90, 3):
                near = cv2.resize(frame.rgb[:600, 250:1050], (480, 360), interpolation=cv2.INTER_AREA)
                film.write(b"FRAME\n" + cv2.cvtColor(near, cv2.COLOR_RGB2YUV_I420).tobytes())

    return made_once("camera.y4m", make)


@pytest.fixture(scope="session")
def launch(chromium: str) -> Iterator[Callable[..., Browser]]:
    """Start a browser with extra command-line switches."""
    with sync_playwright() as playwright:
        yield lambda *switches: playwright.chromium.launch(
            executable_path=chromium, args=[*QUIET, *SOFTWARE_3D, *switches]
        )


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser], camera_file: Path) -> Browser:
    """A browser with a fake camera that every page may use."""
    return launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera_file}",
    )


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page of a server as a new visitor, in a wide, light window unless the test says otherwise."""
    visits = request.node.stash.setdefault(VISITS, [])
    with ExitStack() as at_end:

        def begin(server: Server, browser: Browser = browser, **wanted: Any) -> Page:
            context = new_context(browser, server, **wanted)
            at_end.callback(context.close)
            page = context.new_page()
            visits.append((page, server))
            return page

        yield begin


def new_context(browser: Browser, server: Server, **wanted: Any) -> BrowserContext:
    """A visitor's browser, with an empty cache."""
    usual = {"base_url": server.url, "viewport": {"width": 1360, "height": 900}, "color_scheme": "light"}
    context = browser.new_context(**usual | wanted)
    # Live pictures go through the server, unless the test chooses otherwise.
    context.add_init_script(
        "localStorage.getItem('posecore.live.where') ?? localStorage.setItem('posecore.live.where', 'server')"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.on("console", lambda said: _POLICY in said.text and _violations.append(f"{said.page}: {said.text}"))
    return context


@pytest.fixture(autouse=True)
def the_policy_is_kept() -> Iterator[None]:
    """No page does anything that the app's own content security policy forbids."""
    yield
    found = _violations.copy()
    _violations.clear()
    assert found == []


@pytest.fixture(scope="session")
def returning_with(browser: Browser, server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """A visitor with these options who was here before, or is from now on: the browser has the scripts already."""
    contexts: dict[str, BrowserContext] = {}

    def ask(**wanted: Any) -> BrowserContext:
        if (name := f"{sorted(wanted.items())}") not in contexts:
            contexts[name] = new_context(browser, server, **wanted)
        return contexts[name]

    yield ask
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="session")
def returning(returning_with: Callable[..., BrowserContext]) -> BrowserContext:
    """A visitor who was here before, in the usual window."""
    return returning_with()


@pytest.fixture(scope="session")
def analysed(returning: BrowserContext) -> Iterator[Page]:
    """The Video page with the sample, analysed once for all tests that only look at its result."""
    page = returning.new_page()
    page.goto("/video?sample=clip")
    wait_for_player(page)
    yield page
    page.close()


@pytest.fixture
def player(analysed: Page, server: Server, request: pytest.FixtureRequest) -> Page:
    """A new player of the analysed sample, as a visitor finds it who was on another page meanwhile.

    With the mark ``goes_on``, it is the one that the test before had, unless that failed.
    """
    request.node.stash.setdefault(VISITS, []).append((analysed, server))
    if request.node.get_closest_marker("goes_on") and request.session.stash.get(PLAYER_LEFT, False):
        return analysed
    request.session.stash[PLAYER_LEFT] = True
    analysed.get_by_test_id("stTopNav").get_by_role("link", name="Explore").click()
    expect(analysed.locator(".pp")).to_have_count(0)
    analysed.evaluate("sessionStorage.clear()")
    analysed.get_by_test_id("stTopNav").get_by_role("link", name="Video").click()
    wait_for_player(analysed)
    return analysed


@pytest.fixture
def page(
    returning_with: Callable[..., BrowserContext], server: Server, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A new tab of a returning visitor; the mark ``visit`` names options of that visitor's own."""
    mark = request.node.get_closest_marker("visit")
    page = returning_with(**mark.kwargs if mark else {}).new_page()
    request.node.stash.setdefault(VISITS, []).append((page, server))
    yield page
    if mark:  # as the next visitor finds it, without a menu that this one opened
        with suppress(Error):  # it shows no page of the app
            page.evaluate("localStorage.clear()")
    page.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[Any]:
    """Add what its pages showed and what their servers logged to the report of a failed test."""
    report = yield
    if report.failed:
        item.session.stash[PLAYER_LEFT] = False
    if call.when == "call" and report.failed:
        for page, server in item.stash.get(VISITS, []):
            report.sections.append((f"shown at {page.url}", _shown(page)))
            report.sections.append((f"said by the server of {server.url}", server.log.read_text()[-2000:]))
    return report


def _shown(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=5_000)[:4000]
    except Error as problem:  # the page may be closed or hang
        return f"{problem}"


@pytest.fixture
def joint_at() -> Callable[[Page, str, str], list[float]]:
    """Find where on the screen a 3D skeleton names a landmark: the centre of that area, x and y in px."""

    def find(page: Page, skeleton: str, landmark: str) -> list[float]:
        place = page.evaluate(_JOINT_AT, [skeleton, landmark])
        assert place is not None, f"{landmark} is not named anywhere"
        return place

    return find


# Moves the mouse over the whole view in steps of 8 px, then in steps of 2 px around where the name appeared.
_JOINT_AT = """([selector, landmark]) => {
    const skeleton = document.querySelector(selector);
    const [canvas, tip] = [skeleton.querySelector("canvas"), skeleton.querySelector(".s3-tip")];
    const namedWithin = ([left, top, right, bottom], step) => {
        const places = [];
        for (let y = top; y < bottom; y += step) {
            const above = places.length;
            for (let x = left; x < right; x += step) {
                canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true }));
                if (!tip.hidden && tip.textContent === landmark) places.push([x, y]);
            }
            if (above && above === places.length) break; // it is all above
        }
        canvas.dispatchEvent(new PointerEvent("pointerleave"));
        return places;
    };
    const box = canvas.getBoundingClientRect();
    const found = namedWithin([box.left, box.top, box.right, box.bottom], 8);
    if (!found.length) return null;
    const [xs, ys] = [0, 1].map((axis) => found.map((place) => place[axis]));
    const around = [Math.min(...xs) - 8, Math.min(...ys) - 8, Math.max(...xs) + 9, Math.max(...ys) + 9];
    const places = namedWithin(around, 2);
    const middle = (axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
    return [middle(0), middle(1)];
}"""


@pytest.fixture
def shot(request: pytest.FixtureRequest):
    """Save a screenshot of the page if $POSECORE_SCREENSHOTS names a folder."""

    def save(page: Page, name: str) -> None:
        folder = os.environ.get("POSECORE_SCREENSHOTS")
        if not folder:
            return
        usual = page.viewport_size
        # Streamlit scrolls inside the page, so only a window of that height shows all of it.
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": usual["width"], "height": max(usual["height"], height)})
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(folder) / f"{name}.png")
        page.set_viewport_size(usual)

    return save
