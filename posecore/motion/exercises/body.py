"""One person's body over time: its measures on even times, smoothed, and how well they are seen.

Every landmark that is there is used, whatever its visibility: a hidden side still moves, and weighs less instead.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.motion.exercises.measures import ANKLES, HIPS, MEASURES, PAIRED, SIDES, Doubles, Places
from posecore.motion.gaps import usual_step_s
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33

RATE_HZ = 30.0
"""Frames per second of the even times: a body moves no faster, and slower videos lose nothing."""

_MOST_PER_STEP = 8.0
"""But at most so many from frame to frame, so that those of a time-lapse over days fit into memory too."""

STEPPING_M_S = 0.2
"""A person walks if one foot or the other moves so fast, as a mean over a second. The jitter of feet that stand stays
below 0.15; who steps into place moves one at 0.3, and who walks at 0.5 and more."""

OUTSIDE = 0.1
"""Share of the time for which a landmark may be outside the picture."""


class Body:
    """One person in one stretch of frames without a long gap.

    Args:
        sequence: the frames of the stretch.
        slot: the person's index on the P axis; they are seen in at least two frames.
        shortest_s: duration of the fastest movement of interest, which smoothing leaves 80% of its size: a median over
            a quarter of it, against single wrong frames, and a Gaussian with a tenth of it as standard deviation,
            which unlike a sharper filter never overshoots.

    Attributes:
        places: where the landmarks are, in the frames in which the person is seen.
        times_s: (N,) even times, ``RATE_HZ`` a second, or fewer below 4 frames per second.
        first_place_px, last_place_px: (2,) where the hips are in the picture at both ends.
    """

    def __init__(self, sequence: PoseSequence, slot: int, shortest_s: float) -> None:
        seen = sequence.seen[:, slot]
        self._seen_s = sequence.times_s[seen]
        self.places = Places(sequence.xy[seen, slot].astype(np.float64), sequence.world[seen, slot].astype(np.float64))
        self._visible = np.nan_to_num(sequence.visibility[seen, slot])
        self._visibility = self._visible.mean(axis=0)
        self._size = sequence.size
        self._rate_hz = min(RATE_HZ, _MOST_PER_STEP / usual_step_s(self._seen_s))
        length_s = self._seen_s[-1] - self._seen_s[0]
        self.times_s = np.linspace(self._seen_s[0], self._seen_s[-1], round(length_s * self._rate_hz) + 1)
        self.first_place_px, self.last_place_px = self.places.xy[[0, -1]][:, HIPS].mean(axis=1)
        self._shortest_s = shortest_s
        self._smoothed: dict[str, Doubles] = {}
        self._weights: dict[str, float] = {}

    def measure(self, name: str) -> Doubles:
        """(N,) one of ``MEASURES``, smoothed, in its own unit."""
        if name not in self._smoothed:
            self._smoothed[name] = self._smooth(self._values(name))
        return self._smoothed[name]

    def weight(self, name: str) -> float:
        """How well a measure is seen, 0..1: mean visibility of its landmarks; of two sides, that of the better one."""
        if name not in self._weights:
            if name in PAIRED:
                self._weights[name] = max(self.weight(f"{side}_{name}") for side in SIDES)
            else:
                self._weights[name] = float(self._visibility[list(MEASURES[name].landmarks)].mean())
        return self._weights[name]

    def visibility(self, name: str, start_s: float, end_s: float) -> dict[str, float]:
        """Mean visibility of each landmark of a measure from one time to another, 0..1, by its name."""
        here = self._visible[self._frames(start_s, end_s)].mean(axis=0)
        return {BLAZEPOSE_33.landmarks[each]: float(here[each]) for each in MEASURES[name].landmarks}

    def outside(self, name: str, start_s: float, end_s: float) -> list[str]:
        """Landmarks of a measure that are outside the picture for more than ``OUTSIDE`` of a time.

        Their place is a guess, however visible the model takes them to be.
        """
        here = self._outside[self._frames(start_s, end_s)].mean(axis=0) > OUTSIDE
        return [BLAZEPOSE_33.landmarks[each] for each in MEASURES[name].landmarks if here[each]]

    def path(self, landmarks: list[int]) -> Doubles:
        """(N, 2) mean place of landmarks in the picture, smoothed, in metres to the right and upwards."""
        return np.stack([self._smooth(self.places.metres(landmarks, axis)) for axis in (0, 1)], axis=-1)

    def shake(self, name: str, start_s: float, end_s: float) -> float:
        """Root mean square of a measure around its smoothed curve from one time to another, in its own unit."""
        here = self._frames(start_s, end_s)
        smoothed = np.interp(self._seen_s[here], self.times_s, self.measure(name))
        return float(np.sqrt(np.mean((self._values(name)[here] - smoothed) ** 2)))

    @cached_property
    def _outside(self) -> NDArray[np.bool_]:
        """(T, K) the landmark is outside the picture."""
        return np.asarray(np.any((self.places.xy < 0) | (self.places.xy > self._size), axis=-1))

    @cached_property
    def is_walking(self) -> NDArray[np.bool_]:
        """(N,) the person is upright, and one foot or the other moves faster than ``STEPPING_M_S`` in the picture."""
        speeds = []
        for ankle in ANKLES:
            steps = np.gradient(self.path([ankle]), axis=0)
            speeds.append(np.hypot(*steps.T) * self._rate_hz)
        over_a_second = scipy.ndimage.uniform_filter1d(
            np.maximum(*speeds), max(1, round(self._rate_hz)), mode="nearest"
        )
        feet_seen = self._visibility[ANKLES].max() >= 0.5
        return np.asarray(feet_seen & (over_a_second > STEPPING_M_S) & (self.measure("trunk_lean") < 45))

    def _frames(self, start_s: float, end_s: float) -> slice:
        """Those from one time to another; between two frames, the one before."""
        first, last = np.searchsorted(self._seen_s, [start_s - 1e-9, end_s + 1e-9])
        return slice(min(first, max(0, last - 1)), max(last, 1))

    def _values(self, name: str) -> Doubles:
        if name not in PAIRED:
            return MEASURES[name].formula(self.places)
        # Squared: of a hidden side mostly too small a movement is guessed.
        sides = [f"{side}_{name}" for side in SIDES]
        weights = np.square([self.weight(side) for side in sides]) + 1e-6
        return weighted_mean([self._values(side) for side in sides], weights.tolist())

    def _smooth(self, values: Doubles) -> Doubles:
        known = np.isfinite(values)
        if not known.any():
            return np.zeros_like(self.times_s)
        even = np.interp(self.times_s, self._seen_s[known], values[known])
        window = 2 * round(self._shortest_s / 8 * self._rate_hz) + 1
        even = scipy.ndimage.median_filter(even, window, mode="nearest")
        return np.asarray(scipy.ndimage.gaussian_filter1d(even, self._shortest_s / 10 * self._rate_hz, mode="nearest"))


class Stills(Body):
    """Poses of one person that do not follow each other: nothing is smoothed, and the times are those of the frames.

    Where there are no places in 3D, as in many data sets, those of the picture and their depth are taken instead.
    """

    def __init__(self, sequence: PoseSequence, slot: int) -> None:
        super().__init__(sequence, slot, 0)
        self.times_s = self._seen_s
        xy, world = self.places.xy, self.places.world
        flat = np.dstack([xy, sequence.z[sequence.seen[:, slot], slot].astype(np.float64)])
        self.places = Places(xy, np.where(np.isfinite(world).any(axis=(1, 2), keepdims=True), world, flat))

    def _smooth(self, values: Doubles) -> Doubles:
        return values


def weighted_mean(curves: Sequence[Doubles], weights: Sequence[float]) -> Doubles:
    """Mean of curves, each with its weight: as ``np.average``, in a fifth of the time."""
    first, *others = (curve * weight for curve, weight in zip(curves, weights, strict=True))
    return np.asarray(sum(others, first) / sum(weights))


def runs_of(there: NDArray[np.bool_], times_s: Doubles, bridge_s: float = 0.0) -> list[tuple[float, float]]:
    """(start, end) of each run; holes of at most ``bridge_s`` are bridged."""
    places = np.flatnonzero(there)
    if not len(places):
        return []
    ends = np.flatnonzero((np.diff(places) > 1) & (np.diff(times_s[places]) > bridge_s)) + 1
    return [(float(times_s[run[0]]), float(times_s[run[-1]])) for run in np.split(places, ends)]
