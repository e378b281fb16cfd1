"""Real people: the signs of turned heads, what is plausible, and what calibrated cameras know."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import (
    ClipOptions,
    FramePoses,
    PoseOptions,
    decode_picture,
    estimate_hands_image,
    estimate_image,
    estimate_video,
)
from posecore.errors import InvalidPoses
from posecore.estimation.faces import FaceNetwork
from posecore.media.clips import read_frame
from posecore.rigid.camera import Camera
from posecore.rigid.people import pose_people, pose_people_over_time
from posecore.rigid.pose import RigidPose, RigidSlot, turn_between
from posecore.rigid.seen import SeenInVideo
from posecore.rigid_pipeline import see_faces
from posecore.runs.faces_in_video import faces_by_frame
from tests.rigid.people import beginning_of

LEFT_EYE, RIGHT_EYE = 2, 5


def poses_in(rgb: np.ndarray, people: int = 1) -> FramePoses:
    return estimate_image(rgb, PoseOptions(people=people))


def by_kind(poses: FramePoses, **given: object) -> dict[str, RigidPose]:
    """The poses of the only person."""
    found = pose_people(poses, Camera.from_fov(poses.size, 60), **given).poses
    return {slot.kind: pose for slot, pose in found.items()}


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    return FaceNetwork()


def test_both_ways_agree_on_the_sample(network, portrait, portrait_poses):
    body = by_kind(portrait_poses)["head"]
    face = by_kind(portrait_poses, faces=network.find(portrait, portrait_poses))["head"]
    assert body.turn_from(face) < 15
    assert 0.25 < face.distance_m < 0.8  # a portrait from close by, or from further away with a longer lens
    assert abs(face.euler_deg[0]) < 15  # she looks at the camera
    assert "torso" not in by_kind(portrait_poses)  # the hips are not in the photo


@pytest.mark.parametrize(
    ("video", "time_s", "yaw"),
    [
        ("google-reference/pose_squats.mp4", 0.0, (-45, -10)),  # looks to the image's right, her own left
        ("reps/squat_wall.mp4", 4.0, (35, 80)),  # to the image's left
        ("reps/lunge_alternating.mp4", 2.0, (-60, -20)),
        ("google-reference/pose_1.mp4", 1.0, (-15, 15)),
    ],
)
def test_heads_turn_to_the_side_to_which_they_look(network, shared_data, video, time_s, yaw):
    rgb = read_frame(shared_data / video, time_s)
    poses = poses_in(rgb)
    low, high = yaw
    body = by_kind(poses)
    assert low < body["head"].euler_deg[0] < high
    assert np.sign(body["torso"].euler_deg[0]) in (np.sign(low), np.sign(high))
    faces = network.find(rgb, poses)
    assert low < by_kind(poses, faces=faces)["head"].euler_deg[0] < high


def test_a_mirrored_photo_has_mirrored_turns(network, shared_data):
    rgb = read_frame(shared_data / "google-reference/pose_squats.mp4", 0.0)
    heads = []
    for picture in (rgb, np.ascontiguousarray(rgb[:, ::-1])):
        poses = poses_in(picture)
        heads.append(by_kind(poses, faces=network.find(picture, poses))["head"].euler_deg)
    assert heads[0] == pytest.approx(np.multiply(heads[1], [-1, 1, -1]), abs=6)


def test_an_upside_down_person_has_a_head_upside_down(network, shared_data):
    rgb = np.ascontiguousarray(read_frame(shared_data / "google-reference/pose_squats.mp4", 0.0))
    upright = poses_in(rgb)
    size = np.array(upright.size)
    turned = replace(upright, xy=size - upright.xy, world=upright.world * [-1, -1, 1])
    faces = network.find(np.ascontiguousarray(rgb[::-1, ::-1]), turned)
    for given in ({}, {"faces": faces}):
        roll = by_kind(turned, **given)["head"].euler_deg[2]
        assert abs(abs(roll) - 180) < 20


@pytest.mark.parametrize("time_s", [10.0, 30.0])
def test_people_from_behind_have_no_head(network, shared_data, time_s):
    rgb = read_frame(shared_data / "clips/one_by_one_first_50s.mp4", time_s)
    poses = poses_in(rgb)
    for given in ({}, {"faces": network.find(rgb, poses)}):
        found = by_kind(poses, **given)
        assert "head" not in found
        assert abs(found["torso"].euler_deg[0]) > 140


@pytest.fixture(scope="module")
def signing(shared_data, tmp_path_factory) -> Path:
    """Twenty frames of someone who sits and signs."""
    target = tmp_path_factory.mktemp("signing") / "again.mp4"
    return beginning_of(shared_data / "asl_words/again.mkv", 20, target)


def test_faces_are_followed_through_a_video(network, signing):
    sequence = estimate_video(signing)
    faces = list(faces_by_frame(signing, sequence, network))
    assert [list(each) for each in faces] == [[1]] * len(sequence)
    track = pose_people_over_time(sequence, Camera.from_fov(sequence.size, 60), faces=faces)
    head = track.slots.index(RigidSlot("head", 1))
    assert track.seen[:, head].all()
    turns = turn_between(track.rotation[1:, head], track.rotation[:-1, head])
    assert np.percentile(turns, 90) < 3  # degrees from frame to frame, of someone who sits and signs
    first = sequence.at(slice(5))  # as of a run that was stopped
    assert len(list(faces_by_frame(signing, first, network))) == 5


def test_faces_of_a_part_are_found_in_a_process_of_its_own_as_in_this_one(network, signing):
    part = ClipOptions(start_s=0.2, every=2)
    sequence = estimate_video(signing, part=part)
    here = list(faces_by_frame(signing, sequence, network, part))
    done: list[int] = []
    seen = see_faces(
        SeenInVideo(sequence), signing, network, lambda stage, progress: done.append(progress.frames), part=part
    )
    assert done == list(range(1, len(sequence) + 1))
    assert len(seen.faces) == len(here) == len(sequence)
    for there, face in ((each[1], own[1]) for each, own in zip(seen.faces, here, strict=True)):
        np.testing.assert_array_equal(there.xy, face.xy)
        assert (there.score, there.next_region) == (face.score, face.next_region)
    stopped = see_faces(SeenInVideo(sequence), signing, network, lambda *_: False, part=part)
    assert len(stopped.faces) == len(sequence)
    assert stopped.faces[0]
    with pytest.raises(InvalidPoses, match="people of a video of"):
        see_faces(SeenInVideo(sequence.resized((300, 300))), signing, network)


def test_hands_that_show_their_backs(shared_data):
    """Two left hands, one with the fingers up and one with the fingers down."""
    hands = estimate_hands_image(decode_picture(shared_data / "google-reference/hands.jpg"))
    found = pose_people(FramePoses.nobody(hands.size), Camera.from_fov(hands.size, 60), hands=hands).poses
    assert [slot.kind for slot in found] == ["left_hand", "left_hand"]
    up, down = sorted(found.values(), key=lambda pose: -pose.rotation[1, 1])
    for pose, direction in ((up, 1), (down, -1)):
        assert pose.rotation[2, 2] < -0.8  # z, out of the back, points to the camera
        assert direction * pose.rotation[1, 1] > 0.8
        assert 0.1 < pose.distance_m < 1.5


@pytest.fixture(scope="module")
def calibrated(shared_data) -> dict[str, tuple[Camera, np.ndarray]]:
    """Two of the cameras of a calibrated room, each with the (100, 33, 3) landmarks in its axes, metres."""
    room = shared_data / "clips/pose2sim"
    points = np.load(room / "triangulated.npz")["points_m"]
    cameras = {}
    for element in ElementTree.parse(room / "Calib.qca.txt").getroot().iter("camera"):
        place, lens = element.find("transform").attrib, element.find("intrinsic").attrib
        number = {name: float(value) / 64 for name, value in lens.items() if name.endswith(("U", "V"))}
        matrix = [
            [number["focalLengthU"], 0, number["centerPointU"]],
            [0, number["focalLengthV"], number["centerPointV"]],
            [0, 0, 1],
        ]
        names = ("radialDistortion1", "radialDistortion2", "tangentalDistortion1", "tangentalDistortion2")
        rotation = np.diag([1, -1, -1]) @ [[float(place[f"r{row}{column}"]) for column in "123"] for row in "123"]
        middle = np.array([float(place[axis]) for axis in "xyz"]) / 1000
        camera = Camera(np.array(matrix), [float(lens[name]) for name in names], (1080, 1920))
        cameras[element.attrib["serial"]] = camera, (points - middle) @ rotation.T
    return cameras


@pytest.mark.parametrize(("name", "index"), [("cam01", 0), ("cam01", 60), ("cam01", 95), ("cam04", 30)])
def test_people_are_where_calibrated_cameras_see_them(shared_data: Path, calibrated, name, index):
    camera, points = calibrated[name]
    body = points[index]
    poses = poses_in(read_frame(shared_data / f"clips/pose2sim/{name}.mp4", index / 60))
    found = {slot.kind: pose for slot, pose in pose_people(poses, replace(camera, size=poses.size)).poses.items()}
    places = {"torso": body[[11, 12]].mean(axis=0), "pelvis": body[[23, 24]].mean(axis=0), "left_foot": body[27]}
    for kind, place in places.items():
        assert np.linalg.norm(found[kind].translation_m - place) < 0.08 * np.linalg.norm(place)
    if "head" in found:
        eyes = body[[LEFT_EYE, RIGHT_EYE]].mean(axis=0)
        assert np.linalg.norm(found["head"].translation_m - eyes) < 0.08 * np.linalg.norm(eyes)
    down = found["torso"].rotation[:, 1]
    true = body[[23, 24]].mean(axis=0) - body[[11, 12]].mean(axis=0)
    assert np.degrees(np.arccos(down @ true / np.linalg.norm(true))) < 25
