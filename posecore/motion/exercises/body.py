"""Measures of one person's body over time, on even times and smoothed: what exercises are declared in.

Angles are those of ``posecore.motion.angles`` in 3D, but of knees, hips, elbows, wrists, ankles and neck it is the
flexion: 0 = straight. Heights are in the picture, where a body that rises or sinks is seen best, in metres by the size
that the body has in the picture and in 3D. Every landmark that is there is used, whatever its visibility: a hidden side
still moves, and weighs less instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d

from posecore.motion.angles import ANGLES, Point, angle_between
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

RATE_HZ = 30.0
"""Frames per second of the even times: a body moves no faster, and slower videos lose nothing."""

STEPPING_M_S = 0.2
"""A person walks if one foot or the other moves so fast, as a mean over a second. The jitter of feet that stand stays
below 0.15; who steps into place moves one at 0.3, and who walks at 0.5 and more."""

OUTSIDE = 0.1
"""Share of the time for which a landmark may be outside the picture."""

SIDES = ("left", "right")
FLEXED = ("knee", "hip", "elbow", "wrist", "ankle", "neck")
_UP = np.array([0.0, -1.0, 0.0])
# As many frames show how large a person is in the picture.
_SIZED = 100
_FROM_SHOULDERS = slice(BLAZEPOSE_33.index("left_shoulder"), None)


def _both(name: str) -> list[int]:
    return [BLAZEPOSE_33.index(f"{side}_{name}") for side in SIDES]


_SHOULDERS, _HIPS, _KNEES, _WRISTS, _ANKLES, _HEELS, _TOES = (
    _both(name) for name in ("shoulder", "hip", "knee", "wrist", "ankle", "heel", "foot_index")
)
_NOSE = BLAZEPOSE_33.index("nose")


class Body:
    """One person in one stretch of frames without a long gap.

    Args:
        sequence: the frames of the stretch.
        slot: the person's index on the P axis; they are seen in at least two frames.
        shortest_s: duration of the fastest movement of interest, which smoothing leaves 80% of its size: a median over
            a quarter of it, against single wrong frames, and a Gaussian with a tenth of it as standard deviation,
            which unlike a sharper filter never overshoots.

    Attributes:
        times_s: (N,) even times, ``RATE_HZ`` a second.
        first_place_px, last_place_px: (2,) where the hips are in the picture at both ends.
    """

    def __init__(self, sequence: PoseSequence, slot: int, shortest_s: float) -> None:
        seen = sequence.seen[:, slot]
        self._seen_s = sequence.times_s[seen]
        self._world = sequence.world[seen, slot].astype(np.float64)
        self._xy = sequence.xy[seen, slot].astype(np.float64)
        self._visible = np.nan_to_num(sequence.visibility[seen, slot])
        self._visibility = self._visible.mean(axis=0)
        self._outside = ((self._xy < 0) | (self._xy > sequence.size)).any(axis=-1)
        length_s = self._seen_s[-1] - self._seen_s[0]
        self.times_s = np.linspace(self._seen_s[0], self._seen_s[-1], round(length_s * RATE_HZ) + 1)
        self.first_place_px, self.last_place_px = self._xy[[0, -1]][:, _HIPS].mean(axis=1)
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

    def _frames(self, start_s: float, end_s: float) -> slice:
        """Those from one time to another; between two frames, the one before."""
        first, last = np.searchsorted(self._seen_s, [start_s - 1e-9, end_s + 1e-9])
        return slice(min(first, max(0, last - 1)), max(last, 1))

    def _values(self, name: str) -> Doubles:
        if name not in PAIRED:
            return MEASURES[name].formula(self)
        # Squared: of a hidden side mostly too small a movement is guessed.
        sides = [f"{side}_{name}" for side in SIDES]
        weights = np.square([self.weight(side) for side in sides]) + 1e-6
        return np.asarray(np.average([self._values(side) for side in sides], axis=0, weights=weights))

    def _smooth(self, values: Doubles) -> Doubles:
        known = np.isfinite(values)
        if not known.any():
            return np.zeros_like(self.times_s)
        even = np.interp(self.times_s, self._seen_s[known], values[known])
        window = 2 * round(self._shortest_s / 8 * RATE_HZ) + 1
        even = median_filter(even, window, mode="nearest")
        return np.asarray(gaussian_filter1d(even, self._shortest_s / 10 * RATE_HZ, mode="nearest"))

    def angle(self, name: str, *, in_picture: bool = False) -> Doubles:
        """An angle in 3D or in the picture, in degrees, as a flexion for those in ``FLEXED``."""
        definition = ANGLES[name]
        places = self._xy if in_picture else self._world
        start, *joint, end = (
            _middle(places, [BLAZEPOSE_33.index(each) for each in point]) for point in definition.points
        )
        if not joint:
            up = np.zeros(places.shape[-1])
            up[1] = -1
            from_up = angle_between(end - start, up)
            return from_up if definition.kind == "lean" else np.abs(90 - from_up)
        angle = angle_between(start - joint[0], end - joint[0])
        return 180 - angle if name.split("_")[-1] in FLEXED else angle

    def hip_difference(self) -> Doubles:
        """How much more one hip is flexed than the other, in degrees."""
        return np.abs(self.angle("left_hip") - self.angle("right_hip"))

    def hands_over_shoulders(self) -> Doubles:
        """Height of the wrists over the shoulders in 3D, in metres."""
        return np.asarray((self._world[:, _SHOULDERS, 1] - self._world[:, _WRISTS, 1]).mean(axis=1))

    def legs_lean(self) -> Doubles:
        """Angle between straight up and the line from the ankles to the hips, in degrees."""
        legs = _middle(self._world, _HIPS) - _middle(self._world, _ANKLES)
        return angle_between(legs, _UP)

    def feet_apart(self) -> Doubles:
        """Angle between the lines from the hips to both ankles, in degrees."""
        legs = self._world[:, _ANKLES] - self._world[:, _HIPS].mean(axis=1, keepdims=True)
        return angle_between(legs[:, 0], legs[:, 1])

    def turned(self) -> Doubles:
        """From where the person is seen, in degrees: 0 = from the front or from behind, 90 = from the side."""
        across = self._left_to_right(_SHOULDERS) + self._left_to_right(_HIPS)
        return np.degrees(np.arctan2(np.abs(across[:, 2]), np.abs(across[:, 0])))

    def facing(self) -> Doubles:
        """1 if the person faces the right of the picture, -1 if the left: by two of nose, toes and depth."""
        nose = self._xy[:, _NOSE, 0] - _middle(self._xy[..., 0], _SHOULDERS)
        toes = _middle(self._xy[..., 0], _TOES) - _middle(self._xy[..., 0], _HEELS)
        nearer = -(self._left_to_right(_SHOULDERS) + self._left_to_right(_HIPS))[:, 2]
        # Without feet, the nose alone is no majority.
        votes = np.sign(np.nan_to_num(nose)) + np.sign(np.nan_to_num(toes)) + 1.5 * np.sign(np.nan_to_num(nearer))
        return np.where(votes < 0, -1.0, 1.0)

    def _left_to_right(self, pair: list[int]) -> Doubles:
        return np.asarray(self._world[:, pair[1]] - self._world[:, pair[0]])

    def leaning_back(self) -> Doubles:
        """How far the trunk leans back from upright in the picture, in degrees; forwards is negative."""
        across, down = np.moveaxis(_middle(self._xy, _SHOULDERS) - _middle(self._xy, _HIPS), -1, 0)
        return -self.facing() * np.degrees(np.arctan2(across, -down))

    def thigh(self, side: int) -> Doubles:
        """How steeply the thigh rises from the knee to the hip in 3D, in degrees."""
        return 90 - angle_between(self._world[:, _HIPS[side]] - self._world[:, _KNEES[side]], _UP)

    def trunk_over_shin(self, side: int) -> Doubles:
        """How much more the trunk leans than the shin in 3D, in degrees."""
        trunk = self._world[:, _SHOULDERS[side]] - self._world[:, _HIPS[side]]
        shin = self._world[:, _KNEES[side]] - self._world[:, _ANKLES[side]]
        return angle_between(trunk, _UP) - angle_between(shin, _UP)

    def hips_off_line(self, side: int) -> Doubles:
        """Distance of the hip from the line from shoulder to knee, upwards, in percent of the line's length."""
        line = self._xy[:, _KNEES[side]] - self._xy[:, _SHOULDERS[side]]
        hip = self._xy[:, _HIPS[side]] - self._xy[:, _SHOULDERS[side]]
        below = (line[:, 0] * hip[:, 1] - line[:, 1] * hip[:, 0]) * np.sign(line[:, 0])
        return np.asarray(-100 * below / np.maximum((line**2).sum(axis=-1), 1e-12))

    def knee_over_toes(self, side: int) -> Doubles:
        """How far the knee is ahead of the toes in the picture, in percent of the shin's length."""
        ahead = self._xy[:, _KNEES[side], 0] - self._xy[:, _TOES[side], 0]
        shin = np.linalg.norm(self._xy[:, _KNEES[side]] - self._xy[:, _ANKLES[side]], axis=-1)
        return np.asarray(100 * self.facing() * ahead / np.maximum(shin, 1e-12))

    def knees_in(self) -> Doubles:
        """How far both shins lean inwards in the picture, on average, in degrees."""
        knees, ankles = (self._xy[:, pair[0]] - self._xy[:, pair[1]] for pair in (_KNEES, _ANKLES))
        shins = _middle(self._xy[..., 1], _ANKLES) - _middle(self._xy[..., 1], _KNEES)
        return np.degrees(np.arctan2((np.abs(ankles[:, 0]) - np.abs(knees[:, 0])) / 2, shins))

    def heel(self, side: int) -> Doubles:
        """How steeply the foot rises from the toes to the heel in the picture, in degrees."""
        across, down = np.moveaxis(self._xy[:, _HEELS[side]] - self._xy[:, _TOES[side]], -1, 0)
        return np.degrees(np.arctan2(-down, np.abs(across)))

    def shoulder_over_hand(self, side: int) -> Doubles:
        """Height of the shoulder over the wrist in the picture, in metres."""
        return self.place([_SHOULDERS[side]], 1) - self.place([_WRISTS[side]], 1)

    def place(self, landmarks: list[int], axis: int) -> Doubles:
        """Mean place of landmarks in the picture, in metres: to the right on axis 0, upwards on axis 1."""
        return _middle(self._xy[..., axis], landmarks) * (-1 if axis else 1) / self.px_per_m

    @cached_property
    def is_walking(self) -> NDArray[np.bool_]:
        """(N,) the person is upright, and one foot or the other moves faster than ``STEPPING_M_S`` in the picture."""
        speeds = []
        for ankle in _ANKLES:
            axes = [np.gradient(self._smooth(self.place([ankle], axis))) for axis in (0, 1)]
            speeds.append(np.hypot(*axes) * RATE_HZ)
        over_a_second = uniform_filter1d(np.maximum(*speeds), round(RATE_HZ), mode="nearest")
        feet_seen = self._visibility[_ANKLES].max() >= 0.5
        return np.asarray(feet_seen & (over_a_second > STEPPING_M_S) & (self.measure("trunk_lean") < 45))

    @cached_property
    def px_per_m(self) -> float:
        """Pixels of the picture per metre of 3D: the body's spread around its middle in both, without the head."""
        some = slice(None, None, 1 + len(self._xy) // _SIZED)
        in_picture, in_3d = (
            _spread(places) for places in (self._xy[some, _FROM_SHOULDERS], self._world[some, _FROM_SHOULDERS, :2])
        )
        return max(1e-6, float(np.median(in_picture / np.maximum(in_3d, 1e-6))))


class Stills(Body):
    """Poses of one person that do not follow each other: nothing is smoothed, and the times are those of the frames.

    Where there are no places in 3D, as in many data sets, those of the picture and their depth are taken instead.
    """

    def __init__(self, sequence: PoseSequence, slot: int) -> None:
        super().__init__(sequence, slot, 0)
        self.times_s = self._seen_s
        seen = sequence.seen[:, slot]
        flat = np.dstack([self._xy, sequence.z[seen, slot].astype(np.float64)])
        self._world = np.where(np.isfinite(self._world).any(axis=(1, 2), keepdims=True), self._world, flat)

    def _smooth(self, values: Doubles) -> Doubles:
        return values


def runs_of(there: NDArray[np.bool_], times_s: Doubles, bridge_s: float = 0.0) -> list[tuple[float, float]]:
    """(start, end) of each run; holes of at most ``bridge_s`` are bridged."""
    places = np.flatnonzero(there)
    if not len(places):
        return []
    ends = np.flatnonzero((np.diff(places) > 1) & (np.diff(times_s[places]) > bridge_s)) + 1
    return [(float(times_s[run[0]]), float(times_s[run[-1]])) for run in np.split(places, ends)]


def _spread(places: Doubles) -> Doubles:
    """(N,) size of a cloud of points (N, K, 2) around its middle, of those that are there."""
    there = np.isfinite(places)
    middle = np.where(there, places, 0).sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.sqrt((np.where(there, places - middle, 0) ** 2).sum(axis=(1, 2))))


def _middle(places: Doubles, landmarks: list[int]) -> Doubles:
    """Mean of some landmarks of (N, 33, ...)."""
    first, *others = (places[:, each] for each in landmarks)
    return np.asarray(sum(others, first) / len(landmarks)) if others else first


@dataclass(frozen=True)
class Measure:
    """One number per frame.

    Attributes:
        unit: degrees or metres.
        meaning: how to read it.
        landmarks: indices of those it depends on.
        formula: gives (T,) of the frames in which the person is seen.
        points: what shows it in the picture: a line through these, each the middle of the landmarks named.
    """

    unit: str
    meaning: str
    landmarks: tuple[int, ...]
    formula: Callable[[Body], Doubles]
    points: tuple[Point, ...] = ()


def _angles() -> dict[str, Measure]:
    found = {}
    for name, angle in ANGLES.items():
        meaning = "flexion, 0 = straight" if name.split("_")[-1] in FLEXED else angle.reading
        found[name] = Measure("°", meaning, angle.landmarks, partial(Body.angle, name=name), angle.points)
        in_picture = partial(Body.angle, name=name, in_picture=True)
        found[name + IN_PICTURE] = Measure("°", f"{meaning}, in the picture", angle.landmarks, in_picture, angle.points)
    return found


IN_PICTURE = "_in_picture"
"""After the name of an angle: as it is seen in the picture."""
JOINTS = tuple(name.removeprefix("left_") for name in ANGLES if name.startswith("left_"))
"""Angles that both sides have, without their side."""
_SIDED: Mapping[str, tuple[str, str, Callable[..., Doubles], tuple[str, ...]]] = {
    "thigh": ("°", "slope of the thigh, 0 = level, 90 = upright", Body.thigh, ("hip", "knee")),
    "hips_off_line": (
        "% of shoulder to knee",
        "height of the hip over the line from shoulder to knee",
        Body.hips_off_line,
        ("shoulder", "hip", "knee"),
    ),
    "knee_over_toes": (
        "% of the shin",
        "how far the knee is ahead of the toes",
        Body.knee_over_toes,
        ("knee", "ankle", "foot_index"),
    ),
    "trunk_over_shin": (
        "°",
        "lean of the trunk minus that of the shin",
        Body.trunk_over_shin,
        ("shoulder", "hip", "knee", "ankle"),
    ),
    "heel": ("°", "slope of the foot, 0 = flat", Body.heel, ("heel", "foot_index")),
    "shoulder_over_hand": (
        "m",
        "height of the shoulder over the wrist",
        Body.shoulder_over_hand,
        ("shoulder", "wrist"),
    ),
}
PAIRED = frozenset(joint + where for joint in JOINTS for where in ("", IN_PICTURE)) | frozenset(_SIDED)
"""Measures that both sides have, without their side: a measure of that name is the mean of both."""


def _sided() -> dict[str, Measure]:
    found = {}
    for name, (unit, meaning, formula, joints) in _SIDED.items():
        for index, side in enumerate(SIDES):
            points = tuple((f"{side}_{joint}",) for joint in joints)
            found[f"{side}_{name}"] = _shown(unit, meaning, partial(formula, side=index), points)
    return found


def _shown(unit: str, meaning: str, formula: Callable[[Body], Doubles], points: tuple[Point, ...]) -> Measure:
    landmarks = tuple(BLAZEPOSE_33.index(name) for point in points for name in point)
    return Measure(unit, meaning, landmarks, formula, points)


_SHOULDER_POINT, _HIP_POINT = (tuple(f"{side}_{joint}" for side in SIDES) for joint in ("shoulder", "hip"))

_BOTH_SHINS = (("left_ankle",), ("left_knee",), ("right_knee",), ("right_ankle",))


def _picture(meaning: str, landmarks: list[int], axis: int) -> Measure:
    formula = partial(Body.place, landmarks=landmarks, axis=axis)
    return Measure("m", f"{meaning} in the picture", tuple(landmarks), formula)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        **_angles(),
        **_sided(),
        "height": _picture("height of the shoulders", _SHOULDERS, 1),
        "whole_height": _picture("height of shoulders and hips", _SHOULDERS + _HIPS, 1),
        "across": _picture("place of the hips across", _HIPS, 0),
        "hands_over_shoulders": Measure(
            "m", "height of the wrists over the shoulders", (*_SHOULDERS, *_WRISTS), Body.hands_over_shoulders
        ),
        "legs_lean": Measure("°", "0 = hips over the feet, 90 = legs level", (*_HIPS, *_ANKLES), Body.legs_lean),
        "feet_apart": Measure(
            "°", "angle between the lines from the hips to both ankles", (*_HIPS, *_ANKLES), Body.feet_apart
        ),
        "hip_difference": Measure(
            "°",
            "how much more one hip is flexed than the other",
            (*ANGLES["left_hip"].landmarks, *ANGLES["right_hip"].landmarks),
            Body.hip_difference,
        ),
        "turned": _shown(
            "°",
            "0 = seen from the front or from behind, 90 = from the side",
            Body.turned,
            (_SHOULDER_POINT, _HIP_POINT),
        ),
        "leaning_back": _shown(
            "°", "lean of the trunk backwards in the picture", Body.leaning_back, (_HIP_POINT, _SHOULDER_POINT)
        ),
        "knees_in": _shown("°", "lean of both shins inwards in the picture", Body.knees_in, _BOTH_SHINS),
    }
)
"""What an exercise may be declared in, by name; so are the names in ``PAIRED``."""
