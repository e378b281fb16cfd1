"""Numbers that describe the shape of a hand: what letters are read from, and what the letters are trained on."""

import numpy as np
from numpy.typing import NDArray

BONES = tuple((0 if k % 4 == 1 else k - 1, k) for k in range(1, 21))
"""(start, end) of the four bones of each finger, from the thumb on; the first of each starts at the wrist."""

_KNUCKLES = [5, 9, 13, 17]
_STARTS, _ENDS = np.transpose(BONES)
_FIRST, _SECOND = np.triu_indices(21, 1)
_SHORT = 0.02  # a bone that points at the camera has no direction in the picture; of the hand's size


def describe_shapes(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Describe N right hands: (N, 21, 3), x to the right, y down, z away on one scale, to (N, 588).

    Neither the place nor the size of a hand changes the numbers. They are the distances of all landmarks in the picture
    and in space, depths, the direction and length of the palm, and places and directions of bones twice: as they are in
    the picture, and turned so that the palm points to the right. NaN for a hand that has NaN or has no size.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        centred = points - points.mean(axis=1, keepdims=True)
        size = np.sqrt((centred[..., :2] ** 2).sum(axis=2).mean(axis=1))[:, None]
        size_3d = np.sqrt((centred**2).sum(axis=2).mean(axis=1))[:, None]
        places = (centred[..., 0] + 1j * centred[..., 1]) / size
        apart = np.abs(places[:, _FIRST] - places[:, _SECOND])
        apart_3d = np.linalg.norm(centred[:, _FIRST] - centred[:, _SECOND], axis=2) / size_3d
        bones = places[:, _ENDS] - places[:, _STARTS]
        bones = bones / (np.abs(bones) + _SHORT)
        palm = (places[:, _KNUCKLES].mean(axis=1) - places[:, 0])[:, None]
        length = np.abs(palm)
        palm = palm / (length + 1e-9)
        pairs = np.concatenate([palm, places * palm.conj(), bones * palm.conj(), places, bones], axis=1)
        parts = [apart, apart_3d, centred[..., 2] / size, length, pairs.real, pairs.imag]
        return np.concatenate(parts, axis=1).astype(np.float32)
