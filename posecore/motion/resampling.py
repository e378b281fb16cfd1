"""A sequence at even times, for file formats that have a rate of frames and no times."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.limits import LIMITS
from posecore.motion.gaps import Seconds, patterns, stretches
from posecore.poses import FloatArray, PoseSequence

# Times closer to the grid than this are on it already: far below what any clip's timestamps tell.
_ROUNDING_S = 1e-6


def to_even_times(sequence: PoseSequence, rate: float | None = None) -> PoseSequence:
    """The same movement with frames at even times: frame n at the first frame's time + n / rate.

    All values are interpolated linearly between the two frames around, within each stretch in which a landmark is
    there. Gaps and holes in the clip (see ``posecore.motion.gaps.stretches``) stay NaN: nothing is made up. The end of
    a stretch holds for half a step, so that no moment is lost because the grid falls beside it.

    Args:
        sequence: is not changed.
        rate: frames a second; the clip's nominal rate where None.

    Returns:
        The sequence itself where its times are those already.

    Raises:
        InvalidOption: where ``rate`` is not above zero, or would give more frames than a clip may have.
    """
    rate = sequence.fps if rate is None else rate
    if not 0 < rate < math.inf:
        raise InvalidOption(f"Expected 'rate' to be above zero, but got {rate}.")
    if len(sequence) == 0:
        return replace(sequence, fps=rate)
    grid = _grid(sequence.times_s, rate)
    if len(grid) == len(sequence) and (np.abs(grid - sequence.times_s) <= _ROUNDING_S).all():
        return replace(sequence, fps=rate) if rate != sequence.fps else sequence
    arrays: dict[str, Any] = {name: _resample(array, sequence.times_s, grid) for name, array in sequence.arrays.items()}
    return replace(sequence, **arrays, times_s=grid, fps=rate)


def _grid(times_s: Seconds, rate: float) -> Seconds:
    frames = round((times_s[-1] - times_s[0]) * rate) + 1
    if frames > LIMITS.clip_frames:
        raise InvalidOption(
            f"Expected at most {LIMITS.clip_frames:,} frames, but {times_s[-1] - times_s[0]:.1f} s at {rate:g} frames "
            f"a second are {frames:,}. Give a lower rate."
        )
    return np.asarray(times_s[0] + np.arange(frames) / rate)


def _resample(values: FloatArray, times_s: Seconds, grid: Seconds) -> FloatArray:
    """(T, P, K, ...) at other times."""
    resampled = np.full((len(grid), *values.shape[1:]), np.nan, np.float32)
    half = (grid[1] - grid[0]) / 2 if len(grid) > 1 else math.inf
    for person in range(values.shape[1]):
        for landmarks, there in patterns(values[:, person]):
            for stretch in stretches(there, times_s):
                at = times_s[stretch]
                wanted = slice(*np.searchsorted(grid, [at[0] - half, at[-1] + half]).tolist())
                resampled[wanted, person, landmarks] = _between(values[stretch, person, landmarks], at, grid[wanted])
    return resampled


def _between(values: FloatArray, times_s: Seconds, wanted: Seconds) -> NDArray[np.float64]:
    """Linear interpolation of (n, ...) values along their first axis; the ends hold beyond them."""
    places = np.interp(wanted, times_s, np.arange(len(times_s)))
    before = np.floor(places).astype(np.intp)
    after = np.minimum(before + 1, len(times_s) - 1)
    share = (places - before).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[before] * (1 - share) + values[after] * share)
