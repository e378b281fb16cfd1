"""The catalogue of everything that can be plotted over time, ``CURVES``: one number per frame and person.

What the numbers are
    Angles are those of ``posecore.motion.angles``; angular speeds are signed and use the 3D angles.
    Heights over the lower foot are metres above the lowest heel or toe. World landmarks are centred on the hips, so
    these show how a person bends and reaches, but not a jump: in the air the foot is not on the floor.
    Heights in the picture, above its lower edge, do show a jump, but also camera motion and a person coming nearer.
    Speeds relative to the hips are metres per second in 3D; they exclude the person's path through the room.
    The speed across the picture is that of the hips, in both directions as a share of the picture's height. It is not
    in metres, because the distance to the camera is unknown, and it misses motion towards the camera.

Speeds are differences between frames, which amplify landmark jitter: smooth the sequence first.
As for angles, values are NaN where a landmark they need is missing or not visible enough.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.motion.angles import (
    ANGLES,
    AngleDefinition,
    angular_speed,
    measure_angle,
)
from posecore.motion.measuring import Space, check_visibility, rate_of_change, visible_landmarks
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

_Doubles = NDArray[np.float64]

_HIPS = (BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip"))
_FEET = BLAZEPOSE_33.parts["feet"]


@dataclass(frozen=True)
class Curve:
    """One number over time.

    Attributes:
        name: body part and quantity, such as ``"left_knee.angle_3d"``.
        title: such as ``"Left knee angle, 3D"``.
        short_title: for narrow spaces; unique.
        group: heading it is offered under.
        unit: such as ``"°/s"``.
        landmarks: indices of the landmarks its value in a frame depends on; empty for visibility itself.
        angle: whose value it is, which can be drawn at its joint; None if it is no angle, or a speed of one.
    """

    name: str
    title: str
    short_title: str
    group: str
    unit: str
    landmarks: tuple[int, ...]
    angle: AngleDefinition | None = None


def measure_curve(sequence: PoseSequence, name: str, *, min_visibility: float = 0.5) -> FloatArray:
    """Measure one curve: (T, P) float32, in its own unit; see ``measure_curves``."""
    return measure_curves(sequence, [name], min_visibility=min_visibility)[name]


def measure_curves(
    sequence: PoseSequence, names: Sequence[str], *, min_visibility: float = 0.5
) -> dict[str, FloatArray]:
    """Measure several curves at once; each angle is measured only once.

    Args:
        sequence: is not changed.
        names: keys of ``CURVES``.
        min_visibility: 0..1, required of each landmark a value depends on.

    Returns:
        For each name (T, P) float32, in the unit of the curve; NaN where unknown. Visibility itself is known for
        everyone who is seen, whatever ``min_visibility`` is.

    Raises:
        InvalidOption: if no curve has one of the names, or ``min_visibility`` is outside its range.
    """
    measured = _Measured(sequence, min_visibility)
    return {name: _FORMULAS[_curve(name).name](measured).astype(np.float32) for name in names}


def measure_curve_confidence(sequence: PoseSequence, name: str) -> FloatArray:
    """Lowest visibility among the landmarks a curve depends on, for shading what is not reliable.

    A value is known where this is at least ``min_visibility``. For a speed it covers the frame itself, not its
    neighbours. For visibility itself, which is known for everyone who is seen, it is 1.

    Returns:
        (T, P) float32, 0..1; NaN where the person is not seen.

    Raises:
        InvalidOption: if no curve has this name.
    """
    landmarks = list(_curve(name).landmarks)
    if not landmarks:
        return np.where(sequence.seen, 1, np.nan).astype(np.float32)
    return np.asarray(sequence.visibility[:, :, landmarks].min(axis=-1))


def _curve(name: str) -> Curve:
    if name not in CURVES:
        raise InvalidOption(
            f"Expected the name of one of the {len(CURVES)} curves in posecore.motion.curves.CURVES, such as "
            f"{next(iter(CURVES))!r}, but got {name!r}."
        )
    return CURVES[name]


class _Measured:
    """The formulas of the curves, for one sequence: (T, P) each, in the unit of the curve. They share angles.

    ``of``: the name of an angle, or the indices of landmarks, whose midpoint is meant.
    """

    def __init__(self, sequence: PoseSequence, min_visibility: float) -> None:
        check_visibility(min_visibility)
        self._sequence = sequence
        self._min_visibility = min_visibility
        self._angles: dict[tuple[str, Space], FloatArray] = {}

    def angle(self, *, of: str, space: Space) -> FloatArray:
        """In 3D or in the picture; measured only once."""
        if (of, space) not in self._angles:
            self._angles[of, space] = measure_angle(
                self._sequence, of, space=space, min_visibility=self._min_visibility
            )
        return self._angles[of, space]

    def angular_speed(self, *, of: str) -> FloatArray:
        """Signed, of the 3D angle."""
        return angular_speed(self.angle(of=of, space="world"), self._sequence.times_s, self._sequence.cuts)

    def height_over_foot(self, *, of: tuple[int, ...]) -> _Doubles:
        """Height above the lowest heel or toe."""
        down = self._landmarks((*of, *_FEET), "world")[..., 1]
        return np.asarray(down[..., len(of) :].max(axis=-1) - down[..., : len(of)].mean(axis=-1))

    def height_in_picture(self, *, of: tuple[int, ...]) -> _Doubles:
        """Height above the lower edge."""
        down = self._landmarks(of, "picture")[..., 1].mean(axis=-1)
        return np.asarray(100 * (1 - down / self._sequence.size[1]))

    def speed(self, *, of: tuple[int, ...]) -> _Doubles:
        """3D speed relative to the hips."""
        from_hips = self._landmarks(of, "world").mean(axis=-2) - self._landmarks(_HIPS, "world").mean(axis=-2)
        return self._speed(from_hips)

    def speed_in_picture(self, *, of: tuple[int, ...]) -> _Doubles:
        """Speed across the picture, in both directions as a share of its height."""
        places = self._landmarks(of, "picture").mean(axis=-2) * (100 / self._sequence.size[1])
        return self._speed(places)

    def _speed(self, places: _Doubles) -> _Doubles:
        """(T, P) of places (T, P, axes), per second, whatever the direction."""
        return np.asarray(np.linalg.norm(rate_of_change(places, self._sequence.times_s, self._sequence.cuts), axis=-1))

    def mean_visibility(self) -> FloatArray:
        """Mean over all landmarks."""
        return np.asarray(self._sequence.visibility.mean(axis=-1))

    def _landmarks(self, indices: Sequence[int], space: Space) -> _Doubles:
        """(T, P, N, 3 or 2) metres or pixels."""
        return visible_landmarks(self._sequence, indices, space=space, min_visibility=self._min_visibility)


_Formula = Callable[[_Measured], NDArray[np.floating]]


def _angle_curves() -> Iterator[tuple[Curve, _Formula]]:
    for name, angle in ANGLES.items():
        titles = f"{_measure_of(angle)}, 3D", f"{angle.title}, 3D"
        curve = Curve(f"{name}.angle_3d", *titles, "Angles (3D)", "°", angle.landmarks, angle)
        yield curve, partial(_Measured.angle, of=name, space="world")
    for name, angle in ANGLES.items():
        titles = f"{_measure_of(angle)} in the image", f"{angle.title}, image"
        curve = Curve(f"{name}.angle_2d", *titles, "Angles in the image", "°", angle.landmarks, angle)
        yield curve, partial(_Measured.angle, of=name, space="picture")
    for name, angle in ANGLES.items():
        titles = f"{angle.title} angular speed, 3D", f"{angle.title}, °/s"
        curve = Curve(f"{name}.angular_speed", *titles, "Angular speeds", "°/s", angle.landmarks)
        yield curve, partial(_Measured.angular_speed, of=name)


def _measure_of(angle: AngleDefinition) -> str:
    return f"{angle.title} angle" if angle.kind == "joint" else angle.title


def _height_curves() -> Iterator[tuple[Curve, _Formula]]:
    for name in ("nose", "left_wrist", "right_wrist", "hips", "left_knee", "right_knee"):
        what, of = _point(name)
        titles = f"{what} height above the lower foot", f"{what} height"
        curve = Curve(f"{name}.height_over_foot", *titles, "Heights", "m", (*of, *_FEET))
        yield curve, partial(_Measured.height_over_foot, of=of)
    for name in ("nose", "hips", "left_ankle", "right_ankle"):
        what, of = _point(name)
        titles = f"{what} height in the image", f"{what} height, image"
        curve = Curve(f"{name}.height_in_picture", *titles, "Heights", "% of image height", of)
        yield curve, partial(_Measured.height_in_picture, of=of)


def _speed_curves() -> Iterator[tuple[Curve, _Formula]]:
    for name in (f"{side}_{joint}" for joint in ("wrist", "elbow", "knee", "ankle") for side in ("left", "right")):
        what, of = _point(name)
        titles = f"{what} speed relative to the hips", f"{what} speed"
        curve = Curve(f"{name}.speed", *titles, "Speeds", "m/s", (*of, *_HIPS))
        yield curve, partial(_Measured.speed, of=of)
    titles = "Hip speed across the image", "Hip speed, image"
    curve = Curve("hips.speed_in_picture", *titles, "Speeds", "% of image height/s", _HIPS)
    yield curve, partial(_Measured.speed_in_picture, of=_HIPS)


def _point(name: str) -> tuple[str, tuple[int, ...]]:
    """Title of a point, and the indices of the landmarks it is the midpoint of."""
    if name == "hips":
        return "Hip", _HIPS
    return name.replace("_", " ").capitalize(), (BLAZEPOSE_33.index(name),)


_VISIBILITY = Curve("body.visibility", "Mean visibility of the body", "Visibility", "Confidence", "0–1", ())
_CATALOGUE = (*_angle_curves(), *_height_curves(), *_speed_curves(), (_VISIBILITY, _Measured.mean_visibility))
_FORMULAS = {curve.name: formula for curve, formula in _CATALOGUE}

CURVES: Mapping[str, Curve] = MappingProxyType({curve.name: curve for curve, _ in _CATALOGUE})
"""All curves by name, grouped, in the order they are offered."""
