"""An imitation of a sample's movement, so that there is something to compare without files of one's own."""

from dataclasses import replace

import numpy as np

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.poses import COORDINATES

TITLE = "An imitation, made from the sample: mirrored, half a second late, slower in the middle, one arm behind"

_LATE_S = 0.5
_SLOWER = 1.4
_ARM_BEHIND_S = 0.25
_SHOULDER = BLAZEPOSE_33.index("left_shoulder")
_ARM = [BLAZEPOSE_33.index(f"left_{name}") for name in ("elbow", "wrist", "pinky", "index", "thumb")]


def imitate(sequence: PoseSequence) -> PoseSequence:
    """Mirror a sequence, delay it, slow down its middle third, and let the left arm lag behind."""
    behind = np.searchsorted(sequence.times_s, sequence.times_s - _ARM_BEHIND_S).clip(0, len(sequence) - 1)
    arrays = {name: array.copy() for name, array in sequence.arrays.items()}
    for name in COORDINATES:
        own = getattr(sequence, name)
        arm = own[behind][:, :, _ARM] - own[behind][:, :, [_SHOULDER]] + own[:, :, [_SHOULDER]]
        arrays[name][:, :, _ARM] = np.where(np.isfinite(arm), arm, own[:, :, _ARM])
    order = list(BLAZEPOSE_33.mirror)
    arrays = {name: array[:, :, order] for name, array in arrays.items()}
    arrays["xy"][..., 0] = sequence.size[0] - 1 - arrays["xy"][..., 0]
    arrays["world"][..., 0] *= -1
    first_s, last_s = sequence.times_s[[0, -1]]
    third = (last_s - first_s) / 3
    middle = np.clip(sequence.times_s - first_s - third, 0, third)
    times_s = sequence.times_s + _LATE_S + (_SLOWER - 1) * middle
    return replace(sequence, **arrays, times_s=times_s)
