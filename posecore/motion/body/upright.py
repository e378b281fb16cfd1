"""What is up in the room, seen by a camera that looks up, down or askew.

Whoever stands has the middle of their mass over the feet that carry them, within some centimetres, and gravity takes
over otherwise. So the mean direction from these feet to the middle of the mass is nearly straight up. A person leans
before a step and stands on one leg, so it is off by some degrees; cameras are held about level, which counts a little.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.motion.body.skeleton import HIPS, SHOULDERS, both
from posecore.motion.rotations import unit

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_CAMERA_UP = np.array([0.0, -1.0, 0.0])
# How much standing counts against the camera's own level, after long enough: errors of 6 and 12 degrees, squared.
_SHARE, _LONG_S = 0.8, 0.5
# Of the hips' angle and of the knee that carries; and from the camera's own up, beyond which nobody stands but hangs or
# lies.
_STRAIGHT, _UPRIGHT = np.cos(np.radians(120)), np.cos(np.radians(45))
# A foot this much higher than the other one carries a third as much.
_LIFTED_M = 0.05
_ROUNDS = 4

_ELBOWS, _WRISTS, _KNEES, _ANKLES, _HEELS, _TOES = map(both, ("elbow", "wrist", "knee", "ankle", "heel", "foot_index"))
# Shares of a body's mass by the two joints that are its ends, and how far from the first the middle of it is; a head is
# beyond the shoulders. Rounded from de Leva, Journal of Biomechanics 29 (1996).
_MASSES = (
    (0.08, HIPS, SHOULDERS, 1.45),
    (0.43, SHOULDERS, HIPS, 0.45),
    (0.055, SHOULDERS, _ELBOWS, 0.5),
    (0.045, _ELBOWS, _WRISTS, 0.6),
    (0.28, HIPS, _KNEES, 0.4),
    (0.085, _KNEES, _ANKLES, 0.44),
    (0.025, _HEELS, _TOES, 0.5),
)


class Standing(NamedTuple):
    """One person's balance in N frames.

    Attributes:
        feet: (N, 2, 3) m, from the middle of the mass.
        upright: (N,) bool: the body is straight enough to stand.
    """

    feet: Doubles
    upright: BoolArray


def standing(joints: Doubles) -> Standing:
    """How a person stands.

    Args:
        joints: (N, J, 3) m from the camera.
    """
    mass = np.zeros((len(joints), 3))
    for share, *ends, along in _MASSES:
        first, second = (joints[:, end].mean(axis=1) for end in ends)
        mass += share * (first + along * (second - first))
    feet = joints[:, np.array([_ANKLES, _HEELS, _TOES])].mean(axis=1) - mass[:, None]
    trunk = unit(joints[:, SHOULDERS].mean(axis=1) - joints[:, HIPS].mean(axis=1))[:, None]
    thigh, shank = unit(joints[:, _KNEES] - joints[:, HIPS]), unit(joints[:, _ANKLES] - joints[:, _KNEES])
    straight = ((trunk * thigh).sum(axis=-1) < _STRAIGHT) & ((thigh * shank).sum(axis=-1) > -_STRAIGHT)
    over = -(unit(feet) @ _CAMERA_UP) > _UPRIGHT
    return Standing(feet, np.asarray((straight & over).any(axis=1)))


def find_up(people: list[Standing], step_s: float) -> Doubles:
    """(3,) direction that is up in the camera's axes; the camera's own if nobody stands.

    Args:
        people: everyone in one shot.
        step_s: between frames.
    """
    feet = np.concatenate([np.empty((0, 2, 3)), *(each.feet[each.upright] for each in people)])
    if not len(feet):
        return _CAMERA_UP
    share = _SHARE * min(1.0, len(feet) * step_s / _LONG_S)
    up = _CAMERA_UP
    for _ in range(_ROUNDS):
        heights = feet @ up
        carries = np.exp((heights.min(axis=1, keepdims=True) - heights) / _LIFTED_M)
        carries /= carries.sum(axis=1, keepdims=True)
        balance = -unit((carries[..., None] * feet).sum(axis=1).mean(axis=0)[None])[0]
        if not np.isfinite(balance).all():
            return _CAMERA_UP
        up = balance
    return np.asarray(unit((share * up + (1 - share) * _CAMERA_UP)[None])[0])
