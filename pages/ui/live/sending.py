"""Sending the landmarks of the live picture on to other programs of the visitor's own machine."""

import ipaddress
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from pages.ui.live.current import Live
from posecore import FramePoses, OscSender, PosecoreError, WebSocketFeed
from posecore.limits import whole_number

_KEY = "live_sending"


class _Way(NamedTuple):
    """A way to other programs. The port is the host's to change, since a visitor who chose it could reach any."""

    begin: Callable[[int], OscSender | WebSocketFeed]
    where: str
    variable: str
    usual_port: int

    def port(self) -> int:
        """As the host has it.

        Raises:
            InvalidOption: where that is no number.
        """
        return whole_number(self.variable, os.environ.get(self.variable, str(self.usual_port)))


_WAYS = {
    "OSC": _Way(OscSender, "to 127.0.0.1, port {}", "POSECORE_OSC_PORT", 9000),
    "WebSocket": _Way(WebSocketFeed, "at ws://127.0.0.1:{}", "POSECORE_WEBSOCKET_PORT", 8765),
}


class Sending:
    """What one live picture is sent on to. It ends with the picture.

    Attributes:
        live: the picture.
        open: the ways that are in use, by their names.
    """

    def __init__(self, live: Live) -> None:
        self.live = live
        self.open: dict[str, OscSender | WebSocketFeed] = {}
        live.stream.when_ended(self.close)

    def choose(self, ways: list[str]) -> None:
        """Open what is wanted, close what is not.

        Raises:
            FeedUnavailable: where a port is taken.
        """
        for way in set(self.open) - set(ways):
            self.open.pop(way).close()
        try:
            for way in ways:
                if way not in self.open and not self.live.stream.ended:
                    self.open[way] = _WAYS[way].begin(_WAYS[way].port())
        finally:
            self.live.stream.send_on = self.send if self.open else None

    def send(self, poses: FramePoses, number: int) -> None:
        """To all that are open; from any thread."""
        for receiver in list(self.open.values()):
            receiver.send(poses, number)

    def close(self) -> None:
        """No more; at once, also on the event loop: programs that are slow to say good-bye are waited for elsewhere."""
        self.live.stream.send_on = None
        for way in list(self.open):
            threading.Thread(target=self.open.pop(way).close, name="end-of-feed", daemon=True).start()


def is_at_the_machine() -> bool:
    """Whether the visitor sits at the machine that runs this server: nobody else has programs here.

    It is what the browser says of its address; whoever lies about it gets landmarks sent to the server's own
    loopback, and nothing else.
    """
    host = urlsplit(st.context.url or "").hostname
    return is_loopback(host) and (st.context.ip_address is None or is_loopback(st.context.ip_address))


def is_loopback(host: str | None) -> bool:
    """Whether a name or an address is this machine's own."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host or "").is_loopback
    return False


def offer_sending(live: Live) -> None:
    """The choice of programs, off at first; nothing for a visitor from elsewhere."""
    if not is_at_the_machine():
        return
    sending: Sending | None = st.session_state.get(_KEY)
    if sending is None or sending.live is not live:
        sending = st.session_state[_KEY] = Sending(live)
    with st.popover("Send to other programs", icon=":material/cast:"):
        ways = st.pills(
            "Landmarks of each frame, while the picture is live",
            list(_WAYS),
            selection_mode="multi",
            key="live_ways",
            persist_state="session",
            help="For games, music, AR and VR on this machine. Nothing leaves it. docs/live-feed.md says what is sent, "
            "and has receivers of ten lines each.",
        )
        for way in ways:
            st.caption(f"{way}: {_WAYS[way].where.format(_WAYS[way].port())}")
    try:
        sending.choose(ways)
    except PosecoreError as error:
        st.warning(str(error), icon=":material/cast:")
