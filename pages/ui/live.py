"""The live camera: what is done with each frame, away from Streamlit's own thread."""

import json
import logging
import os
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import av
import numpy as np
import streamlit as st
from streamlit_webrtc import VideoProcessorBase

from posecore import FramePoses, InvalidOption, LiveSession, PosecoreError, PoseOptions
from posecore.view.silhouettes import Background

_LOG = logging.getLogger(__name__)

# The skeleton needs no more, and encoding costs by the pixel.
_LONGEST_PX = 960
_PACE_OVER_FRAMES = 30
_STREAM_KEY = "live_stream"


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """The newest frame: as it came, its people, and how fast frames are being worked on."""

    rgb: np.ndarray
    poses: FramePoses
    frames_per_second: float


class LiveProcessor(VideoProcessorBase):
    """Draws the people on each frame of one stream.

    streamlit-webrtc makes one for each stream and calls ``recv_queued`` in a worker thread of that
    stream, never in Streamlit's; no ``st`` call works here. The page reads ``latest`` and ``problem``.
    """

    def __init__(self, options: PoseOptions, background: Background = "keep") -> None:
        self._options, self._background = _with_masks(options, background), background
        self._session: LiveSession | None = None
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=_PACE_OVER_FRAMES)
        self.latest: LiveFrame | None = None
        self.problem: str | None = None

    async def recv_queued(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """Work on the newest frame; those that came before it are too old to show."""
        return [self.recv(frames[-1])]

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame with the people drawn on it; the frame as it came where that fails."""
        try:
            return self._annotate(frame)
        except PosecoreError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - the picture must go on; the page says what happened
            _LOG.exception("A live frame could not be worked on")
            self.problem = f"A frame could not be worked on ({type(error).__name__})."
        return frame

    def use(self, options: PoseOptions, background: Background = "keep") -> None:
        """Go on with other options from the next frame."""
        wanted = (_with_masks(options, background), background)
        with self._lock:
            if wanted != (self._options, self._background):
                self._options, self._background = wanted
                self._close()

    def on_ended(self) -> None:
        """The stream is over: free the model."""
        with self._lock:
            self._close()

    def _annotate(self, frame: av.VideoFrame) -> av.VideoFrame:
        rgb = _small(frame).to_ndarray(format="rgb24")
        with self._lock:
            if self._session is None:
                self._session = LiveSession(self._options, background=self._background)
            now = time.monotonic()
            poses, drawn = self._session.step(rgb, now)
        self._times.append(now)
        self.latest = LiveFrame(rgb, poses, self._pace())
        self.problem = None
        return av.VideoFrame.from_ndarray(drawn, format="rgb24")

    def _pace(self) -> float:
        span = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / span if span > 0 else 0.0

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def _with_masks(options: PoseOptions, background: Background) -> PoseOptions:
    return replace(options, segmentation=background != "keep")


def _small(frame: av.VideoFrame) -> av.VideoFrame:
    scale = _LONGEST_PX / max(frame.width, frame.height)
    if scale >= 1:
        return frame
    # H.264 and VP8 want even sides.
    return frame.reformat(width=round(frame.width * scale / 2) * 2, height=round(frame.height * scale / 2) * 2)


def remember_stream(processor: LiveProcessor) -> None:
    """Keep hold of the running stream for the visit, so that another page can take its newest frame."""
    st.session_state[_STREAM_KEY] = processor


def newest_frame() -> np.ndarray | None:
    """The newest frame of the visit's last stream, (H, W, 3) uint8, or None where there was none."""
    processor = st.session_state.get(_STREAM_KEY)
    return processor.latest.rgb if processor is not None and processor.latest is not None else None


def ice_servers() -> list[dict[str, Any]] | None:
    """The STUN and TURN servers of the host: from the secrets, else ``$POSECORE_ICE_SERVERS`` as JSON.

    None where neither names any: streamlit-webrtc then looks for Twilio's or Hugging Face's in the
    environment, and takes a public STUN server where there are none.

    Raises:
        InvalidOption: where the variable is not a JSON list.
    """
    if "ice_servers" in _secrets():
        return [dict(server) for server in st.secrets["ice_servers"]]
    text = os.environ.get("POSECORE_ICE_SERVERS")
    if not text:
        return None
    try:
        servers = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidOption(f"Expected POSECORE_ICE_SERVERS to be a JSON list, but it is not JSON: {error}.") from error
    if not isinstance(servers, list):
        raise InvalidOption(f"Expected POSECORE_ICE_SERVERS to be a JSON list, but got {type(servers).__name__}.")
    return servers


def _secrets() -> Any:
    try:
        return st.secrets.to_dict()
    except FileNotFoundError:  # no secrets file: nothing is secret
        return {}
