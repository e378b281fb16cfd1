"""What programs connected to the WebSocket feed receive, and that misbehaving ones do not disturb others."""

import base64
import json
import re
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from posecore import (
    BLAZEPOSE_33,
    FeedUnavailable,
    FramePoses,
    FrameRigid,
    InvalidOption,
    RigidPose,
    RigidSlot,
    WebSocketFeed,
)
from posecore.broadcast import websocket
from posecore.limits import LIMITS

PATIENCE_S = 60
ASK = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n\r\n"
)


@pytest.fixture
def feed(tcp_port) -> Iterator[WebSocketFeed]:
    with WebSocketFeed(tcp_port) as feed:
        yield feed


@contextmanager
def client(port: int, **options) -> Iterator[ClientConnection]:
    """A program that has received the hello message, and so gets everything sent from now on."""
    options = {"proxy": None, "open_timeout": PATIENCE_S, **options}
    with connect(f"ws://127.0.0.1:{port}", **options) as connection:
        assert receive(connection)["type"] == "hello"
        yield connection


@contextmanager
def stalled_client(port: int) -> Iterator[socket.socket]:
    """A program that connects to the feed and then reads nothing."""
    with socket.create_connection(("127.0.0.1", port)) as stalled:
        stalled.sendall(ASK.encode())
        yield stalled


def receive(connection: ClientConnection) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(connection.recv(timeout=PATIENCE_S), parse_constant=refuse)


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def closed(connection: ClientConnection) -> tuple[int, str]:
    """Code and reason with which the other side closes a connection, ignoring messages before that."""
    while True:
        try:
            connection.recv(timeout=PATIENCE_S)
        except ConnectionClosed as end:
            return end.rcvd.code, end.rcvd.reason


def test_hello_names_the_landmarks_and_units(feed, tcp_port):
    with connect(f"ws://127.0.0.1:{tcp_port}", proxy=None) as connection:
        assert receive(connection) == {
            "type": "hello",
            "version": 1,
            "landmarks": list(BLAZEPOSE_33.landmarks),
            "units": {
                "time_s": "s",
                "size": "px",
                "xy": "px",
                "z": "px",
                "world": "m",
                "visibility": "0..1",
                "translation_m": "m",
                "quaternion": "x, y, z, w",
                "euler_deg": "yaw, pitch, roll; degrees",
                "error_px": "px",
            },
        }


def test_a_frame_holds_each_person(feed, tcp_port, people):
    poses = people(3, 12)
    with client(tcp_port) as connection:
        feed.send(poses, 7)
        frame = receive(connection)
    persons = frame.pop("people")
    assert frame == {"type": "frame", "version": 1, "number": 7, "time_s": 1.25, "size": [640, 480]}
    assert [person["id"] for person in persons] == [3, 12]
    for slot, person in enumerate(persons):
        assert person.keys() == {"id", "xy", "z", "world", "visibility"}
        np.testing.assert_allclose(person["xy"], poses.xy[slot], atol=0.051)
        np.testing.assert_allclose(person["z"], poses.z[slot], atol=0.051)
        np.testing.assert_allclose(person["world"], poses.world[slot], atol=0.00051)
        np.testing.assert_allclose(person["visibility"], poses.visibility[slot], atol=0.0051)


def test_rigid_poses_are_sent_with_their_person_and_only_those_that_there_are(feed, tcp_port, people):
    head = RigidPose.from_euler((30, -10, 5), (0.1, -0.2, 1.5), 2.04)
    rigid = FrameRigid({RigidSlot("head", 12): head}, 1.25, (640, 480))
    with client(tcp_port) as connection:
        feed.send(people(3, 12), 7, rigid=rigid)
        without, person = receive(connection)["people"]
    assert without["rigid"] == {}
    sent = person["rigid"]["head"]
    assert sent.keys() == {"translation_m", "quaternion", "euler_deg", "error_px"}
    assert sent["translation_m"] == [0.1, -0.2, 1.5]
    assert sent["euler_deg"] == [30, -10, 5]
    assert sent["error_px"] == 2.0
    np.testing.assert_allclose(Rotation.from_quat(sent["quaternion"]).as_matrix(), head.rotation, atol=2e-4)


def test_a_frame_without_people_is_sent_too(feed, tcp_port):
    with client(tcp_port) as connection:
        feed.send(FramePoses.nobody((640, 480)), 1)
        assert receive(connection)["people"] == []


def test_an_unknown_number_is_null(feed, tcp_port, people):
    poses = people(1)
    xy, world = poses.xy.copy(), poses.world.copy()
    xy[0, 15], world[0, 16, 2] = np.nan, np.inf
    with client(tcp_port) as connection:
        feed.send(replace(poses, xy=xy, world=world, z=np.full((1, 33), np.nan)), 1)
        [person] = receive(connection)["people"]
    assert person["xy"][15] == [None, None]
    assert None not in person["xy"][16]
    assert person["world"][16] == [0.16, -0.16, None]
    assert person["z"] == [None] * 33


def test_a_late_client_gets_only_new_frames(feed, tcp_port, people):
    with client(tcp_port) as early:
        feed.send(people(1), 1)
        receive(early)
        with client(tcp_port) as late:
            feed.send(people(1), 2)
            assert receive(early)["number"] == receive(late)["number"] == 2


def test_without_a_client_no_message_is_built(feed, monkeypatch, people):
    monkeypatch.setattr(websocket, "frame_text", lambda *_: pytest.fail("JSON was made for nobody"))
    feed.send(people(1), 1)


def test_frames_of_several_threads_arrive_whole(feed, tcp_port, people):
    poses = people(*range(1, 6))
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            feed.send(poses, 1)

    threads = [threading.Thread(target=send) for _ in range(3)]
    with client(tcp_port) as connection:
        for thread in threads:
            thread.start()
        try:
            assert all(len(receive(connection)["people"]) == 5 for _ in range(10))
        finally:
            done.set()
            for thread in threads:
                thread.join()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://localhost",
        "http://localhost:3000",
        "https://127.0.0.1:8443",
        "http://127.0.0.1",
        "http://[::1]:80",
    ],
)
def test_programs_and_pages_of_this_machine_may_connect(feed, tcp_port, origin):
    with client(tcp_port, origin=origin):
        pass


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "file://",
        "https://example.com",
        "http://example.com:8765",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1:80.example.com",
        "http://localhost@example.com",
        "http://127a0b0c1",
        "http://192.168.0.2:8000",
        "chrome-extension://localhost",
    ],
)
def test_pages_from_elsewhere_are_refused(feed, tcp_port, origin):
    with pytest.raises(InvalidStatus) as caught, connect(f"ws://127.0.0.1:{tcp_port}", proxy=None, origin=origin):
        pass
    assert caught.value.response.status_code == 403
    assert feed.connected == 0


def test_a_ninth_program_is_rejected_until_another_leaves(feed, tcp_port, people):
    with ExitStack() as connected:
        programs = [connected.enter_context(client(tcp_port)) for _ in range(8)]
        with connect(f"ws://127.0.0.1:{tcp_port}", proxy=None) as ninth:
            code, reason = closed(ninth)
            assert code == 1013
            assert reason == "8 programs are connected already. Close one of them first."
        feed.send(people(1), 1)
        assert [receive(program)["number"] for program in programs] == [1] * 8
        programs[0].close()
        wait_until(lambda: feed.connected == 7)
        with client(tcp_port):
            assert feed.connected == 8


def test_a_stalled_client_delays_nobody_and_costs_no_memory(feed, tcp_port, people, monkeypatch):
    # On a busy machine, the good client may wait for the processor longer than either end usually waits for a ping.
    monkeypatch.setattr(websocket, "_PATIENCE_S", 600)
    poses = people(*range(1, LIMITS.people + 1))
    with ExitStack() as connected:
        for _ in range(7):
            connected.enter_context(stalled_client(tcp_port))
        good = connected.enter_context(client(tcp_port, ping_timeout=None))
        wait_until(lambda: feed.connected == 8)
        feed.send(poses, 0)
        assert receive(good)["number"] == 0
        tracemalloc.start()
        for number in range(1, 61):  # 1.5 MB of JSON
            feed.send(poses, number)
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        numbers = [0]
        while numbers[-1] != 60:
            numbers.append(receive(good)["number"])
        assert numbers == sorted(set(numbers))
        assert kept < 1_000_000


def test_a_slow_client_gets_the_newest_frame(feed, tcp_port, people):
    with client(tcp_port, max_queue=1) as slow:
        for number in range(1000):
            feed.send(people(1), number)
        # Frames in transit or in the client's own queue are old; the next one is not.
        assert any(receive(slow)["number"] == 999 for _ in range(5))


def test_a_client_that_answers_no_ping_is_disconnected(feed, tcp_port, people, monkeypatch):
    monkeypatch.setattr(websocket, "_PATIENCE_S", 0.2)
    with stalled_client(tcp_port) as stalled:
        wait_until(lambda: feed.connected == 1)
        stalled.settimeout(PATIENCE_S)
        while b'"type":"hello"' not in stalled.recv(65536):
            pass
        feed.send(people(1), 1)
        wait_until(lambda: feed.connected == 0)


def test_a_client_that_leaves_silently_is_noticed(feed, tcp_port):
    with stalled_client(tcp_port):
        wait_until(lambda: feed.connected == 1)
    wait_until(lambda: feed.connected == 0)


def test_messages_from_clients_are_ignored(feed, tcp_port, people):
    with client(tcp_port) as talker:
        for _ in range(5000):
            talker.send("anybody there?")
        talker.send([b"in", b"pieces"])
        for number in range(5):
            feed.send(people(1), number)
            assert receive(talker)["number"] == number
    wait_until(lambda: feed.connected == 0)


def test_a_large_message_ends_the_connection(feed, tcp_port):
    with client(tcp_port) as talker:
        talker.send("x" * 5000)
        assert closed(talker)[0] == 1009


def test_closing_tells_clients_ends_threads_and_frees_the_port(tcp_port, people):
    before = set(threading.enumerate())
    feed = WebSocketFeed(tcp_port)
    with stalled_client(tcp_port) as stalled, socket.create_connection(("127.0.0.1", tcp_port)):
        stalled.settimeout(PATIENCE_S)
        with client(tcp_port) as good:
            feed.send(people(1), 1)
            closing = threading.Thread(target=feed.close)
            closing.start()
            closing.join(PATIENCE_S / 2)  # it promises to take less than two seconds
            assert not closing.is_alive()
            assert closed(good) == (1001, "The feed has ended.")
        wait_until(lambda: set(threading.enumerate()) <= before)
        with WebSocketFeed(tcp_port) as again, client(tcp_port) as other:
            again.send(people(1), 2)
            assert receive(other)["number"] == 2
        feed.send(people(1), 3)  # nothing happens
        feed.close()


def test_a_taken_port_is_named(feed, tcp_port):
    with pytest.raises(FeedUnavailable, match=f"port {tcp_port} of this machine is taken .* choose another port"):
        WebSocketFeed(tcp_port)


def test_invalid_port_is_named(no_port):
    expected = f"Expected 'port' to be a whole number from 1024 to 65535, but got {no_port!r}."
    with pytest.raises(InvalidOption, match=re.escape(expected)):
        WebSocketFeed(no_port)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells of its sockets in a file")
def test_the_network_cannot_reach_it(feed, tcp_port):
    tables = [Path("/proc/net", name) for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    listening = [line[1] for line in lines if line[3] == "0A" and line[1].endswith(f":{tcp_port:04X}")]
    assert listening == [f"0100007F:{tcp_port:04X}"]
