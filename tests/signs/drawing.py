"""Hands that draw J and Z, moved along them."""

import numpy as np

from tests.signs.hand_figure import hand

# As the camera sees the signer's right hand: the signer's left is to the right in the picture. Palm lengths.
PATHS = {
    "J": [(0, 0), (0, 0.7), (0.1, 0.95), (0.3, 1.05), (0.5, 0.9)],
    "Z": [(0, 0), (-1.2, 0.05), (-0.1, 1.1), (-1.3, 1.15)],
}
SHAPES = {"J": hand(("pinky",), "across") * [-1, 1, 1], "Z": hand(("index",), "across") * [-1, 1, 1]}


def drawn(letter, *, path=None, shape=None, seconds=1.0, fps=30.0, jitter=0.01, rest_s=0.5):
    """((T, 21, 3), (T,)) a right hand that rests, draws and rests, in palm lengths."""
    corners = np.array(PATHS[letter] if path is None else path, float)
    way = np.concatenate([[0], np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum()])
    times = np.arange(0, seconds + 2 * rest_s, 1 / fps)
    along = np.clip((times - rest_s) / seconds, 0, 1) * way[-1]
    moved = np.stack([np.interp(along, way, corners[:, 0]), np.interp(along, way, corners[:, 1]), 0 * times], axis=1)
    points = (SHAPES[letter] if shape is None else shape)[None] + moved[:, None]
    return points + np.random.default_rng(0).normal(0, jitter, points.shape), times
