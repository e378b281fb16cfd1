"""Frame rates and processing times of a live stream."""

import time
from collections import deque
from dataclasses import dataclass
from statistics import median

_OVER_S = 2.0
_OVER_FRAMES = 30
_LONG_S = 6.0
_MOST = 512  # more than a camera with 60 frames per second sends in that time


@dataclass(frozen=True)
class Figures:
    """Rates and times over the last seconds.

    Attributes:
        frames_in, frames_out: frames per second that arrived, and that were processed and sent back.
        estimate_ms: median time to find and draw the people of a frame.
        server_ms: median time from a frame's arrival to its return.
    """

    frames_in: float
    frames_out: float
    estimate_ms: float
    server_ms: float


class Pace:
    """Collects the times of frames. Each method is called by one thread only."""

    def __init__(self) -> None:
        self._in: deque[float] = deque(maxlen=_MOST)
        self._out: deque[float] = deque(maxlen=_MOST)
        self._estimates: deque[float] = deque(maxlen=_OVER_FRAMES)
        self._through: deque[float] = deque(maxlen=_OVER_FRAMES)

    def came_in(self) -> None:
        """Record that a frame arrived."""
        self._in.append(time.monotonic())

    def worked(self, seconds: float) -> None:
        """Record how long it took to find and draw the people of a frame."""
        self._estimates.append(seconds)

    def went_out(self, seconds: float) -> None:
        """Record that a frame is sent back, and how long after its arrival."""
        self._out.append(time.monotonic())
        self._through.append(seconds)

    def rates_for_long(self) -> tuple[float, float] | None:
        """Frames per second that arrived and were processed over a longer time; None before it has passed."""
        came = list(self._in)
        if not came or came[0] > time.monotonic() - _LONG_S:
            return None
        return _rate(self._in, _LONG_S), _rate(self._out, _LONG_S)

    def figures(self) -> Figures:
        """Current rates and times."""
        return Figures(
            _rate(self._in), _rate(self._out), 1000 * _middle(self._estimates), 1000 * _middle(self._through)
        )


def _rate(times: deque[float], over_s: float = _OVER_S) -> float:
    since = time.monotonic() - over_s
    return sum(at > since for at in list(times)) / over_s


def _middle(values: deque[float]) -> float:
    kept = list(values)
    return median(kept) if kept else 0.0
