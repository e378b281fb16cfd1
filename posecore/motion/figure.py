"""A figure of joints and bones of constant length, and the rotations that give it the pose of seen points.

Axes as in ``posecore.motion.root.place_person``: y up, z towards the camera. In the rest pose no joint is turned.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from posecore.motion.rotations import Doubles, shortest_rotation

FINGERS: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "Thumb": (50, ("thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip")),
    **{
        name: (degrees, tuple(f"{finger}_{part}" for part in ("mcp", "pip", "dip", "tip")))
        for name, degrees, finger in (
            ("Index", 15, "index_finger"),
            ("Middle", 0, "middle_finger"),
            ("Ring", -13, "ring_finger"),
            ("Pinky", -27, "pinky"),
        )
    },
}
"""Of a flat, open hand: degrees from straight ahead of the wrist towards the thumb, and landmarks from the base."""


@dataclass(frozen=True)
class Joint:
    """One joint: the bone that leads to it from its parent, and where it is.

    Attributes:
        name: unique in the figure.
        parent: name of its parent; empty for the root.
        at: landmarks at whose midpoint it is.
        rest: direction from its parent in the rest pose.
        is_end: whether it is only the end of its parent's bone.
    """

    name: str
    parent: str
    at: tuple[str, ...]
    rest: tuple[float, float, float]
    is_end: bool = False


Figure = Mapping[str, Joint]
"""The joints by name, each after its parent."""


def children_of(joints: Figure, name: str) -> list[Joint]:
    """The joints whose parent this is, in the order of the figure."""
    return [joint for joint in joints.values() if joint.parent == name]


def own_rotations(joints: Figure, places: Mapping[str, Doubles], turned: Mapping[str, Doubles]) -> dict[str, Doubles]:
    """(T, 3, 3) rotation of each joint that is not an end, in the frame of its parent; NaN if unknown.

    A joint that is not among ``turned`` has one child; it turns that bone from its direction at rest by the shortest
    way, which has no twist.

    Args:
        joints: of the figure.
        places: (T, 3) of each joint in the room.
        turned: (T, 3, 3) rotations in the room of the root, and of the joints that do not turn with one bone.
    """
    turned, own = dict(turned), {}
    for name, joint in joints.items():
        if joint.is_end:
            continue
        to_parent = turned[joint.parent].transpose(0, 2, 1) if joint.parent else np.eye(3)
        if name in turned:
            own[name] = to_parent @ turned[name]
        else:
            [child] = children_of(joints, name)
            bone = to_parent @ (places[child.name] - places[name])[..., None]
            own[name] = shortest_rotation(np.array(child.rest, np.float64), bone[..., 0])
            turned[name] = turned[joint.parent] @ own[name]
    return own
