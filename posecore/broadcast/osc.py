"""Landmarks as Open Sound Control (OSC) messages over UDP; docs/live-feed.md documents the format."""

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

    It is a context manager. ``send`` may be called from any thread and never blocks.

    Args:
        port: of the receiving program, 1024 to 65535.

    Raises:
        InvalidOption: if the port is outside this range.
    """

    def __init__(self, port: int = 9000) -> None:
        check_port(port)
        self._receiver = (LOOPBACK, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))  # otherwise sending would open the socket to the network
        self._socket.setblocking(False)

    def send(self, poses: FramePoses, number: int) -> None:
        """Send a frame; does nothing after ``close``.

        A landmark with an unknown value (NaN) is left out: many receivers cannot handle NaN.

        Args:
            poses: the people of the frame.
            number: number of the frame in its stream.
        """
        for datagram in _datagrams(poses, number):
            # UDP guarantees nothing: what cannot be sent (no listener, full buffer, socket closed meanwhile) is lost.
            with suppress(OSError):
                self._socket.sendto(datagram, self._receiver)

    def close(self) -> None:
        """Stop sending. Calling it again does nothing."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _datagrams(poses: FramePoses, number: int) -> Iterator[bytes]:
    """One bundle with the frame's header, then one for each person.

    A person takes about 2 KB. All people in one datagram could exceed its limit (9 KB on macOS) and the receivers'
    buffers (python-osc: 8 KB).
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
