import numpy as np
import pytest

from posecore.errors import InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.solving import choose_pose, odds, solve_pose, solve_poses

CAMERA = Camera([[900, 0, 630], [0, 905, 370], [0, 0, 1]], [-0.1, 0.02, 0.001, -0.001], (1280, 720))
SQUARE = 0.05 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
BODIES = {
    "square": SQUARE,
    "square elsewhere": SQUARE @ RigidPose.from_euler((30, 20, 10), [0, 0, 0]).rotation.T + [0.1, 0.2, 0.3],
    "nearly flat": np.vstack([SQUARE, [[0, 0, 0.002], [0.02, 0.01, -0.002]]]),
    "box": 0.05 * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]),
    "tetrahedron": 0.05 * np.array([[0, 0, 0], [1, 0, 0.2], [0, 1, 0.1], [0.2, 0.1, 1]]),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_pose_is_found_from_exact_points(body):
    generator = np.random.default_rng(5)
    for _ in range(40):
        angles = generator.uniform([-65, -65, -180], [65, 65, 180])
        true = RigidPose.from_euler(angles, [*generator.uniform(-0.15, 0.15, 2), generator.uniform(0.7, 1.5)])
        found = solve_pose(body, CAMERA.project(body, true), CAMERA)
        assert found.turn_from(true) < 0.05
        assert np.linalg.norm(found.translation_m - true.translation_m) < 0.001 * true.distance_m
        assert found.error_px < 0.01


def test_a_flat_body_has_two_poses_and_the_nearer_comes_first():
    true = RigidPose.from_euler((35, 0, 0), [0, 0, 0.6])
    best, other = solve_poses(SQUARE, CAMERA.project(SQUARE, true), CAMERA)
    assert best.turn_from(true) < 0.01
    assert not best.uncertain
    assert 50 < other.turn_from(true) < 80  # about twice the tilt
    assert other.error_px > best.error_px
    assert other.uncertain


def test_far_away_the_two_are_alike_and_the_frame_before_decides():
    true = RigidPose.from_euler((30, 0, 0), [0, 0, 12])
    poses = solve_poses(SQUARE, CAMERA.project(SQUARE, true), CAMERA)
    assert poses[0].uncertain
    for pose in poses:
        before = RigidPose(pose.rotation, [0, 0, 12], 0)
        chosen = choose_pose(poses, before)
        assert chosen.turn_from(pose) < 0.01
        assert not chosen.uncertain
    assert choose_pose(poses, None) is poses[0]


def test_certain_choices_are_right_nineteen_times_in_twenty():
    generator = np.random.default_rng(1)
    certain = wrong = 0
    for _ in range(300):
        angles = generator.uniform([-50, -50, -180], [50, 50, 180])
        true = RigidPose.from_euler(angles, [0, 0, generator.uniform(1.5, 3)])
        seen = CAMERA.project(SQUARE, true) + generator.normal(0, 0.3, (4, 2))
        poses = solve_poses(SQUARE, seen, CAMERA)
        if len(poses) == 2 and not poses[0].uncertain:
            certain += 1
            wrong += poses[1].turn_from(true) < poses[0].turn_from(true)
    assert certain > 50
    assert wrong <= certain / 20


def test_odds_are_those_of_the_module():
    assert odds(0.5, 0.5, 4) == 1
    # Far above the usual spread, twice the error means 4 to the power of the number of points less two.
    assert odds(20, 40, 5) == pytest.approx(64, rel=0.01)
    assert odds(0.001, 0.01, 4) < 1.1  # both are exact, as far as anybody can see


TRUE = RigidPose.from_euler((10, 20, 30), [0, 0, 1])


@pytest.mark.parametrize(
    "seen",
    [
        np.where(np.arange(8)[:, None] < 3, CAMERA.project(BODIES["box"], TRUE), np.nan),
        np.full((8, 2), np.nan),
        np.full((8, 2), 100.0),
        np.column_stack([np.arange(8.0), 2 * np.arange(8.0)]),
        np.full((8, 2), np.inf),
    ],
    ids=["three points", "none", "one place", "in a line", "infinite"],
)
def test_without_enough_there_is_no_pose(seen):
    assert solve_pose(BODIES["box"], seen, CAMERA) is None


def test_seen_points_that_are_in_a_line_of_the_body_give_no_pose():
    body = np.vstack([np.outer(np.arange(5), [0.1, 0, 0]), [[0, 0.1, 0]]])
    seen = CAMERA.project(body, TRUE)
    assert solve_pose(body, seen, CAMERA).turn_from(TRUE) < 0.05
    seen[5] = np.nan
    assert solve_pose(body, seen, CAMERA) is None


def test_whatever_is_seen_a_pose_is_finite_and_ahead():
    generator = np.random.default_rng(3)
    for _ in range(100):
        pose = solve_pose(BODIES["box"], generator.uniform(0, 700, (8, 2)), CAMERA)
        assert pose is None or pose.translation_m[2] > 0


@pytest.mark.parametrize(
    ("points", "seen", "message"),
    [
        (SQUARE[:3], np.zeros((3, 2)), "at least 4"),
        (np.outer(np.arange(5), [1, 1, 1]), np.zeros((5, 2)), "line"),
        (np.full((4, 3), np.nan), np.zeros((4, 2)), "finite"),
        (SQUARE, np.zeros((5, 2)), "shape"),
        (SQUARE[:, :2], np.zeros((4, 2)), "shape"),
    ],
)
def test_a_body_that_has_no_pose_is_refused(points, seen, message):
    with pytest.raises(InvalidRigidPose, match=message):
        solve_pose(points, seen, CAMERA)
