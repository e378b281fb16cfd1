"""Landmarks as Open Sound Control (OSC) messages over UDP; docs/live-feed.md has the format."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import build_msg

from posecore.broadcast.ports import LOOPBACK, check_port
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33


class OscSender:
    """Sends the people of each frame to a port of this machine, whether or not a program listens there.

    It is a context manager. ``send`` may be called from any thread and never waits.

    Args:
        port: of the program that listens, 1024 to 65535.

    Raises:
        InvalidOption: if port is none of those.
    """

    def __init__(self, port: int = 9000) -> None:
        check_port(port)
        self._receiver = (LOOPBACK, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))  # else it would be open to the network once something was sent
        self._socket.setblocking(False)

    def send(self, poses: FramePoses, number: int) -> None:
        """Send a frame; after ``close`` it does nothing.

        A landmark of which a number is not known (NaN) is left out: many receivers do not bear NaN.

        Args:
            poses: of the frame.
            number: of the frame in its stream.
        """
        for datagram in _datagrams(poses, number):
            # UDP promises nothing: what cannot be sent (nobody listens, no room, closed meanwhile) is lost.
            with suppress(OSError):
                self._socket.sendto(datagram, self._receiver)

    def close(self) -> None:
        """Send nothing more. Calling it again does nothing."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _datagrams(poses: FramePoses, number: int) -> Iterator[bytes]:
    """A bundle with the frame's head, then one for each person.

    A person is about 2 KB. All together could be more than a datagram may hold (9 KB on macOS), and more than
    receivers make room for (python-osc: 8 KB).
    """
    people = poses.person_ids.tolist()
    yield _bundle([build_msg("/pose/frame", [number, poses.time_s, *poses.size, len(people), *people])])
    values = np.concatenate([poses.xy, poses.world, poses.visibility[..., np.newaxis]], axis=-1)
    known = np.isfinite(values).all(axis=-1)
    for slot, person in enumerate(people):
        yield _bundle(
            [
                build_msg(f"/pose/{person}/{BLAZEPOSE_33.landmarks[index]}", values[slot, index].tolist())
                for index in np.flatnonzero(known[slot])
            ]
        )


def _bundle(messages: list[OscMessage]) -> bytes:
    builder: Any = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder.add_content(message)
    return builder.build().dgram
