"""Mirrored pictures, poses and hands: people are used to seeing themselves in a mirror."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.hands import FrameHands
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33


def mirror_picture(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy of the (H, W, 3) uint8 picture with left and right exchanged."""
    # 20 times as fast as copying NumPy's reversed view.
    return np.asarray(cv2.flip(rgb, 1), np.uint8)


def mirror_poses(poses: FramePoses) -> FramePoses:
    """Move the people to their positions in the mirrored picture; landmarks keep their names (left stays left)."""
    width, _ = poses.size
    xy = poses.xy * np.array([-1, 1], np.float32) + np.array([width, 0], np.float32)
    return replace(poses, xy=xy, masks=tuple(mask.mirrored(width) for mask in poses.masks))


def mirror_images(poses: FramePoses) -> FramePoses:
    """The people of a mirrored picture as it shows them: with left and right exchanged, also in metres.

    ``mirror_poses`` gives a body that cannot be: one whose left is at the right of its chest.
    """
    moved = mirror_poses(poses)
    arrays = {name: values[:, BLAZEPOSE_33.mirror] for name, values in moved.arrays.items()}
    arrays["world"] = arrays["world"] * np.array([-1, 1, 1], np.float32)
    return replace(moved, **arrays)


def mirror_hands(hands: FrameHands) -> FrameHands:
    """Move the hands to their positions in the mirrored picture; left stays left."""
    width, _ = hands.size
    return replace(hands, xy=hands.xy * np.array([-1, 1], np.float32) + np.array([width, 0], np.float32))
