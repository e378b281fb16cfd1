"""The live stream of the visit."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from aiortc import MediaStreamTrack
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pages.ui.live.numbers import report
from pages.ui.live.places import TIME, has_place, is_full, why_over
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.shared.addresses import offer, withdraw

_KEY = "live"
_OVER = "live_over"


@dataclass(frozen=True)
class Live:
    """The visit's live stream.

    Attributes:
        source: name of its source.
        stream: the stream.
        token: token in the address from which the browser fetches its numbers.
    """

    source: str
    stream: LiveStream
    token: str


def live_from(source: str, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> Live:
    """The visit's stream from this source with these options; a new stream if the last one is over.

    Args:
        source: name of the source; a new source gets a new stream.
        options: applied from the next frame on.
        open_track: as for ``LiveStream``.
    """
    live: Live | None = st.session_state.get(_KEY)
    if live is None or live.source != source or live.stream.ended:
        if live is not None:
            live.stream.end()
            withdraw(live.token)
            st.session_state[_OVER] = live.stream.over
        stream = LiveStream(options, open_track)
        # A weak reference, so that requests from browsers do not keep the stream of a finished visit alive. An ended
        # stream still answers, so that the page learns why it ended.
        token = offer(partial(_answer, weakref.ref(stream)))
        weakref.finalize(stream, withdraw, token)
        live = st.session_state[_KEY] = Live(source, stream, token)
    live.stream.options = options
    return live


def place_is_there() -> bool:
    """Whether the visit has one of the server's places for live streams, or would get one."""
    live: Live | None = st.session_state.get(_KEY)
    return not is_full() or (live is not None and has_place(live.stream))


def why_last_is_over() -> str | None:
    """Why the server ended the visit's last stream, if its time was over; None otherwise."""
    return why_over(TIME) if st.session_state.get(_OVER) == TIME else None


# Rerunning the page for each of five tables per second would take the processor that the video needs. So the page's
# own script requests them.
async def _answer(stream: Callable[[], LiveStream | None], request: Request) -> Response | None:
    there = stream()
    if there is None:
        return None
    text = await run_in_threadpool(report, there, dict(request.query_params))
    return Response(text, media_type="application/json")


def frame_for_snapshot() -> np.ndarray | None:
    """The frozen frame, or else the newest of the visit's last stream, (H, W, 3) uint8; None if there is none."""
    live: Live | None = st.session_state.get(_KEY)
    if live is None:
        return None
    frame = live.stream.held or live.stream.latest
    return None if frame is None else frame.rgb
