"""How fast a live picture goes: frames a second, and how long each takes."""

import time
from collections import deque
from dataclasses import dataclass
from statistics import median

_OVER_S = 2.0
_OVER_FRAMES = 30
_LONG_S = 6.0
_MOST = 512  # of a camera of 60 frames a second, more than for that long


@dataclass(frozen=True)
class Figures:
    """Of the last seconds.

    Attributes:
        frames_in, frames_out: a second: that arrived, and that were worked on and went back.
        estimate_ms: to find and draw the people of one frame; median.
        server_ms: from a frame's arrival to its going back; median.
    """

    frames_in: float
    frames_out: float
    estimate_ms: float
    server_ms: float


class Pace:
    """Told of each frame by whoever handles it; each method by one thread."""

    def __init__(self) -> None:
        self._in: deque[float] = deque(maxlen=_MOST)
        self._out: deque[float] = deque(maxlen=_MOST)
        self._estimates: deque[float] = deque(maxlen=_OVER_FRAMES)
        self._through: deque[float] = deque(maxlen=_OVER_FRAMES)

    def came_in(self) -> None:
        """A frame arrived."""
        self._in.append(time.monotonic())

    def worked(self, seconds: float) -> None:
        """So long it took to find and draw its people."""
        self._estimates.append(seconds)

    def went_out(self, seconds: float) -> None:
        """A frame goes back so long after it arrived."""
        self._out.append(time.monotonic())
        self._through.append(seconds)

    def rates_for_long(self) -> tuple[float, float] | None:
        """Frames a second that arrived and that were worked on, of a longer while; None before it is over."""
        came = list(self._in)
        if not came or came[0] > time.monotonic() - _LONG_S:
            return None
        return _rate(self._in, _LONG_S), _rate(self._out, _LONG_S)

    def figures(self) -> Figures:
        """What they come to."""
        return Figures(
            _rate(self._in), _rate(self._out), 1000 * _middle(self._estimates), 1000 * _middle(self._through)
        )


def _rate(times: deque[float], over_s: float = _OVER_S) -> float:
    since = time.monotonic() - over_s
    return sum(at > since for at in list(times)) / over_s


def _middle(values: deque[float]) -> float:
    kept = list(values)
    return median(kept) if kept else 0.0
