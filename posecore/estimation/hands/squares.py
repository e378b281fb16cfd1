"""The square around a hand, fingers up: from the palm that was detected, from its landmarks, or from its arm."""

import math

import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.regions import Region
from posecore.skeletons import HAND_21

# As in MediaPipe's graphs: how much larger than the box the square is, and how far it is moved towards the fingers, in
# heights of the box.
_AROUND_PALM, _FROM_PALM = 2.6, 0.5
_AROUND_HAND, _FROM_HAND = 2.0, 0.1

_WRIST = HAND_21.index("wrist")
_KNUCKLES = [HAND_21.index(f"{finger}_mcp") for finger in ("index_finger", "middle_finger", "ring_finger")]
# The landmarks that span the box: those that move little when the fingers bend.
_STEADY = [
    *(HAND_21.index(name) for name in ("wrist", "thumb_cmc", "thumb_mcp", "thumb_ip")),
    *(
        HAND_21.index(f"{finger}_{joint}")
        for finger in ("index_finger", "middle_finger", "ring_finger", "pinky")
        for joint in ("mcp", "pip")
    ),
]

# The direction of the fingers in a square, in radians from its right side, counter-clockwise. MediaPipe's graph gives
# the one for a detected palm in degrees, but its calculator takes radians: the fingers point 27 degrees to the left of
# upright in the first look at a hand. That is harmless, and the same crop is needed for the same landmarks.
_UPRIGHT = math.pi / 2
_UPRIGHT_OF_PALM = 90.0


def around_palm(centre: FloatArray, size: FloatArray, wrist: FloatArray, knuckle: FloatArray, score: float) -> Region:
    """The square around a detected palm.

    Args:
        centre: (2,) of the palm's box, which is upright, in pixels.
        size: (2,) of that box.
        wrist: (2,) pixels, its middle.
        knuckle: (2,) pixels, that of the middle finger.
        score: of the detection.
    """
    return _square(centre, size, _rotation(wrist, knuckle, _UPRIGHT_OF_PALM), _AROUND_PALM, _FROM_PALM, score)


def around_landmarks(xy: FloatArray, score: float) -> Region:
    """The square for the next frame, around a hand with these landmarks.

    Args:
        xy: (21, 2) pixels.
        score: of the hand.
    """
    first, middle, third = xy[_KNUCKLES]
    rotation = _rotation(xy[_WRIST], ((first + third) / 2 + middle) / 2, _UPRIGHT)
    cosine, sine = math.cos(rotation), math.sin(rotation)
    upright = np.array([[cosine, -sine], [sine, cosine]], np.float32)
    steady = xy[_STEADY] @ upright
    low, high = steady.min(axis=0), steady.max(axis=0)
    return _square(upright @ ((low + high) / 2), high - low, rotation, _AROUND_HAND, _FROM_HAND, score)


def _rotation(wrist: FloatArray, fingers: FloatArray, direction: float) -> float:
    """The rotation of a square in which the fingers have that direction."""
    right, down = (fingers - wrist).tolist()
    return math.remainder(direction - math.atan2(-down, right), 2 * math.pi)


def _square(centre: FloatArray, size: FloatArray, rotation: float, scale: float, shift: float, score: float) -> Region:
    """The square around a box, enlarged and moved towards the fingers by a share of the box's height."""
    x, y = centre.tolist()
    width, height = size.tolist()
    moved = shift * height
    return Region(
        x + moved * math.sin(rotation), y - moved * math.cos(rotation), scale * max(width, height), rotation, score
    )
