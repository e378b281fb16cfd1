"""The effect of smoothing on a sequence: the jitter it removed and the lag it added."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy  # whose parts load when first used

from posecore.errors import InvalidOption, InvalidPoses
from posecore.motion.gaps import BoolArray, Seconds, even_grid, stretches, usual_step_s
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.poses import FloatArray, PoseSequence

# The longest lag searched for.
_LONGEST_LAG_S = 0.5
# Lag is measured on slower movement only: noise that a filter lets through does not shift and would bias the lag to 0.
_SLOW_HZ = 3.0
# Millimetres or pixels: smaller movement is rounding.
_STILL = 1e-3


@dataclass(frozen=True)
class SmoothingEffect:
    """The effect of smoothing on one person; NaN for what cannot be determined.

    Attributes:
        person: id.
        jitter_before, jitter_after: millimetres (world) or pixels (picture): distance of a landmark from the straight
            line in time between the previous and next frames,
            |x[i] - x[i-1] - (x[i+1] - x[i-1]) (t[i] - t[i-1]) / (t[i+1] - t[i-1])|,
            as the median over landmarks and frames: a brief outlier is an error rather than jitter, and a few of
            them would dominate a mean. (At even times it is half the second difference.) Real acceleration is part
            of it, so even the best filter does not remove all of it.
        lag_ms: by how many milliseconds the smoothed movement is later: the time shift with the least squared
            difference between both, refined to a fraction of a frame by a parabola through the best three. Both are
            first low-pass filtered at 3 Hz by a zero-lag filter. The search goes up to half a second or a quarter of
            the longest stretch, whichever is less; that bound itself means "or more". NaN if the person moves less
            than the landmarks jitter.
    """

    person: int
    jitter_before: float
    jitter_after: float
    lag_ms: float

    @property
    def jitter_removed(self) -> float:
        """Jitter removed, in percent; NaN if there was none."""
        return 100 * (1 - self.jitter_after / self.jitter_before) if self.jitter_before > 0 else math.nan


def compare(
    raw: PoseSequence, smoothed: PoseSequence, *, space: Literal["world", "picture"] = "world"
) -> tuple[SmoothingEffect, ...]:
    """Compare a sequence before and after smoothing: the effect on each person, in the sequence's order.

    Only frames in which both have the person count, so filled frames do not.

    Args:
        raw: before.
        smoothed: the same people at the same times, after.
        space: ``"world"``: world landmarks, in millimetres; ``"picture"``: landmarks in the picture, in pixels.

    Raises:
        InvalidPoses: if times or people differ.
        InvalidOption: if ``space`` is neither.
    """
    if space not in ("world", "picture"):
        raise InvalidOption(f"Expected 'space' to be 'world' or 'picture', but got {space!r}.")
    for name in ("times_s", "person_ids"):
        if not np.array_equal(getattr(raw, name), getattr(smoothed, name)):
            raise InvalidPoses(f"Expected both sequences to have the same {name!r}, but got two that differ.")
    if len(raw) < 2:
        return tuple(SmoothingEffect(person, *[math.nan] * 3) for person in raw.person_ids.tolist())
    both = raw.seen & smoothed.seen
    points = [_points(sequence, space) for sequence in (raw, smoothed)]
    low_pass = Smoothing(cutoff_hz=min(_SLOW_HZ, 1 / usual_step_s(raw.times_s) / 4))
    slow = [_points(smooth_sequence(sequence, low_pass), space) for sequence in (raw, smoothed)]
    return tuple(
        _effect(person, [p[:, slot] for p in points], [p[:, slot] for p in slow], both[:, slot], raw)
        for slot, person in enumerate(raw.person_ids.tolist())
    )


def _points(sequence: PoseSequence, space: str) -> FloatArray:
    """(T, P, K, axes), millimetres or pixels."""
    return sequence.world * np.float32(1000) if space == "world" else sequence.xy


def _effect(
    person: int, points: list[FloatArray], slow: list[FloatArray], both: BoolArray, sequence: PoseSequence
) -> SmoothingEffect:
    times_s = sequence.times_s
    runs = stretches(both, times_s, sequence.cuts)
    before, after = (_jitter([(values[run], times_s[run]) for run in runs]) for values in points)
    lag_s = _lag_s([(slow[0][run], slow[1][run], times_s[run]) for run in runs], usual_step_s(times_s), before)
    return SmoothingEffect(person, before, after, 1000 * lag_s)


def _jitter(runs: list[tuple[FloatArray, Seconds]]) -> float:
    """See ``SmoothingEffect``."""
    distances = [np.empty(0, np.float32)]
    for values, times_s in runs:
        share = ((times_s[1:-1] - times_s[:-2]) / (times_s[2:] - times_s[:-2])).astype(np.float32)
        straight = values[:-2] + share[:, None, None] * (values[2:] - values[:-2])
        distances.append(np.linalg.norm(values[1:-1] - straight, axis=-1).ravel())
    known = _known(distances)
    return float(np.median(known)) if known.size else math.nan


def _lag_s(runs: list[tuple[FloatArray, FloatArray, Seconds]], step_s: float, jitter: float) -> float:
    """See ``SmoothingEffect``.

    Args:
        runs: slow movement before and after, with its times.
        step_s: usual step of a frame.
        jitter: before smoothing.
    """
    longest = max((len(times_s) for *_, times_s in runs), default=0)
    reach = min(round(_LONGEST_LAG_S / step_s), longest // 4)
    if reach == 0:
        return math.nan
    # Shorter runs cannot be shifted this far.
    even = [_even_pair(*run, step_s) for run in runs if len(run[-1]) >= 4 * reach]
    # Root mean square distance of the landmarks from their mean positions.
    squares = _known([((before - before.mean(axis=0)) ** 2).sum(axis=-1).ravel() for before, _ in even])
    movement = math.sqrt(squares.mean(dtype=np.float64)) if squares.size else math.nan
    if not movement > max(jitter, _STILL):
        return math.nan
    errors = [sum(_squares(*pair, shift, reach) for pair in even) for shift in range(-reach, reach + 1)]
    best = int(np.argmin(errors))
    if best in (0, 2 * reach):
        return (best - reach) * step_s
    left, least, right = errors[best - 1 : best + 2]
    return (best - reach + (left - right) / (left - 2 * least + right) / 2) * step_s


def _even_pair(before: FloatArray, after: FloatArray, times_s: Seconds, step_s: float) -> tuple[FloatArray, FloatArray]:
    """Resample both to the same even times, (n, landmarks, axes), without landmarks that are missing anywhere."""
    whole = np.isfinite(before).all(axis=(0, 2)) & np.isfinite(after).all(axis=(0, 2))
    pair = before[:, whole], after[:, whole]
    grid = even_grid(times_s, step_s)
    if grid is None:
        return pair
    first, second = (scipy.interpolate.PchipInterpolator(times_s, values)(grid).astype(np.float32) for values in pair)
    return first, second


def _squares(before: FloatArray, after: FloatArray, shift: int, reach: int) -> float:
    """Sum of squares between ``after`` and ``before`` ``shift`` frames earlier, over the same frames for each shift."""
    count = len(after) - 2 * reach
    earlier = before[reach - shift : reach - shift + count]
    return float(((after[reach : reach + count] - earlier) ** 2).sum(dtype=np.float64))


def _known(parts: list[FloatArray]) -> FloatArray:
    """Concatenate arrays and drop NaN."""
    values = np.concatenate(parts)
    return values[np.isfinite(values)]
