import numpy as np
import pytest

from posecore.errors import InvalidRigidPose
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot, euler_of, turn_between

AHEAD = [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rotation": np.eye(2)}, "shape"),
        ({"translation_m": np.zeros((3, 1))}, "shape"),
        ({"rotation": np.full((3, 3), np.nan)}, "finite"),
        ({"translation_m": [0, np.inf, 1]}, "finite"),
        ({"rotation": np.diag([1, 1, -1])}, "determinant"),
        ({"rotation": 1.01 * np.eye(3)}, "orthonormal"),
        ({"error_px": np.nan}, "error_px"),
        ({"error_px": -1}, "error_px"),
    ],
)
def test_what_is_no_pose_is_refused(change, message):
    with pytest.raises(InvalidRigidPose, match=message):
        RigidPose(**{"rotation": np.eye(3), "translation_m": AHEAD, "error_px": 0.0, **change})


def test_its_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        RigidPose(np.eye(3), AHEAD, 0.0).rotation[0, 0] = 2


# The front of a body that faces the camera is its -z axis, its top the -y axis.
@pytest.mark.parametrize(
    ("euler", "front", "top"),
    [
        ((0, 0, 0), [0, 0, -1], [0, -1, 0]),
        ((90, 0, 0), [-1, 0, 0], [0, -1, 0]),  # to the image's left
        ((0, 90, 0), [0, 1, 0], [0, 0, -1]),  # down
        ((0, 0, 90), [0, 0, -1], [1, 0, 0]),  # clockwise
    ],
)
def test_each_angle_turns_as_documented(euler, front, top):
    pose = RigidPose.from_euler(euler, AHEAD)
    np.testing.assert_allclose(pose.rotation @ [0, 0, -1], front, atol=1e-12)
    np.testing.assert_allclose(pose.rotation @ [0, -1, 0], top, atol=1e-12)


@pytest.mark.parametrize("euler", [(30, -20, 10), (-170, 80, 175), (0, 0, 0), (5, 90, 0)])
def test_angles_come_back(euler):
    np.testing.assert_allclose(RigidPose.from_euler(euler, AHEAD).euler_deg, euler, atol=1e-6)


def test_angles_that_are_no_numbers_are_refused():
    with pytest.raises(InvalidRigidPose, match="euler_deg"):
        RigidPose.from_euler([0, np.nan, 0], AHEAD)


def test_points_of_the_body_in_the_cameras_frame():
    pose = RigidPose.from_euler((90, 0, 0), [0.5, 0, 2])
    np.testing.assert_allclose(pose.to_camera([[0, 0, 1]]), [[1.5, 0, 2]], atol=1e-12)
    assert pose.distance_m == pytest.approx(np.hypot(0.5, 2))


@pytest.mark.parametrize("degrees", [1e-5, 1, 90, 179.9999])
def test_turn_between_two_poses(degrees):
    turned = RigidPose.from_euler((degrees, 0, 0), AHEAD)
    assert turned.turn_from(RigidPose(np.eye(3), AHEAD, 0)) == pytest.approx(degrees, abs=1e-9)


def test_what_is_unknown_stays_unknown():
    rotations = np.stack([np.eye(3), np.full((3, 3), np.nan)])
    assert np.isnan(euler_of(rotations)).all(axis=1).tolist() == [False, True]
    assert np.isnan(turn_between(rotations, np.eye(3))).tolist() == [False, True]


@pytest.mark.parametrize(("kind", "number"), [("", 1), ("36h11", -1)])
def test_a_slot_has_a_kind_and_a_number(kind, number):
    with pytest.raises(InvalidRigidPose, match="kind"):
        RigidSlot(kind, number)


def test_frames_become_a_sequence_and_come_back():
    one, two = RigidSlot("36h11", 7), RigidSlot("36h11", 2)
    pose = RigidPose.from_euler((10, 20, 30), [0.1, 0.2, 2], error_px=0.5)
    doubtful = RigidPose(np.eye(3), AHEAD, 0.25, uncertain=True)
    size = (64, 48)
    frames = [
        FrameRigid({one: pose, two: doubtful}, 0.0, size),
        FrameRigid({}, 0.1, size),
        FrameRigid({one: doubtful}, 0.2, size, begins_shot=True),
    ]
    sequence = RigidSequence.from_frames(frames, size=size, fps=10)
    assert sequence.slots == (two, one)
    assert sequence.seen.tolist() == [[True, True], [False, False], [False, True]]
    assert sequence.cuts.tolist() == [2]
    np.testing.assert_allclose(sequence.euler_deg[0, 1], [10, 20, 30])
    for index, frame in enumerate(frames):
        again = sequence.frame(index)
        assert again.poses.keys() == frame.poses.keys()
        assert again.begins_shot == frame.begins_shot
        for slot, before in frame.poses.items():
            np.testing.assert_array_equal(again.poses[slot].rotation, before.rotation)
            assert again.poses[slot].uncertain == before.uncertain


def test_a_sequence_whose_shapes_disagree_is_refused():
    with pytest.raises(InvalidRigidPose, match="rotation"):
        RigidSequence(
            np.zeros((1, 2, 3, 3)), np.zeros((1, 1, 3)), np.zeros((1, 1)), np.zeros((1, 1)), (RigidSlot("a", 1),),
            np.zeros(1), (4, 4), 1.0,
        )  # fmt: skip
