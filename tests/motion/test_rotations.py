import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore.motion.rotations import continuous_euler, rotation_to_axes, shortest_rotation, unit

RANDOM = np.random.default_rng(5)
X_AXIS = np.array([1.0, 0, 0])


def assert_rotations(matrices):
    np.testing.assert_allclose(
        matrices @ matrices.transpose(0, 2, 1), np.broadcast_to(np.eye(3), matrices.shape), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(matrices), 1)


@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (2, 0), (0, 2), (1, 2), (2, 1)])
def test_one_axis_matches_and_another_is_as_close_as_possible(axes):
    first, second = RANDOM.normal(size=(2, 50, 3))
    matrices = rotation_to_axes(first, second, axes=axes)
    assert_rotations(matrices)
    np.testing.assert_allclose(matrices[..., axes[0]], unit(first))
    third = 3 - sum(axes)
    np.testing.assert_allclose((matrices[..., third] * second).sum(axis=1), 0, atol=1e-9)
    assert ((matrices[..., axes[1]] * second).sum(axis=1) > 0).all()


def test_a_vector_without_direction_gives_nan():
    along = np.array([[1.0, 2, 3]])
    assert np.isnan(rotation_to_axes(along, 2 * along, axes=(0, 1))).any()
    assert np.isnan(shortest_rotation(X_AXIS, np.zeros((1, 3)))).all()


def test_the_shortest_rotation_has_no_twist():
    wanted = RANDOM.normal(size=(50, 3))
    matrices = shortest_rotation(X_AXIS, wanted)
    assert_rotations(matrices)
    np.testing.assert_allclose(matrices @ X_AXIS, unit(wanted), atol=1e-9)
    angles = Rotation.from_matrix(matrices).magnitude()
    np.testing.assert_allclose(angles, np.arccos(unit(wanted)[:, 0]), atol=1e-9)


@pytest.mark.parametrize("rest", [[1, 0, 0], [0, -1, 0], [0, 0, 1], [1, 2, 3]])
def test_the_opposite_direction_is_half_a_turn(rest):
    rest = np.array(rest, float)
    matrices = shortest_rotation(rest, -rest[None])
    assert_rotations(matrices)
    np.testing.assert_allclose(matrices[0] @ rest, -rest, atol=1e-9)


@pytest.mark.parametrize("order", ["ZXY", "XYZ", "XZY"])
def test_angles_say_the_rotation_and_do_not_jump(order):
    # Slow interpolation between random rotations.
    knots = RANDOM.normal(0, 200, (12, 3))
    wanted = np.stack([np.interp(np.arange(1100) / 100, np.arange(12), knots[:, axis]) for axis in range(3)], axis=1)
    matrices = Rotation.from_euler(order, wanted, degrees=True).as_matrix()
    angles = continuous_euler(matrices, order)
    np.testing.assert_allclose(Rotation.from_euler(order, angles, degrees=True).as_matrix(), matrices, atol=1e-9)
    assert np.abs(np.diff(angles, axis=0)).max() < 1.5 * np.abs(np.diff(wanted, axis=0)).max()


@pytest.mark.parametrize("axis", range(3))
def test_full_turns_are_counted(axis):
    wanted = np.zeros((200, 3))
    wanted[:, axis] = np.linspace(0, 1000, 200) + 0.01
    matrices = Rotation.from_euler("ZXY", wanted, degrees=True).as_matrix()
    np.testing.assert_allclose(continuous_euler(matrices, "ZXY"), wanted, atol=1e-6)
