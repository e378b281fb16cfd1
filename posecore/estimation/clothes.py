"""Colours of people's clothes, which distinguish people who are seen at the same place one after the other."""

import cv2
import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.inputs import Picture, area_of
from posecore.skeletons import BLAZEPOSE_33

SAME_CLOTHES = 0.2
"""Torsos that differ more than this are two people's. (Measured: 0.18 to 0.54 from one person to another; of one person
at most 0.15, except in a fade to white.)"""

_CORNERS = [BLAZEPOSE_33.index(name) for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
# Only the middle of the torso counts: at its edges there is background.
_MIDDLE = 0.8
# A torso of fewer pixels has no colours worth counting; a larger one is thinned out to about this many a side.
_LEAST_SIDE, _ENOUGH_SIDE = 3, 48
_BINS = 16


def torso_colors(picture: Picture, xy: FloatArray) -> FloatArray | None:
    """Colour histogram of a torso: square roots of shares, (48,), 16 for each channel of L*a*b*.

    Args:
        picture: (H, W, 3) uint8, upright.
        xy: (33, 2) the person's landmarks in pixels.

    Returns:
        A vector of length 1; None if too little of the torso is in the picture.
    """
    height, width = picture.shape[:2]
    corners = xy[_CORNERS]
    middle = corners.mean(axis=0)
    corners = middle + (corners - middle) * np.float32(_MIDDLE)
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)) + 1, (width, height)).astype(int)
    if right - left < _LEAST_SIDE or bottom - top < _LEAST_SIDE:
        return None
    step = max(1, int(max(right - left, bottom - top)) // _ENOUGH_SIDE)
    shown = np.ascontiguousarray(area_of(picture, slice(top, bottom), slice(left, right))[::step, ::step])
    mask = np.zeros(shown.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round((corners - (left, top)) / step).astype(np.int32), 1)
    colors = cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)
    counts = np.concatenate(
        [cv2.calcHist([colors], [channel], mask, [_BINS], [0, 256]).ravel() for channel in range(3)]
    )
    total = counts.sum()
    return np.sqrt(counts / total).astype(np.float32) if total else None


def clothes_apart(one: FloatArray | None, other: FloatArray | None) -> float:
    """Difference of two torsos' colours: 1 minus their cosine; 0 if one of them is unknown."""
    if one is None or other is None:
        return 0.0
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1 - float(one @ other) / lengths
