"""How people are turned to the camera: seen from the front, obliquely, from the side, or from behind.

It is read off the landmarks: the lines through both shoulders and both hips lie across the view of a person seen from
the front or from behind, and along it of one seen from the side; whether it is the front or the back follows from left
and right. These are told apart over time first (``posecore.motion.body.sides``), as a model that exchanges them would
turn a person around.
"""

from typing import NamedTuple

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.motion.gaps import usual_step_s
from posecore.motion.rotations import unit
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

VIEWS = ("front", "oblique", "side", "behind")
"""The views of a person, in the order of their angles."""
VIEWS_END_DEG = (30.0, 60.0, 120.0, 180.0)
"""Where each ends: degrees between where the person faces and the camera, on either side."""
STEADY_S = 0.5
"""A person does not turn around within this time: the median over it counts."""

_Doubles = NDArray[np.float64]

SHOULDERS, HIPS = (
    [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")
)
"""The landmarks that show it: the left one, the right one."""
_MIRROR = list(BLAZEPOSE_33.mirror)


class Sides(NamedTuple):
    """How left and right are named in a video.

    Attributes:
        exchanged: (T, P) bool: left is named right.
        mixed: (T, P) bool: neither the one nor the other.
        unclear: (T, P) bool: rightly or exchanged, which nothing decides.
    """

    exchanged: NDArray[np.bool_]
    mixed: NDArray[np.bool_]
    unclear: NDArray[np.bool_]


def find_sides(sequence: PoseSequence) -> Sides:
    """Tell everyone's left from their right, each within the shots of the video."""
    seen = sequence.seen
    found = Sides(*(np.zeros(seen.shape, bool) for _ in Sides._fields))
    for shot in sequence.shots:
        for slot in range(len(sequence.person_ids)):
            there = shot.start + np.flatnonzero(seen[shot, slot])
            if len(there) > 1:
                from posecore.motion.body.sides import tell_sides  # which needs a second to load, and no photo needs it

                told = tell_sides(sequence.xy[there, slot].astype(np.float64), sequence.times_s[there])
                for array, each in zip(found, told, strict=True):
                    array[there, slot] = each
    return found


def find_turns(sequence: PoseSequence, sides: Sides | None = None) -> FloatArray:
    """(T, P) degrees between where each person faces and the camera: 0 from the front, 180 from behind.

    NaN where a person is not seen, or shoulders or hips have no place. ``sides`` are those of the sequence, if they are
    known already.
    """
    exchanged = (find_sides(sequence) if sides is None else sides).exchanged
    turns = np.full(exchanged.shape, np.nan, np.float32)
    over = max(1, round(STEADY_S / usual_step_s(sequence.times_s))) if len(sequence) > 1 else 1
    for slot in range(len(sequence.person_ids)):
        world = sequence.world[:, slot].astype(np.float64)
        world[exchanged[:, slot]] = world[exchanged[:, slot]][:, _MIRROR]
        each = turns_of(world)
        for shot in sequence.shots:
            there = shot.start + np.flatnonzero(np.isfinite(each[shot]))
            if len(there):
                turns[there, slot] = scipy.ndimage.median_filter(each[there], size=over, mode="nearest")
    return turns


def find_views(sequence: PoseSequence, sides: Sides | None = None) -> NDArray[np.int8]:
    """(T, P) from where each person is seen: a place in ``VIEWS``; -1 where that is not known."""
    turns = find_turns(sequence, sides)
    views = np.searchsorted(VIEWS_END_DEG[:-1], np.nan_to_num(turns), side="right")
    return np.where(np.isnan(turns), -1, views).astype(np.int8)


def turns_of(world: _Doubles) -> _Doubles:
    """(...) degrees between where bodies face and the camera, each frame by itself, of (..., 33, 3) in its axes."""
    shoulders, hips = (world[..., joints, :] for joints in (SHOULDERS, HIPS))
    across = unit(unit(shoulders[..., 0, :] - shoulders[..., 1, :]) + unit(hips[..., 0, :] - hips[..., 1, :]))
    faces = np.cross(across, shoulders.mean(axis=-2) - hips.mean(axis=-2))
    along_view = np.degrees(np.arcsin(np.clip(np.abs(across[..., 2]), 0, 1)))
    return np.where(faces[..., 2] <= 0, along_view, 180 - along_view)
