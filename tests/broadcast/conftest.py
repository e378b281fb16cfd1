"""People to send, and free ports of this machine."""

import socket
from collections.abc import Callable

import numpy as np
import pytest

from posecore import FramePoses


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
