"""Other times for a sequence: even ones, for file formats that store only a frame rate, or those of another film."""

import math
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.hands import HandSequence
from posecore.limits import LIMITS
from posecore.motion.gaps import Seconds, patterns, stretches
from posecore.poses import FloatArray, PoseSequence
from posecore.values import FramesInTime

Frames = TypeVar("Frames", PoseSequence, HandSequence)

# Times closer to the grid than this count as on it: far below the resolution of any video's timestamps.
_ROUNDING_S = 1e-6
# Steps within this share of the median one are frames that follow each other; others are gaps or repaired times.
_USUAL_WITHIN = 0.2
# A stated rate this close to the measured one is that one: 30 and 29.97 differ by a fifth of it.
_AGREES_WITHIN = 0.005


def to_even_times(sequence: Frames, rate: float | None = None) -> Frames:
    """Resample to even times: frame n is at the first frame's time + n / rate.

    All values are interpolated linearly between the two neighbouring frames, within each stretch in which a landmark
    is there. Gaps and holes in the video (see ``posecore.motion.gaps.stretches``) stay NaN: nothing is made up, and
    nothing is mixed across a cut. The ends of a stretch are held for half a step, so that a short one is not lost
    between two grid times. A cut moves to the first grid time that is nearest to its frame or later.

    Args:
        sequence: of bodies or hands; is not changed.
        rate: frames per second; None: the video's nominal rate.

    Returns:
        A new sequence, or the given one if its times are even already.

    Raises:
        InvalidOption: if ``rate`` is not above zero, or would give more frames than a video may have.
    """
    rate = sequence.fps if rate is None else rate
    if not 0 < rate < math.inf:
        raise InvalidOption(f"Expected 'rate' to be above zero, but got {rate}.")
    if len(sequence) == 0:
        return replace(sequence, fps=rate)
    grid = _grid(sequence.times_s, rate)
    if len(grid) == len(sequence) and (np.abs(grid - sequence.times_s) <= _ROUNDING_S).all():
        return replace(sequence, fps=rate) if rate != sequence.fps else sequence
    half = (grid[1] - grid[0]) / 2 if len(grid) > 1 else math.inf
    starts = np.append(0, np.searchsorted(grid, sequence.times_s[sequence.cuts] - half))
    arrays: dict[str, Any] = {}
    for name, array in sequence.arrays.items():
        even = _resample(np.atleast_3d(array), sequence, grid, half, starts)
        arrays[name] = even[..., 0] if array.ndim == 2 else even  # a hand has one score, not one per landmark
    cuts = np.unique(starts[(starts > 0) & (starts < len(grid))])
    return replace(sequence, **arrays, times_s=grid, fps=rate, cuts=cuts)


def at_times(sequence: Frames, times_s: Seconds) -> Frames:
    """The frames of a sequence at the times of other frames of the same scene, such as those of a film made beside it.

    Nothing is interpolated: each time has the landmarks of the frame nearest to it, within a step of the sequence, and
    is NaN if there is none.

    Args:
        sequence: of bodies or hands; is not changed.
        times_s: (T,) seconds, strictly increasing, on the same clock.

    Returns:
        A new sequence of T frames, whose rate is that of its times. A cut is at the first of them at its time or later.

    Raises:
        InvalidOption: if the sequence has no frame.
    """
    if len(sequence) == 0:
        raise InvalidOption("Expected a sequence of at least one frame, but got none.")
    after = np.searchsorted(sequence.times_s, times_s).clip(max=len(sequence) - 1)
    before = (after - 1).clip(min=0)
    is_after = sequence.times_s[after] - times_s < times_s - sequence.times_s[before]
    nearest = np.where(is_after, after, before)
    step = 1 / measured_rate(sequence.times_s, sequence.fps)
    arrays: dict[str, Any] = {name: array[nearest] for name, array in sequence.arrays.items()}
    for array in arrays.values():
        array[np.abs(sequence.times_s[nearest] - times_s) > step] = np.nan
    cuts = np.unique(np.searchsorted(times_s, sequence.times_s[sequence.cuts]))
    cuts = cuts[(cuts > 0) & (cuts < len(times_s))]
    return replace(sequence, **arrays, times_s=times_s, fps=measured_rate(times_s, sequence.fps), cuts=cuts)


def measured_rate(times_s: Seconds, stated: float) -> float:
    """Frames per second of the real frame times, whatever a file states.

    It is that of the median step between frames. Many files round times to milliseconds, and so the median step too;
    the mean of the steps close to it is free of that.

    Args:
        times_s: (T,) seconds, strictly increasing.
        stated: the rate to return if the times agree with it (it is exact), or if there are fewer than two.
    """
    if len(times_s) < 2:
        return stated
    steps = np.diff(times_s)
    median = np.median(steps)
    rate = 1 / float(steps[np.abs(steps - median) <= _USUAL_WITHIN * median].mean())
    return stated if abs(stated / rate - 1) <= _AGREES_WITHIN else rate


def _grid(times_s: Seconds, rate: float) -> Seconds:
    frames = round((times_s[-1] - times_s[0]) * rate) + 1
    if frames > LIMITS.clip_frames:
        raise InvalidOption(
            f"Expected at most {LIMITS.clip_frames:,} frames, but {times_s[-1] - times_s[0]:.1f} s at {rate:g} frames "
            f"a second are {frames:,}. Give a lower rate."
        )
    return np.asarray(times_s[0] + np.arange(frames) / rate)


def _resample(
    values: FloatArray, sequence: FramesInTime, grid: Seconds, half: float, starts: NDArray[np.intp]
) -> FloatArray:
    """Interpolate the sequence's (T, P, K, ...) values at the times of the grid.

    Args:
        values: one of its arrays.
        sequence: for times and cuts.
        grid: even times.
        half: half a step of the grid.
        starts: the place in the grid at which each shot starts.
    """
    resampled = np.full((len(grid), *values.shape[1:]), np.nan, np.float32)
    ends = np.append(starts[1:], len(grid))
    for person in range(values.shape[1]):
        for landmarks, there in patterns(values[:, person]):
            for stretch in stretches(there, sequence.times_s, sequence.cuts):
                at = sequence.times_s[stretch]
                shot = np.searchsorted(sequence.cuts, stretch.start, side="right")
                first, end = np.searchsorted(grid, [at[0] - half, at[-1] + half])
                wanted = slice(max(first, starts[shot]), min(end, ends[shot]))
                resampled[wanted, person, landmarks] = _between(values[stretch, person, landmarks], at, grid[wanted])
    return resampled


def _between(values: FloatArray, times_s: Seconds, wanted: Seconds) -> NDArray[np.float64]:
    """Linear interpolation of (n, ...) values along their first axis; the end values are held beyond the ends."""
    places = np.interp(wanted, times_s, np.arange(len(times_s)))
    before = np.floor(places).astype(np.intp)
    after = np.minimum(before + 1, len(times_s) - 1)
    share = (places - before).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[before] * (1 - share) + values[after] * share)
