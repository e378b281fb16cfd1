"""Angles of the body by one published table, ``ANGLES``.

Joint angles are **included angles**: what two limbs enclose where they meet, 0 to 180 degrees, 180 = straight.

- One number a joint. It does not tell bending from a movement to the side, it does not see a limb turn about its own
  length, and it has no sign: a knee that is overstretched by 5 degrees reads 175, as one that is bent by 5 does.
- Gait analysis (Winter, "Biomechanics and Motor Control of Human Movement") counts the other way, from 0 = straight:
  its knee flexion is 180 minus the angle here, as long as the leg moves in the plane that is looked at.
- These are not the joint coordinate systems that the International Society of Biomechanics recommends (Wu et al.,
  Journal of Biomechanics 35, 2002, and 38, 2005; for the knee Grood & Suntay, Journal of Biomechanical Engineering 105,
  1983). Those split a joint into three rotations, for which 33 landmarks do not say enough.
- Which landmarks stand for a limb is this project's own choice, made to fit what the model finds. So are the neck, the
  lean of the trunk and the tilt of the pelvis.

Up is up in the picture, as the camera was held: world landmarks are in the camera's directions too. A camera that
is tilted tilts the lean of the trunk and the tilt of the pelvis; no joint angle changes. Seen from the side both hips
are nearly one point in the picture, so there the tilt of the pelvis means something only in 3D.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.motion.measuring import Space, rate_of_change, visible_landmarks
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.tables import NAME

Point = tuple[str, ...]
"""Names of landmarks; the point is in the middle of them."""

_Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class AngleDefinition:
    """What one angle is.

    Attributes:
        name: such as ``"left_knee"``; left and right are the person's own.
        title: such as ``"Left knee"``.
        points: of a joint three, the joint in the middle; else the two ends of a line.
        reading: what its numbers mean.
        kind: ``"joint"``: the angle at the middle point between the lines to the other two. ``"lean"``: between
            the line from the first point to the second and straight up, 0 to 180 degrees. ``"tilt"``: between the
            line through both points and the horizontal (in 3D the horizontal plane), 0 to 90 degrees.
    """

    name: str
    title: str
    points: tuple[Point, ...]
    reading: str
    kind: Literal["joint", "lean", "tilt"] = "joint"

    @cached_property
    def landmarks(self) -> tuple[int, ...]:
        """Indices of all landmarks that it is made of."""
        return tuple(BLAZEPOSE_33.index(name) for point in self.points for name in point)


_EARS, _SHOULDERS, _HIPS = (
    tuple(f"{side}_{part}" for side in ("left", "right")) for part in ("ear", "shoulder", "hip")
)

# Of the joints that there are two of: the landmarks, without their side.
_LIMBS: Mapping[str, tuple[tuple[Point, Point, Point], str]] = {
    "shoulder": ((("elbow",), ("shoulder",), ("hip",)), "0 = arm along the trunk, 180 = arm overhead"),
    "elbow": ((("shoulder",), ("elbow",), ("wrist",)), "180 = straight"),
    "wrist": ((("elbow",), ("wrist",), ("index", "pinky")), "180 = hand in line with the forearm"),
    "hip": ((("shoulder",), ("hip",), ("knee",)), "180 = straight, as in standing"),
    "knee": ((("hip",), ("knee",), ("ankle",)), "180 = straight"),
    "ankle": ((("knee",), ("ankle",), ("foot_index",)), "180 = toes in line with the shin; about 115 in standing"),
}


def _on_side(side: str, joint: str) -> AngleDefinition:
    points, reading = _LIMBS[joint]
    named = tuple(tuple(f"{side}_{part}" for part in point) for point in points)
    return AngleDefinition(f"{side}_{joint}", f"{side.capitalize()} {joint}", named, reading)


_DEFINITIONS = (
    *(_on_side(side, joint) for joint in _LIMBS for side in ("left", "right")),
    # The ears are the part of the head that moves least when it turns about its length.
    AngleDefinition("neck", "Neck", (_EARS, _SHOULDERS, _HIPS), "180 = head in line with the trunk"),
    AngleDefinition("trunk_lean", "Trunk lean", (_HIPS, _SHOULDERS), "0 = upright, 90 = horizontal", "lean"),
    # Lateral tilt (obliquity). The tilt forwards and backwards cannot be told from two points.
    AngleDefinition(
        "pelvis_tilt", "Pelvis tilt", (_HIPS[:1], _HIPS[1:]), "0 = level, 90 = one hip above the other", "tilt"
    ),
)

ANGLES: Mapping[str, AngleDefinition] = MappingProxyType({each.name: each for each in _DEFINITIONS})
"""All angles by name, in the order in which they are measured."""


def measure_angles(sequence: PoseSequence, *, space: Space = "world", min_visibility: float = 0.5) -> FloatArray:
    """All angles of ``ANGLES`` in each frame.

    Args:
        sequence: its ``world`` or ``xy`` is used.
        space: ``"world"``: in 3D. ``"picture"``: as they look in the picture, where a limb that points
            towards the camera is foreshortened.
        min_visibility: 0..1, of each landmark that an angle is made of.

    Returns:
        (T, P, A) float32, degrees. NaN where one of the angle's landmarks is not there or less visible, or
        where one of its two lines has no length.

    Raises:
        InvalidOption: where an option is none of the above.
    """
    angles = [measure_angle(sequence, name, space=space, min_visibility=min_visibility) for name in ANGLES]
    return np.stack(angles, axis=-1)


def measure_angle(
    sequence: PoseSequence, name: str, *, space: Space = "world", min_visibility: float = 0.5
) -> FloatArray:
    """One of the angles, (T, P) float32, degrees; else as ``measure_angles``.

    Raises:
        InvalidOption: where there is no angle of this name, too.
    """
    if name not in ANGLES:
        raise InvalidOption(f"Expected 'name' to be one of {', '.join(ANGLES)}, but got {name!r}.")
    definition = ANGLES[name]
    points = [
        visible_landmarks(sequence, _indices(point), space=space, min_visibility=min_visibility).mean(axis=-2)
        for point in definition.points
    ]
    if definition.kind == "joint":
        start, joint, end = points
        return _between(start - joint, end - joint).astype(np.float32)
    start, end = points
    up = np.zeros(start.shape[-1])
    up[1] = -1
    from_up = _between(end - start, up)
    return (from_up if definition.kind == "lean" else np.abs(90 - from_up)).astype(np.float32)


def angular_speed(angles: FloatArray, times_s: NDArray[np.float64]) -> FloatArray:
    """Degrees a second, with their sign: above zero while the angle grows (a joint is straightened).

    Args:
        angles: (T, ...), degrees.
        times_s: (T,), strictly increasing.

    Returns:
        (T, ...) float32; see ``rate_of_change``.

    Raises:
        InvalidOption: where the times do not fit.
    """
    return rate_of_change(angles, times_s).astype(np.float32)


def angles_table(sequence: PoseSequence, *, space: Space = "world", min_visibility: float = 0.5) -> pd.DataFrame:
    """One row for each frame and person: ``frame``, ``time_s``, ``person`` and a column for each angle, in degrees.

    Where somebody has a name, the column ``name`` stands behind that of the id, as in ``posecore.to_table``.
    Options, NaN and errors are those of ``measure_angles``.
    """
    angles = measure_angles(sequence, space=space, min_visibility=min_visibility)
    frames, people, count = angles.shape
    columns = {
        "frame": np.repeat(np.arange(frames), people),
        "time_s": np.repeat(sequence.times_s, people),
        "person": np.tile(sequence.person_ids, frames),
        **dict(zip(ANGLES, angles.reshape(-1, count).T, strict=True)),
    }
    table = pd.DataFrame(columns)
    if sequence.names:
        given = [sequence.names.get(person, "") for person in sequence.person_ids.tolist()]
        table.insert(3, NAME, np.tile(np.array(given, object), frames))
    return table


def describe_angles() -> pd.DataFrame:
    """The published table: each angle's ``name``, ``at`` which point, ``from`` and ``to`` what, and its ``reading``."""
    columns = ["name", "at", "from", "to", "reading"]
    return pd.DataFrame([(each.name, *_described(each), each.reading) for each in ANGLES.values()], columns=columns)


def _described(definition: AngleDefinition) -> tuple[str, str, str]:
    """(at, from, to) in words."""
    words = [_words(point) for point in definition.points]
    if definition.kind == "joint":
        return words[1], words[0], words[2]
    if definition.kind == "lean":
        return words[0], "straight up", words[1]
    return "–", "the horizontal", f"line through {' and '.join(words)}"


def _words(point: Point) -> str:
    names = " and ".join(point)
    return names if len(point) == 1 else f"middle of {names}"


def _indices(point: Point) -> list[int]:
    return [BLAZEPOSE_33.index(name) for name in point]


def _between(first: _Doubles, second: _Doubles) -> _Doubles:
    """Degrees between vectors (..., 2 or 3), 0 to 180; NaN where one has no length.

    The arc tangent is exact also near 0 and 180, where the arc cosine of the dot product is not.
    """
    squares = [
        (first[..., i] * second[..., j] - first[..., j] * second[..., i]) ** 2
        for i, j in combinations(range(first.shape[-1]), 2)
    ]
    across = np.sqrt(np.sum(squares, axis=0))  # the length of the cross product, in 2D as in 3D
    along = (first * second).sum(axis=-1)
    has_length = (first != 0).any(axis=-1) & (second != 0).any(axis=-1)
    return np.where(has_length, np.degrees(np.arctan2(across, along)), np.nan)
