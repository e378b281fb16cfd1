"""What exercises are declared in: one number a frame of a body's places, by name.

Angles are those of ``posecore.motion.angles`` in 3D, but of knees, hips, elbows, wrists, ankles and neck it is the
flexion: 0 = straight. Heights are in the picture, where a body that rises or sinks is seen best, in metres by the size
that the body has in the picture and in 3D. Every landmark that is there is used, whatever its visibility.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from posecore.motion.angles import ANGLES, Point, angle_between
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

SIDES = ("left", "right")
FLEXED = ("knee", "hip", "elbow", "wrist", "ankle", "neck")
_UP = np.array([0.0, -1.0, 0.0])
# As many frames show how large a person is in the picture.
_SIZED = 100
_FROM_SHOULDERS = slice(BLAZEPOSE_33.index("left_shoulder"), None)


def both(name: str) -> list[int]:
    """Indices of the left and the right landmark of this name."""
    return [BLAZEPOSE_33.index(f"{side}_{name}") for side in SIDES]


SHOULDERS, HIPS, KNEES, WRISTS, ANKLES, HEELS, TOES = (
    both(name) for name in ("shoulder", "hip", "knee", "wrist", "ankle", "heel", "foot_index")
)
_NOSE = BLAZEPOSE_33.index("nose")


@dataclass(frozen=True, eq=False)
class Places:
    """Where the landmarks of one person are in each frame.

    Attributes:
        xy: (T, 33, 2) in the picture, pixels.
        world: (T, 33, 3) metres, axes as in ``PoseSequence.world``.
    """

    xy: Doubles
    world: Doubles

    @cached_property
    def px_per_m(self) -> float:
        """Pixels of the picture per metre of 3D: the body's spread around its middle in both, without the head."""
        some = slice(None, None, 1 + len(self.xy) // _SIZED)
        in_picture, in_3d = (
            _spread(places) for places in (self.xy[some, _FROM_SHOULDERS], self.world[some, _FROM_SHOULDERS, :2])
        )
        return max(1e-6, float(np.median(in_picture / np.maximum(in_3d, 1e-6))))

    @cached_property
    def facing(self) -> Doubles:
        """(T,) 1 if the person faces the right of the picture, -1 if the left: by two of nose, toes and depth."""
        nose = self.xy[:, _NOSE, 0] - middle(self.xy[..., 0], SHOULDERS)
        toes = middle(self.xy[..., 0], TOES) - middle(self.xy[..., 0], HEELS)
        nearer = -self.left_to_right[:, 2]
        # Without feet, the nose alone is no majority.
        votes = np.sign(np.nan_to_num(nose)) + np.sign(np.nan_to_num(toes)) + 1.5 * np.sign(np.nan_to_num(nearer))
        return np.where(votes < 0, -1.0, 1.0)

    @property
    def left_to_right(self) -> Doubles:
        """(T, 3) from the left side of the trunk to the right one, in 3D."""
        lines = [self.world[:, pair[1]] - self.world[:, pair[0]] for pair in (SHOULDERS, HIPS)]
        return np.asarray(lines[0] + lines[1])

    def metres(self, landmarks: list[int], axis: int) -> Doubles:
        """(T,) mean place of landmarks in the picture, in metres: to the right on axis 0, upwards on axis 1."""
        return middle(self.xy[..., axis], landmarks) * (-1 if axis else 1) / self.px_per_m


def middle(places: Doubles, landmarks: list[int]) -> Doubles:
    """Mean of some landmarks of (T, 33, ...)."""
    first, *others = (places[:, each] for each in landmarks)
    return np.asarray(sum(others, first) / len(landmarks)) if others else first


def _spread(places: Doubles) -> Doubles:
    """(T,) size of a cloud of points (T, K, 2) around its middle, of those that are there."""
    there = np.isfinite(places)
    centre = np.where(there, places, 0).sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.sqrt((np.where(there, places - centre, 0) ** 2).sum(axis=(1, 2))))


def _angle(body: Places, name: str, *, in_picture: bool = False) -> Doubles:
    definition = ANGLES[name]
    places = body.xy if in_picture else body.world
    start, *joint, end = (middle(places, [BLAZEPOSE_33.index(each) for each in point]) for point in definition.points)
    if not joint:
        up = np.zeros(places.shape[-1])
        up[1] = -1
        from_up = angle_between(end - start, up)
        return from_up if definition.kind == "lean" else np.abs(90 - from_up)
    angle = angle_between(start - joint[0], end - joint[0])
    return 180 - angle if name.split("_")[-1] in FLEXED else angle


def _hip_difference(body: Places) -> Doubles:
    return np.abs(_angle(body, "left_hip") - _angle(body, "right_hip"))


def _hands_over_shoulders(body: Places) -> Doubles:
    return np.asarray((body.world[:, SHOULDERS, 1] - body.world[:, WRISTS, 1]).mean(axis=1))


def _legs_lean(body: Places) -> Doubles:
    return angle_between(middle(body.world, HIPS) - middle(body.world, ANKLES), _UP)


def _feet_apart(body: Places) -> Doubles:
    legs = body.world[:, ANKLES] - body.world[:, HIPS].mean(axis=1, keepdims=True)
    return angle_between(legs[:, 0], legs[:, 1])


def _turned(body: Places) -> Doubles:
    across = body.left_to_right
    return np.degrees(np.arctan2(np.abs(across[:, 2]), np.abs(across[:, 0])))


def _leaning_back(body: Places) -> Doubles:
    across, down = np.moveaxis(middle(body.xy, SHOULDERS) - middle(body.xy, HIPS), -1, 0)
    return -body.facing * np.degrees(np.arctan2(across, -down))


def _knees_in(body: Places) -> Doubles:
    knees, ankles = (body.xy[:, pair[0]] - body.xy[:, pair[1]] for pair in (KNEES, ANKLES))
    shins = middle(body.xy[..., 1], ANKLES) - middle(body.xy[..., 1], KNEES)
    return np.degrees(np.arctan2((np.abs(ankles[:, 0]) - np.abs(knees[:, 0])) / 2, shins))


# Of one side; ``side`` is its index in SIDES.


def _thigh(body: Places, side: int) -> Doubles:
    return 90 - angle_between(body.world[:, HIPS[side]] - body.world[:, KNEES[side]], _UP)


def _trunk_over_shin(body: Places, side: int) -> Doubles:
    trunk = body.world[:, SHOULDERS[side]] - body.world[:, HIPS[side]]
    shin = body.world[:, KNEES[side]] - body.world[:, ANKLES[side]]
    return angle_between(trunk, _UP) - angle_between(shin, _UP)


def _hips_off_line(body: Places, side: int) -> Doubles:
    line = body.xy[:, KNEES[side]] - body.xy[:, SHOULDERS[side]]
    hip = body.xy[:, HIPS[side]] - body.xy[:, SHOULDERS[side]]
    below = (line[:, 0] * hip[:, 1] - line[:, 1] * hip[:, 0]) * np.sign(line[:, 0])
    return np.asarray(-100 * below / np.maximum((line**2).sum(axis=-1), 1e-12))


def _knee_over_toes(body: Places, side: int) -> Doubles:
    ahead = body.xy[:, KNEES[side], 0] - body.xy[:, TOES[side], 0]
    shin = np.linalg.norm(body.xy[:, KNEES[side]] - body.xy[:, ANKLES[side]], axis=-1)
    return np.asarray(100 * body.facing * ahead / np.maximum(shin, 1e-12))


def _heel(body: Places, side: int) -> Doubles:
    across, down = np.moveaxis(body.xy[:, HEELS[side]] - body.xy[:, TOES[side]], -1, 0)
    return np.degrees(np.arctan2(-down, np.abs(across)))


def _shoulder_over_hand(body: Places, side: int) -> Doubles:
    return body.metres([SHOULDERS[side]], 1) - body.metres([WRISTS[side]], 1)


@dataclass(frozen=True)
class Measure:
    """One number per frame.

    Attributes:
        unit: such as degrees or metres.
        meaning: how to read it.
        landmarks: indices of those it depends on.
        formula: gives (T,) of a body's places.
        points: what shows it in the picture: a line through these, each the middle of the landmarks named.
    """

    unit: str
    meaning: str
    landmarks: tuple[int, ...]
    formula: Callable[[Places], Doubles]
    points: tuple[Point, ...] = ()


IN_PICTURE = "_in_picture"
"""After the name of an angle: as it is seen in the picture."""
JOINTS = tuple(name.removeprefix("left_") for name in ANGLES if name.startswith("left_"))
"""Angles that both sides have, without their side."""


def _angles() -> dict[str, Measure]:
    found = {}
    for name, angle in ANGLES.items():
        meaning = "flexion, 0 = straight" if name.split("_")[-1] in FLEXED else angle.reading
        found[name] = Measure("°", meaning, angle.landmarks, partial(_angle, name=name), angle.points)
        in_picture = partial(_angle, name=name, in_picture=True)
        found[name + IN_PICTURE] = Measure("°", f"{meaning}, in the picture", angle.landmarks, in_picture, angle.points)
    return found


_SIDED: Mapping[str, tuple[str, str, Callable[..., Doubles], tuple[str, ...]]] = {
    "thigh": ("°", "slope of the thigh, 0 = level, 90 = upright", _thigh, ("hip", "knee")),
    "hips_off_line": (
        "% of shoulder to knee",
        "height of the hip over the line from shoulder to knee",
        _hips_off_line,
        ("shoulder", "hip", "knee"),
    ),
    "knee_over_toes": (
        "% of the shin",
        "how far the knee is ahead of the toes",
        _knee_over_toes,
        ("knee", "ankle", "foot_index"),
    ),
    "trunk_over_shin": (
        "°",
        "lean of the trunk minus that of the shin",
        _trunk_over_shin,
        ("shoulder", "hip", "knee", "ankle"),
    ),
    "heel": ("°", "slope of the foot, 0 = flat", _heel, ("heel", "foot_index")),
    "shoulder_over_hand": (
        "m",
        "height of the shoulder over the wrist",
        _shoulder_over_hand,
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


def _shown(unit: str, meaning: str, formula: Callable[[Places], Doubles], points: tuple[Point, ...]) -> Measure:
    landmarks = tuple(BLAZEPOSE_33.index(name) for point in points for name in point)
    return Measure(unit, meaning, landmarks, formula, points)


_SHOULDER_POINT, _HIP_POINT = (tuple(f"{side}_{joint}" for side in SIDES) for joint in ("shoulder", "hip"))

_BOTH_SHINS = (("left_ankle",), ("left_knee",), ("right_knee",), ("right_ankle",))


def _picture(meaning: str, landmarks: list[int], axis: int) -> Measure:
    formula = partial(Places.metres, landmarks=landmarks, axis=axis)
    return Measure("m", f"{meaning} in the picture", tuple(landmarks), formula)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        **_angles(),
        **_sided(),
        "height": _picture("height of the shoulders", SHOULDERS, 1),
        "whole_height": _picture("height of shoulders and hips", SHOULDERS + HIPS, 1),
        "across": _picture("place of the hips across", HIPS, 0),
        "hands_over_shoulders": Measure(
            "m", "height of the wrists over the shoulders", (*SHOULDERS, *WRISTS), _hands_over_shoulders
        ),
        "legs_lean": Measure("°", "0 = hips over the feet, 90 = legs level", (*HIPS, *ANKLES), _legs_lean),
        "feet_apart": Measure(
            "°", "angle between the lines from the hips to both ankles", (*HIPS, *ANKLES), _feet_apart
        ),
        "hip_difference": Measure(
            "°",
            "how much more one hip is flexed than the other",
            (*ANGLES["left_hip"].landmarks, *ANGLES["right_hip"].landmarks),
            _hip_difference,
        ),
        "turned": _shown(
            "°",
            "0 = seen from the front or from behind, 90 = from the side",
            _turned,
            (_SHOULDER_POINT, _HIP_POINT),
        ),
        "leaning_back": _shown(
            "°", "lean of the trunk backwards in the picture", _leaning_back, (_HIP_POINT, _SHOULDER_POINT)
        ),
        "knees_in": _shown("°", "lean of both shins inwards in the picture", _knees_in, _BOTH_SHINS),
    }
)
"""What an exercise may be declared in, by name; so are the names in ``PAIRED``."""
