"""People to send, a program that receives OSC messages, and free ports of this machine."""

import queue
import socket
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from posecore import FramePoses

PATIENCE_S = 60


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
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def people() -> Callable[..., FramePoses]:
    """Makes a frame of people with these ids; all numbers differ, with no more digits than are sent."""

    def make(*ids: int, time_s: float = 1.25) -> FramePoses:
        count = len(ids)
        steps = np.arange(count * 33, dtype=float).reshape(count, 33)
        return FramePoses(
            xy=np.stack([100 + steps, 50 + steps / 2], axis=-1),
            z=-steps,
            world=np.stack([steps / 100, -steps / 100, steps / 200], axis=-1),
            visibility=np.full((count, 33), 0.75),
            presence=np.ones((count, 33)),
            person_ids=ids,
            time_s=time_s,
            size=(640, 480),
        )

    return make


@pytest.fixture(params=[80, 1023, 65536, -1, 9000.0, "9000", None])
def no_port(request: pytest.FixtureRequest) -> object:
    """Invalid ports for a feed."""
    return request.param


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def tcp_port() -> int:
    return _free(socket.SOCK_STREAM)


@pytest.fixture
def udp_port() -> int:
    return _free(socket.SOCK_DGRAM)


@pytest.fixture
def plain_socket() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE_S)
        yield receiver
