"""Datagrams to a program on the same machine, and what they hold: bundles of OSC messages."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage

from posecore.broadcast.ports import LOOPBACK, check_port


class UdpSender:
    """Sends datagrams to a port of this machine, whether or not a program listens there.

    It is a context manager.

    Args:
        port: of the receiving program, 1024 to 65535.

    Raises:
        InvalidOption: if the port is outside this range.
    """

    def __init__(self, port: int) -> None:
        check_port(port)
        self._receiver = (LOOPBACK, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))  # otherwise sending would open the socket to the network
        self._socket.setblocking(False)

    def _send_all(self, datagrams: Iterable[bytes]) -> None:
        for datagram in datagrams:
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


def bundle(messages: Iterable[OscMessage]) -> bytes:
    """One datagram of some messages, for immediate use."""
    builder: Any = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder.add_content(message)
    return builder.build().dgram
