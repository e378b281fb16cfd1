import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.solving import choose_pose, solve_poses
from posecore.rigid.tags import tag_points
from posecore.rigid.tracking import MOST_GAP_S, RigidTracker, RotationFilter

SLOT = RigidSlot("36h11", 1)
CAMERA = Camera.from_fov((640, 480), 60)
FPS = 30.0


def follow(true, noise_px, *, smoothing=True, seed=0):
    """The poses of a tag of 10 cm along a path, from corners with noise."""
    generator = np.random.default_rng(seed)
    tracker, found = RigidTracker(smoothing=smoothing), []
    for index, pose in enumerate(true):
        time_s = index / FPS
        seen = CAMERA.project(tag_points(0.1), pose) + generator.normal(0, noise_px, (4, 2))
        poses = solve_poses(tag_points(0.1), seen, CAMERA)
        chosen = choose_pose(poses, tracker.before(time_s).get(SLOT))
        found.append(tracker.step({SLOT: chosen}, time_s)[SLOT])
    return found


def test_the_consistent_one_of_two_poses_is_taken():
    # It turns away from the front, where both are alike, too far off to tell them apart in most frames.
    true = [RigidPose.from_euler((45 - 0.2 * index, 0, 0), [0, 0, 1.8]) for index in range(60)]
    alone = [solve_poses(tag_points(0.1), CAMERA.project(tag_points(0.1), pose), CAMERA) for pose in true]
    assert all(len(poses) == 2 for poses in alone)
    steps = follow(true, 0.25, smoothing=False)
    turns = np.array([pose.turn_from(at) for pose, at in zip(steps, true, strict=True)])
    assert (turns < 30).all()  # the other pose is 70 to 90 degrees off


def test_smoothing_steadies_a_tag_at_rest():
    true = [RigidPose.from_euler((30, 10, 0), [0.1, 0, 0.8])] * 90
    raw, smooth = (follow(true, 0.3, smoothing=smoothing) for smoothing in (False, True))

    def jitter(poses):
        turns = [pose.turn_from(true[0]) for pose in poses[30:]]
        places = np.array([pose.translation_m for pose in poses[30:]])
        return float(np.sqrt(np.mean(np.square(turns)))), float(places.std(axis=0).max())

    (raw_turn, raw_place), (turn, place) = jitter(raw), jitter(smooth)
    assert turn < 0.6 * raw_turn
    assert place < 0.6 * raw_place


def test_smoothing_hardly_lags():
    true = [RigidPose.from_euler((-40 + 2 * index, 0, 0), [0.01 * index, 0, 0.8]) for index in range(40)]
    found = follow(true, 0.0)
    lag = [pose.turn_from(at) for pose, at in zip(found[15:], true[15:], strict=True)]
    assert max(lag) < 2 * 2  # two frames of 60 degrees per second
    assert abs(found[-1].translation_m[0] - true[-1].translation_m[0]) < 0.02


def test_after_a_gap_or_a_cut_it_begins_anew():
    pose, turned = (RigidPose.from_euler((yaw, 0, 0), [0, 0, 1]) for yaw in (0, 60))
    for time_s, cut in ((MOST_GAP_S + 0.1, False), (0.1, True)):
        tracker = RigidTracker()
        tracker.before(0.0)
        tracker.step({SLOT: pose}, 0.0)
        assert tracker.before(time_s, begins_shot=cut) == {}
        assert tracker.step({SLOT: turned}, time_s)[SLOT].turn_from(turned) < 1e-6


def test_a_short_gap_is_bridged_but_not_filled():
    pose = RigidPose.from_euler((0, 0, 0), [0, 0, 1])
    tracker = RigidTracker()
    tracker.before(0.0)
    tracker.step({SLOT: pose}, 0.0)
    assert tracker.step({}, 0.1) == {}
    assert list(tracker.before(0.2)) == [SLOT]


def test_rotations_are_smoothed_across_half_a_turn():
    steps = RotationFilter(min_cutoff=1.0, beta=0.0)
    for index, yaw in enumerate((179, -179, 179, -179)):
        smooth = RigidPose(
            steps.apply(RigidPose.from_euler((yaw, 0, 0), [0, 0, 1]).rotation, index / FPS), [0, 0, 1], 0
        )
        assert abs(smooth.euler_deg[0]) == pytest.approx(180, abs=1.001)


def test_rotations_are_filtered_each_by_itself():
    generator = np.random.default_rng(2)
    turns = Rotation.from_rotvec(generator.normal(0, 0.3, (3 * 20, 3))).as_matrix().reshape(20, 3, 3, 3)
    several = RotationFilter(min_cutoff=1, beta=0.1)
    single = [RotationFilter(min_cutoff=1, beta=0.1) for _ in range(3)]
    for index, frame in enumerate(turns):
        expected = [each.apply(turn, index / FPS) for each, turn in zip(single, frame, strict=True)]
        np.testing.assert_allclose(several.apply(frame, index / FPS), expected, atol=1e-12)
