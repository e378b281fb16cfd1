"""Rotations that turn the bones of a resting figure to where they are seen; all as (T, 3, 3) matrices.

A matrix turns column vectors: ``turned = matrix @ rest``. Vectors are (T, 3). What is not known is NaN.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Doubles = NDArray[np.float64]

# A vector shorter than this has no direction (metres).
_SHORTEST = 1e-6


def unit(vectors: Doubles) -> Doubles:
    """The same directions with length 1; NaN for a vector that has none."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > _SHORTEST, length, np.nan))


def rotation_to_axes(first: Doubles, second: Doubles, *, axes: tuple[int, int]) -> Doubles:
    """The rotation that turns one coordinate axis exactly onto ``first`` and another as near as it can to ``second``.

    Args:
        first: (T, 3).
        second: (T, 3), not along ``first``.
        axes: which two, 0 to 2 for x, y, z.
    """
    exact, other = axes
    matrix = np.empty((len(first), 3, 3))
    matrix[..., exact] = unit(first)
    along = (matrix[..., exact] * second).sum(axis=-1, keepdims=True)
    matrix[..., other] = unit(second - along * matrix[..., exact])
    # The third follows in the order x, y, z, x, y: as a cross product of the one after it and the one after that.
    third = 3 - exact - other
    matrix[..., third] = np.cross(matrix[..., (third + 1) % 3], matrix[..., (third + 2) % 3])
    return matrix


def shortest_rotation(rest: Doubles, wanted: Doubles) -> Doubles:
    """The smallest rotation that turns ``rest`` (3,) onto each of the directions ``wanted`` (T, 3).

    Of all rotations that do so it is the one without twist around the bone: what a bone's two ends show.
    For the direction opposite to ``rest`` it is half a turn around one axis of many.
    """
    start, end = unit(rest[None])[0], unit(wanted)
    axis = np.cross(start, end)
    cosine = end @ start
    # Rodrigues' formula, with (1 - cos) / sin^2 = 1 / (1 + cos).
    opposite = 1 + cosine < 1e-9
    cross = _cross_matrices(axis)
    matrix = np.eye(3) + cross + cross @ cross / np.where(opposite, 1, 1 + cosine)[:, None, None]
    matrix[opposite] = _half_turn(start)
    return matrix


def continuous_euler(matrices: Doubles, order: str) -> Doubles:
    """(T, 3) degrees of the rotations around the three axes, one after the other, without jumps over time.

    The same rotation has two sets of angles (and each angle any number of full turns); that one is taken which is
    nearest to the frame before, so that a program which interpolates between frames never spins.

    Args:
        matrices: (T, 3, 3), without NaN.
        order: three different axes as scipy names them; capitals, so each turns with the ones before it: "ZXY".
    """
    angles = Rotation.from_matrix(matrices).as_euler(order, degrees=True)
    # The middle angle b may also be 180 - b, with half a turn more in both others. Which of the two is nearer changes
    # where it passes 90 degrees; from there on the other one is followed until it passes again.
    other = angles * [1, -1, 1] + 180
    stay, change = (_turned(angles[:-1], following[1:]) for following in (angles, other))
    on_other = np.concatenate([[False], np.logical_xor.accumulate(change < stay)])
    return np.asarray(np.unwrap(np.where(on_other[:, None], other, angles), period=360, axis=0))


def _turned(before: Doubles, after: Doubles) -> Doubles:
    """(T,) how far three angles turn, each the short way round; squared degrees."""
    steps = (after - before + 180) % 360 - 180
    return np.asarray((steps**2).sum(axis=-1))


def _cross_matrices(vectors: Doubles) -> Doubles:
    """(T, 3, 3) matrices whose product with a vector is the cross product."""
    matrix = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrix[:, 0, 1], matrix[:, 0, 2], matrix[:, 1, 2] = -z, y, -x
    matrix[:, 1, 0], matrix[:, 2, 0], matrix[:, 2, 1] = z, -y, x
    return matrix


def _half_turn(direction: Doubles) -> Any:
    """Half a turn that reverses a direction (3,): around the coordinate axis across it, as far as there is one."""
    across = np.eye(3)[np.argmin(np.abs(direction))]
    axis = unit(across - (across @ direction) * direction)
    return 2 * np.outer(axis, axis) - np.eye(3)
