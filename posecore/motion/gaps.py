"""Gaps in which a person is not seen: finding them, filling short ones, and splitting a track at the rest.

All times come from ``times_s``; frames need not be evenly spaced. Nothing goes on across a hard cut.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption
from posecore.poses import COORDINATES, FloatArray, PoseSequence

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Seconds = NDArray[np.float64]

# Tolerance for rounded times, so that a gap of exactly the given length is filled.
_ROUNDING_S = 1e-6
# A step longer than this many usual ones is a hole in the video: what happened in it is unknown.
_HOLE_STEPS = 5.0
# Times count as even if none is further than this share of a step from an even grid (many are rounded to milliseconds).
_EVEN_WITHIN = 0.1


def fill_gaps(sequence: PoseSequence, longest_s: float) -> PoseSequence:
    """Fill short gaps: frames without a person, between frames with the same person.

    Each coordinate follows a shape-preserving cubic (PCHIP; Fritsch & Butland 1984) through the frames around the
    gap, so it never overshoots the values on either side. Nothing is made up before a person's first frame or after
    the last, or in a gap with a cut in it. A landmark that is NaN beside the gap stays NaN in it.

    In a filled frame

    - ``visibility`` is the lower of the two frames around the gap, for each landmark. Thresholds then decide in the
      gap as they do beside it: a curve continues if both sides show the joint, and stays broken if one does not.
      (With 0, every threshold would reject the filled frames, and filling them would be pointless; an interpolated
      value would look like the model's own estimate for this frame.)
    - ``presence`` is exactly 0 for all landmarks, because the model found nobody there. The model never gives 0 for
      a person it found, so this marks a filled frame, in saved files too: see ``filled``.

    Args:
        sequence: is not changed.
        longest_s: longest gap to fill, in seconds between the frames around it; 0 fills none.

    Returns:
        A new sequence, or the given one if there is nothing to fill.

    Raises:
        InvalidOption: if ``longest_s`` is negative or not finite.
    """
    check_gap(longest_s, "longest_s")
    seen, times_s = sequence.seen, sequence.times_s
    tracks = [np.s_[shot, person] for shot in sequence.shots for person in range(seen.shape[1])]
    gaps = [(track, _short_gaps(seen[track], times_s[track[0]], longest_s)) for track in tracks]
    if not any(len(found) for _, found in gaps):
        return sequence
    arrays: dict[str, Any] = {name: np.array(array) for name, array in sequence.arrays.items()}
    for track, found in gaps:
        inside = _inside(found, len(seen[track]))
        for name in COORDINATES:
            _bridge(arrays[name][track], times_s[track[0]], inside, longest_s)
        visibility = arrays["visibility"][track]
        for before, after in found:
            visibility[before + 1 : after] = np.minimum(visibility[before], visibility[after])
        arrays["presence"][track][inside] = 0
    return replace(sequence, **arrays)


def filled(sequence: PoseSequence) -> BoolArray:
    """(T, P) bool: the frames filled by ``fill_gaps``, recognised by a presence of 0; works for saved files too."""
    return np.asarray(sequence.seen & (sequence.presence == 0).all(axis=-1))


def check_gap(longest_s: float, name: str) -> None:
    """Raise InvalidOption unless ``longest_s`` is a finite number of seconds, 0 or more."""
    if not 0 <= longest_s < np.inf:
        raise InvalidOption(f"Expected {name!r} to be 0 or more seconds, but got {longest_s}.")


def usual_step_s(times_s: Seconds) -> float:
    """Usual seconds from frame to frame, ignoring outliers; NaN if there are fewer than two frames.

    It is the mean of the steps within half a median of the median: at 30 frames per second rounded to whole
    milliseconds, the median itself would be 33 ms.
    """
    if len(times_s) < 2:
        return float("nan")
    steps = np.diff(times_s)
    middle = (len(steps) - 1) // 2
    median = np.partition(steps, middle)[middle]  # an actual step, so that at least one is within range
    return float(steps[np.abs(steps - median) <= median / 2].mean())


def even_grid(times_s: Seconds, step_s: float) -> Seconds | None:
    """Even times from the first to the last, about ``step_s`` apart; None if ``times_s`` is even already."""
    passed = times_s - times_s[0]
    if (np.abs(passed - step_s * np.arange(len(passed))) <= _EVEN_WITHIN * step_s).all():
        return None
    return np.linspace(times_s[0], times_s[-1], max(2, round(passed[-1] / step_s) + 1))


def stretches(there: BoolArray, times_s: Seconds, cuts: ArrayLike) -> list[slice]:
    """Runs of consecutive frames in which something is there.

    A run ends at a frame without it, before a cut, and at a hole in the video itself: a step of more than five usual
    ones.

    Args:
        there: (T,).
        times_s: (T,).
        cuts: (C,) as in ``PoseSequence``.
    """
    seen = np.flatnonzero(there)
    if len(seen) == 0:
        return []
    hole = np.diff(times_s[seen]) > _HOLE_STEPS * usual_step_s(times_s) if len(seen) > 1 else np.empty(0, bool)
    ends = np.flatnonzero((np.diff(seen) > 1) | hole | np.isin(seen[1:], cuts)) + 1
    return [slice(int(run[0]), int(run[-1]) + 1) for run in np.split(seen, ends)]


def patterns(values: FloatArray) -> Iterator[tuple[IntArray, BoolArray]]:
    """Group landmarks that are there in the same frames: (their indices, those frames as (T,) bool).

    There is usually one group: a person has all landmarks or none.

    Args:
        values: (T, K) or (T, K, axes); a landmark is there if none of its values is NaN.
    """
    there: BoolArray = np.asarray(np.isfinite(values).reshape(*values.shape[:2], -1).all(axis=-1))
    kinds, of_landmark = np.unique(np.packbits(there, axis=0), axis=1, return_inverse=True)
    for kind in range(kinds.shape[1]):
        landmarks = np.flatnonzero(of_landmark == kind)
        yield landmarks, there[:, landmarks[0]]


def _short_gaps(there: BoolArray, times_s: Seconds, longest_s: float) -> IntArray:
    """(N, 2): the frames before and after each sufficiently short gap."""
    seen = np.flatnonzero(there)
    before, after = seen[:-1], seen[1:]
    short = (after - before > 1) & (times_s[after] - times_s[before] <= longest_s + _ROUNDING_S)
    return np.stack([before[short], after[short]], axis=1)


def _inside(gaps: IntArray, frames: int) -> BoolArray:
    """(T,) bool: the frames inside the gaps."""
    inside = np.zeros(frames, bool)
    for before, after in gaps:
        inside[before + 1 : after] = True
    return inside


def _bridge(values: FloatArray, times_s: Seconds, wanted: BoolArray, longest_s: float) -> None:
    """Fill the wanted frames in place, if the landmark's own gap is short enough too."""
    # Takes half of the time in which a worker or a command starts, and neither fills gaps.
    from scipy.interpolate import PchipInterpolator

    for landmarks, there in patterns(values):
        gaps = _short_gaps(there, times_s, longest_s)
        frames = np.flatnonzero(_inside(gaps, len(there)) & wanted)
        if len(frames) == 0:
            continue
        # Two frames on either side determine the curve in a gap; using more would slow down long videos.
        seen = np.flatnonzero(there)
        near = np.searchsorted(seen, gaps[:, :1]) + np.arange(-1, 3)
        knots = seen[np.unique(near.clip(0, len(seen) - 1))]
        curve = PchipInterpolator(times_s[knots], values[np.ix_(knots, landmarks)])
        values[np.ix_(frames, landmarks)] = curve(times_s[frames])
