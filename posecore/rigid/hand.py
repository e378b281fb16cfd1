"""The pose of a person's hand, from its 21 landmarks.

Axes: origin at the wrist; for a hand that shows its palm to the camera with the fingers up, x to the image's right, y
down, z into the hand. So y is exactly from the middle of the knuckles to the wrist, z out of its back, and x nearly
along the knuckles: on a right hand towards the thumb, on a left one away from it.

It is placed as ``posecore.rigid.body.place_landmarks`` does it, and its scale is that of its world landmarks, too.
"""

import numpy as np
from numpy.typing import ArrayLike

from posecore.hands import Side
from posecore.motion.rotations import rotation_to_axes
from posecore.rigid.body import place_landmarks
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.skeletons import HAND_21

_WRIST = HAND_21.index("wrist")
_KNUCKLES = [HAND_21.index(f"{finger}_mcp") for finger in ("index_finger", "middle_finger", "ring_finger", "pinky")]


def pose_hand(world_m: ArrayLike, points_px: ArrayLike, side: Side, camera: Camera) -> RigidPose | None:
    """The pose of a hand.

    Args:
        world_m: (21, 3) metres, the hand's world landmarks.
        points_px: (21, 2) pixels as OpenCV counts them; NaN: not seen.
        side: the person's own.
        camera: that took the image.

    Returns:
        The pose; None if the hand cannot be placed, or its landmarks give no axes.
    """
    placed = place_landmarks(world_m, points_px, camera)
    if placed is None:
        return None
    hand = placed.to_camera(world_m)
    knuckles = hand[_KNUCKLES]
    across = knuckles[0] - knuckles[-1] if side == "right" else knuckles[-1] - knuckles[0]
    down = hand[_WRIST] - knuckles.mean(axis=0)
    rotation = rotation_to_axes(down[None], across[None], axes=(1, 0))[0]
    if not np.isfinite(rotation).all():
        return None
    return RigidPose(rotation, hand[_WRIST], placed.error_px)
