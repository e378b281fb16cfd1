"""All 33 landmarks of a body whose joints were fitted: face and hands go along with what they hang on."""

import numpy as np
from numpy.typing import NDArray

from posecore.motion.body.skeleton import HIPS, JOINTS, SHOULDERS, both
from posecore.motion.rotations import rotation_to_axes, shortest_rotation
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_EARS = [BLAZEPOSE_33.index(f"{side}_ear") for side in ("left", "right")]
_FACE = list(BLAZEPOSE_33.parts["face"])
HANDS = [
    [BLAZEPOSE_33.index(f"{side}_{finger}") for finger in ("pinky", "index", "thumb")] for side in ("left", "right")
]
WRISTS = [BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right")]
_ARMS = list(zip(both("elbow"), both("wrist"), strict=True))
_Y = np.array([0.0, 1.0, 0.0])
# Standard deviation of the Gaussian with which directions of faces and hands are smoothed.
_SMOOTH_S = 0.03


def carry(joints: Doubles, shape: Doubles, times_s: Doubles, linked: BoolArray) -> Doubles:
    """(N, 33, 3) metres: the fitted joints, and the others as the model has them on theirs.

    The face turns as the trunk was turned by the fit, each hand as its forearm; each of their landmarks keeps its usual
    distance.

    Args:
        joints: (N, J, 3) m, fitted.
        shape: (N, 33, 3) m, as the model has them, in the same axes; NaN: not known.
        times_s: (N,).
        linked: (N,) bool: the frame goes on from the one before.
    """
    body = np.full((len(joints), len(BLAZEPOSE_33), 3), np.nan)
    body[:, JOINTS] = joints
    model = shape[:, JOINTS]

    def on(places: Doubles, vectors: Doubles, turns: Doubles) -> Doubles:
        turned = np.einsum("nij,nkj->nki", np.where(np.isfinite(turns), turns, np.eye(3)), vectors)
        return places[:, None] + _steady(turned, times_s, linked)

    turns = _trunk(joints) @ np.swapaxes(_trunk(model), -1, -2)
    ears = shape[:, _EARS].mean(axis=1)
    head = on(joints[:, SHOULDERS].mean(axis=1), (ears - model[:, SHOULDERS].mean(axis=1))[:, None], turns)[:, 0]
    body[:, _FACE] = on(head, shape[:, _FACE] - ears[:, None], turns)
    for hand, (elbow, wrist) in zip(HANDS, _ARMS, strict=True):
        turns = _turns(model[:, wrist] - model[:, elbow], joints[:, wrist] - joints[:, elbow])
        body[:, hand] = on(joints[:, wrist], shape[:, hand] - model[:, wrist, None], turns)
    return body


def _trunk(joints: Doubles) -> Doubles:
    """(N, 3, 3) how the trunk is turned."""
    shoulders = joints[:, SHOULDERS]
    along = shoulders.mean(axis=1) - joints[:, HIPS].mean(axis=1)
    return rotation_to_axes(along, shoulders[:, 0] - shoulders[:, 1], axes=(1, 0))


def _turns(first: Doubles, second: Doubles) -> Doubles:
    """(N, 3, 3) smallest rotation from each direction to the other."""
    to_first = shortest_rotation(_Y, first)
    back = np.swapaxes(to_first, -1, -2)
    return to_first @ shortest_rotation(_Y, np.einsum("nij,nj->ni", back, second)) @ back


def _steady(vectors: Doubles, times_s: Doubles, linked: BoolArray) -> Doubles:
    """(N, K, 3) the vectors, smoothed over time, each with its usual length."""
    long = np.linalg.norm(vectors, axis=-1)
    known = np.isfinite(long)
    if not known.any():
        return vectors
    usual = np.array(
        [np.median(own[there]) if there.any() else np.nan for own, there in zip(long.T, known.T, strict=True)]
    )
    part = np.cumsum(~linked)
    total = np.where(known[..., None], vectors, 0)
    weight = known.astype(float)
    sums, weights = total.copy(), weight.copy()
    for back in range(1, len(vectors)):
        apart = times_s[back:] - times_s[:-back]
        near = np.exp(-((apart / _SMOOTH_S) ** 2) / 2) * (part[back:] == part[:-back])
        if near.max(initial=0) < 0.01:
            break
        sums[back:] += near[:, None, None] * total[:-back]
        sums[:-back] += near[:, None, None] * total[back:]
        weights[back:] += near[:, None] * weight[:-back]
        weights[:-back] += near[:, None] * weight[back:]
    lengths = np.maximum(np.linalg.norm(sums, axis=-1), 1e-6)
    return np.where(known[..., None], sums * (usual / lengths)[..., None], np.nan)
