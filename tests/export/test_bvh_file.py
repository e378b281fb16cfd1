from dataclasses import replace

import bvhio
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, HAND_21, HandSequence, HandSlot, InvalidOption, InvalidPoses
from posecore.export.bvh_file import write_bvh
from posecore.motion.resampling import to_even_times
from posecore.motion.root import place_person
from tests.synthetic_hands import hands_at

# Joint -> the landmarks whose midpoint it is, repeated here so that a mistake in the source shows.
PLACES = {
    "Hips": ("left_hip", "right_hip"),
    "Spine": ("left_hip", "right_hip"),
    "Neck": ("left_shoulder", "right_shoulder"),
    "Head": ("left_ear", "right_ear"),
    "LeftCollar": ("left_shoulder", "right_shoulder"),
    "RightCollar": ("left_shoulder", "right_shoulder"),
    **{
        f"{side}{joint}": (f"{side.lower()}_{joint.lower()}",)
        for side in ("Left", "Right")
        for joint in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")
    },
}
ENDS = {
    "Head": ("nose",),
    **{f"{side}Ankle": (f"{side.lower()}_foot_index",) for side in ("Left", "Right")},
    **{f"{side}Wrist": (f"{side.lower()}_index", f"{side.lower()}_pinky") for side in ("Left", "Right")},
}
AT_THEIR_PARENT = {"Spine"}


def middle(points, landmarks):
    return points[:, [BLAZEPOSE_33.index(name) for name in landmarks]].mean(axis=1)


def degrees_between(first, second):
    cosine = (first * second).sum(axis=-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def joint_positions_read(path, frames):
    """Joint positions by another program's forward kinematics: name -> (T, 3)."""
    figure = bvhio.readAsHierarchy(str(path))
    joints = [joint for joint, _, _ in figure.layout()]
    places = {joint.Name: np.empty((frames, 3)) for joint in joints}
    for frame in range(frames):
        figure.loadPose(frame)
        for joint in joints:
            places[joint.Name][frame] = joint.PositionWorld
    return places


def end_directions_read(path):
    """Directions of the last bones, of which that program keeps only the offset: name -> (T, 3)."""
    ends = {}

    def follow(joint, turned):
        quaternions = [[*key.Rotation] for key in joint.Keyframes]  # w, x, y, z
        turned = turned @ Rotation.from_quat(quaternions, scalar_first=True).as_matrix()
        if not joint.Children:
            ends[joint.Name] = turned @ np.array(joint.EndSite)
        for child in joint.Children:
            follow(child, turned)

    follow(bvhio.readAsBvh(str(path)).Root, np.eye(3))
    return ends


def channels_of(path):
    """The frame time and the (T, C) motion values, read line by line."""
    _, motion = path.read_text("ascii").split("MOTION\n")
    frames, step, *rows = motion.splitlines()
    assert frames == f"Frames: {len(rows)}"
    return float(step.removeprefix("Frame Time: ")), np.array([row.split() for row in rows], float)


@pytest.fixture
def straight(mover):
    """``mover`` at even times and visible in every frame."""
    gone = ~mover.seen[:, 0]
    arrays = {name: getattr(mover, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[gone] = array[9]
    return replace(mover, **arrays, times_s=np.arange(40) / 25)


@pytest.mark.parametrize("root", ["estimated", "none"])
def test_every_bone_points_along_its_landmarks(straight, tmp_path, root):
    path = tmp_path / "x.bvh"
    write_bvh(straight, path, 3, root=root)
    points = place_person(straight, 3, root=root).astype(float)
    places = joint_positions_read(path, 40)
    assert set(places) == set(PLACES)
    np.testing.assert_allclose(places["Hips"], middle(points, PLACES["Hips"]), atol=1e-5)
    parents = {
        child.Name: joint.Name for joint, _, _ in bvhio.readAsBvh(str(path)).Root.layout() for child in joint.Children
    }
    for name in set(PLACES) - {"Hips"} - AT_THEIR_PARENT:
        wanted = middle(points, PLACES[name]) - middle(points, PLACES[parents[name]])
        got = places[name] - places[parents[name]]
        assert degrees_between(got, wanted).max() < 0.1, name
        lengths = np.linalg.norm(wanted, axis=1)
        np.testing.assert_allclose(np.linalg.norm(got, axis=1), np.median(lengths), atol=1e-5)


def test_hands_feet_and_nose_point_along_their_landmarks(straight, tmp_path):
    path = tmp_path / "x.bvh"
    write_bvh(straight, path, 3)
    points = place_person(straight, 3).astype(float)
    ends = end_directions_read(path)
    assert set(ends) == set(ENDS)
    for name, direction in ends.items():
        wanted = middle(points, ENDS[name]) - middle(points, PLACES[name])
        assert degrees_between(direction, wanted).max() < 0.1, name
        np.testing.assert_allclose(
            np.linalg.norm(direction, axis=1), np.median(np.linalg.norm(wanted, axis=1)), atol=1e-5
        )


def test_uneven_times_become_even_and_gaps_hold_the_last_pose(mover, tmp_path):
    path = tmp_path / "x.bvh"
    late = replace(mover, **{name: _without_start(getattr(mover, name)) for name in ("xy", "world")})
    write_bvh(late, path, 3)
    step, rows = channels_of(path)
    assert step == pytest.approx(1 / 25)
    assert len(rows) == 40
    points = place_person(to_even_times(late), 3)
    gone = np.flatnonzero(np.isnan(points[:, 0, 0]))
    assert gone.tolist() == [0, 1, 2, 10, 11, 12, 13, 14]
    np.testing.assert_array_equal(rows[:3], rows[[3] * 3])
    np.testing.assert_array_equal(rows[10:15], rows[[9] * 5])
    assert (rows[15] != rows[14]).any()
    assert np.isfinite(rows).all()


def _without_start(array):
    array = array.copy()
    array[:3] = np.nan
    return array


def test_without_a_root_the_hips_stay_at_one_height(straight, tmp_path):
    write_bvh(straight, tmp_path / "x.bvh", 3, root="none")
    _, rows = channels_of(tmp_path / "x.bvh")
    np.testing.assert_allclose(rows[:, [0, 2]], 0, atol=1e-6)
    height = place_person(straight, 3, root="none")[0, 23:25, 1].mean()
    np.testing.assert_allclose(rows[:, 1], height, atol=1e-5)
    assert height > 0


def test_repeated_full_turns_do_not_flip_the_rotation(straight, tmp_path):
    turn = Rotation.from_euler("y", np.linspace(0, 1080, 40)[:, None], degrees=True).as_matrix()
    still = straight.world[:1, 0]
    world = (turn @ still.transpose(0, 2, 1)).transpose(0, 2, 1)
    both = np.stack([world, straight.world[:, 1]], axis=1)
    write_bvh(replace(straight, world=both), tmp_path / "x.bvh", 3, root="none")
    _, rows = channels_of(tmp_path / "x.bvh")
    hips, others = rows[:, 3:6], rows[:, 6:]
    assert abs(hips[-1, 2] - hips[0, 2]) == pytest.approx(1080, abs=1)
    assert np.abs(np.diff(hips, axis=0)).max() < 60
    np.testing.assert_allclose(others, others[:1].repeat(40, axis=0), atol=0.01)


def test_a_t_pose_facing_the_camera_has_zero_rotation(straight, tmp_path):
    """Fixes which way the rest pose faces and which side is left."""
    places = {
        "nose": (0, 0.65, 0.1),
        "left_ear": (0.08, 0.65, 0),
        "left_shoulder": (0.2, 0.5, 0),
        "left_elbow": (0.5, 0.5, 0),
        "left_wrist": (0.7, 0.5, 0),
        "left_index": (0.8, 0.5, 0),
        "left_pinky": (0.8, 0.5, 0),
        "left_hip": (0.1, 0, 0),
        "left_knee": (0.1, -0.4, 0),
        "left_ankle": (0.1, -0.8, 0),
        "left_foot_index": (0.1, -0.8, 0.2),
    }
    # Camera axes: the left hand of a person facing the camera is on the right of the image.
    world = np.zeros((33, 3))
    for name, (x, y, z) in places.items():
        world[BLAZEPOSE_33.index(name)] = x, -y, -z
        if name != "nose":
            world[BLAZEPOSE_33.index(name.replace("left", "right"))] = -x, -y, -z
    standing = replace(straight, world=np.broadcast_to(world, straight.world.shape))
    write_bvh(standing, tmp_path / "x.bvh", 3, root="none")
    _, rows = channels_of(tmp_path / "x.bvh")
    np.testing.assert_allclose(rows[:, 3:], 0, atol=1e-4)


FINGERS = {
    "Thumb": ("thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip"),
    **{
        name: tuple(f"{finger}_{part}" for part in ("mcp", "pip", "dip", "tip"))
        for name, finger in (
            ("Index", "index_finger"),
            ("Middle", "middle_finger"),
            ("Ring", "ring_finger"),
            ("Pinky", "pinky"),
        )
    },
}
LOST = slice(20, 25)  # frames without the left hand


@pytest.fixture
def hands(straight) -> HandSequence:
    """Both hands, which turn and bend at random."""
    random = np.random.default_rng(5)
    slots = (HandSlot(3, "left"), HandSlot(3, "right"))
    shape = hands_at(dict.fromkeys(slots, (300.0, 300.0)), size=straight.size)
    arrays = {name: np.repeat(array[None], 40, axis=0) for name, array in shape.arrays.items()}
    turns = Rotation.from_rotvec(np.cumsum(random.normal(0, 0.1, (40, 3)), axis=0)).as_matrix()
    bent = arrays["world"] + random.normal(0, 0.004, (40, 2, 21, 3))
    arrays["world"] = np.einsum("tij,thkj->thki", turns, bent)
    for array in arrays.values():
        array[LOST, 0] = np.nan
    given = HandSequence.empty(straight.times_s, slots, size=straight.size, fps=straight.fps)
    return replace(given, **arrays)


def test_every_finger_points_along_its_landmarks(straight, hands, tmp_path):
    path = tmp_path / "x.bvh"
    write_bvh(straight, path, 3, hands=hands)
    places, ends = joint_positions_read(path, 40), end_directions_read(path)
    assert set(places) == {
        *PLACES,
        *(f"{side}{name}{number}" for side in ("Left", "Right") for name in FINGERS for number in range(4)),
    }
    for index, side in enumerate(("Left", "Right")):
        world = hands.world[:, index] * [1, -1, -1]
        seen = hands.seen[:, index]
        np.testing.assert_allclose(places[f"{side}Index0"], places[f"{side}Wrist"], atol=1e-5)
        for name, landmarks in FINGERS.items():
            points = [world[:, HAND_21.index(landmark)] for landmark in ("wrist", *landmarks)]
            read = [places[f"{side}{name}{number}"] for number in range(4)]
            got = [*np.diff(read, axis=0), ends[f"{side}{name}3"]]
            for bone, wanted in zip(got, np.diff(points, axis=0), strict=True):
                assert degrees_between(bone[seen], wanted[seen]).max() < 0.1, name
                lengths = np.linalg.norm(wanted[seen], axis=1)
                np.testing.assert_allclose(np.linalg.norm(bone, axis=1), np.median(lengths), atol=1e-5)


def test_a_hand_that_is_not_seen_keeps_its_pose_on_the_moving_arm(straight, hands, tmp_path):
    write_bvh(straight, tmp_path / "with.bvh", 3, hands=hands)
    figure = bvhio.readAsBvh(str(tmp_path / "with.bvh"))
    rotations = {joint.Name: [[*key.Rotation] for key in joint.Keyframes] for joint, _, _ in figure.Root.layout()}
    for name, turned in rotations.items():
        still = name.removeprefix("Left").rstrip("0123") in ("Wrist", *FINGERS)
        still |= name == "RightMiddle0"  # with whose bone the wrist turns
        assert (turned[19:25] == [turned[19]] * 6) == still, name
    assert joint_positions_read(tmp_path / "with.bvh", 40)["LeftWrist"][19:25].std(axis=0).max() > 1e-3


def test_a_flat_hand_with_its_palm_down_has_zero_rotation(straight, hands, tmp_path):
    """Fixes on which side the thumb is at rest: in a T-pose, arms to the sides, it is ahead."""
    world = straight.world.copy()
    arm = [BLAZEPOSE_33.index(f"left_{name}") for name in ("shoulder", "elbow", "wrist")]
    world[:] = 0
    for name, place in {
        **{f"{side}_{part}": (x * sign, y, 0) for side, sign in (("left", 1), ("right", -1)) for part, (x, y) in {
            "ear": (0.08, 0.65), "shoulder": (0.2, 0.5), "elbow": (0.5, 0.5), "wrist": (0.7, 0.5), "index": (0.8, 0.5),
            "pinky": (0.8, 0.5), "hip": (0.1, 0), "knee": (0.1, -0.4), "ankle": (0.1, -0.8)}.items()},
        "nose": (0, 0.65, 0.1), "left_foot_index": (0.1, -0.8, 0.2), "right_foot_index": (-0.1, -0.8, 0.2),
    }.items():  # fmt: skip
        world[:, :, BLAZEPOSE_33.index(name)] = np.array(place) * [1, -1, -1]
    assert np.ptp(world[0, 0, arm, 1]) == 0
    flat = hands.world.copy()
    for index, outward in enumerate((1, -1)):
        for degrees, landmarks in zip((50, 15, 0, -13, -27), FINGERS.values(), strict=True):
            along = np.array([outward * np.cos(np.radians(degrees)), 0, np.sin(np.radians(degrees))])
            for reach, landmark in zip((0.08, 0.12, 0.14, 0.16), landmarks, strict=True):
                flat[:, index, HAND_21.index(landmark)] = reach * along * [1, -1, -1]
        flat[:, index, 0] = 0
    write_bvh(replace(straight, world=world), tmp_path / "x.bvh", 3, hands=replace(hands, world=flat), root="none")
    _, rows = channels_of(tmp_path / "x.bvh")
    # The knuckles of this hand are not quite at a right angle to its middle finger.
    assert np.abs(rows[:, 3:]).max() < 1e-3


def test_without_hands_beside_the_body_the_file_is_as_without_looking_for_them(straight, hands, tmp_path):
    for name, given in (("0", None), ("1", hands.only([])), ("2", hands.at(slice(None)).only([9]))):
        write_bvh(straight, tmp_path / name, 3, hands=given)
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1
    with pytest.raises(InvalidPoses, match="seen in no frame"):
        write_bvh(straight.only([7]), tmp_path / "x.bvh", 7, hands=hands)


@pytest.mark.parametrize(
    ("person", "options", "error", "said"),
    [
        (4, {}, InvalidOption, r"one of this video's \(3, 7\), but got 4"),
        (7, {}, InvalidPoses, "Person 7 is seen in no frame"),
        (3, {"root": "maybe"}, InvalidOption, "'root' to be one of"),
    ],
)
def test_what_cannot_be_written_leaves_no_file(mover, tmp_path, person, options, error, said):
    with pytest.raises(error, match=said):
        write_bvh(mover, tmp_path / "x.bvh", person, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_foot_that_is_never_seen_is_refused(straight, tmp_path):
    world = straight.world.copy()
    world[:, :, 31] = np.nan
    with pytest.raises(InvalidPoses, match="all the landmarks that a skeleton is made of"):
        write_bvh(replace(straight, world=world), tmp_path / "x.bvh", 3)
    assert list(tmp_path.iterdir()) == []
