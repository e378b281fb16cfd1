"""Body angles, defined in one published table, ``ANGLES``.

Joint angles are **included angles**: the angle between two limb segments, 0 to 180 degrees, 180 = straight.

- There is one number per joint. It cannot separate flexion from abduction, does not see a limb rotate about its own
  axis, and has no sign: a knee hyperextended by 5 degrees reads 175, and so does one flexed by 5.
- Gait analysis (Winter, "Biomechanics and Motor Control of Human Movement") counts from 0 = straight: its knee flexion
  is 180 minus the angle here, as long as the leg moves in the plane of analysis.
- These are not the joint coordinate systems recommended by the International Society of Biomechanics (Wu et al.,
  Journal of Biomechanics 35, 2002, and 38, 2005; for the knee Grood & Suntay, Journal of Biomechanical Engineering 105,
  1983). Those split a joint into three rotations, which 33 landmarks do not determine.
- Which landmarks represent a limb is this project's own choice, made to fit what the model finds. The same goes for
  the neck, trunk lean and pelvis tilt.

"Up" means up in the picture, as the camera was held: world landmarks use the camera's axes too. A tilted camera
changes trunk lean and pelvis tilt, but no joint angle; a solid body (``posecore.motion.body``) is turned upright.
Seen from the side, both hips are nearly one point in the picture, so in that view pelvis tilt is meaningful only in 3D.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption
from posecore.motion.measuring import Space, rate_of_change, visible_landmarks
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

if TYPE_CHECKING:
    import pandas as pd

Point = tuple[str, ...]
"""Names of landmarks; the point is their midpoint."""

_Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class AngleDefinition:
    """Definition of one angle.

    Attributes:
        name: such as ``"left_knee"``; left and right are the person's own.
        title: such as ``"Left knee"``.
        points: three for a joint, with the joint in the middle; otherwise the two ends of a line.
        reading: how to read its numbers.
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
        """Indices of all the landmarks it depends on."""
        return tuple(BLAZEPOSE_33.index(name) for point in self.points for name in point)


_EARS, _SHOULDERS, _HIPS = (
    tuple(f"{side}_{part}" for side in ("left", "right")) for part in ("ear", "shoulder", "hip")
)

# Paired joints: the landmarks without "left_" or "right_", and how to read the angle.
_LIMBS: Mapping[str, tuple[tuple[Point, Point, Point], str]] = {
    "shoulder": ((("elbow",), ("shoulder",), ("hip",)), "0 = arm along the trunk, 180 = arm overhead"),
    "elbow": ((("shoulder",), ("elbow",), ("wrist",)), "180 = straight"),
    "wrist": ((("elbow",), ("wrist",), ("index", "pinky")), "180 = hand in line with the forearm"),
    "hip": ((("shoulder",), ("hip",), ("knee",)), "180 = straight, as in standing"),
    "knee": ((("hip",), ("knee",), ("ankle",)), "180 = straight"),
    "ankle": ((("knee",), ("ankle",), ("foot_index",)), "180 = toes in line with the shin; about 115 in standing"),
}


_DEFINITIONS = (
    *(
        AngleDefinition(
            f"{side}_{joint}",
            f"{side.capitalize()} {joint}",
            tuple(tuple(f"{side}_{part}" for part in point) for point in points),
            reading,
        )
        for joint, (points, reading) in _LIMBS.items()
        for side in ("left", "right")
    ),
    # Of all head landmarks the midpoint of the ears moves least when the head turns.
    AngleDefinition("neck", "Neck", (_EARS, _SHOULDERS, _HIPS), "180 = head in line with the trunk"),
    AngleDefinition("trunk_lean", "Trunk lean", (_HIPS, _SHOULDERS), "0 = upright, 90 = horizontal", "lean"),
    # Lateral tilt (obliquity). Two points cannot show anterior or posterior tilt.
    AngleDefinition(
        "pelvis_tilt", "Pelvis tilt", (_HIPS[:1], _HIPS[1:]), "0 = level, 90 = one hip above the other", "tilt"
    ),
)

ANGLES: Mapping[str, AngleDefinition] = MappingProxyType({each.name: each for each in _DEFINITIONS})
"""All angles by name, in the order of ``measure_angles``."""

BY_JOINT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **{joint: {"left": f"left_{joint}", "right": f"right_{joint}"} for joint in _LIMBS},
        **{name: {"middle": name} for name in ANGLES if not name.startswith(("left_", "right_"))},
    }
)
"""Their names by joint, such as ``"knee"``, and the person's own side: left, right or middle."""


def measure_angles(sequence: PoseSequence, *, space: Space = "world", min_visibility: float = 0.5) -> FloatArray:
    """Measure every angle in ``ANGLES`` in each frame.

    Args:
        sequence: its ``world`` or ``xy`` is used.
        space: ``"world"``: in 3D. ``"picture"``: as seen in the picture, where a limb that points towards the
            camera is foreshortened.
        min_visibility: 0..1, required of each landmark an angle depends on.

    Returns:
        (T, P, A) float32, degrees. NaN where one of the angle's landmarks is missing or below ``min_visibility``,
        or one of its two lines has zero length.

    Raises:
        InvalidOption: if an option is none of the above.
    """
    angles = [measure_angle(sequence, name, space=space, min_visibility=min_visibility) for name in ANGLES]
    return np.stack(angles, axis=-1)


def measure_angle(
    sequence: PoseSequence, name: str, *, space: Space = "world", min_visibility: float = 0.5
) -> FloatArray:
    """Measure one angle: (T, P) float32, degrees; options and NaN as for ``measure_angles``.

    Raises:
        InvalidOption: if no angle has this name, or an option is invalid.
    """
    if name not in ANGLES:
        raise InvalidOption(f"Expected 'name' to be one of {', '.join(ANGLES)}, but got {name!r}.")
    definition = ANGLES[name]
    points = []
    for point in definition.points:
        indices = [BLAZEPOSE_33.index(landmark) for landmark in point]
        places = visible_landmarks(sequence, indices, space=space, min_visibility=min_visibility)
        points.append(places.mean(axis=-2))
    return angle_of_points(definition, points).astype(np.float32)


def angle_of_points(definition: AngleDefinition, points: Sequence[_Doubles]) -> _Doubles:
    """One angle in degrees from the places of its points, each (..., 2 or 3); NaN where a line has zero length."""
    if definition.kind == "joint":
        start, joint, end = points
        return angle_between(start - joint, end - joint)
    start, end = points
    up = np.zeros(start.shape[-1])
    up[1] = -1
    from_up = angle_between(end - start, up)
    return from_up if definition.kind == "lean" else np.abs(90 - from_up)


def angular_speed(angles: FloatArray, times_s: NDArray[np.float64], cuts: ArrayLike = ()) -> FloatArray:
    """Signed angular speed in degrees per second: positive while the angle grows (a joint extends).

    Args:
        angles: (T, ...), degrees.
        times_s: (T,), strictly increasing.
        cuts: (C,), those of the sequence: no speed is measured across one.

    Returns:
        (T, ...) float32; see ``rate_of_change``.

    Raises:
        InvalidOption: if the times have another length or do not strictly increase.
    """
    return rate_of_change(angles, times_s, cuts).astype(np.float32)


def angles_table(sequence: PoseSequence, *, space: Space = "world", min_visibility: float = 0.5) -> "pd.DataFrame":
    """Table with one row per frame and person: ``frame``, ``time_s``, ``person`` and each angle in degrees.

    If anyone is named, the column ``name`` follows ``person``, as in ``posecore.to_table``. Options, NaN and errors
    are those of ``measure_angles``.
    """
    import pandas as pd  # slow to import, and needed for tables only

    from posecore.tables import NAME

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


def describe_angles() -> "pd.DataFrame":
    """The published table of definitions: the columns are ``name``, ``at``, ``from``, ``to`` and ``reading``."""
    import pandas as pd

    columns = ["name", "at", "from", "to", "reading"]
    return pd.DataFrame([(each.name, *_described(each), each.reading) for each in ANGLES.values()], columns=columns)


def _described(definition: AngleDefinition) -> tuple[str, str, str]:
    """(at, from, to) in words."""
    words = [point[0] if len(point) == 1 else f"middle of {' and '.join(point)}" for point in definition.points]
    if definition.kind == "joint":
        return words[1], words[0], words[2]
    if definition.kind == "lean":
        return words[0], "straight up", words[1]
    return "–", "the horizontal", f"line through {' and '.join(words)}"


def _any_not_zero(values: Sequence[_Doubles]) -> NDArray[np.bool_]:
    found = values[0] != 0
    for each in values[1:]:
        found = found | (each != 0)
    return found


def angle_between(first: _Doubles, second: _Doubles) -> _Doubles:
    """Angle in degrees between vectors (..., 2 or 3), 0 to 180; NaN where one has zero length.

    Unlike the arc cosine of the dot product, the arc tangent stays accurate near 0 and 180.
    """
    # Axis by axis, as NumPy takes long to add up axes of three.
    firsts, seconds = ([vector[..., axis] for axis in range(vector.shape[-1])] for vector in (first, second))
    squares = [(firsts[i] * seconds[j] - firsts[j] * seconds[i]) ** 2 for i, j in combinations(range(len(firsts)), 2)]
    across = np.sqrt(sum(squares[1:], squares[0]))  # the length of the cross product, in 2D as in 3D
    products = [one * other for one, other in zip(firsts, seconds, strict=True)]
    along = sum(products[1:], products[0])
    has_length = _any_not_zero(firsts) & _any_not_zero(seconds)
    return np.where(has_length, np.degrees(np.arctan2(across, along)), np.nan)
