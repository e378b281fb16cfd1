"""Send the landmarks of a live stream to other programs on the visitor's own machine."""

import os
import threading
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from pages.ui.live.followed import Followed
from pages.ui.serving.machine import is_at_the_machine
from posecore import FrameHands, FramePoses, LiveRigid, OscSender, PosecoreError, VmcSender, WebSocketFeed
from posecore.limits import whole_number

_KEY = "live_sending"

_Receiver = OscSender | VmcSender | WebSocketFeed


class _Way(NamedTuple):
    """A protocol. Only the host can change its port, since a visitor could otherwise reach any program."""

    begin: Callable[[int], _Receiver]
    where: str
    variable: str
    usual_port: int

    def port(self) -> int:
        """The port that the host set, or the default.

        Raises:
            InvalidOption: if it is not a whole number.
        """
        return whole_number(self.variable, os.environ.get(self.variable, str(self.usual_port)))


_WAYS = {
    "OSC": _Way(OscSender, "to 127.0.0.1, port {}", "POSECORE_OSC_PORT", 9000),
    "WebSocket": _Way(WebSocketFeed, "at ws://127.0.0.1:{}", "POSECORE_WEBSOCKET_PORT", 8765),
    "VMC": _Way(
        VmcSender,
        "to 127.0.0.1, port {}, for avatar programs such as VSeeFace and Warudo; one person",
        "POSECORE_VMC_PORT",
        39539,
    ),
}


class Sending:
    """The receivers of one live stream. It ends with the stream.

    Attributes:
        stream: the stream.
        open: the receivers in use, by name of the protocol.
    """

    def __init__(self, stream: Followed) -> None:
        self.stream = stream
        self.open: dict[str, _Receiver] = {}
        self._rigid = LiveRigid()
        stream.when_ended(self.close)

    def choose(self, ways: list[str], *, mirror: bool = False) -> None:
        """Open the chosen receivers and close the others.

        Args:
            ways: names of protocols.
            mirror: whether an avatar moves as a mirror image.

        Raises:
            FeedUnavailable: if a port is taken.
        """
        for way in set(self.open) - set(ways):
            self.open.pop(way).close()
        try:
            for way in ways:
                if way not in self.open and not self.stream.ended:
                    self.open[way] = _WAYS[way].begin(_WAYS[way].port())
        finally:
            for receiver in list(self.open.values()):
                if isinstance(receiver, VmcSender):
                    receiver.mirror = mirror
            self.stream.send_on = self.send if self.open else None

    def send(self, poses: FramePoses, number: int, hands: FrameHands | None) -> None:
        """Send to all open receivers; from the thread that processes the frames."""
        opened = list(self.open.values())
        receivers = [each for each in opened if not isinstance(each, WebSocketFeed) or each.connected]
        if not receivers:
            return
        rigid = self._rigid.step(poses, hands)
        for receiver in receivers:
            if isinstance(receiver, VmcSender):
                receiver.send(poses, number, rigid=rigid, hands=hands)
            else:
                receiver.send(poses, number, rigid=rigid)

    def close(self) -> None:
        """Stop without waiting, even on the event loop: slow receivers are closed in threads of their own."""
        self.stream.send_on = None
        for way in list(self.open):
            threading.Thread(target=self.open.pop(way).close, name="end-of-feed", daemon=True).start()


def offer_sending(stream: Followed) -> None:
    """Offer the protocols, off by default; show nothing to visitors from other machines."""
    if not is_at_the_machine():
        return
    sending: Sending | None = st.session_state.get(_KEY)
    if sending is None or sending.stream is not stream:
        sending = st.session_state[_KEY] = Sending(stream)
    with st.popover("Send", icon=":material/cast:", help="Send the landmarks to other programs on this machine"):
        ways = st.pills(
            "Send the landmarks of each live frame as",
            list(_WAYS),
            format_func=lambda way: f"{way} (avatars)" if way == "VMC" else way,
            selection_mode="multi",
            key="live_ways",
            persist_state="session",
            help="OSC and WebSocket are for games, music, AR and VR; VMC is for avatar programs such as VSeeFace and "
            "Warudo. They run on this machine, and nothing leaves it. docs/live-feed.md describes what is sent, with "
            "receivers of ten lines each.",
        )
        mirror = "VMC" in ways and st.toggle(
            "Mirror the avatar",
            key="live_avatar_mirror",
            persist_state="session",
            help="The avatar raises its right arm if you raise your left one, as in a mirror.",
        )
        for way in ways:
            st.caption(f"{way}: {_WAYS[way].where.format(_WAYS[way].port())}")
    try:
        sending.choose(ways, mirror=mirror)
    except PosecoreError as error:
        st.warning(str(error), icon=":material/cast:")
