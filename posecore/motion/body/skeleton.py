"""The joints and bones of the body that is fitted: those of BlazePose's landmarks that limbs turn about."""

from typing import NamedTuple

import numpy as np

from posecore.skeletons import BLAZEPOSE_33

_NAMES = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")

JOINTS = [BLAZEPOSE_33.index(f"{side}_{name}") for name in _NAMES for side in ("left", "right")]
"""The landmark of each joint."""

COUNT = len(JOINTS)


def both(name: str) -> list[int]:
    """Places of a left and a right joint among ``JOINTS``."""
    return [JOINTS.index(BLAZEPOSE_33.index(f"{side}_{name}")) for side in ("left", "right")]


SHOULDERS, HIPS = both("shoulder"), both("hip")
STANDING = [*both("heel"), *both("ankle")]
"""Joints that stand still while a foot stands, also when its toes do not."""


ARMS = [
    (child, parent)
    for of, name in (("shoulder", "elbow"), ("elbow", "wrist"))
    for child, parent in zip(both(name), both(of), strict=True)
]
"""Places of each joint of an arm and of the one that it hangs on, from the shoulder outwards."""

LIMBS = ARMS + [
    (child, parent)
    for of, name in (("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "foot_index"))
    for child, parent in zip(both(name), both(of), strict=True)
]
"""The same of arms and legs."""


class Bone(NamedTuple):
    """A bone, whose length is that of the same bone on the other side.

    Attributes:
        start, end: places of its ends among ``JOINTS``.
        kind: place of its length among ``LENGTHS``.
        give_m: standard deviation of its length.
    """

    start: int
    end: int
    kind: int
    give_m: float


# Bones do not stretch. From shoulder to hip there is no bone but a back that bends, and a shoulder that is shrugged.
_BONE_M, _TRUNK_M = 0.01, 0.05
_PAIRED = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "heel": ("ankle", "heel"),
    "instep": ("ankle", "foot_index"),
    "sole": ("heel", "foot_index"),
    "trunk": ("shoulder", "hip"),
}
LENGTHS = (*_PAIRED, "shoulders", "hips")
"""What has one length in a body."""

_BONES = (
    *(
        Bone(start, end, LENGTHS.index(name), _TRUNK_M if name == "trunk" else _BONE_M)
        for name, ends in _PAIRED.items()
        for start, end in zip(*map(both, ends), strict=True)
    ),
    Bone(SHOULDERS[0], SHOULDERS[1], LENGTHS.index("shoulders"), _BONE_M),
    Bone(HIPS[0], HIPS[1], LENGTHS.index("hips"), _BONE_M),
)
STARTS, ENDS, KINDS = (np.array([getattr(bone, name) for bone in _BONES]) for name in ("start", "end", "kind"))
OF_TRUNK = tuple(LENGTHS.index(name) for name in ("trunk", "shoulders", "hips"))
"""Places of the lengths that are no limb's."""
GIVE_M = np.array([bone.give_m for bone in _BONES])
