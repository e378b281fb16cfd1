"""By how many seconds two recordings of one movement are apart, found from how their joint angles change.

The angles of both are put on one even grid, and for every shift in which they overlap enough their correlation is
computed: of all joints together, each around its own mean over the overlap, so that joints that move much count most,
and neither the axes of a laboratory nor an estimate's bias matter. The shift with the highest correlation is taken, to
a fraction of a step by a parabola through its neighbours.

How certain it is comes from blocks of one second, drawn again with replacement (see ``posecore.evaluation.bootstrap``):
the interval in which the best shift is in 95% of the samples. A movement that repeats has further shifts that fit
almost as well; if another one is the best in more than 5% of the samples, the offset is not certain.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.angle_agreement import JOINT_ANGLES
from posecore.evaluation.motion import Motion

Doubles = NDArray[np.float64]

_LEAST_OVERLAP = 0.5  # of the shorter recording
_LEAST_OVERLAP_S = 0.5
_LEAST_CORRELATION = 0.5
_LEAST_MOVEMENT_DEG = 3.0  # standard deviation of the joint that moves most
_STEPS_HZ = (10.0, 100.0)
_MOST_STEPS = 10_000
_APART_S = 0.25  # shifts further apart than this are different ones
_PEAKS, _TOP_STEPS = 12, 2
_BLOCK_S, _FEWEST_BLOCKS, _MOST_BLOCKS = 1.0, 4, 100
_SAMPLES = 500


class TimeOffset(NamedTuple):
    """How two recordings are put on one scale of time.

    Attributes:
        seconds: to add to the times of the truth.
        how: "given": by the user, or known; "found": see the top of this file; "none": it could not be found, and 0
            is used.
        correlation: of the joint angles at this offset; NaN: not known.
        low, high: in which 95% of the samples are; NaN: not known.
        certain: whether no other offset fits about as well; of one that was given, True.
        why: one sentence, for people.
    """

    seconds: float
    how: Literal["given", "found", "none"]
    correlation: float
    low: float
    high: float
    certain: bool
    why: str


def given_offset(seconds: float, why: str = "The offset was given.") -> TimeOffset:
    """An offset that is known."""
    nan = float("nan")
    return TimeOffset(float(seconds), "given", nan, nan, nan, True, why)


def find_offset(found: Motion, truth: Motion) -> TimeOffset:
    """Find the seconds to add to the times of the truth so that both show the same moment.

    Args:
        found: the movement that is scored.
        truth: the movement that it is compared with; both in 3D or both in the picture.
    """
    step = _step_s(found, truth)
    first, second = (_on_grid(each, step) for each in (found, truth))
    if first is None or second is None:
        return _nothing("one of the recordings has too little in it")
    usable = np.asarray(np.isfinite(first).any(axis=0) & np.isfinite(second).any(axis=0))
    first, second = first[:, usable], second[:, usable]
    moving = [_largest_spread(each) >= _LEAST_MOVEMENT_DEG for each in (first, second)]
    if not all(moving):
        return _nothing("nobody moves enough, or no angle is known in both")
    least = _least_overlap(first, second, step)
    correlations = _correlations(first, second, least)
    if not np.isfinite(correlations).any():
        return _nothing("the recordings are never known at the same time for half of the shorter one")
    which = "the joint angles"
    if np.nanmax(correlations) < _LEAST_CORRELATION:
        first, second = (_means_of_sides(each, usable) for each in (first, second))
        correlations = _correlations(first, second, least)
        which = "the means of left and right joint angles"
    best = int(np.nanargmax(correlations)) if np.isfinite(correlations).any() else 0
    if not correlations[best] >= _LEAST_CORRELATION:
        return _nothing(f"the joint angles never agree (the best correlation is {correlations[best]:.2f})")
    # Place n of the correlations: the truth's first step is at step n - (len(second) - 1) of the found one.
    start_s = float(found.times_s[0] - truth.times_s[0]) - (len(second) - 1) * step
    seconds = start_s + (best + _parabola(correlations, best)) * step
    drawn = start_s + step * _drawn(first, second, correlations, step)
    near = np.abs(drawn - seconds) <= _APART_S
    low, high = np.percentile(drawn[near], [2.5, 97.5]) if near.any() else (seconds, seconds)
    low, high = min(low, seconds), max(high, seconds)
    certain = bool(near.mean() >= 0.95)
    why = f"Found from {which}, whose correlation there is {correlations[best]:.2f}"
    why += f" (95% interval {low:+z.2f} to {high:+z.2f} s)."
    if not certain:
        why += f" Not certain: in {1 - near.mean():.0%} of the samples another offset fits better, as if it repeats."
    return TimeOffset(seconds, "found", float(correlations[best]), float(low), float(high), certain, why)


def _nothing(why: str) -> TimeOffset:
    nan = float("nan")
    return TimeOffset(0.0, "none", nan, nan, nan, False, f"No offset could be found, and 0 is used: {why}.")


def _step_s(found: Motion, truth: Motion) -> float:
    """Step of the grid: that of the finer recording, within limits."""
    steps = [float(np.median(np.diff(each.times_s))) for each in (found, truth) if len(each) > 1]
    slowest, fastest = _STEPS_HZ
    longest = max(float(np.ptp(each.times_s)) if len(each) else 0.0 for each in (found, truth))
    return max(float(np.clip(min(steps, default=1.0), 1 / fastest, 1 / slowest)), longest / _MOST_STEPS)


def _on_grid(motion: Motion, step: float) -> Doubles | None:
    """(N, A) angles at even times from the first frame on; None if there are fewer than two."""
    if len(motion) < 2:
        return None
    times = np.arange(motion.times_s[0], motion.times_s[-1] + step / 2, step)
    columns = []
    for angles in motion.angles.T:
        known = np.isfinite(angles)
        if known.sum() < 2:
            columns.append(np.full(len(times), np.nan))
            continue
        own = motion.times_s[known]
        # A grid time is known if one of the frames around it is near.
        after = np.clip(np.searchsorted(own, times), 1, len(own) - 1)
        apart = np.minimum(np.abs(times - own[after - 1]), np.abs(own[after] - times))
        near = apart <= max(step, 1.5 * float(np.median(np.diff(motion.times_s))))
        columns.append(np.where(near, np.interp(times, own, angles[known]), np.nan))
    return np.stack(columns, axis=-1)


def _means_of_sides(angles: Doubles, usable: NDArray[np.bool_]) -> Doubles:
    """(N, M) the mean of each angle on both sides, and those in the middle."""
    names = [name for name, there in zip(JOINT_ANGLES, usable, strict=True) if there]
    joints = {name.removeprefix("left_").removeprefix("right_"): list[int]() for name in names}
    for place, name in enumerate(names):
        joints[name.removeprefix("left_").removeprefix("right_")].append(place)
    return np.stack([angles[:, places].mean(axis=1) for places in joints.values()], axis=-1)


def _largest_spread(angles: Doubles) -> float:
    spreads = [float(each[np.isfinite(each)].std()) for each in angles.T if np.isfinite(each).any()]
    return max(spreads, default=0.0)


def _least_overlap(first: Doubles, second: Doubles, step: float) -> float:
    """Number of steps in which both must be known, over all angles on average."""
    known = [float(np.isfinite(each).sum(axis=0).max()) for each in (first, second)]
    return max(_LEAST_OVERLAP_S / step, _LEAST_OVERLAP * min(known))


def _correlations(first: Doubles, second: Doubles, least: float) -> Doubles:
    """(N + M - 1,) correlation at each shift; NaN where too little overlaps."""
    from scipy.signal import correlate

    def sums(one: Doubles, other: Doubles) -> Doubles:
        columns = [correlate(a, b, mode="full", method="fft") for a, b in zip(one.T, other.T, strict=True)]
        return np.stack(columns, axis=-1)

    there = [np.isfinite(each).astype(float) for each in (first, second)]
    # Around their means, as the sums are differences of large numbers.
    values = [_centred(each) for each in (first, second)]
    count = np.maximum(np.rint(sums(*there)), 0)
    one, other = sums(values[0], there[1]), sums(there[0], values[1])
    squares = sums(values[0] ** 2, there[1]), sums(there[0], values[1] ** 2)
    return _pooled(count, one, other, *squares, sums(*values), least)


def _centred(angles: Doubles) -> Doubles:
    """(N, A) around the mean of each, 0 where not known."""
    known = np.isfinite(angles)
    means = np.where(known, angles, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, angles - means, 0)


def _pooled(
    count: Doubles, one: Doubles, other: Doubles, ones: Doubles, others: Doubles, both: Doubles, least: float
) -> Doubles:
    """Correlation of all angles together from their sums, (..., A); NaN where too few are known."""
    enough = np.maximum(count, 1)
    shared = (both - one * other / enough).sum(axis=-1)
    pairs = ((ones, one), (others, other))
    spreads = [np.maximum((square - total**2 / enough).sum(axis=-1), 0) for square, total in pairs]
    moves = np.minimum(*spreads) > _LEAST_MOVEMENT_DEG**2 * np.maximum(count.max(axis=-1), 1) * 0.25
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = shared / np.sqrt(spreads[0] * spreads[1])
    return np.where((count.max(axis=-1) >= least) & moves, correlations, np.nan)


def _parabola(values: Doubles, best: int) -> float:
    """Where between the steps the maximum is, -0.5 to 0.5."""
    if not 0 < best < len(values) - 1:
        return 0.0
    before, at, after = values[best - 1 : best + 2]
    bend = before - 2 * at + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if np.isfinite(bend) and bend < 0 else 0.0


def _drawn(first: Doubles, second: Doubles, correlations: Doubles, step: float) -> Doubles:
    """(S,) the best shift, as a place among the correlations, of each sample of blocks."""
    candidates = _candidates(correlations, max(1, round(_APART_S / step)))
    block = round(min(_BLOCK_S / step, len(first) / _FEWEST_BLOCKS))
    block = max(2, block, -(-len(first) // _MOST_BLOCKS))
    starts = np.arange(0, len(first), block)
    sums = np.stack([_block_sums(first, second, shift, starts) for shift in candidates.tolist()])  # (C, B, 6, A)
    random = np.random.default_rng(0)
    times = random.multinomial(len(starts), np.full(len(starts), 1 / len(starts)), _SAMPLES).astype(float)
    best = []
    for drawn in times:
        total = np.tensordot(sums, drawn, axes=(1, 0))  # (C, 6, A)
        count, one, other, ones, others, both = np.moveaxis(total, 1, 0)
        own = _pooled(count, one, other, ones, others, both, least=1.0)
        if np.isfinite(own).any():
            best.append(candidates[int(np.nanargmax(own))])
    return np.array(best, float)


def _candidates(correlations: Doubles, near: int) -> NDArray[np.int64]:
    """Places around the highest peak, and close to the tops of the next ones."""
    left = np.where(np.isfinite(correlations), correlations, -np.inf)
    chosen: set[int] = set()
    for peak in range(_PEAKS):
        best = int(np.argmax(left))
        if left[best] == -np.inf:
            break
        reach = near if peak == 0 else min(near, _TOP_STEPS)
        around = range(max(0, best - reach), min(len(left), best + reach + 1))
        chosen.update(place for place in around if np.isfinite(correlations[place]))
        left[max(0, best - near) : best + near + 1] = -np.inf
    return np.array(sorted(chosen), np.int64)


def _block_sums(first: Doubles, second: Doubles, shift: int, starts: NDArray[np.int64]) -> Doubles:
    """(B, 6, A) the sums that ``_pooled`` takes, by block of the first recording."""
    moved = np.full_like(first, np.nan)
    begin = shift - (len(second) - 1)  # of the second, in steps of the first
    low, high = max(0, begin), min(len(first), begin + len(second))
    if low < high:
        moved[low:high] = second[low - begin : high - begin]
    known = np.isfinite(first) & np.isfinite(moved)
    a, b = (_centred(np.where(known, each, np.nan)) for each in (first, moved))
    parts = np.stack([known.astype(float), a, b, a**2, b**2, a * b], axis=1)
    return np.add.reduceat(parts, starts, axis=0)
