"""The live camera of the Signs page, and what the board asks of it."""

import json
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pages.ui.live.camera import show_camera
from pages.ui.live.current import Live, live_from, place_is_there, why_last_is_over
from pages.ui.live.followed import Moment
from pages.ui.live.places import FULL, why_over
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.shared.addresses import address, offer, withdraw
from pages.ui.signs.board import show_board
from pages.ui.signs.letter_hands import letter_picture, letter_shapes
from posecore import HandOptions, PoseOptions

_SOURCE = "Signs"
_KEY = "signs_live"
_WIDTH_PX = 640
_IDLE = "Press Start below."
_INVITATION = "Your camera's picture comes here, with the hands drawn on it."


class Reader(Protocol):
    """Follows what a camera sees of signs."""

    def report(self, moments: list[Moment], since: int, wish: str) -> dict[str, Any]:
        """What the board shows, as plain values for JSON.

        Args:
            moments: the newest of the stream; known ones are left out.
            since: number of the last that the browser knows to be taken.
            wish: what the visitor asked for; empty for nothing.
        """


def watch(reader: Reader, *, bodies: bool) -> bool:
    """Show the camera with its Start and Stop buttons, and the board; True while it is on.

    Args:
        reader: of what it sees.
        bodies: whether people are found too, as taught signs need it.
    """
    if not place_is_there():
        st.info(f"{why_over(FULL)} Try again in a few minutes, or use a video.", icon=":material/groups:")
        return False
    board = st.container()
    mirror = st.toggle(
        "Mirror",
        True,
        key="signs_mirror",
        persist_state="session",
        help="Shows you as in a mirror. Letters are the same, for left hands too.",
    )
    live = live_from(_SOURCE, LiveOptions(PoseOptions(), mirror=mirror, hands=HandOptions(), bodies=bodies))
    show_camera(live, width_px=_WIDTH_PX, invitation=_INVITATION)
    playing = live.playing
    if reason := why_last_is_over(live):
        st.info(reason, icon=":material/timer_off:")
    st.caption("Frames are processed live and not stored.")
    with board:
        show_board(_numbers_of(live, reader) if playing else None, key="sign_board", idle=_IDLE)
    return playing


def _numbers_of(live: Live, reader: Reader) -> str | None:
    """The address of what a reader sees in a stream; a new one for another reader or stream."""
    known: tuple[LiveStream, Reader, str] | None = st.session_state.get(_KEY)
    if known is None or known[0] is not live.stream or known[1] is not reader:
        if known is not None:
            withdraw(known[2])
        token = offer(partial(_answer, weakref.ref(live.stream), weakref.ref(reader)))
        weakref.finalize(live.stream, withdraw, token)
        known = st.session_state[_KEY] = (live.stream, reader, token)
    return address(known[2])


async def _answer(
    stream: Callable[[], LiveStream | None], reader: Callable[[], Reader | None], request: Request
) -> Response | None:
    there, reads = stream(), reader()
    if there is None or reads is None:
        return None
    text = await run_in_threadpool(_report, there, reads, dict(request.query_params))
    return Response(text, media_type="application/json")


def _report(stream: LiveStream, reader: Reader, asked: dict[str, str]) -> str:
    stream.asked_at = time.monotonic()
    since = int(asked["since"]) if asked.get("since", "").isdecimal() else -1
    answer = reader.report(stream.moments(), since, asked.get("wish", ""))
    letter = answer["letter"]
    if letter in letter_shapes() and letter not in asked.get("has", ""):
        answer["picture"] = letter_picture(letter)
    if stream.loading:
        answer["state"] = "Loading the model"
    if stream.problem:
        answer["hint"] = stream.problem
    return json.dumps(answer, allow_nan=False)
