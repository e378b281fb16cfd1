"""The live picture of the visit."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from aiortc import MediaStreamTrack

from pages.ui.live.stream import LiveOptions, LiveStream

_KEY = "live_stream"


def stream_for(
    source: str, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None
) -> LiveStream:
    """The visit's picture from this source, going on by these options; a new one where the last is over.

    Args:
        source: a picture from another is another picture.
        options: from the next frame on.
        open_track: as for ``LiveStream``.
    """
    kept = st.session_state.get(_KEY)
    if kept is None or kept[0] != source or kept[1].ended:
        kept = st.session_state[_KEY] = (source, LiveStream(options, open_track))
    stream: LiveStream = kept[1]
    stream.options = options
    return stream


def newest_frame() -> np.ndarray | None:
    """The newest frame of the visit's last stream, (H, W, 3) uint8, or None where there was none."""
    kept = st.session_state.get(_KEY)
    return kept[1].latest.rgb if kept is not None and kept[1].latest is not None else None
