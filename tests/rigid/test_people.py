from dataclasses import replace

import numpy as np
import pytest

from posecore import FrameHands, FramePoses, HandSlot, PoseSequence
from posecore.errors import InvalidHands
from posecore.estimation.faces import Face
from posecore.estimation.regions import Region
from posecore.rigid.camera import Camera
from posecore.rigid.people import PEOPLE_KINDS, absences, pose_people, pose_people_over_time
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.skeletons import BLAZEPOSE_33
from tests.rigid.people import CAMERA, EYES, STANDING, seen_at
from tests.synthetic_hands import open_hand

AHEAD = RigidPose.from_euler((0, 0, 0), (0, 0, 4))
BODY_KINDS = [kind for kind in PEOPLE_KINDS if "hand" not in kind]
ORIGINS = {
    "head": EYES,
    "torso": [0, -0.5, 0],
    "pelvis": [0, 0, 0],
    "left_foot": [0.1, 0.82, 0],
    "right_foot": [-0.1, 0.82, 0],
}


@pytest.mark.parametrize("yaw", [-90, -35, 0, 35, 70])
@pytest.mark.parametrize("place", [(0, 0, 4), (-1, 0.2, 4), (0.3, 0.2, 7)])
def test_a_known_person_is_found(yaw, place):
    true = RigidPose.from_euler((yaw, 0, 0), place)
    found = pose_people(seen_at(true), CAMERA).poses
    assert sorted(found) == sorted(RigidSlot(kind, 4) for kind in BODY_KINDS)
    for slot, pose in found.items():
        assert pose.turn_from(true) < 1
        expected = true.to_camera(ORIGINS[slot.kind])
        assert np.linalg.norm(pose.translation_m - expected) < 0.02 * true.distance_m


def test_feet_are_found_in_world_landmarks_that_shorten_them():
    true = RigidPose.from_euler((20, 0, 0), (0, 0, 4))
    poses = seen_at(true)
    world = poses.world.copy()
    for side in ("left", "right"):
        heel, toes = (BLAZEPOSE_33.index(f"{side}_{part}") for part in ("heel", "foot_index"))
        world[:, toes] = world[:, heel] + 0.3 * (world[:, toes] - world[:, heel])
    found = pose_people(replace(poses, world=world), CAMERA).poses
    for kind in ("left_foot", "right_foot"):
        assert found[RigidSlot(kind, 4)].turn_from(true) < 6


def hand_at(slot: HandSlot, true: RigidPose, *, scale: float = 1.0) -> FrameHands:
    """A hand at this place; its world landmarks may have another scale."""
    shape = np.column_stack([0.09 * open_hand(slot), np.zeros(21)])
    shape[4:21:4, 2] = -0.02  # fingertips bent a little towards the palm
    world = scale * shape @ true.rotation.T
    return FrameHands(
        xy=(CAMERA.project(shape, true) + 0.5)[None],
        z=np.zeros((1, 21)),
        world=(world - world.mean(axis=0))[None],
        score=[1],
        right=[slot.side == "right"],
        slots=(slot,),
        time_s=0,
        size=CAMERA.size,
    )


def test_a_hand_is_as_far_away_as_the_wrist_of_its_person():
    body = RigidPose.from_euler((0, 0, 0), (0, 0, 3))
    wrist = body.to_camera(STANDING[[BLAZEPOSE_33.index("left_wrist")]])[0]
    true = RigidPose.from_euler((20, 0, 180), wrist)
    for person, places in ((4, wrist), (5, 1.5 * wrist)):  # the second is nobody's
        hands = hand_at(HandSlot(person, "left"), true, scale=1.5)
        found = pose_people(seen_at(body), CAMERA, hands=hands).poses[RigidSlot("left_hand", person)]
        assert found.translation_m == pytest.approx(places, abs=0.05)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("angles", [(0, 0, 0), (40, 0, 0), (-30, 20, 0), (10, -20, 150), (170, 0, 0)])
def test_a_known_hand_is_found(side, angles):
    true = RigidPose.from_euler(angles, (0.2, -0.1, 0.8))
    hands = hand_at(HandSlot(2, side), true)
    found = pose_people(FramePoses.nobody(CAMERA.size), CAMERA, hands=hands).poses
    assert list(found) == [RigidSlot(f"{side}_hand", 2)]
    pose = found[RigidSlot(f"{side}_hand", 2)]
    # The knuckles of this hand are in an arc: their middle is a few degrees beside its middle finger.
    assert pose.turn_from(true) < 6
    assert np.linalg.norm(pose.translation_m - true.translation_m) < 0.02 * true.distance_m


def test_half_a_body_has_the_parts_that_are_seen():
    poses = seen_at(AHEAD)
    visibility = poses.visibility.copy()
    visibility[:, 23:] = 0.1
    found = pose_people(replace(poses, visibility=visibility), CAMERA).poses
    assert list(found) == [RigidSlot("head", 4)]


def test_landmarks_outside_the_image_are_not_seen():
    found = pose_people(seen_at(RigidPose.from_euler((0, 0, 0), (0, 0.9, 1.4))), CAMERA).poses
    assert {slot.kind for slot in found} == {"head"}


def test_a_person_from_behind_has_all_poses_but_that_of_the_head():
    true = RigidPose.from_euler((170, 0, 0), (0, 0, 4))
    found = pose_people(seen_at(true), CAMERA).poses
    assert {slot.kind for slot in found} == set(BODY_KINDS) - {"head"}
    assert found[RigidSlot("torso", 4)].turn_from(true) < 1


def test_a_person_upside_down_is_found():
    true = RigidPose.from_euler((20, 0, 180), (0, 0, 4))
    found = pose_people(seen_at(true), CAMERA).poses
    assert len(found) == len(BODY_KINDS)
    assert all(pose.turn_from(true) < 1 for pose in found.values())


@pytest.mark.parametrize(
    ("xy", "world"),
    [
        (np.full((33, 2), 400.0), STANDING),
        (np.linspace([10, 10], [600, 500], 33), STANDING),
        (np.random.default_rng(2).uniform(0, 900, (33, 2)), STANDING),
        (CAMERA.project(STANDING, AHEAD), np.zeros((33, 3))),
        (
            CAMERA.project(STANDING, AHEAD),
            np.linspace(0, 1, 33)[:, None] * [1, 1, 1],
        ),
        (CAMERA.project(STANDING, RigidPose.from_euler((0, 0, 0), (0, 0, 100))), STANDING),
    ],
    ids=["one place", "a line", "anywhere", "no size", "all in a line", "tiny"],
)
def test_degenerate_landmarks_never_give_nan(xy, world):
    poses = replace(seen_at(AHEAD), xy=xy[None], world=world[None])
    for pose in pose_people(poses, CAMERA).poses.values():  # a pose refuses NaN itself
        assert pose.distance_m < 1000


def test_nobody():
    assert len(pose_people(FramePoses.nobody(CAMERA.size), CAMERA)) == 0
    empty = PoseSequence.empty([0, 0.1], [], size=CAMERA.size, fps=10)
    assert pose_people_over_time(empty, CAMERA).slots == ()


def walking() -> PoseSequence:
    """From 6 m to 3 m in 3 s, facing the camera; unseen for half a second, and after a cut at 2 s."""
    frames = [
        replace(seen_at(RigidPose.from_euler((0, 0, 0), (0.1, 0.1, 6 - time_s))), time_s=time_s)
        for time_s in np.arange(0, 3, 1 / 30).tolist()
    ]
    nobody = [FramePoses.nobody(CAMERA.size, frame.time_s) for frame in frames]
    return PoseSequence.from_frames([*frames[:30], *nobody[30:45], *frames[45:]], size=CAMERA.size, fps=30)


def test_a_person_who_walks_moves_in_metres():
    track = pose_people_over_time(walking(), CAMERA)
    assert {slot.kind for slot in track.slots} == set(BODY_KINDS)
    assert not track.seen[30:45].any()
    assert track.seen[:30].all()
    torso = track.translation_m[:, track.slots.index(RigidSlot("torso", 4))]
    assert np.allclose(np.diff(torso[:30], axis=0) * 30, [0, 0, -1], atol=0.02)


def test_smoothing_steadies_a_person_who_stands_still():
    generator = np.random.default_rng(0)
    still = seen_at(RigidPose.from_euler((10, 0, 0), (0, 0, 3)))
    frames = [
        replace(
            still,
            time_s=index / 30,
            xy=still.xy + generator.normal(0, 1, still.xy.shape),
            world=still.world + generator.normal(0, 0.005, still.world.shape),
        )
        for index in range(60)
    ]
    sequence = PoseSequence.from_frames(frames, size=CAMERA.size, fps=30)
    spread = {
        smooth: np.std(pose_people_over_time(sequence, CAMERA, smooth=smooth).euler_deg, axis=0).max()
        for smooth in (False, True)
    }
    assert spread[True] < 0.8 * spread[False]


def face_of(true: RigidPose, noise: np.ndarray | float = 0.0) -> Face:
    """A face as the face network would see it at this place."""
    shape = np.array(
        [[-0.04, 0, 0], [0.04, 0, 0], [0, 0.04, -0.03], [0.03, 0.07, 0], [-0.03, 0.07, 0], [0, -0.05, 0.01]]
    )
    xy = np.float32(CAMERA.project(shape, true) + 0.5 + noise)
    return Face(np.arange(6), xy, shape, 1.0, Region.whole(*CAMERA.size))


def test_a_face_says_better_how_the_head_is_turned():
    body, head = RigidPose.from_euler((0, 0, 0), (0, 0, 2)), RigidPose.from_euler((25, 10, 0), (0, -0.7, 1.9))
    found = pose_people(seen_at(body), CAMERA, faces={4: face_of(head)}).poses[RigidSlot("head", 4)]
    assert found.turn_from(head) < 0.1
    assert found.translation_m == pytest.approx(body.to_camera(EYES), abs=0.01)  # where the rest of the person is
    nobodys = pose_people(seen_at(body), CAMERA, faces={5: face_of(head)}).poses
    assert nobodys[RigidSlot("head", 4)].turn_from(body) < 0.1


def test_heads_of_faces_are_smoothed_in_videos():
    generator = np.random.default_rng(0)
    still = RigidPose.from_euler((10, 0, 0), (0, 0, 2))
    frames = [replace(seen_at(still), time_s=index / 30) for index in range(60)]
    sequence = PoseSequence.from_frames(frames, size=CAMERA.size, fps=30)
    faces = [{4: face_of(still, generator.normal(0, 0.5, (6, 2)))} for _ in frames]
    spread = {}
    for smooth in (False, True):
        track = pose_people_over_time(sequence, CAMERA, faces=faces, smooth=smooth)
        head = track.euler_deg[10:, track.slots.index(RigidSlot("head", 4))]
        assert np.median(head, axis=0) == pytest.approx([10, 0, 0], abs=1)
        spread[smooth] = head.std(axis=0).max()
    assert spread[True] < 0.7 * spread[False]


def test_hands_of_another_image_are_refused():
    poses = FramePoses.nobody(CAMERA.size)
    with pytest.raises(InvalidHands, match="size"):
        pose_people(poses, CAMERA, hands=FrameHands.nobody((640, 480)))


def test_a_camera_of_a_larger_image_is_scaled():
    true = RigidPose.from_euler((30, 0, 0), (0, 0, 4))
    found = pose_people(seen_at(true), Camera.from_fov((2560, 1920), 60)).poses
    assert found[RigidSlot("torso", 4)].turn_from(true) < 1


def test_missing_parts_are_named_with_their_reason():
    behind = pose_people(seen_at(RigidPose.from_euler((170, 0, 0), (0, 0, 4))), CAMERA).poses
    assert absences([4], behind) == ["Person 4: no pose of the head, as the face is turned away, hidden or too small."]
    (sentence,) = absences([4], [RigidSlot("head", 4), RigidSlot("torso", 4)])
    assert sentence == "Person 4: no pose of pelvis, left foot, right foot, as not enough of the body is seen."
    assert absences([4], pose_people(seen_at(AHEAD), CAMERA).poses) == []
