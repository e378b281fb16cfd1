"""How large a person is in a 3D figure, so that dots and bones are drawn to that size.

With sizes fixed in pixels, a group of people would be a heap of balls.
"""

import numpy as np

from posecore.poses import FloatArray
from posecore.skeletons import BLAZEPOSE_33

# Bones, and about which part of a body's height they are.
_LIMBS = (("shoulder", "hip", 0.29), ("hip", "knee", 0.245), ("knee", "ankle", 0.245), ("shoulder", "elbow", 0.17))
_BONES = [(f"{side}_{start}", f"{side}_{end}", share) for start, end, share in _LIMBS for side in ("left", "right")]
_BONES.append(("left_shoulder", "right_shoulder", 0.22))
_FROM = np.array([BLAZEPOSE_33.index(start) for start, _, _ in _BONES])
_TO = np.array([BLAZEPOSE_33.index(end) for _, end, _ in _BONES])
_SHARE = np.array([share for _, _, share in _BONES])

_USUAL_SHARE = 0.8  # of the figure's longest axis: a person alone in metres, whose dots have their full size
_LEAST = 0.2


def body_height(points: FloatArray) -> float:
    """A body's height standing upright, which hardly changes as it moves.

    Args:
        points: (33, 3) landmarks; NaN ones are left out.

    Returns:
        Its height in the units of the points; NaN if too little of the body is there.
    """
    places = points.astype(float)
    lengths = np.linalg.norm(places[_FROM] - places[_TO], axis=-1) / _SHARE
    there = lengths[np.isfinite(lengths) & (lengths > 0)]
    return float(np.median(there)) if len(there) else float("nan")


def size_of(share: float) -> float:
    """The factor by which a person's dots and lines are smaller than those of a person alone in metres.

    Args:
        share: the person's height as a part of the figure's longest axis; NaN: not known.
    """
    return float(np.clip(share / _USUAL_SHARE, _LEAST, 1)) if np.isfinite(share) else 1.0
