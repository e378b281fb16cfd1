"""A curve over time in a few numbers: least, largest, range, mean, and where it turns."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Doubles = NDArray[np.float64]

TURN_SHARE = 0.25
"""A turn is marked if the curve then goes back by at least this share of its range, so that jitter is not marked."""
_RANGE_PERCENT = (5, 95)  # of the values, so that a single wild frame does not hide all turns


class Turn(NamedTuple):
    """A turning point.

    Attributes:
        frame: number of the frame.
        value: there, in the unit of the curve.
        is_high: whether the curve turns down there, after rising; otherwise it turns up.
    """

    frame: int
    value: float
    is_high: bool


class CurveSummary(NamedTuple):
    """A curve in numbers. If nothing is known of it, all values are NaN and all frames -1.

    Attributes:
        known: number of frames in which the curve is known.
        least, largest: values.
        least_frame, largest_frame: the first frames with these values.
        mean: of the known frames.
        turns: turning points by frame.
    """

    known: int
    least: float
    least_frame: int
    largest: float
    largest_frame: int
    mean: float
    turns: tuple[Turn, ...]

    @property
    def range(self) -> float:
        """Largest minus least."""
        return self.largest - self.least


def summarise_curve(values: ArrayLike, cuts: ArrayLike = ()) -> CurveSummary:
    """Summarise one curve of one person.

    Turning points are peaks and valleys by topographic prominence (``scipy.signal.find_peaks``), each within a stretch
    of known frames of one shot, so that neither a gap nor a cut is a turn. Of a flat top its middle is marked.

    Args:
        values: (T,) in any unit; NaN: not known.
        cuts: frames at which a new shot begins.
    """
    curve = np.asarray(values, np.float64)
    frames = np.flatnonzero(np.isfinite(curve))
    if not len(frames):
        nan = float("nan")
        return CurveSummary(0, nan, -1, nan, -1, nan, ())
    known = curve[frames]
    low, high = np.percentile(known, _RANGE_PERCENT)
    least, largest = int(known.argmin()), int(known.argmax())
    return CurveSummary(
        len(frames),
        float(known[least]),
        int(frames[least]),
        float(known[largest]),
        int(frames[largest]),
        float(known.mean()),
        _turns(curve, frames, np.asarray(cuts, int), TURN_SHARE * float(high - low)),
    )


def _turns(curve: _Doubles, frames: NDArray[np.intp], cuts: NDArray[np.int_], prominence: float) -> tuple[Turn, ...]:
    from scipy.signal import find_peaks

    if prominence <= 0:
        return ()
    starts_anew = (np.diff(frames) > 1) | np.isin(frames[1:], cuts)
    turns = []
    for stretch in np.split(frames, np.flatnonzero(starts_anew) + 1):
        for is_high, sign in ((True, 1.0), (False, -1.0)):
            places, _ = find_peaks(sign * curve[stretch], prominence=prominence)
            turns += [Turn(int(frame), float(curve[frame]), is_high) for frame in stretch[places]]
    return tuple(sorted(turns))
