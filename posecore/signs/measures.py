"""How a hand is held, as shares from 0 (not at all) to 1 (clearly): what the gestures are declared in.

All but the thumb's direction in the picture are distances and angles between the 21 landmarks in 3D. So size, turn and
tilt do not matter, nor which hand it is, also in a mirror. Between the ends of a measure lies what is neither, such as
a finger that is half bent. The ends were chosen between the values that both kinds of hands have in pictures of letters
and digits by three signers, and in photos taken at home.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]

FINGERS: Mapping[str, int] = {"index": 5, "middle": 9, "ring": 13, "pinky": 17}
"""The landmark of each finger's knuckle. The next three are its joints and its tip."""

_KNUCKLES = list(FINGERS.values())
_WRIST, _THUMB_BASE, _THUMB_TIP, _INDEX_TIP, _MIDDLE_TIP = 0, 2, 4, 8, 12


def measure_hands(points: NDArray[np.floating]) -> dict[str, Doubles]:
    """Measures of N hands by name, each (N,) from 0 to 1, NaN for a hand that has NaN.

    - ``index straight`` and ``index bent``, and so for each of ``FINGERS``;
    - ``thumb out``: away from the palm, in its plane; ``thumb across``: in front of the palm;
    - ``thumb up`` and ``thumb down`` in the picture;
    - ``tips touch``, those of thumb and index finger; ``fingers apart``, index and middle finger.

    Args:
        points: (N, 21, 3), x to the right, y down and z away from the camera on one scale, such as pixels.
    """
    values: Doubles = np.asarray(points, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {**_fingers(values), **_thumb(values), **_tips(values)}


def palm_length(points: NDArray[np.floating]) -> Doubles:
    """Mean distance from the wrist to the four knuckles, about 9 cm: (..., 21, 3 or 2) to (...)."""
    return length(points[..., _KNUCKLES, :] - points[..., [_WRIST], :]).mean(axis=-1)


def rise(values: ArrayLike, start: float, end: float) -> Doubles:
    """0 up to ``start``, 1 from ``end``, and straight between; ``end`` may be the lower one."""
    return np.clip((np.asarray(values, np.float64) - start) / (end - start), 0, 1)


def length(vectors: NDArray[np.floating]) -> Doubles:
    """Length of vectors on the last axis."""
    return np.asarray(np.linalg.norm(vectors, axis=-1), np.float64)


def _fingers(points: Doubles) -> dict[str, Doubles]:
    """How straight and how bent each finger is.

    At rest fingers bend by 35 to 55 degrees, and their tips are a little further from the wrist than their joints: that
    is neither. The network only guesses the joints of hidden fingers, so a tip that is deep in the palm outweighs a
    bend that is too small, and the other way round.
    """
    measures = {}
    wrist = points[:, _WRIST]
    for finger, first in FINGERS.items():
        knuckle, joint, tip = points[:, first], points[:, first + 1], points[:, first + 3]
        bend = _angle(joint - knuckle, tip - joint)  # 25 at most when straight, 95 up in a fist
        reach = length(tip - wrist) / length(joint - wrist)  # 1.25 up when straight, 0.95 at most in a fist
        folded = rise(_angle(knuckle - wrist, joint - knuckle), 50, 85)  # straight, but at right angles to the palm
        measures[f"{finger} straight"] = np.minimum(rise(bend, 50, 25), rise(reach, 1.05, 1.2)) * (1 - folded)
        measures[f"{finger} bent"] = np.minimum(rise(bend, 60, 140) + rise(reach, 1.05, 0.65), 1)
    return measures


def _thumb(points: Doubles) -> dict[str, Doubles]:
    """Where the thumb is: beside the palm, whose directions its knuckles give, and in the picture."""
    wrist, knuckles, tip = points[:, _WRIST], points[:, _KNUCKLES], points[:, _THUMB_TIP]
    thumb = tip - points[:, _THUMB_BASE]
    to_fingers = _unit(knuckles[:, 1:3].mean(axis=1) - wrist)
    to_side = knuckles[:, 0] - knuckles[:, 3]
    to_side = _unit(to_side - _along(to_side, to_fingers)[:, None] * to_fingers)
    turn = _angle(thumb, to_side)  # 30 to 65 when spread, 70 to 100 beside the index finger, 110 to 150 across the palm
    outside = _along(tip - knuckles[:, 0], to_side) / palm_length(points)
    from_up = _angle(thumb, np.broadcast_to((0.0, -1.0, 0.0), thumb.shape))
    return {
        "thumb out": np.minimum(rise(turn, 80, 58), rise(outside, 0.0, 0.25)),
        "thumb across": rise(turn, 92, 116),
        # 40 degrees for a camera that is not level and 25 for the thumb itself
        "thumb up": rise(from_up, 80, 50),
        "thumb down": rise(from_up, 100, 130),
    }


def _tips(points: Doubles) -> dict[str, Doubles]:
    thumb, index, middle = points[:, _THUMB_TIP], points[:, _INDEX_TIP], points[:, _MIDDLE_TIP]
    knuckles_apart = length(points[:, FINGERS["index"]] - points[:, FINGERS["middle"]])
    return {
        # 0.3 at most for O and OK, 0.6 up for a thumb that is anywhere else
        "tips touch": rise(length(thumb - index) / palm_length(points), 0.55, 0.25),
        # 1.6 up for a V, 1.25 at most for two fingers side by side
        "fingers apart": rise(length(index - middle) / knuckles_apart, 1.2, 1.6),
    }


def _unit(vectors: Doubles) -> Doubles:
    return vectors / length(vectors)[..., None]


def _along(vectors: Doubles, directions: Doubles) -> Doubles:
    """Length of each vector along a direction of length 1."""
    return np.asarray((vectors * directions).sum(axis=-1))


def _angle(first: Doubles, second: Doubles) -> Doubles:
    """Degrees between vectors, 0 to 180."""
    return np.degrees(np.arccos(np.clip(_along(_unit(first), _unit(second)), -1, 1)))
