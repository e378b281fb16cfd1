"""Landmarks are sent to other programs on the visitor's machine while this is on and the video is live."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pages.ui.live.sending import Sending
from pages.ui.live.stream import LiveOptions, LiveStream
from posecore import FramePoses, HandSlot, InvalidOption, PosecoreError, PoseOptions
from tests.synthetic_hands import hands_at

NOBODY = FramePoses.nobody((640, 480), 0.5)


@pytest.fixture
def port(monkeypatch) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    monkeypatch.setenv("POSECORE_WEBSOCKET_PORT", str(free))
    return free


@pytest.fixture
def sending() -> Iterator[Sending]:
    sending = Sending(LiveStream(LiveOptions(PoseOptions())))
    yield sending
    sending.close()


def test_nothing_is_sent_at_first(sending):
    sending.choose([])
    assert sending.stream.send_on is None


def test_frames_are_sent_until_sending_is_switched_off(sending, port):
    sending.choose(["WebSocket"])
    with connect(f"ws://127.0.0.1:{port}") as receiver:
        assert json.loads(receiver.recv(5))["type"] == "hello"
        sending.stream.send_on(NOBODY, 7, None)
        frame = json.loads(receiver.recv(5))
        assert (frame["number"], frame["people"]) == (7, [])
        sending.choose([])
        with pytest.raises(ConnectionClosed):
            receiver.recv(5)
    assert sending.stream.send_on is None


def test_sending_ends_with_the_video(sending, port):
    sending.choose(["OSC", "WebSocket"])
    sending.stream.end()
    assert sending.stream.send_on is None
    until = time.monotonic() + 20
    while is_open(port):
        assert time.monotonic() < until, "the port was not freed"
        time.sleep(0.05)
    sending.choose(["WebSocket"])
    assert sending.stream.send_on is None, "a stream that has ended sends nothing"


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_port_in_use_is_reported_and_the_other_protocol_still_sends(sending, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(PosecoreError, match=str(port)):
            sending.choose(["OSC", "WebSocket"])
    assert list(sending.open) == ["OSC"]
    assert sending.stream.send_on is not None


def test_an_invalid_port_is_refused_with_its_variable_name(sending, monkeypatch):
    monkeypatch.setenv("POSECORE_OSC_PORT", "many")
    with pytest.raises(InvalidOption, match="POSECORE_OSC_PORT"):
        sending.choose(["OSC"])


def test_an_avatar_gets_people_and_hands_mirrored_only_if_wanted(sending, monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(20)
        monkeypatch.setenv("POSECORE_VMC_PORT", str(receiver.getsockname()[1]))
        sending.choose(["VMC"], mirror=True)
        assert sending.open["VMC"].mirror
        sending.stream.send_on(NOBODY, 7, None)
        assert b"/VMC/Ext/OK" in receiver.recv(65536)
        sending.choose(["VMC"])
        assert not sending.open["VMC"].mirror
        with_hands = hands_at({HandSlot(1, "left"): (300, 200)}, time_s=0.6)
        sending.stream.send_on(replace(NOBODY, time_s=0.6), 8, with_hands)
        bones = b"".join(receiver.recv(65536) for _ in range(5))
    assert b"LeftLittleDistal" in bones
