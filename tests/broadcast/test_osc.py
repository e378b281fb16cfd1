"""What a program listening for OSC receives."""

import queue
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, OscSender
from posecore.limits import LIMITS

PATIENCE_S = 20


class Receiver:
    """A program that listens.

    Attributes:
        port: where.
    """

    def __init__(self) -> None:
        self._heard: queue.Queue[tuple[str, tuple]] = queue.Queue()
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *values: self._heard.put((address, values)))
        self._server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01])
        self._thread.start()

    def messages(self, count: int) -> list[tuple[str, tuple]]:
        """The next ``count`` messages."""
        return [self._heard.get(timeout=PATIENCE_S) for _ in range(count)]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def plain_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE_S)
        yield receiver


def test_a_frame_is_a_header_and_each_landmark_of_each_person(receiver, people):
    poses = people(3, 12)
    with OscSender(receiver.port) as sender:
        sender.send(poses, 7)
    head, *landmarks = receiver.messages(1 + 2 * 33)
    assert head == ("/pose/frame", (7, 1.25, 640, 480, 2, 3, 12))
    expected = [f"/pose/{person}/{name}" for person in (3, 12) for name in BLAZEPOSE_33.landmarks]
    assert [address for address, _ in landmarks] == expected
    values = np.array([values for _, values in landmarks]).reshape(2, 33, 6)
    np.testing.assert_array_equal(values[..., :2], poses.xy)
    np.testing.assert_array_equal(values[..., 2:5], poses.world)
    np.testing.assert_array_equal(values[..., 5], poses.visibility)


def test_a_frame_without_people_is_sent_too(receiver):
    with OscSender(receiver.port) as sender:
        sender.send(FramePoses.nobody((640, 480), 0.5), 8)
    assert receiver.messages(1) == [("/pose/frame", (8, 0.5, 640, 480, 0))]


@pytest.mark.parametrize("name", ["xy", "world", "visibility"])
def test_a_landmark_without_numbers_is_left_out(receiver, people, name):
    poses = people(1)
    values = getattr(poses, name).copy()
    values.reshape(33, -1)[BLAZEPOSE_33.index("left_wrist"), -1] = np.nan
    with OscSender(receiver.port) as sender:
        sender.send(replace(poses, **{name: values}), 1)
        sender.send(poses, 2)
    told = [address for address, _ in receiver.messages(1 + 32 + 1)]
    assert "/pose/1/left_wrist" not in told
    assert told[-1] == "/pose/frame"


def test_a_datagram_is_one_bundle_below_8_kb(plain_socket, people):
    ids = [2**40 + index for index in range(LIMITS.people)]
    with OscSender(plain_socket.getsockname()[1]) as sender:
        sender.send(people(*ids), 2**40)
        datagrams = [plain_socket.recv(65536) for _ in range(1 + len(ids))]
    assert all(datagram.startswith(b"#bundle\0") for datagram in datagrams)
    assert max(map(len, datagrams)) < 8000


def test_it_works_without_a_listener(udp_port, people):
    with OscSender(udp_port) as sender:
        for number in range(20):
            sender.send(people(1, 2), number)


def test_a_closed_sender_sends_nothing(receiver, people):
    with OscSender(receiver.port) as closed, OscSender(receiver.port) as other:
        closed.close()
        closed.close()
        closed.send(people(1), 1)
        other.send(people(), 2)
    [(_, (number, *_))] = receiver.messages(1)
    assert number == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells of its sockets in a file")
def test_the_network_cannot_reach_it(plain_socket, people):
    with OscSender(plain_socket.getsockname()[1]) as sender:
        sender.send(people(1), 1)
        _, (host, port) = plain_socket.recvfrom(65536)
        lines = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    assert host == "127.0.0.1"
    bound = [line[1].split(":") for line in lines if line[1].endswith(f":{port:04X}")]
    assert [address for address, _ in bound] == ["0100007F"]


def test_invalid_port_is_named(no_port):
    with pytest.raises(InvalidOption, match=r"Expected 'port' to be a whole number from 1024 to 65535, but got"):
        OscSender(no_port)
