"""Landmarks from a visitor's own device: over real connections, from the app's own route."""

import asyncio
import gc
import json
import random
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pages.ui.live import device_link
from pages.ui.live.coach import Coach
from pages.ui.live.device_frames import MOST_BYTES, RefusedFrames, frame_bytes, read_frames
from pages.ui.live.device_link import PROTOCOL, Device
from pages.ui.live.device_stream import MOST_PER_S, STEP_EVERY_S, DeviceStream
from pages.ui.live.sets import Target
from pages.ui.serving import sockets
from pages.ui.serving.server import SmallSockets, lifespan
from posecore import FrameHands, FramePoses, HandSlot, PoseSequence
from posecore.limits import Limits
from tests.motion.exercises.figure import squats
from tests.synthetic_hands import hands_at

ROOT = Path(__file__).resolve().parents[2]
TARGET = Target(amount=9, sets=1, rest_s=0)
HANDS = hands_at({HandSlot(7, "right"): (300, 350), HandSlot(1, "left"): (450, 350)})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The app's route, on a server as the app's own."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=sockets.routes()), log_level="error", lifespan="off", ws=SmallSockets)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def clip() -> PoseSequence:
    return squats([1] * 5)


@pytest.fixture
def device() -> Device:
    """A visit's device with a coach, whose session has begun."""
    device = Device()
    device.stream.coach = coach_at_work()
    return device


def coach_at_work() -> Coach:
    coach = Coach("squat", TARGET)
    coach.report([], 0, "begin")
    return coach


def test_the_app_serves_its_own_sockets_so(monkeypatch):
    server = uvicorn.Server(uvicorn.Config(Starlette()))
    server.config.load()
    monkeypatch.setattr("pages.ui.serving.server.signal.getsignal", lambda number: server.handle_exit)
    monkeypatch.setattr("pages.ui.serving.server._stop_on_signals", lambda server: None)
    monkeypatch.setattr("pages.ui.serving.server.share_heaps", lambda: None)
    monkeypatch.setattr("pages.ui.serving.server.job_records.log_to_errors", lambda: None)
    monkeypatch.setattr("pages.ui.serving.server.temporary.begin_own_folder", lambda: None)
    monkeypatch.setattr("pages.ui.serving.server.temporary.delete_what_was_left", lambda: None)
    monkeypatch.setattr("pages.ui.serving.server.webbrowser.open", lambda address: None)

    async def start() -> None:
        async with lifespan(None):
            pass

    with ThreadPoolExecutor(1) as pool:  # the main thread has an event loop already if browser tests run
        pool.submit(asyncio.run, start()).result()
    assert server.config.ws_protocol_class is SmallSockets


@contextmanager
def connected(url: str, device: Device, **kwargs) -> Iterator[ClientConnection]:
    with connect(f"{url}/{device.address}", subprotocols=[PROTOCOL], compression="deflate", **kwargs) as link:
        yield link


def messages(clip: PoseSequence, at_once: int = 6, begin_s: float = 5.0) -> list[bytes]:
    """A clip as a browser sends it."""
    frames = [frame_bytes(clip.frame(index), index, begin_s + at) for index, at in enumerate(clip.times_s)]
    return [b"".join(frames[start : start + at_once]) for start in range(0, len(frames), at_once)]


def closing(link: ClientConnection) -> tuple[int, str]:
    """Code and reason with which the server ends a connection."""
    with suppress(ConnectionClosed):
        while True:
            link.recv(10)
    return link.close_code, link.close_reason


def counted_directly(clip: PoseSequence) -> int:
    coach = coach_at_work()
    frames = [replace(clip.frame(index), time_s=5 + at) for index, at in enumerate(clip.times_s)]
    for end in range(6, len(frames) + 6, 6):
        answer = coach.report(frames[end - 6 : end], frames[min(end, len(frames)) - 1].time_s)
    return answer["count"]


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a clip be sent faster than it is played."""
    monkeypatch.setattr("pages.ui.live.device_stream._APART_S", 1e6)
    monkeypatch.setattr("pages.ui.live.device_stream.MOST_PER_S", 100_000)


def test_a_frame_is_the_same_after_the_way(clip):
    people = [clip.frame(10), clip.frame(20)]
    both = FramePoses(
        **{name: np.concatenate([each.arrays[name] for each in people]) for name in people[0].arrays},
        person_ids=np.array([7, 3]),
        time_s=0,
        size=(1280, 720),
    )
    message = frame_bytes(both, 41, 2.5) + frame_bytes(FramePoses.nobody((640, 480)), 42, 2.75)
    assert len(message) == 24 + 2 * 1060 + 24
    first, second = read_frames(message)
    assert (first.number, first.time_s, first.size, first.ids.tolist()) == (41, 2.5, (1280, 720), [7, 3])
    for name, array in first.poses(8.0).arrays.items():
        np.testing.assert_array_equal(array, both.arrays[name])
    assert (second.number, len(second.poses(9)), second.poses(9).time_s) == (42, 0, 9)
    assert first.hands(8.0) is second.hands(9) is None


def test_hands_are_the_same_after_the_way(clip):
    size = clip.size
    message = frame_bytes(clip.frame(0), 1, 1.0, HANDS) + frame_bytes(clip.frame(1), 2, 2.0, FrameHands.nobody(size))
    first, second = read_frames(message)
    hands = first.hands(7.5)
    assert (hands.slots, hands.time_s, hands.size) == (HANDS.slots, 7.5, size)
    for name, array in hands.arrays.items():
        np.testing.assert_array_equal(array, HANDS.arrays[name])
    assert len(second.hands(8)) == 0, "they were looked for"


def changed(message: bytes, at: int, new: bytes) -> bytes:
    return message[:at] + new + message[at + len(new) :]


def value(number: float) -> bytes:
    return np.float32(number).tobytes()


def test_what_is_not_a_frame_is_refused_with_a_reason(clip):
    good = frame_bytes(clip.frame(10), 5, 1.0)
    landmark = 24 + 4 + 32 * 7
    with_hands, slot = frame_bytes(clip.frame(10), 5, 1.0, HANDS), 24 + 1060
    wrong = {
        b"": "65536 bytes",
        bytes(MOST_BYTES + 1): "65536 bytes",
        good[:20]: "head",
        good[:-1]: "bytes of 1 people",
        good + good: "grow",
        changed(good, 0, b"\x01"): "version",
        changed(good, 1, b"\xff"): "people",
        changed(good, 2, b"\0\0"): "px",
        changed(good, 6, b"\2"): "version",
        changed(good, 7, b"\1"): "at most 0 hands",
        changed(with_hands, 7, b"\xff"): "hands",
        changed(with_hands, 7, b"\3"): "1 people and 3 hands",
        changed(with_hands, slot + 4, b"\2"): "side",
        changed(with_hands, slot, with_hands[slot + 8 : slot + 16]): "twice",
        changed(with_hands, slot + 16, value(np.nan)): "of hands",
        changed(with_hands, slot + 16 + 4 * 63, value(2000)): "of hands",
        changed(with_hands, slot + 16 + 4 * 127, value(1.5)): "of hands",
        changed(good, 12, b"\0\0\0\x01"): "waited",
        changed(good, 16, np.float64(np.nan).tobytes()): "time",
        changed(good, 16, np.float64(-1).tobytes()): "time",
        changed(good, landmark, value(np.inf)): "far outside",
        changed(good, landmark + 16, value(2000)): "far outside",
        changed(good, landmark + 24, value(1.5)): "far outside",
        changed(good, landmark, value(np.nan)): "as a whole",
        changed(good, landmark + 20, value(np.nan)): "as a whole",
    }
    for message, reason in wrong.items():
        with pytest.raises(RefusedFrames, match=reason) as raised:
            read_frames(message)
        assert len(str(raised.value)) <= 100
        assert str(raised.value).isascii()
    twice = FramePoses(
        **{name: np.repeat(array, 2, 0) for name, array in clip.frame(10).arrays.items()},
        person_ids=np.array([1, 2]),
        time_s=0,
        size=clip.size,
    )
    with pytest.raises(RefusedFrames, match="twice"):
        read_frames(changed(frame_bytes(twice, 1, 1.0), 28, b"\1"))
    assert read_frames(changed(good, landmark, value(np.nan) * 8)), "but a landmark may be unknown"


def told(link: ClientConnection, wish: str) -> dict:
    """The answer to a wish."""
    link.send(json.dumps({"coach": wish}))
    while (answer := json.loads(link.recv(10)))["told"] != wish:
        pass
    return answer


def test_the_coach_counts_what_it_counts_of_the_same_landmarks_directly(url, device, clip, monkeypatch):
    hurry(monkeypatch)
    with connected(url, device) as link:
        for message in messages(clip):
            link.send(message)
        answer = told(link, "result")
        assert answer["coach"]["count"] == counted_directly(clip) >= 4
        assert (answer["goes_on_unseen"], answer["gestures"], answer["problem"]) == (False, None, None)
        assert told(link, "end")["coach"]["phase"] == "done"
    assert device.stream.dropped == 0


def test_what_comes_late_keeps_its_times_and_a_clock_far_away_is_another_one(clip, monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: clock.now_s, now_s=100.0)
    monkeypatch.setattr("pages.ui.live.device_stream.time", clock)
    stream, (first, second, third, *_) = DeviceStream(), messages(clip)
    stream.coach = coach_at_work()
    stream.begin()
    stream.take(first)
    clock.now_s += 7  # the network or the server was busy
    stream.take(second)
    times_s = [moment.poses.time_s for moment in stream._waiting]
    assert np.diff(times_s) == pytest.approx(1 / 30, abs=1e-6)
    assert times_s[5] == 100
    stream.begin()
    stream.take(third)
    assert stream._waiting[-1].poses.time_s == 107


def sets_of(coach: Coach) -> list[tuple[bool, list[float]]]:
    session = coach.finished
    return [(each.finished, [round(one.extreme_s, 1) for one in each.repetitions]) for each in session.sets]


def test_a_coach_catches_up_with_what_a_lost_connection_held_up(clip, monkeypatch):
    """Sets, the rest between them and the end are those of a connection that held, and nothing old presses a button."""
    clock = SimpleNamespace(monotonic=lambda: clock.now_s, now_s=1000.0)
    monkeypatch.setattr("pages.ui.live.device_stream.time", clock)
    numbers, third, target = range(len(clip)), len(clip) // 3, Target(amount=2, sets=2, rest_s=2)
    frame = partial(lambda at, **waited: frame_bytes(clip.frame(at), at, 5 + clip.times_s[at], **waited))
    held, lost = DeviceStream(), DeviceStream()
    for stream in (held, lost):
        stream.coach, stream.gestures = Coach("squat", target), SimpleNamespace(report=lambda moments: len([*moments]))
        stream.begin()
        stream.hear('{"coach": "begin"}')
    for first in range(0, len(clip), 6):
        clock.now_s += 0.2
        for stream in (held, lost)[: 1 + (first < third)]:
            stream.take(b"".join(map(frame, numbers[first : first + 6])))
            stream.digest()
    assert held.coach.report([], 0)["phase"] == "done"
    assert len(sets_of(held.coach)) == 2
    lost.leave(1)
    lost.end_unless_back(1)
    lost = lost.successor()  # as after half a minute
    lost.begin()
    clock.now_s += 40
    kept = [*numbers[third - 12 : third], *numbers[third::2]]  # the first of them had arrived
    for first in range(0, len(kept), 24):
        waits = [(at, 40 + clip.times_s[-1] - clip.times_s[at]) for at in kept[first : first + 24]]
        lost.take(b"".join(frame(at, waited_s=waited) for at, waited in waits))
    texts = []
    while lost.is_behind:
        texts.append(lost.digest())
        assert lost.digest() is None, "no visit takes all the server's time"
        clock.now_s += STEP_EVERY_S
    answers = [json.loads(text) for text in texts if text]
    assert len(texts) > 2 * len(clip) / 3 / 30, "in steps of half a second"
    assert sets_of(lost.coach) == sets_of(held.coach)
    assert (answers[0]["keeps"], answers[-1]["keeps"]) == (True, False)
    assert not any(answer["gestures"] for answer in answers)
    clock.now_s += 3
    assert json.loads(lost.digest())["got"] == kept[-1]


BROWSER = """
    const { Link } = await import(process.argv[1]);
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    const { address, size, frames } = JSON.parse(Buffer.concat(chunks).toString());
    const states = [];
    let answer = null;
    const link = new Link(address, { onMessage: (given) => (answer = given), onState: (state) => states.push(state) });
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    let onLine = true;
    Object.defineProperty(globalThis, "navigator", { value: { get onLine() { return onLine; } }, configurable: true });
    const [goes, returns] = [frames.length / 3, (2 * frames.length) / 3];
    for (let at = 0; at < frames.length; await pause(1)) {
      link.flush(); // as fast as the server reads, so that nothing is given up
      if (onLine && (link.state !== "open" || link.waiting.length || !link.kept.empty)) continue;
      for (const { number, timeS, person } of frames.slice(at, (at += 6))) {
        for (const name in person) person[name] = Float32Array.from(person[name]);
        link.send({ number, timeS, size, people: [{ id: 1, ...person }] });
      }
      link.flush();
      if (onLine && at >= goes && at < goes + 6) {
        while (!answer?.keeps) await pause(20); // it says that somebody counts
        onLine = false;
        link.drop(); // and what it has sent may not have arrived
      } else if (!onLine && at >= returns) {
        onLine = true;
        link.connect();
      }
    }
    for (const end = performance.now() + 60000; answer?.told !== "result" && performance.now() < end; await pause(20)) {
      link.ask("result");
    }
    link.close();
    console.log(JSON.stringify({ count: answer.coach.count, states, dropped: link.dropped }));
"""


def test_a_browser_that_comes_back_goes_on_counting(url, device, clip, monkeypatch):
    """The page's own script, in Node, without a network for a third of the clip; its model is opened again later."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    hurry(monkeypatch)
    frames = [
        {
            "number": index % 250,
            "timeS": 5 + at,
            "person": {name: array[index, 0].ravel().tolist() for name, array in arrays},
        }
        for arrays in [clip.arrays.items()]
        for index, at in enumerate(clip.times_s.tolist())
    ]
    given = {"address": f"{url.replace('ws', 'http')}/{device.address}", "size": clip.size, "frames": frames}
    module = (ROOT / "pages/ui/js/device/link.js").as_uri()
    command = ["node", "--no-warnings", "--experimental-websocket", "--input-type=module", "-e", BROWSER, module]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("states") == ["connecting", "open", "lost", "connecting", "open", "closed"]
    assert found == {"count": counted_directly(clip), "dropped": 0}


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:1"])
def test_pages_of_others_are_refused(url, device, origin):
    with pytest.raises(InvalidStatus) as refused, connected(url, device, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_own_pages_are_let_in_and_get_no_compression(url, device):
    with connected(url, device, origin=url.replace("ws", "http")) as link:
        assert link.protocol.extensions == []
    with pytest.raises(InvalidStatus), connect(f"{url}/{device.address}", subprotocols=["chat"]):
        pass


def test_a_wrong_token_gets_a_reason_and_nothing_else(url, device):
    wrong = Device()
    wrong.stream.coach = coach_at_work()
    address = wrong.address
    del wrong
    gc.collect()
    for path in (address, f"{sockets.FOLDER}/{'0' * 64}"):
        with connect(f"{url}/{path}", subprotocols=[PROTOCOL]) as link:
            code, reason = closing(link)
        assert code == sockets.GONE
        assert "Open the page again" in reason


def test_a_token_reaches_its_own_visit_only(url, device, clip, monkeypatch):
    other = Device()
    other.stream.coach = coach_at_work()
    hurry(monkeypatch)
    with connected(url, other) as link:
        for message in messages(clip):
            link.send(message)
        assert told(link, "result")["coach"]["count"] >= 4
    assert device.stream.coach.report([], 100.0)["count"] == 0


def test_the_connection_ends_with_the_visit_and_with_the_next_one(url, device, monkeypatch):
    monkeypatch.setattr(device_link, "RETURNS_S", 0)
    stream = device.stream
    with connected(url, device) as first:
        first.send('{"coach": "result"}')
        first.recv(10)
        with connected(url, device) as second:
            assert closing(first)[0] == sockets.REPLACED
            second.send('{"coach": "result"}')
            second.recv(10)
            time.sleep(0.1)
            assert (stream.connected, stream.ended) == (True, False), "that the first one is gone means nothing"
            token, address = device._token, device.address
            del device
            sockets.withdraw(token)  # as when the visit's memory is freed
            assert closing(second)[0] == sockets.GONE
    with connect(f"{url}/{address}", subprotocols=[PROTOCOL]) as link:
        assert closing(link)[0] == sockets.GONE


def test_the_end_of_a_visit_withdraws_its_address():
    device = Device()
    token = device._token
    assert token in sockets._offers
    del device
    gc.collect()
    assert token not in sockets._offers


def refused_for(url: str, device: Device, *sent: bytes | str) -> str:
    with connected(url, device) as link:
        with suppress(ConnectionClosed):
            for message in sent:
                link.send(message)
        code, reason = closing(link)
    assert code in (sockets.REFUSED, 1009)
    return reason


def test_what_is_too_much_ends_the_connection(url, device, clip):
    good = messages(clip)
    assert "grow" in refused_for(url, device, good[1], good[0])
    assert "65536" in refused_for(url, device, bytes(MOST_BYTES + 1))
    assert "wish" in refused_for(url, device, "[" * 5000)
    assert "wish" in refused_for(url, device, '{"coach": "win"}')
    device.stream._allowed = 100
    assert f"at most {MOST_PER_S} frames" in refused_for(url, device, *good)


def test_damaged_messages_are_followed_or_refused_but_break_nothing(url, clip):
    chance = random.Random(5)
    good = messages(clip, 3)
    outcomes = {"refused": 0, "followed": 0}
    for _ in range(60):
        device = Device()
        device.stream.coach = coach_at_work()
        bad = bytearray(chance.choice(good))
        for _ in range(chance.choice([1, 3, 30])):
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        bad = bad[: chance.choice([len(bad), len(bad), chance.randrange(len(bad))])]
        with connected(url, device) as link:
            link.send(bytes(bad))
            with suppress(ConnectionClosed):
                assert json.loads(link.recv(10))["problem"] is None
        assert link.close_code in (1000, sockets.REFUSED), link.close_reason
        outcomes["refused" if link.close_code == sockets.REFUSED else "followed"] += 1
    assert min(outcomes.values()) > 5, outcomes


def test_a_full_server_says_so(url, device, monkeypatch):
    monkeypatch.setattr(device_link, "LIMITS", Limits(device_viewers=1))
    other = Device()
    other.stream.coach = coach_at_work()
    with connected(url, device) as link:
        link.send('{"coach": "result"}')
        link.recv(10)
        with connected(url, other) as second:
            assert closing(second) == (sockets.FULL, "All 1 places are taken.")


def test_a_device_that_sends_nothing_rests_and_what_follows_it_ends_later(url, device, monkeypatch):
    monkeypatch.setattr(device_link, "IDLE_S", 0.2)
    monkeypatch.setattr(device_link, "RETURNS_S", 0.2)
    first = device.stream
    assert device.stream is first
    with connected(url, device) as link:
        assert closing(link)[0] == sockets.RESTS
    wait_for(lambda: first.ended)
    with connected(url, device) as link:
        link.send('{"coach": "result"}')
        assert json.loads(link.recv(10))["coach"]["phase"] == "work"
    assert device.stream is not first
    assert device.stream.coach is first.coach, "the count goes on"


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_other_programs_get_each_frame_and_nothing_is_asked_for_if_nobody_needs_it(url, clip):
    device, sent = Device(), []
    assert device.address is None
    device.stream.send_on = lambda poses, number, hands: sent.append(
        (number, len(poses), round(poses.time_s, 3), hands)
    )
    with connected(url, device) as link:
        link.send(messages(clip)[1])
        assert json.loads(link.recv(10))["goes_on_unseen"]
    assert [each[:2] for each in sent] == [(number, 1) for number in range(6, 12)]
    assert [each[2] for each in sent] == pytest.approx((clip.times_s[6:12] - clip.times_s[11]).clip(0), abs=0.002)
