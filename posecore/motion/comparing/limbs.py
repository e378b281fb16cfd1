"""The directions of a body's limbs: what poses are compared by, free of size and place.

A limb is unseen if one of its landmarks is missing or less visible than asked for. Its direction is NaN then, and
nothing is judged by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.errors import NotComparable
from posecore.motion.angles import Point, angle_between
from posecore.motion.prominence import sizes_in_view
from posecore.motion.rotations import unit
from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]
Turn = Literal["vertical", "any", "none"]
Mirror = Literal["no", "yes", "either"]


def _both(joint: str) -> Point:
    return (f"left_{joint}", f"right_{joint}")


_OF_A_SIDE = {
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}

LIMBS: Mapping[str, tuple[Point, Point]] = MappingProxyType(
    {
        "head": (_both("shoulder"), _both("ear")),
        "trunk": (_both("hip"), _both("shoulder")),
        "shoulders": (("left_shoulder",), ("right_shoulder",)),
        "hips": (("left_hip",), ("right_hip",)),
        **{
            f"{side}_{limb}": ((f"{side}_{start}",), (f"{side}_{end}",))
            for limb, (start, end) in _OF_A_SIDE.items()
            for side in ("left", "right")
        },
    }
)
"""What is compared, by name: a line from one point to another, each the middle of the landmarks named. Hands and feet
are left out: they jitter by more than they differ."""

ACROSS = tuple(name in ("shoulders", "hips") for name in LIMBS)
# The lines across a body show which way it faces: the arms, four lines, must not turn it round. The long axis of a
# lying body, six lines, may.
_WEIGHTS = np.where(ACROSS, 2.5, 1.0)

LEAST_SHARE = 0.5
"""Fewer of the limbs tell no pose."""
UNLIKE_DEG = 60.0
"""Limbs this far apart have no likeness. In labelled photos of different people, those of the same pose are about 30
degrees apart, and those of another one nearly 60 (docs/comparing.md)."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One person over time.

    Attributes:
        world: (T, 33, 3) metres, as in ``PoseSequence``; NaN where the person is not seen.
        visibility: (T, 33), 0..1.
    """

    world: Doubles
    visibility: Doubles

    @property
    def mirrored(self) -> "Figure":
        """The mirror image: left is right."""
        order = list(BLAZEPOSE_33.mirror)
        return Figure(self.world[:, order] * [-1, 1, 1], self.visibility[:, order])

    def directions(self, min_visibility: float) -> Doubles:
        """(T, L, 3) of length 1, of each of ``LIMBS``; NaN if unseen."""
        places = np.where((self.visibility >= min_visibility)[..., None], self.world, np.nan)
        lines = [_middle(places, end) - _middle(places, start) for start, end in LIMBS.values()]
        return unit(np.stack(lines, axis=1))


def landmarks_of(limb: str) -> tuple[int, ...]:
    """Indices of the landmarks that a limb depends on."""
    return tuple(BLAZEPOSE_33.index(name) for point in LIMBS[limb] for name in point)


def _middle(places: Doubles, point: Point) -> Doubles:
    return np.asarray(places[:, [BLAZEPOSE_33.index(name) for name in point]].mean(axis=1))


def figure_of(poses: PoseSequence | FramePoses, person: int | None, *, what: str) -> Figure:
    """One person's landmarks; see ``performer_of``."""
    performer = performer_of(poses, person, what=what)
    return Figure(performer.world[:, 0].astype(np.float64), performer.visibility[:, 0].astype(np.float64))


def performer_of(poses: PoseSequence | FramePoses, person: int | None, *, what: str) -> PoseSequence:
    """One person in one slot; if None, in each shot the one who is largest and longest in view: a cut gives new ids.

    Raises:
        InvalidOption: if nobody has this id.
        InvalidPoses: if that person is seen in no frame.
        NotComparable: if nobody is seen at all; ``what`` says in which.
    """
    sequence = poses if isinstance(poses, PoseSequence) else PoseSequence.from_frames([poses], size=poses.size, fps=1)
    if not sequence.seen.any():
        raise NotComparable(f"Nobody is seen in {what}, so there is nothing to compare. Choose another one.")
    shots = sequence.shots
    slots = [
        int(sizes_in_view(sequence.xy[shot]).argmax()) if person is None else sequence.slot(person) for shot in shots
    ]
    arrays: dict[str, Any] = {
        name: np.concatenate([array[shot, slot, None] for shot, slot in zip(shots, slots, strict=True)])
        for name, array in sequence.arrays.items()
    }
    return replace(sequence, **arrays, person_ids=np.array([1]), names={})


def turned_onto(first: Doubles, second: Doubles, turn: Turn) -> tuple[Doubles, Doubles]:
    """Turn limbs so that they are as much like others as they can be, by those that are known in both.

    Args:
        first: (T, L, 3) directions; NaN if unseen.
        second: the same.
        turn: ``"vertical"``: about the picture's vertical; ``"any"``: about any axis; ``"none"``.

    Returns:
        The turned ``second`` (T, L, 3), and by how much it was turned (T,), in degrees: about the vertical, positive
        clockwise as seen from above; about any axis, 0 to 180.
    """
    known = np.isfinite(first[..., :1]) & np.isfinite(second[..., :1])
    one, other = np.where(known, first, 0), np.where(known, second, 0) * _WEIGHTS[:, None]
    if turn == "none":
        return second, np.zeros(len(second))
    if turn == "vertical":
        along = (one[..., [0, 2]] * other[..., [0, 2]]).sum(axis=(1, 2))
        across = (one[..., 0] * other[..., 2] - one[..., 2] * other[..., 0]).sum(axis=1)
        angle = np.arctan2(across, along)
        return about_vertical(second, angle), np.degrees(angle)
    # Kabsch, Acta Crystallographica A32, 1976.
    left, _, right = np.linalg.svd(np.einsum("tli,tlj->tij", one, other))
    proper = np.sign(np.linalg.det(left @ right))
    left[..., -1] *= proper[:, None]
    rotations = left @ right
    return second @ np.swapaxes(rotations, 1, 2), np.degrees(
        scipy.spatial.transform.Rotation.from_matrix(rotations).magnitude()
    )


def facing_the_camera(directions: Doubles) -> Doubles:
    """(T, L, 3) each pose turned about the vertical so that its shoulders and hips are across the picture."""
    across = directions[:, list(ACROSS)].sum(axis=1)
    return about_vertical(directions, np.arctan2(across[:, 2], across[:, 0]))


def about_vertical(directions: Doubles, angle: Doubles) -> Doubles:
    """(T, L, 3) turned by (T,) radians about the picture's vertical, clockwise as seen from above."""
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y, z = np.moveaxis(directions, -1, 0)
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)


def degrees_apart(first: Doubles, second: Doubles, turn: Turn) -> tuple[Doubles, Doubles]:
    """(T, L) angle between limbs after the turn, in degrees, NaN if one is unseen; and the turn (T,)."""
    turned, by_deg = turned_onto(first, second, turn)
    return angle_between(first, turned), by_deg


def scores_of(degrees: Doubles) -> Doubles:
    """Scores of limbs that are so far apart: 100 at 0 degrees, falling evenly to 0 at ``UNLIKE_DEG`` and beyond."""
    return np.asarray(100 * np.clip(1 - degrees / UNLIKE_DEG, 0, 1))


def mean_over_limbs(values: Doubles) -> Doubles:
    """(T,) of (T, L): the mean of those known; NaN if fewer than ``LEAST_SHARE`` of the limbs are."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    enough = count >= LEAST_SHARE * len(LIMBS)
    return np.where(enough, np.where(known, values, 0).sum(axis=-1) / np.maximum(count, 1), np.nan)
