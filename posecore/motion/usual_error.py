"""The usual error of each angle, for how a person is turned to the camera: what a number is to be read with.

``USUAL_ERROR_DEG`` was measured by benchmarks/truth.py: angles of the full model, each camera by itself, against those
of landmarks that were triangulated from several cameras (a man who walks on a beam, test data of the package pose2sim,
BSD-3). In two of three frames an angle is off by at most its usual error. Frames in which the model exchanges or mixes
left and right are left out; there an error counts as the largest of all views.

It is an error bar with an error of its own: one man, one room, 100 frames from each of four cameras, none of which sees
him from the side. The truth shares the model's idea of where a joint is. Much of an error is the same in all frames of
a view, so smoothing changes it by at most 2 degrees.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.motion.angles import ANGLES, BY_JOINT
from posecore.motion.facing import VIEWS, VIEWS_END_DEG, Sides, find_sides, find_views
from posecore.motion.measuring import Space
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

MEASURED_VIEWS = ("front", "oblique", "behind")
"""The views from which a person was measured. From the side an error counts as the largest of these."""
SHARE_WITHIN = 68
"""Percent of the frames in which an angle is off by no more than its usual error: two of three."""


class UsualError(NamedTuple):
    """Degrees from each of ``MEASURED_VIEWS``: of the model's landmarks and of a solid body, in 3D and in the image."""

    model_3d: tuple[int, int, int]
    solid_3d: tuple[int, int, int]
    model_image: tuple[int, int, int]
    solid_image: tuple[int, int, int]


USUAL_ERROR_DEG: Mapping[str, UsualError] = MappingProxyType(
    {
        "shoulder": UsualError((12, 22, 13), (9, 11, 11), (4, 5, 6), (4, 6, 7)),
        "elbow": UsualError((33, 19, 32), (21, 13, 22), (6, 6, 8), (7, 6, 8)),
        "wrist": UsualError((10, 10, 18), (10, 10, 18), (6, 7, 7), (6, 7, 8)),
        "hip": UsualError((8, 9, 11), (12, 7, 9), (3, 6, 8), (3, 7, 7)),
        "knee": UsualError((14, 14, 22), (15, 10, 9), (6, 7, 7), (5, 6, 8)),
        "ankle": UsualError((18, 32, 33), (30, 18, 12), (11, 12, 26), (13, 11, 23)),
        "neck": UsualError((27, 27, 28), (29, 27, 28), (6, 4, 8), (4, 5, 8)),
        "trunk_lean": UsualError((12, 14, 15), (4, 7, 3), (1, 1, 3), (1, 1, 3)),
        "pelvis_tilt": UsualError((7, 7, 16), (6, 9, 6), (5, 8, 8), (5, 10, 8)),
    }
)
"""By joint, see ``posecore.motion.angles.BY_JOINT``; of left and right together, as being nearer to the camera or
farther from it did not matter in the same way from all views."""

KINDS = tuple((is_solid, view) for is_solid in (False, True) for view in VIEWS)
"""What an error depends on: whether the body is a solid one, and from where it is seen."""

SOLID_WITHIN = 0.01
"""Limbs that keep their length this well (as a share), the same on both sides, are those of a solid body."""

_LIMB_BONES = [
    [(BLAZEPOSE_33.index(f"{side}_{start}"), BLAZEPOSE_33.index(f"{side}_{end}")) for side in ("left", "right")]
    for start, end in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
]
_JOINT_OF = {angle: joint for joint, sides in BY_JOINT.items() for angle in sides.values()}
_SPACES: Mapping[str, Space] = MappingProxyType({"angle_3d": "world", "angle_2d": "picture"})


def errors_of_angle(angle: str, space: Space = "world") -> tuple[int, ...]:
    """Degrees for each of ``KINDS``.

    Args:
        angle: a name in ``ANGLES``.
        space: ``"world"``: in 3D; ``"picture"``: in the image.
    """
    found = USUAL_ERROR_DEG[_JOINT_OF[angle]]
    by_body = (found.model_3d, found.solid_3d) if space == "world" else (found.model_image, found.solid_image)
    return tuple(
        errors[MEASURED_VIEWS.index(view)] if view in MEASURED_VIEWS else max(errors)
        for errors in by_body
        for view in VIEWS
    )


def errors_of_curve(name: str) -> tuple[int, ...] | None:
    """Degrees for each of ``KINDS`` of a curve of ``posecore.motion.curves.CURVES``; None of one that is no angle."""
    of, _, quantity = name.partition(".")
    return errors_of_angle(of, _SPACES[quantity]) if quantity in _SPACES else None


def find_kinds(sequence: PoseSequence, sides: Sides | None = None) -> NDArray[np.int8]:
    """(T, P) which of ``KINDS`` each person is in each frame; -1 where they are not seen.

    Where it is not known from where somebody is seen, or left and right are exchanged, mixed or unclear, it counts as
    from the side, the most uncertain view.

    Args:
        sequence: the model's landmarks, or a solid body.
        sides: those of the model's landmarks, if they are known already; in a solid body the exchanged ones are mended.
    """
    sides = find_sides(sequence) if sides is None else sides
    is_solid = find_solid(sequence)
    sides = sides._replace(exchanged=sides.exchanged & ~is_solid)
    views = find_views(sequence, sides)
    views[(views < 0) | np.any(sides, axis=0)] = VIEWS.index("side")
    kinds = views + len(VIEWS) * is_solid.astype(np.int8)
    return np.where(sequence.seen, kinds, -1).astype(np.int8)


def find_solid(sequence: PoseSequence) -> NDArray[np.bool_]:
    """(T, P) whether a person's limbs have one length throughout, as only those of a solid body have."""
    world = sequence.world.astype(np.float64)
    solid = np.ones((len(sequence), len(sequence.person_ids)), bool)
    for bones in _LIMB_BONES:
        lengths = np.stack([np.linalg.norm(world[:, :, start] - world[:, :, end], axis=-1) for start, end in bones])
        for slot in range(len(sequence.person_ids)):
            known = lengths[:, :, slot][np.isfinite(lengths[:, :, slot])]
            usual = float(np.median(known)) if len(known) else np.nan
            solid[:, slot] &= (np.abs(lengths[:, :, slot] - usual) <= SOLID_WITHIN * usual).all(axis=0)
    return solid


def kind_of_body(world: NDArray[np.float64], turn_deg: float) -> int:
    """Which of ``KINDS`` a body of one frame is: a solid one if its limbs are as long on one side as on the other.

    Args:
        world: (33, 3) metres.
        turn_deg: degrees between where it faces and the camera; NaN if that is not known, which counts as from the
            side.
    """
    known = np.isfinite(turn_deg)
    view = int(np.searchsorted(VIEWS_END_DEG[:-1], turn_deg, side="right")) if known else VIEWS.index("side")
    starts, ends = np.array(_LIMB_BONES).transpose(2, 0, 1)
    lengths = np.linalg.norm(world[starts] - world[ends], axis=-1)
    is_solid = bool((np.abs(lengths[:, 0] - lengths[:, 1]) <= SOLID_WITHIN * lengths.mean(axis=1)).all())
    return KINDS.index((is_solid, VIEWS[view]))


def usual_errors(
    sequence: PoseSequence, *, space: Space = "world", kinds: NDArray[np.int8] | None = None
) -> FloatArray:
    """(T, P, A) float32, degrees: the usual error of each of ``ANGLES``; NaN where a person is not seen.

    Args:
        sequence: the model's landmarks, or a solid body.
        space: ``"world"``: of the angles in 3D; ``"picture"``: of those in the image.
        kinds: those of the sequence, if they are known already.
    """
    kinds = find_kinds(sequence) if kinds is None else kinds
    by_kind = np.array([errors_of_angle(angle, space) for angle in ANGLES], np.float32).T
    return np.where(kinds[..., None] >= 0, by_kind[kinds], np.float32(np.nan))
