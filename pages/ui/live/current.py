"""The live picture of the visit."""

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from aiortc import MediaStreamTrack

from pages.ui.live import feed
from pages.ui.live.numbers import report
from pages.ui.live.places import TIME, has_place, is_full, why_over
from pages.ui.live.stream import LiveOptions, LiveStream

_KEY = "live"
_OVER = "live_over"


@dataclass(frozen=True)
class Live:
    """The visit's live picture.

    Attributes:
        source: what it is from.
        stream: the picture.
        token: of the address at which the browser asks for its numbers.
    """

    source: str
    stream: LiveStream
    token: str


def live_from(source: str, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> Live:
    """The visit's picture from this source, going on by these options; a new one where the last is over.

    Args:
        source: a picture from another is another picture.
        options: from the next frame on.
        open_track: as for ``LiveStream``.
    """
    live: Live | None = st.session_state.get(_KEY)
    if live is None or live.source != source or live.stream.ended:
        if live is not None:
            live.stream.end()
            feed.withdraw(live.token)
            st.session_state[_OVER] = live.stream.over
        live = st.session_state[_KEY] = _new(source, LiveStream(options, open_track))
    live.stream.options = options
    return live


def place_is_there() -> bool:
    """Whether the visit has a place among the live pictures of the server, or would get one."""
    live: Live | None = st.session_state.get(_KEY)
    return not is_full() or (live is not None and has_place(live.stream))


def why_last_is_over() -> str | None:
    """Why the server ended the visit's last picture after a while, in words; None where it did not."""
    return why_over(TIME) if st.session_state.get(_OVER) == TIME else None


def _new(source: str, stream: LiveStream) -> Live:
    # A visit that is gone takes its stream along, whatever browsers still ask for. One that has ended still answers,
    # so that the page learns why.
    token = feed.offer(partial(_answer, weakref.ref(stream)))
    weakref.finalize(stream, feed.withdraw, token)
    return Live(source, stream, token)


def _answer(stream: Callable[[], LiveStream | None], asked: Mapping[str, str]) -> str:
    there = stream()
    return "{}" if there is None else report(there, asked)


def frame_for_snapshot() -> np.ndarray | None:
    """The frame that is held, else the newest one of the visit's last stream, (H, W, 3) uint8; None: there is none."""
    live: Live | None = st.session_state.get(_KEY)
    if live is None:
        return None
    frame = live.stream.held or live.stream.latest
    return None if frame is None else frame.rgb
