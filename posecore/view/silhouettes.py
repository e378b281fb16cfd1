"""Separating people from their background: blur it, make it plain, or cut people out."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidPoses
from posecore.poses import FramePoses
from posecore.system import naming_missing_library
from posecore.view.palette import PLAIN
from posecore.view.shapes import flood

with naming_missing_library():
    import cv2

Background = Literal["keep", "blur", "plain"]
"""What to do with everything that is not a person: keep it, blur it, or make it one colour."""

# The network's masks have soft edges; between these values a pixel goes from background to person.
_EDGE = (0.3, 0.7)
# Blur radius as a share of the picture's longer side, and how much smaller the blurred copy is (the difference does
# not show).
_BLUR, _SMALLER = 0.012, 4


def silhouette(poses: FramePoses) -> NDArray[np.float32]:
    """(H, W) float32, 0..1: the share of each pixel that is a person.

    Raises:
        InvalidPoses: if there are people without masks; ``PoseOptions(segmentation=True)`` provides them.
    """
    width, height = poses.size
    people = np.zeros((height, width), np.float32)
    if len(poses) and not poses.masks:
        raise InvalidPoses("Expected people with their silhouettes, but got none: estimate with segmentation=True.")
    for mask in poses.masks:
        np.maximum(people, mask.on_picture(poses.size), out=people)
    low, high = _EDGE
    return ((people - np.float32(low)) / np.float32(high - low)).clip(0, 1)


def on_background(rgb: np.ndarray, poses: FramePoses, background: Background) -> np.ndarray:
    """Return a copy of the picture with its background changed.

    Args:
        rgb: (H, W, 3) uint8, the picture the poses belong to.
        poses: with masks, unless the background is kept.
        background: what to do with it.

    Raises:
        InvalidPoses: as ``silhouette``.
    """
    if background == "keep":
        return np.array(rgb, order="C")
    people = silhouette(poses)
    if background == "blur":
        behind = _blurred(rgb, 1 - people)
    else:
        behind = np.empty_like(rgb, order="C")
        flood(behind, PLAIN)
    return cv2.blendLinear(np.ascontiguousarray(rgb), behind, people, 1 - people)


def cut_out(rgb: np.ndarray, poses: FramePoses) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 RGBA: the people, with everything else transparent.

    Raises:
        InvalidPoses: as ``silhouette``.
    """
    opaque = np.rint(silhouette(poses) * 255).astype(np.uint8)
    return np.dstack([rgb, opaque])


def _blurred(rgb: np.ndarray, counted: NDArray[np.float32]) -> np.ndarray:
    """Blur the picture with each pixel weighted by ``counted``, so that people's colours do not bleed into it."""
    height, width = rgb.shape[:2]
    size = (max(1, width // _SMALLER), max(1, height // _SMALLER))
    weights = cv2.resize(counted, size, interpolation=cv2.INTER_AREA) + np.float32(1e-3)
    colors = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) * weights[..., None]
    sigma = max(0.5, _BLUR * max(height, width) / _SMALLER)
    around = cv2.GaussianBlur(weights, (0, 0), sigma)[..., None]
    small = (cv2.GaussianBlur(colors, (0, 0), sigma) / around).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
