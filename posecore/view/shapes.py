"""Filled shapes with antialiased edges, positioned and sized to 1/16 pixel.

OpenCV's own lines are a whole number of pixels wide, and its small circles are squares; in a video both would be
visible, as jumps and corners. Its convex polygons have neither fault, so every shape is one.
Positions are OpenCV's: (0, 0) is the middle of the first pixel.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from posecore.system import naming_missing_library
from posecore.view.palette import Color

with naming_missing_library():
    import cv2

Polygons = NDArray[np.int32]
"""(N, corners, 2) in OpenCV's fixed-point numbers."""

SHIFT = 4
"""Fractional bits of a fixed-point number."""
_TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE = np.column_stack((np.cos(_TURN), np.sin(_TURN)))


def bars(starts: np.ndarray, ends: np.ndarray, widths: np.ndarray) -> Polygons:
    """N straight bars with flat ends, from (N, 2) to (N, 2), (N,) pixels wide."""
    along = ends - starts
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)
    across = np.stack((-along[:, 1], along[:, 0]), axis=1) * (widths / 2 / length)[:, None]
    return to_fixed_point(np.stack((starts + across, ends + across, ends - across, starts - across), axis=1))


def discs(centres: np.ndarray, radii: np.ndarray) -> Polygons:
    """N discs around (N, 2) with radii (N,) in pixels."""
    return to_fixed_point(centres[:, None] + radii[:, None, None] * _CIRCLE)


def pill(left: float, right: float, y: float, radius: float) -> Polygons:
    """One horizontal bar with round ends centred on ``left`` and ``right``."""
    middles = np.where(_CIRCLE[:, 0] > 0, right, left)
    return to_fixed_point(np.column_stack((middles, np.full(len(_CIRCLE), y))) + radius * _CIRCLE)[None]


def fill(canvas: np.ndarray, polygons: Polygons, colors: Sequence[Color]) -> None:
    """Paint polygons on the canvas, in order, each in its colour."""
    for polygon, color in zip(polygons, colors, strict=True):
        cv2.fillConvexPoly(canvas, polygon, color, cv2.LINE_AA, SHIFT)


def flood(canvas: np.ndarray, color: Color) -> None:
    """Paint all of (H, W, 3) uint8, contiguous, in one colour; assigning it to each pixel takes fifty times as long."""
    cv2.rectangle(canvas, (0, 0), canvas.shape[1::-1], color, cv2.FILLED)


def to_fixed_point(pixels: np.ndarray) -> Polygons:
    """Positions in pixels as the fixed-point numbers that OpenCV draws with."""
    return np.rint(pixels * (1 << SHIFT)).astype(np.int32)
