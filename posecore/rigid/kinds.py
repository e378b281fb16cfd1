"""The parts of people that have poses: one row each. Tags need none, as a tag's kind is its family."""

from collections.abc import Mapping
from dataclasses import dataclass

ASSUMED_FOV_DEG = 65.0
"""Field of view across the longer side, if nothing is known of the camera: phones have 65 to 70, webcams 55 to 75."""


@dataclass(frozen=True)
class Kind:
    """One kind of rigid body.

    Attributes:
        axis_m: length of the axes that are drawn on it, metres: about half its size.
        needs_hands: whether hands must be found for it, which takes networks of their own.
    """

    axis_m: float
    needs_hands: bool = False


KINDS: Mapping[str, Kind] = {
    "head": Kind(0.15),
    "torso": Kind(0.2),
    "pelvis": Kind(0.15),
    "left_foot": Kind(0.12),
    "right_foot": Kind(0.12),
    "left_hand": Kind(0.08, needs_hands=True),
    "right_hand": Kind(0.08, needs_hands=True),
}
"""By name, as in the slots of ``posecore.rigid.people``."""
