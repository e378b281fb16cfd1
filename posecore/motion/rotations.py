"""Rotations from a figure's rest pose to its seen pose, as (T, 3, 3) matrices.

Matrices act on column vectors: ``turned = matrix @ rest``. Vectors are (T, 3). Unknown values are NaN.
"""

from typing import Any

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

# Metres; a shorter vector has no direction.
_SHORTEST = 1e-6


def unit(vectors: Doubles) -> Doubles:
    """Scale vectors to length 1; NaN for a vector too short to have a direction."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > _SHORTEST, length, np.nan))


def rotation_to_axes(first: Doubles, second: Doubles, *, axes: tuple[int, int]) -> Doubles:
    """Rotation that turns one coordinate axis exactly onto ``first`` and another as close as possible to ``second``.

    Args:
        first: (T, 3).
        second: (T, 3), not parallel to ``first``.
        axes: the two axes, 0 to 2 for x, y, z.
    """
    exact, other = axes
    matrix = np.empty((len(first), 3, 3))
    matrix[..., exact] = unit(first)
    along = (matrix[..., exact] * second).sum(axis=-1, keepdims=True)
    matrix[..., other] = unit(second - along * matrix[..., exact])
    # The third axis is the cross product of the next two in the cycle x, y, z, x, y.
    third = 3 - exact - other
    matrix[..., third] = np.cross(matrix[..., (third + 1) % 3], matrix[..., (third + 2) % 3])
    return matrix


def shortest_rotation(rest: Doubles, wanted: Doubles) -> Doubles:
    """Smallest rotation that turns ``rest`` (3,) onto each of the directions ``wanted`` (T, 3).

    It has no twist around the bone, which the bone's two ends could not show. For the direction opposite to ``rest``
    it is half a turn around an arbitrary perpendicular axis.
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
    """Euler angles in degrees, (T, 3), without jumps over time.

    Each rotation has two sets of Euler angles (and each angle may be off by full turns); the set nearest to the
    previous frame is taken, so that a program which interpolates between frames never spins.

    Args:
        matrices: (T, 3, 3), without NaN.
        order: three different axes as scipy names them, such as "ZXY"; capitals mean intrinsic rotations.
    """
    angles = scipy.spatial.transform.Rotation.from_matrix(matrices).as_euler(order, degrees=True)
    # The other set: the middle angle b becomes 180 - b, and the outer two gain half a turn. When b passes 90 degrees
    # the other set becomes the nearer one, until b passes 90 degrees again.
    other = angles * [1, -1, 1] + 180
    # From each frame to the next, every angle the short way round; squared, so that the smaller sum is the nearer set.
    steps = ((following[1:] - angles[:-1] + 180) % 360 - 180 for following in (angles, other))
    stay, change = ((step**2).sum(axis=-1) for step in steps)
    on_other = np.concatenate([[False], np.logical_xor.accumulate(change < stay)])
    return np.asarray(np.unwrap(np.where(on_other[:, None], other, angles), period=360, axis=0))


def _cross_matrices(vectors: Doubles) -> Doubles:
    """(T, 3, 3) matrices whose product with a vector is the cross product with it."""
    matrix = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    matrix[:, 0, 1], matrix[:, 0, 2], matrix[:, 1, 2] = -z, y, -x
    matrix[:, 1, 0], matrix[:, 2, 0], matrix[:, 2, 1] = z, -y, x
    return matrix


def _half_turn(direction: Doubles) -> Any:
    """Half a turn that reverses a direction (3,), around the perpendicular axis nearest to a coordinate axis."""
    across = np.eye(3)[np.argmin(np.abs(direction))]
    axis = unit(across - (across @ direction) * direction)
    return 2 * np.outer(axis, axis) - np.eye(3)
