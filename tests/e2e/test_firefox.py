"""A walk through all pages in Firefox, which without a graphics card has no WebGL."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from posecore import ExerciseSession, count_repetitions
from posecore.export.saved import save_sequence
from posecore.media.clips import open_clip
from posecore.progress.csv_file import write_csv
from tests.e2e.conftest import Server
from tests.e2e.firefox import FirefoxVisitor, firefox_visitor
from tests.e2e.visitor import CURVES_DRAWN
from tests.motion.exercises.figure import squats

VIEWS = "[...document.querySelectorAll('.pp-overlay, .pp-skeleton, .pp-cursor, .pp-rows')]"
ROW = "document.querySelector('.pp-rows tr[aria-current]')"
IDLE = "document.querySelector('[data-test-script-state=notRunning]')"  # a click before that may be lost
BAR = "document.querySelector('.lc-bar:has(button:enabled)')"


@pytest.fixture(scope="module")
def page(firefox_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirefoxVisitor]:
    """The window in which the walk goes from page to page."""
    with firefox_visitor(firefox_program, tmp_path_factory.mktemp("firefox")) as visitor:
        yield visitor


def no_errors(page: FirefoxVisitor) -> None:
    alerts = "document.querySelectorAll('[data-testid=stException], [data-testid=stAlertContentError]')"
    assert page.evaluate(f"[...{alerts}].map((alert) => alert.innerText)") == []
    assert "WebGL is not supported" not in page.evaluate("document.body.innerText")
    assert page.errors == []


def shows(text: str) -> str:
    return f"document.body?.innerText.includes({text!r})"


def button(text: str, document: str = "document") -> str:
    buttons = f"[...({document}?.querySelectorAll('button') ?? [])]"
    return f"{buttons}.find((button) => button.textContent.includes({text!r}))"


def link(text: str) -> str:
    return f"[...document.querySelectorAll('a')].find((link) => link.textContent.includes({text!r}))"


def radio(text: str) -> str:
    return f"[...document.querySelectorAll('[role=radio]')].find((radio) => radio.textContent.trim() === {text!r})"


def turn(page: FirefoxVisitor, canvas: str) -> None:
    """Turn a 3D view by hand, and wait until it is drawn from another side."""
    page.wait_for(canvas)
    page.evaluate(f"void (window.before = {canvas}.toDataURL())")
    page.drag(canvas, 100)
    page.wait_for(f"{canvas}.toDataURL() !== window.before")


def turn_to(page: FirefoxVisitor, server: Server, name: str) -> None:
    """Turn to a page by its link; the first one, and one after a page without links, is opened by its address."""
    page.errors.clear()
    if page.evaluate(f"Boolean({link(name)})"):
        page.click(f"{IDLE} && {link(name)}")
    else:
        page.goto(f"{server.url}/{name.lower()}")
    page.wait_for(f"document.title.startsWith({name!r}) && {IDLE}")


def test_home_leads_to_a_photo_with_overlay_table_and_3d_view(page, server):
    page.goto(server.url)
    page.wait_for(f"{shows('See how people move')} && {IDLE}")  # what is clicked stays where it is
    no_errors(page)
    page.click(link("Try a photo"))
    page.wait_for("document.querySelector('img[alt*=\"with the landmarks\"]')?.naturalWidth > 0")
    turn(page, "document.querySelector('.posecore-solid canvas')")
    landmarks = "[...document.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.trim() === 'Landmarks')"
    page.wait_for(landmarks)
    page.click(landmarks)
    page.wait_for("document.querySelector('[data-testid=stDataFrame] canvas')")
    page.wait_for(shows("33 of 33 landmarks"))
    no_errors(page)


# The numbers of the frames that each view of the player shows from now on.
WATCH = f"""{VIEWS}.map((view) => {{
    const frames = new Set();
    new MutationObserver(() => frames.add(view.dataset.frame)).observe(view, {{ attributeFilter: ["data-frame"] }});
    return frames;
}})"""
# As slow as the player can, so that even a busy machine draws before the video ends.
SLOW = """void ((speed) => {
    speed.value = "0.25";
    speed.dispatchEvent(new Event("input", { bubbles: true }));
})(document.querySelector("[data-set=speed]"))"""


def test_all_views_of_a_video_follow_while_it_plays(page, server):
    page.goto(f"{server.url}/video?sample=clip")
    page.wait_for("document.querySelector('.pp-film')?.readyState >= 2", patience_s=180)
    page.click("document.querySelector('[data-tab=frames]')")
    page.wait_for(ROW)
    page.evaluate(SLOW)
    page.evaluate(f"void (window.watched = {WATCH})")
    start = page.evaluate("document.querySelector('.pp-cursor').style.transform")
    page.click("document.querySelector('[title=\"Play (space)\"]')")
    page.wait_for("window.watched.every((frames) => frames.size > 4)")
    assert page.evaluate("document.querySelector('.pp-cursor').style.transform") != start
    page.click("document.querySelector('[title=\"Pause (space)\"]')")
    one_frame = f"{VIEWS}.every((view) => view.dataset.frame === {ROW}?.dataset.index)"
    named = f"document.body.textContent.includes(`Landmarks of frame ${{{ROW}?.dataset.index}},`)"
    page.wait_for(f"document.querySelector('.pp-film').paused && {one_frame} && {named}")
    turn(page, "document.querySelector('.pp-skeleton canvas')")
    no_errors(page)


def test_a_saved_result_opens_with_its_curves(page, server, walk, tmp_path):
    path = tmp_path / "walk.posecore.npz"
    save_sequence(walk, path)
    turn_to(page, server, "Explore")
    page.wait_for(shows("Open a saved result"))
    page.upload(path)
    page.wait_for(CURVES_DRAWN)
    page.click("document.querySelector('[data-tab=frames]')")
    page.wait_for(ROW)
    turn(page, "document.querySelector('.pp-skeleton canvas')")
    no_errors(page)


def test_two_movements_play_beside_each_other(page, server, tmp_path):
    path = tmp_path / "squats.posecore.npz"
    save_sequence(squats([1, 1]), path)
    turn_to(page, server, "Compare")
    for place in (0, -1):
        page.upload(path, place)
        taken = "[...document.querySelectorAll('button')].filter((one) => one.innerText.includes('Remove'))"
        page.wait_for(f"{taken}.length === {1 - place}")  # its name stands there before: while it is on its way
    page.wait_for(f"{IDLE} && {button('The movement')}")
    page.click(button("The movement"))
    drawn = "[...document.querySelectorAll('.sb .pp-overlay[data-frame]')].map((view) => Number(view.dataset.frame))"
    page.wait_for(f"{drawn}.length === 2 && {IDLE}")
    page.click("document.querySelector('.sb [title=\"Play (space)\"]')")
    page.wait_for(f"{drawn}.every((frame) => frame > 5)")
    no_errors(page)


def test_sessions_are_read_and_drawn(page, server, tmp_path):
    path = tmp_path / "sessions.csv"
    counted = count_repetitions(squats([1, 1, 1]), "squat")
    path.write_bytes(write_csv([ExerciseSession.of_clip(counted, started_at=datetime.now(UTC))]))
    turn_to(page, server, "Progress")
    page.wait_for(shows("No sessions yet"))
    page.upload(path)
    page.wait_for(shows("Repetitions this week"))
    page.wait_for("document.querySelectorAll('.js-plotly-plot .main-svg').length >= 4")
    no_errors(page)


# What the server says is read half a second later: also what it said before the camera was stopped.
READ_LATE = """void (window.unread ??= ((read) => {
    Response.prototype.json = async function () {
        window.unread++;
        const said = await read.call(this);
        await new Promise((done) => setTimeout(done, 500));
        window.unread--;
        return said;
    };
    return 0;
})(Response.prototype.json))"""


def stop_with_an_answer_on_its_way(page: FirefoxVisitor) -> None:
    page.evaluate(READ_LATE)
    page.wait_for("window.unread > 0")
    page.click(button("Stop", BAR))
    page.wait_for(shows("Press Start"))
    page.wait_for("window.unread === 0")
    assert page.evaluate(shows("Press Start"))


# Pictures, each of another red, recorded as on one's own device; without WebGL there is no runtime to find people.
RECORD = """(async () => {
    const { name } = performance.getEntriesByType("resource").find(({ name }) => name.includes("/device/"));
    const { Recording } = await import(name.replace(/[^/]+$/, "recording.js"));
    const film = new Recording({ size: [64, 48], longestS: 60, names: { landmarks: ["nose"], handLandmarks: [] } });
    const picture = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const pen = picture.getContext("2d");
    for (let number = 0; number < 20; number++) {
        pen.fillStyle = `rgb(${12 * number}, 0, 0)`;
        pen.fillRect(0, 0, 64, 48);
        film.addPicture(picture);
        film.addPeople({ number, timeS: number, size: [64, 48], people: [], ms: 1, model: "full", delegate: "CPU" });
        await new Promise((done) => setTimeout(done, 50));
    }
    const kept = await film.finish({});
    const bytes = new Uint8Array(await kept.film.arrayBuffer());
    return { film: btoa(String.fromCharCode(...bytes)), times: film.frames.map(({ timeS }) => timeS - film.startS) };
})()"""


def records_each_picture_at_its_time(page: FirefoxVisitor, path: Path) -> None:
    kept = page.evaluate(RECORD)
    path.write_bytes(b64decode(kept["film"]))
    with open_clip(path) as clip:
        shown = [(round(int(frame.rgb[24, 32, 0]) / 12), frame.time_s) for frame in clip]
    assert len(shown) > 10, "some may be lost while the encoder starts"
    assert median(abs(kept["times"][number] - time_s) for number, time_s in shown) < 0.03


def test_a_camera_gives_live_numbers(page, server, tmp_path):
    page.goto(f"{server.url}/webcam")
    page.wait_for("document.querySelector('.lw [aria-pressed=true]')")
    page.click("document.querySelector('.lw [data-where=server]')")
    page.wait_for("document.querySelector('.lc').dataset.where === 'server'")
    page.click(button("Start", BAR))
    page.wait_for("Number(document.querySelector('.lp')?.dataset.frame) > 5")
    page.wait_for("document.querySelector('.lc video').currentTime > 1")
    strip = "document.querySelector('.lp-strip').innerText"
    page.wait_for(f"/Displayed fps [1-9]/.test({strip}) && /Connection direct/.test({strip})")
    frame = page.evaluate("Number(document.querySelector('.lp').dataset.frame)")
    page.wait_for(f"Number(document.querySelector('.lp').dataset.frame) > {frame} + 10")
    stop_with_an_answer_on_its_way(page)
    records_each_picture_at_its_time(page, tmp_path / "film.webm")
    no_errors(page)


def test_the_signs_page_reads_a_photo_and_follows_a_camera(page, server, shared_data):
    turn_to(page, server, "Signs")
    page.click(button("Start", BAR))
    page.wait_for("document.querySelector('.sb')?.dataset.live === 'yes'")
    page.wait_for("document.querySelector('.sb-hint').innerText.includes('No hand in view')")
    stop_with_an_answer_on_its_way(page)
    page.click(radio("Photo"))
    page.wait_for(shows("Upload a photo of a hand"))
    page.upload(shared_data / "google-reference" / "hands.jpg")
    page.wait_for("document.querySelector('img[alt*=\"with its hands\"]')?.naturalWidth > 0")
    page.wait_for(shows("open palm"))
    no_errors(page)
