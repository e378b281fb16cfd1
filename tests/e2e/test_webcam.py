"""The Webcam page in a real browser: live video from start to stop, and what may interrupt it."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import connect

from pages.ui.live.device_frames import read_frames
from posecore import load_sequence
from tests.e2e.accessibility import check_accessibility
from tests.e2e.conftest import new_context
from tests.e2e.visitor import (
    VISITS,
    check_the_connection,
    live_button,
    no_errors,
    start_camera,
    wait_for_player,
    wait_until_idle,
)

CONNECTION = "window.posecoreConnection"
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def wait_for_numbers(page: Page) -> None:
    """Wait until the panel beside the live video shows numbers that update."""
    page.wait_for_function("Number(document.querySelector('.lp')?.dataset.frame) > 5")


def test_without_a_camera_the_page_says_what_to_do(visit, launch, server):
    # The host name is not localhost, as for a visitor from elsewhere, but resolves to this machine.
    browser = launch("--host-resolver-rules=MAP pose.example 127.0.0.1")
    page = visit(server, browser)
    starts_without_camera(page, "No camera was found.")
    expect(page.get_by_role("link", name="Take or upload a photo")).to_be_visible()
    page = visit(server, browser, base_url=server.url.replace("127.0.0.1", "pose.example"))
    starts_without_camera(page, "opened over http")
    browser.close()
    browser = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    starts_without_camera(visit(server, browser, permissions=[]), "Camera access was blocked. Click the icon left")
    browser.close()


def starts_without_camera(page: Page, sentence: str) -> None:
    page.goto("/webcam")
    live_button(page, "Start").click()
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(live_button(page, "Start")).to_be_enabled()
    page.get_by_text("Camera not starting?").click()


def test_the_sample_plays_at_once_without_a_camera_and_asks_no_server_that_the_host_did_not_choose(page):
    page.add_init_script("""window.configurations = [];
        window.RTCPeerConnection = class extends RTCPeerConnection {
            constructor(given) { super(given); window.configurations.push(given); }
        };""")
    page.goto("/")
    page.get_by_text("Try it live").first.click()
    wait_for_numbers(page)
    expect(page.locator(".lp-strip")).to_contain_text(re.compile(r"Displayed fps [1-9]\d*"))
    assert page.evaluate("window.configurations") == [{"iceServers": [], "iceTransportPolicy": "all"}]
    no_errors(page)


@pytest.fixture
def limited_server(start_server):
    """A server for one live session, of 24 s at most."""
    with start_server(POSECORE_LIMIT_LIVE_VIEWERS="1", POSECORE_LIMIT_LIVE_SECONDS="24") as server:
        yield server


def test_a_full_server_says_so_until_the_session_reaches_its_time_limit(limited_server, visit, shot):
    first = visit(limited_server)
    second = first.context.new_page()
    second.goto("/webcam")
    expect(live_button(second, "Start")).to_be_visible()
    start_camera(first)
    wait_for_numbers(first)
    live_button(second, "Start").click()  # the page was already open
    expect(second.get_by_text("this server can run one live session at a time")).to_be_visible()
    shot(second, "full")
    expect(second.get_by_role("link", name="Use a video instead")).to_be_visible()
    first.evaluate(HIDE, True)  # it keeps its place, and nobody estimates meanwhile
    expect(first.get_by_text("The live session ended after 0.4 minutes")).to_be_visible()
    expect(live_button(first, "Start")).to_be_enabled()
    no_errors(first)
    live_button(second, "Start").click()
    wait_for_numbers(second)
    no_errors(second)


def test_the_connection_can_be_checked_without_a_camera_and_malformed_offers_are_rejected(page, shot):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/webcam")
    check_the_connection(page)
    expect(page.get_by_text("Connected directly (host)")).to_be_visible()
    expect(page.get_by_role("row", name="Own address (host)")).to_have_text(re.compile("✓ found✓ found"))
    expect(page.get_by_role("row", name="Relay address")).to_have_text(re.compile("– none– none"))
    shot(page, "route")
    address = next(url for url in asked if "/private/" in url)
    for body in ("", "{", "[]", '{"sdp": "v=0", "type": "x"}', '{"sdp": 1, "type": "answer"}', "x" * 100_000):
        assert page.request.post(address, data=body).status == 400
    assert page.request.get(address.replace("/private/", "/private/x")).status == 404


@pytest.fixture(scope="module")
def started(returning: BrowserContext) -> Iterator[Page]:
    """The Webcam page with a live camera."""
    page = returning.new_page()
    start_camera(page)
    wait_for_numbers(page)  # until then the button may still say Start
    yield page
    page.close()


@pytest.fixture
def live(started: Page, server, request: pytest.FixtureRequest) -> Page:
    """The live camera that the tests from here on share; it goes on between them, so those before have no such load."""
    request.node.stash.setdefault(VISITS, []).append((started, server))
    start = live_button(started, "Start")
    if urlsplit(started.url).path != "/webcam":
        start_camera(started)
    elif start.is_visible():
        start.click()
    elif (resume := live_button(started, "Resume")).is_visible():  # a test that failed left it so
        resume.click()
    wait_for_numbers(started)
    return started


def test_the_camera_shows_a_live_skeleton(live, shot):
    page = live
    expect(page.locator(".lp-strip")).to_contain_text(re.compile(r"Analysed fps [1-9]\d* Displayed fps [1-9]\d*"))
    expect(page.locator(".lp-strip")).to_contain_text(re.compile(r"Delay \d+ ms People 1 Connection direct"))
    expect(page.locator(".lp-values").first).to_have_text(re.compile(r"^\d+°±\d+$"))
    show(page, "Table")
    expect(page.locator(".lp-table tbody tr").first).to_have_text(re.compile(r"^nose[01]\.\d\d"))
    show(page, "3D")
    page.wait_for_function("Number(document.querySelector('.lp-skeleton').dataset.frame) > 5")
    video = page.locator(".lc video")
    earlier = video.evaluate("video => video.currentTime")
    page.wait_for_function(f"document.querySelector('.lc video').currentTime > {earlier}")
    shot(page, "webcam")
    no_errors(page)
    check_accessibility(page)


def choose_timer(page: Page, *, countdown_s: int) -> None:
    """Choose a countdown and recordings of 10 s, and wait until the bar knows it."""
    page.get_by_role("button", name="Timer").click()
    page.get_by_role("radio", name=f"{countdown_s} s" if countdown_s else "None", exact=True).click()
    page.get_by_role("radio", name="10 s").last.click()
    page.keyboard.press("Escape")
    chosen = f'{{"begin_in_s":{countdown_s},"longest_s":10}}'
    page.wait_for_function(f"JSON.stringify({CONNECTION}.data.recording) === '{chosen}'")


def test_a_recording_and_a_snapshot_leave_the_camera_on_and_open_when_the_visitor_wants(live, shot):
    page = live
    choose_timer(page, countdown_s=5)
    live_button(page, "Record").click()
    expect(page.locator(".lc-countdown")).to_have_text(re.compile("[1-5]"))
    expect(live_button(page, "Stop recording")).to_have_text(re.compile("0:0[2-9]"))
    shot(page, "recording")
    live_button(page, "Snapshot").click()
    expect(page.get_by_role("img", name=re.compile(r"^Snapshot \d+$")).first).to_be_visible()
    live_button(page, "Stop recording").click()
    expect(page.get_by_text(re.compile(r"Recorded: [2-9] s"))).to_be_visible()
    wait_for_more(page)
    page.get_by_role("button", name="Open on Image").first.click()
    expect(page.get_by_role("heading", name="Image")).to_be_visible()
    expect(page.get_by_text("snapshot.png", exact=True)).to_be_visible()
    page.get_by_role("link", name="Video").click()
    expect(page.get_by_text(re.compile(r"^recording .*\.mp4 · "))).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.wait_for_function("document.querySelector('.pp-overlay').dataset.frame !== undefined")
    assert page.locator("video").evaluate("film => film.duration") > 1.5
    expect(page.get_by_text("smoothed during analysis")).to_be_attached()
    no_errors(page)
    expect(page.get_by_text("analysed live")).to_be_visible()
    page.get_by_role("button", name="Re-analyse").click()
    expect(page.get_by_text(re.compile(r"processed in \d+\.\d s"))).to_be_visible()
    expect(page.get_by_text("analysed live")).to_be_hidden()
    no_errors(page)


def test_a_recording_stops_at_its_maximum_length(live):
    choose_timer(live, countdown_s=0)
    live_button(live, "Record").click()
    expect(live.get_by_text(re.compile(r"Recorded: (9|10|11) s"))).to_be_visible()
    no_errors(live)


def test_a_recording_is_kept_when_the_visitor_turns_the_page(live):
    live_button(live, "Record").click()
    expect(live_button(live, "Stop recording")).to_have_text(re.compile("0:0[1-9]"))
    live.get_by_role("link", name="Image", exact=True).click()
    expect(live.get_by_role("heading", name="Image")).to_be_visible()
    live.get_by_role("link", name="Webcam", exact=True).click()
    expect(live.get_by_text(re.compile(r"The recording ended when you left this page: [1-9]\d* s"))).to_be_visible()
    expect(live.get_by_role("link", name="Open on Video")).to_be_visible()
    wait_until_idle(live)
    no_errors(live)


# The live picture as small grey squares, and how far it is from an earlier one.
PICTURE = """() => {
  const pen = new OffscreenCanvas(32, 24).getContext("2d");
  pen.drawImage(document.querySelector(".lc video"), 0, 0, 32, 24);
  return [...pen.getImageData(0, 0, 32, 24).data];
}"""
APART = f"""(before) => ({PICTURE})().reduce((sum, value, k) => sum + Math.abs(value - before[k]), 0) / before.length"""


def test_live_numbers_can_be_frozen_and_angles_chosen(live):
    page = live
    page.get_by_role("button", name="Legs", exact=True).click()
    expect(page.locator(".lp-title")).to_have_text(
        [f"{s} {j}" for j in ("hip", "knee", "ankle") for s in ("Left", "Right")]
    )
    expect(page.locator("[data-name=left_knee] .lp-values")).to_have_text(re.compile(r"^\d+°±\d+$"))
    page.get_by_role("button", name="Main", exact=True).click()
    page.get_by_label("Add an angle").select_option("Neck")
    page.get_by_role("button", name="Remove Left elbow").click()
    expect(page.locator(".lp-angle")).to_have_count(4)
    held = freeze(page)
    picture = page.evaluate(PICTURE)
    expect(page.get_by_text("33 of 33 landmarks")).to_be_visible()
    page.wait_for_timeout(800)  # unless frozen, numbers come four times a second and pictures seven
    assert page.locator(".lp").get_attribute("data-frame") == held
    assert page.evaluate(APART, picture) < 3, "the picture stands still, too"
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function(f"Number(document.querySelector('.lp').dataset.frame) > {held}")
    page.wait_for_function(f"({APART})({json.dumps(picture)}) > 3")
    expect(page.get_by_text("Landmarks of the frozen frame")).to_be_hidden()
    no_errors(page)


def test_hands_are_told_and_have_a_table_only_if_wanted(live):
    page = live
    words, table_of = page.locator(".lp-hands"), page.locator(".lp .lt-of")
    expect(words).to_be_hidden()
    expect(table_of).to_be_hidden()
    show(page, "Table")
    switch_hands(page)
    expect(words).to_have_text(re.compile(r"^No hands in view\.$|(Left|Right) hand"))
    table_of.get_by_role("button", name="Hands").click()
    expect(page.get_by_text("Hands of the newest frame")).to_be_visible()
    switch_hands(page)
    expect(words).to_be_hidden()
    expect(page.get_by_text("Landmarks of the newest frame")).to_be_visible()
    no_errors(page)


def switch_hands(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.locator("label").filter(has_text=re.compile("^Hands$")).click()
    page.keyboard.press("Escape")


def test_the_mirror_flips_the_3d_view_and_keeps_the_frozen_frame(live, joint_at):
    page = live
    show(page, "Table")
    page.locator(".lp-table").get_by_label("Find a landmark").fill("shoulder")
    in_metres = freeze_with_a_clear_left_and_right(page)
    show(page, "3D")
    assert is_left_first(page, joint_at) == (in_metres > 0), "the mirror is on by default"
    page.evaluate(f"window.before = {VIEW}")
    page.locator("label", has_text="Mirror").click()
    page.wait_for_function(f"{VIEW} !== window.before")
    assert is_left_first(page, joint_at) == (in_metres < 0)
    expect(page.locator(".lc-frozen")).to_be_visible()
    page.get_by_role("button", name="Resume").click()  # the tests that follow share this stream


VIEW = "document.querySelector('.lp-skeleton canvas').toDataURL()"


def is_left_first(page: Page, joint_at) -> bool:
    """Whether the left shoulder is left of the right one in the 3D view."""
    left, right = (joint_at(page, ".lp-skeleton", f"{side} shoulder")[0] for side in ("left", "right"))
    return left < right


def freeze_with_a_clear_left_and_right(page: Page) -> float:
    """Freeze a frame, and return by how many metres the left shoulder is right of the right one in its landmarks.

    In backlight, the model takes a front for a back now and then.
    """
    column = page.locator(".lp-table th").all_inner_texts().index("x (m)") + 1
    for _ in range(10):
        freeze(page)
        left, right = map(float, page.locator(f".lp-table tbody td:nth-child({column})").all_inner_texts())
        if abs(left - right) > 0.1:
            return left - right
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_text("Landmarks of the frozen frame")).to_be_hidden()
    raise AssertionError("nobody stands with both shoulders apart")


def show(page: Page, part: str) -> None:
    """Show the 3D view or the table below the angles."""
    page.locator(".lp-wide").get_by_role("button", name=part).click()


def freeze(page: Page) -> str:
    """Freeze picture and numbers, and return the number of the frame that the server then holds."""
    show(page, "Table")
    with page.expect_response(re.compile("hold=1")) as response:
        page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("Landmarks of the frozen frame")).to_be_visible()
    held = str(response.value.json()["number"])
    expect(page.locator(".lp")).to_have_attribute("data-frame", held)
    return held


def test_live_numbers_are_fetched_without_rerunning_the_page(live):
    page = live
    told: list[str] = []
    page.on("websocket", lambda socket: told.append(socket.url))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    live = [url for url in asked if "/private/" in url]
    assert len(live) == len(asked)
    assert 5 <= len(live) <= 20
    answer = page.request.get(live[-1].split("?")[0] + "?since=abc&angles=left_knee,nonsense")
    assert [list(person["values"]) for person in answer.json()["angles"]["people"]] == [["left_knee"]]
    assert page.request.get(live[-1].replace("/private/", "/private/x")).status == 404


@contextmanager
def unreachable(process) -> Iterator[None]:
    """Stop the server from answering on any connection, as if the network were down."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system has no signal that suspends a process")
def test_a_lost_connection_is_restored_automatically(live, server):
    page = live
    page.evaluate(f"{CONNECTION}.peer.first = true")
    with unreachable(server.process):
        expect(page.get_by_text("The connection was lost.")).to_be_visible()
    expect(page.get_by_text("The connection was lost.")).to_be_hidden()
    wait_for_more(page)
    assert page.evaluate(f"{CONNECTION}.peer.first"), "a short loss keeps the connection"
    page.evaluate(f"{CONNECTION}.patienceMs = 1000")
    with unreachable(server.process):
        page.wait_for_function(f"{CONNECTION}.triesLeft < 29")
    page.wait_for_function(f"{CONNECTION}.peer?.first === undefined")
    wait_for_numbers(page)
    expect(page.get_by_text("The connection was lost.")).to_be_hidden()


def wait_for_more(page: Page) -> None:
    frame = int(page.locator(".lp").get_attribute("data-frame"))
    page.wait_for_function(f"Number(document.querySelector('.lp').dataset.frame) > {frame + 10}")


def test_two_tabs_have_independent_live_videos(live, page):
    start_camera(page)
    wait_for_numbers(page)
    live_button(page, "Stop").click()
    expect(page.get_by_text("Press Start")).to_be_visible()
    wait_for_more(live)
    no_errors(live)


SENT = f"""async () => [...(await {CONNECTION}.peer.getStats()).values()].find(
  (one) => one.type === "outbound-rtp").framesSent"""


def test_a_hidden_page_sends_and_requests_nothing_until_it_is_visible_again(live):
    page = live
    page.evaluate(HIDE, True)
    page.wait_for_timeout(3500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sent = page.evaluate(SENT)
    page.wait_for_timeout(1000)
    assert page.evaluate(SENT) == sent
    assert asked == []
    page.evaluate(HIDE, False)
    wait_for_more(page)
    expect(page.locator(".lp-problem")).not_to_have_text(re.compile("No frames|not answering|connection"))


def test_landmarks_are_sent_to_another_program_on_this_machine(live, websocket_port, shot):
    page = live
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="WebSocket").click()
    expect(page.get_by_text(f"WebSocket: at ws://127.0.0.1:{websocket_port}")).to_be_visible()
    page.get_by_role("button", name="VMC (avatars)").click()
    expect(page.get_by_text("Mirror the avatar")).to_be_visible()
    expect(page.get_by_text("VMC: to 127.0.0.1, port 39539")).to_be_visible()
    shot(page, "sending")
    with connect(f"ws://127.0.0.1:{websocket_port}") as receiver:
        assert len(json.loads(receiver.recv(10))["landmarks"]) == 33
        page.evaluate(HIDE, True)  # a game in front of the browser
        page.wait_for_timeout(3500)
        frames = [json.loads(receiver.recv(10)) for _ in range(30)]
        assert frames[-1]["number"] - frames[0]["number"] >= 29
        people = [person for frame in frames for person in frame["people"]]
        assert all(len(person["world"]) == 33 for person in people)
        # In single frames a part may have no pose, such as a head that the model takes for one from behind.
        places_m = [part["translation_m"] for person in people for part in person["rigid"].values()]
        assert places_m
        assert all(away_m > 0 for *_, away_m in places_m)
        page.evaluate(HIDE, False)
        live_button(page, "Stop").click()
        with suppress(ConnectionClosedOK):  # closed properly, not cut off
            for _ in range(1000):
                receiver.recv(10)
            raise AssertionError("it still sends after the video was stopped")


COLOR_AT_ELBOW = """() => {
  const { canvas, shown, data } = window.posecoreDevice;
  const { xy } = shown.people.people[0];
  const LEFT_ELBOW = 13;
  const [x, y] = [xy[2 * LEFT_ELBOW], xy[2 * LEFT_ELBOW + 1]];
  const across = data.device.mirror ? canvas.width - x : x;
  return [...canvas.getContext("2d").getImageData(Math.round(across), Math.round(y), 1, 1).data].slice(0, 3);
}"""
LEFT = [230, 159, 0]


class Traffic:
    """What leaves a page, and for whom."""

    def __init__(self, page: Page) -> None:
        self.sent: list[bytes] = []
        self.hosts: set[str] = set()
        page.on("request", self._note)
        page.on("websocket", lambda socket: socket.on("framesent", self._take))

    def _note(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)
        self._take(request.post_data_buffer or b"")

    def _take(self, data: bytes | str) -> None:
        self.sent.append(data.encode() if isinstance(data, str) else data)


@pytest.fixture(scope="module")
def own_visit(browser: Browser, server) -> Iterator[tuple[Page, Traffic]]:
    """A visitor whose own device finds people."""
    with new_context(browser, server) as context:
        page = context.new_page()
        page.add_init_script("""localStorage.setItem("posecore.live.where", "device"); window.peers = 0;
            window.RTCPeerConnection = class extends RTCPeerConnection {
                constructor(given) { super(given); window.peers++; }
            };""")
        traffic = Traffic(page)
        start_camera(page)
        wait_for_numbers(page)
        yield page, traffic


@pytest.fixture
def own(own_visit, server, request: pytest.FixtureRequest) -> tuple[Page, Traffic]:
    """The same visitor with a live picture."""
    page, traffic = own_visit
    if urlsplit(page.url).path != "/webcam":
        page.goto("/webcam")
    if page.locator(".lp").get_attribute("data-live") is None:
        live_button(page, "Start").click()
    request.node.stash.setdefault(VISITS, []).append((page, server))
    wait_for_numbers(page)
    return page, traffic


def test_the_visitors_own_device_finds_people_and_no_picture_leaves_it(own, server, shot):
    page, traffic = own
    expect(page.locator(".lc")).to_have_attribute("data-where", "device")
    expect(page.locator(".lp-strip")).to_contain_text(re.compile(r"Displayed fps [1-9]\d* .*Delay \d+ ms People 1"))
    expect(page.locator(".lp-values").first).to_have_text(re.compile(r"^\d+°±\d+$"))
    assert page.evaluate(COLOR_AT_ELBOW) == LEFT, "the joint is drawn where it was found"
    page.get_by_role("button", name="Freeze").click()
    show(page, "Table")
    expect(page.get_by_text("Landmarks of the frozen frame")).to_be_visible()
    held = page.locator(".lp").get_attribute("data-frame")
    live_button(page, "Snapshot").click()
    expect(page.get_by_role("img", name="Snapshot 1")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("No network. The live picture and its numbers go on")).to_be_visible()
    assert page.locator(".lp").get_attribute("data-frame") == held
    page.get_by_role("button", name="Resume").click()
    wait_for_more(page)
    page.context.set_offline(False)
    shot(page, "device")
    no_errors(page)
    check_accessibility(page)
    assert traffic.hosts - {""} == {urlsplit(server.url).netloc}, "others are not asked"
    assert page.evaluate("window.peers") == 0
    assert max(map(len, traffic.sent)) < 20_000, "less than a picture has"
    assert not any(mark in data for data in traffic.sent for mark in (b"\xff\xd8\xff", b"PNG", b"image/"))


def test_the_coach_follows_the_visitors_own_device_by_landmarks_only(own):
    page, traffic = own
    before = len(traffic.sent)
    page.get_by_text("Coach", exact=True).click()
    board = page.locator(".co")
    expect(board.locator(".co-cue")).to_have_text(re.compile("Step back|Get ready"))  # so it sees the person
    board.locator('[data-do="begin"]').click()
    expect(board).to_have_attribute("data-phase", "work")
    page.get_by_text("Coach", exact=True).click()
    page.wait_for_function("!window.posecoreDevice.link")
    frames = [frame for data in traffic.sent[before:] if data[:1] == b"\2" for frame in read_frames(data)]
    assert len(frames) > 5
    assert {len(frame.ids) for frame in frames} == {1}
    assert {frame.size for frame in frames} == {(480, 360)}
    after = len(traffic.sent)
    wait_for_more(page)
    assert not any(data[:1] == b"\2" for data in traffic.sent[after:]), "nothing needs them any more"
    no_errors(page)


def test_a_recording_of_the_visitors_own_device_is_sent_only_to_be_opened(own, shot):
    page, traffic = own
    live_button(page, "Record").click()
    expect(live_button(page, "Stop recording")).to_have_text(re.compile("0:0[2-9]"))
    live_button(page, "Stop recording").click()
    expect(
        page.get_by_text(re.compile(r"Recorded on this device: [1-9] s, .* Nothing of it has been sent"))
    ).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save landmarks").click()
    found = load_sequence(download.value.path()).sequence
    assert len(found) > 5
    assert found.size == (480, 360)
    shot(page, "device-recording")
    assert max(map(len, traffic.sent)) < 20_000
    page.get_by_role("button", name="Open on Video").click()
    expect(page.get_by_role("heading", name="Video")).to_be_visible()
    wait_for_player(page)
    expect(page.get_by_text("analysed live")).to_be_visible()
    page.get_by_role("link", name="Webcam", exact=True).click()
    expect(page.get_by_text("Recorded on this device")).to_be_visible()
    wait_until_idle(page)
    page.get_by_role("button", name="Open on Image").click()
    expect(page.get_by_text("snapshot.png", exact=True)).to_be_visible()
    no_errors(page)


def test_a_device_that_fails_says_so_and_the_server_takes_over(own):
    page, _ = own
    page.evaluate(
        "window.posecoreDevice.pose.worker.dispatchEvent(new ErrorEvent('error', { message: 'out of order' }))"
    )
    expect(page.get_by_role("alert").filter(has_text="ended unexpectedly")).to_be_visible()
    page.get_by_role("button", name="Use the server instead").click()
    expect(page.locator(".lc")).to_have_attribute("data-where", "server")
    expect(page.locator(".lp-strip")).to_contain_text("Connection direct")
    expect(page.get_by_text("Frames go from your browser to the server")).to_be_visible()
    no_errors(page)
