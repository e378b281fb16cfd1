"""Hands to test with, built from their joints."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

_FINGERS = {
    # knuckle (x, y), direction when straight in degrees from up; a left hand's palm, or the back of a right hand
    "index": ((-0.28, -0.95), -8),
    "middle": ((-0.06, -1.0), 4),
    "ring": ((0.14, -0.94), 10),
    "pinky": ((0.32, -0.84), 18),
}
_BONES = (0.45, 0.28, 0.22)
_STRAIGHT, _BENT, _RELAXED = (5, 5, 5), (60, 95, 60), (20, 40, 25)
_THUMBS = {
    # base joint, and directions (x, y, z) of the two bones
    "out": ((-1, -0.7, 0), (-1, -0.5, 0)),
    "across": ((0.3, -0.7, -0.6), (1, -0.1, -0.1)),
    "beside": ((0.15, -1, -0.1), (0.1, -1, 0)),
}


def hand(straight: Collection[str], thumb: str, *, relaxed: Collection[str] = ()) -> NDArray[np.float64]:
    """(21, 3) landmarks in lengths of the palm, x to the right, y down, z away; the wrist is at 0, fingers point up."""
    points = np.zeros((21, 3))
    points[1], points[2] = (-0.25, -0.2, -0.05), (-0.42, -0.5, -0.1)
    for place, direction in zip((3, 4), _THUMBS[thumb], strict=True):
        points[place] = points[place - 1] + 0.33 * np.array(direction) / np.linalg.norm(direction)
    for number, (finger, ((x, y), sideways)) in enumerate(_FINGERS.items()):
        bends = _STRAIGHT if finger in straight else _RELAXED if finger in relaxed else _BENT
        first = 5 + 4 * number
        points[first] = (x, y, 0)
        for place, bend, bone in zip(range(first + 1, first + 4), np.cumsum(bends), _BONES, strict=True):
            spread, curl = np.radians([sideways, bend])
            along = (np.sin(spread) * np.cos(curl), -np.cos(spread) * np.cos(curl), -np.sin(curl))
            points[place] = points[place - 1] + bone * np.array(along)
    return points


def turned(points: NDArray[np.float64], degrees: float, axis: str = "z") -> NDArray[np.float64]:
    """Turned about an axis through the origin; about z, from x to y."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    moved = np.array(points)
    moved[..., first] = cos * points[..., first] - sin * points[..., second]
    moved[..., second] = sin * points[..., first] + cos * points[..., second]
    return moved
