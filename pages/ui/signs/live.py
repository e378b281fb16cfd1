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
from pages.ui.live.device_data import device_data, wanted_of, what_travels, why_server
from pages.ui.live.device_files import device_files, why_no_device
from pages.ui.live.device_link import Device, device_of_visit
from pages.ui.live.followed import Moment
from pages.ui.live.places import FULL, why_over
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.live.where import Where, choose_where, where_now
from pages.ui.serving.addresses import address, offer, withdraw
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


def watch(reader: Reader, *, bodies: bool) -> None:
    """Show the camera with its Start and Stop buttons, the choice where hands are found, and the board.

    Args:
        reader: of what it sees.
        bodies: whether people are found too, as taught signs need it.
    """
    files = device_files(hands=True)
    if not place_is_there() and (files is None or where_now() == "server"):
        if files is not None:
            choose_where(None, None)
        st.info(f"{why_over(FULL)} Try again in a few minutes, or use a video.", icon=":material/groups:")
        return
    board, picture = st.container(), st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ways = st.container(width="content")
        mirror = st.toggle(
            "Mirror",
            True,
            key="signs_mirror",
            persist_state="session",
            help="Shows you as in a mirror. Letters are the same, for left hands too.",
        )
    options = LiveOptions(PoseOptions(), mirror=mirror, hands=HandOptions(), bodies=bodies)
    live = live_from(_SOURCE, options)
    own = device_of_visit()
    own.stream.coach = own.stream.gestures = None
    own.stream.reads_hands, own.stream.remembers = False, True
    missing = None if files else f"Devices cannot find hands themselves here. {why_no_device()}"
    needs = why_server(options, files) if files else None
    with ways:
        where = choose_where(missing, needs, wanted_of(files, options))
    with picture:
        show_camera(
            live,
            width_px=_WIDTH_PX,
            invitation=_INVITATION,
            place={"missing": missing, "needs": needs},
            device=device_data(files, options, film=None, link=own.address) if files and not needs else None,
        )
        if reason := why_last_is_over(live):
            st.info(reason, icon=":material/timer_off:")
    on_device = what_travels(own.stream, keeps_pictures=False)
    st.caption(on_device if where == "device" else "Frames are processed live and not stored.")
    with board:
        show_board(_address(live, own, where, reader), key="sign_board", idle=_IDLE)


def _address(live: Live, own: Device, where: Where | None, reader: Reader) -> str | None:
    """The address of what a reader sees now; None while it sees nothing."""
    if where == "device":
        return _numbers_of(own, reader)
    return _numbers_of(live.stream, reader) if live.playing else None


def _numbers_of(seen: LiveStream | Device, reader: Reader) -> str | None:
    """The address of what a reader sees there; a new one for another reader or stream."""
    known: tuple[LiveStream | Device, Reader, str] | None = st.session_state.get(_KEY)
    if known is None or known[0] is not seen or known[1] is not reader:
        if known is not None:
            withdraw(known[2])
        token = offer(partial(_answer, weakref.ref(seen), weakref.ref(reader)))
        weakref.finalize(seen, withdraw, token)
        known = st.session_state[_KEY] = (seen, reader, token)
    return address(known[2])


async def _answer(
    seen: Callable[[], LiveStream | Device | None], reader: Callable[[], Reader | None], request: Request
) -> Response | None:
    there, reads = seen(), reader()
    if there is None or reads is None:
        return None
    text = await run_in_threadpool(_report, there, reads, dict(request.query_params))
    return Response(text, media_type="application/json")


def _report(seen: LiveStream | Device, reader: Reader, asked: dict[str, str]) -> str:
    stream = seen.stream if isinstance(seen, Device) else seen
    if isinstance(stream, LiveStream):
        stream.asked_at = time.monotonic()
    since = int(asked["since"]) if asked.get("since", "").isdecimal() else -1
    answer = reader.report(stream.moments(), since, asked.get("wish", ""))
    letter = answer["letter"]
    if letter in letter_shapes() and letter not in asked.get("has", ""):
        answer["picture"] = letter_picture(letter)
    if isinstance(stream, LiveStream) and stream.loading:
        answer["state"] = "Loading the model"
    if stream.problem:
        answer["hint"] = stream.problem
    return json.dumps(answer, allow_nan=False)
