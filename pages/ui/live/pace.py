"""How fast a live picture goes: frames a second, and how long each takes."""

import time
from collections import deque
from dataclasses import dataclass
from statistics import median

_OVER_S = 2.0
_OVER_FRAMES = 30


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
        self._in: deque[float] = deque(maxlen=256)
        self._out: deque[float] = deque(maxlen=256)
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

    def figures(self) -> Figures:
        """What they come to."""
        return Figures(
            _rate(self._in), _rate(self._out), 1000 * _middle(self._estimates), 1000 * _middle(self._through)
        )


def _rate(times: deque[float]) -> float:
    since = time.monotonic() - _OVER_S
    return sum(at > since for at in list(times)) / _OVER_S


def _middle(values: deque[float]) -> float:
    kept = list(values)
    return median(kept) if kept else 0.0
