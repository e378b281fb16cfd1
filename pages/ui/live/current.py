"""The live picture of the visit."""

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from aiortc import MediaStreamTrack

from pages.ui.live import feed
from pages.ui.live.report import report
from pages.ui.live.stream import LiveOptions, LiveStream

_KEY = "live"


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
        live = st.session_state[_KEY] = _new(source, LiveStream(options, open_track))
    live.stream.options = options
    return live


def _new(source: str, stream: LiveStream) -> Live:
    # A visit that is gone takes its stream along, whatever browsers still ask for.
    token = feed.offer(partial(_answer, weakref.ref(stream)))
    stream.when_ended(partial(feed.withdraw, token))
    weakref.finalize(stream, feed.withdraw, token)
    return Live(source, stream, token)


def _answer(stream: Callable[[], LiveStream | None], asked: Mapping[str, str]) -> str:
    there = stream()
    return "{}" if there is None else report(there, asked)


def newest_frame() -> np.ndarray | None:
    """The newest frame of the visit's last stream, (H, W, 3) uint8, or None where there was none."""
    live: Live | None = st.session_state.get(_KEY)
    return live.stream.latest.rgb if live is not None and live.stream.latest is not None else None
