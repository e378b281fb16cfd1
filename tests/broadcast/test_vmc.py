"""What an avatar program receives: the bones of one person, in Unity's axes."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from scipy.spatial.transform import Rotation

from posecore import (
    BLAZEPOSE_33,
    FrameHands,
    FramePoses,
    HandSlot,
    InvalidOption,
    LiveRigid,
    RigidPose,
    VmcSender,
    estimate_video,
)
from posecore.hands import SIDES
from posecore.motion.humanoid import FINGER_BONES, HUMANOID
from posecore.rigid.people import MIN_VISIBILITY
from tests.rigid.people import STANDING, seen_at
from tests.synthetic_hands import open_hand

BODY_BONES = [name for name in HUMANOID if name not in FINGER_BONES]
AHEAD = RigidPose.from_euler((0, 0, 0), (0, 0, 4))
OTHER = {"left": "right", "right": "left"}


def with_points(body: np.ndarray, **places: tuple[float, float, float]) -> np.ndarray:
    """A body with some landmarks elsewhere, metres, x to the image's right, y down, z away."""
    changed = body.copy()
    for name, place in places.items():
        changed[BLAZEPOSE_33.index(name)] = place
    return changed


def arm(side: str, elbow: tuple, wrist: tuple, knuckles: tuple) -> dict[str, tuple]:
    """Landmarks of an arm; x is outwards."""
    out = 1 if side == "left" else -1
    places = {"elbow": elbow, "wrist": wrist, "index": knuckles, "pinky": knuckles}
    return {f"{side}_{name}": (out * x, y, z) for name, (x, y, z) in places.items()}


ARM_OUT = ((0.48, -0.5, 0), (0.72, -0.5, 0), (0.8, -0.5, 0))
T_POSE = with_points(
    STANDING,
    **arm("left", *ARM_OUT),
    **arm("right", *ARM_OUT),
    left_knee=(0.1, 0.42, 0),
    right_knee=(-0.1, 0.42, 0),
)
LEFT_ARM_DOWN = arm("left", (0.18, -0.2, 0), (0.18, 0.04, 0), (0.18, 0.12, 0))


@dataclass(frozen=True)
class Received:
    """One frame, as an avatar program has it: where each bone is in its parent, and its turn."""

    time_s: float
    places: dict[str, np.ndarray]
    turns: dict[str, Rotation]

    def in_room(self) -> tuple[dict[str, np.ndarray], dict[str, Rotation]]:
        """Where each bone begins, and how it is turned in the room."""
        places, turns = {"": np.zeros(3)}, {"": Rotation.identity()}
        for name, bone in HUMANOID.items():
            if name in self.turns:
                places[name] = places[bone.parent] + turns[bone.parent].apply(self.places[name])
                turns[name] = turns[bone.parent] * self.turns[name]
        return places, turns


def receive(receiver, *, fingers: bool = False) -> Received:
    names = list(HUMANOID) if fingers else BODY_BONES
    (ok, time, root, *bones) = receiver.messages(3 + len(names))
    assert ok == ("/VMC/Ext/OK", (1,))
    assert time[0] == "/VMC/Ext/T"
    assert root == ("/VMC/Ext/Root/Pos", ("root", 0, 0, 0, 0, 0, 0, 1))
    assert [address for address, _ in bones] == ["/VMC/Ext/Bone/Pos"] * len(names)
    assert [values[0] for _, values in bones] == names
    assert all(len(values) == 8 and np.isfinite(values[1:]).all() for _, values in bones)
    return Received(
        time[1][0],
        {values[0]: np.array(values[1:4]) for _, values in bones},
        {values[0]: Rotation.from_quat(values[4:]) for _, values in bones},
    )


def sent(receiver, *frames: FramePoses, hands: FrameHands | None = None, **options) -> list[Received]:
    rigid, received = LiveRigid(60), []
    with VmcSender(receiver.port, **options) as sender:
        for number, poses in enumerate(frames):
            sender.send(poses, number, rigid=rigid.step(poses, hands), hands=hands)
            received.append(receive(receiver, fingers=hands is not None))
    return received


def degrees(turn: Rotation) -> float:
    return float(np.degrees(turn.magnitude()))


def test_a_person_in_the_t_pose_turns_no_bone(receiver):
    [frame] = sent(receiver, replace(seen_at(AHEAD, body=T_POSE), time_s=1.25))
    assert frame.time_s == 1.25
    assert {name: round(degrees(turn), 1) for name, turn in frame.turns.items() if degrees(turn) > 0.5} == {}


def test_the_figure_at_rest_stands_on_the_floor_with_its_left_at_negative_x(receiver):
    [frame] = sent(receiver, seen_at(AHEAD, body=T_POSE))
    places, _ = frame.in_room()
    assert places["LeftHand"] == pytest.approx([-0.73, 1.36, 0], abs=0.02)
    assert places["RightHand"] == pytest.approx([0.73, 1.36, 0], abs=0.02)
    assert places["LeftFoot"] == pytest.approx([-0.09, 0.065, 0], abs=0.01)
    assert 1.4 < places["Head"][1] < 1.6


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_an_arm_that_hangs_is_turned_about_z(receiver, side, sign):
    body = with_points(T_POSE, **arm(side, (0.18, -0.2, 0), (0.18, 0.04, 0), (0.18, 0.12, 0)))
    [frame] = sent(receiver, seen_at(AHEAD, body=body))
    own, other = side.capitalize(), OTHER[side].capitalize()
    np.testing.assert_allclose(frame.turns[f"{own}UpperArm"].as_rotvec(degrees=True), [0, 0, sign * 90], atol=0.5)
    for name in (f"{own}LowerArm", f"{other}UpperArm"):
        assert degrees(frame.turns[name]) < 0.5


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_a_forearm_that_points_at_the_camera_is_turned_about_y(receiver, side, sign):
    body = with_points(T_POSE, **arm(side, (0.48, -0.5, 0), (0.48, -0.5, -0.24), (0.48, -0.5, -0.32)))
    [frame] = sent(receiver, seen_at(AHEAD, body=body))
    turn = frame.turns[f"{side.capitalize()}LowerArm"]
    # Unity's axes are left-handed: about y (up), 90 degrees turn z (forward) to x (right).
    np.testing.assert_allclose(turn.as_rotvec(degrees=True), [0, sign * 90, 0], atol=0.5)
    _, turns = frame.in_room()
    out = -1 if side == "left" else 1
    np.testing.assert_allclose(turns[f"{side.capitalize()}LowerArm"].apply([out, 0, 0]), [0, 0, 1], atol=0.01)


@pytest.mark.parametrize("yaw", [-40, 40])
def test_a_turned_body_turns_the_hips_and_nothing_else(receiver, yaw):
    [frame] = sent(receiver, seen_at(RigidPose.from_euler((yaw, 0, 0), (0, 0, 4)), body=T_POSE))
    # Yaw above 0 turns to the image's left, which is the person's right, and x in Unity is the avatar's right.
    np.testing.assert_allclose(frame.turns["Hips"].as_rotvec(degrees=True), [0, yaw, 0], atol=0.5)
    np.testing.assert_allclose(frame.turns["Hips"].apply([0, 0, 1])[0], np.sin(np.radians(yaw)), atol=0.01)
    assert all(degrees(turn) < 2 for name, turn in frame.turns.items() if name != "Hips")


@pytest.mark.parametrize("place", [(0, 0, 4), (1.2, 0.3, 4)])
def test_a_head_that_looks_down_is_turned_about_x_half_by_the_neck(receiver, place):
    eyes = T_POSE[:11].mean(axis=0)
    body = T_POSE.copy()
    body[:11] = (body[:11] - eyes) @ RigidPose.from_euler((0, 30, 0), (0, 0, 0)).rotation.T + eyes
    [frame] = sent(receiver, seen_at(RigidPose.from_euler((0, 0, 0), place), body=body))
    for name in ("Neck", "Head"):
        np.testing.assert_allclose(frame.turns[name].as_rotvec(degrees=True), [15, 0, 0], atol=1)


def test_a_mirror_image_raises_the_other_arm(receiver):
    body = with_points(T_POSE, **LEFT_ARM_DOWN)
    pose = RigidPose.from_euler((30, 0, 0), (0, 0, 4))
    [[straight], [mirrored]] = [sent(receiver, seen_at(pose, body=body), mirror=mirror) for mirror in (False, True)]
    assert straight.turns["Hips"].as_rotvec(degrees=True)[1] == pytest.approx(30, abs=0.5)
    assert mirrored.turns["Hips"].as_rotvec(degrees=True)[1] == pytest.approx(-30, abs=0.5)
    assert degrees(mirrored.turns["LeftUpperArm"]) < 1
    np.testing.assert_allclose(mirrored.turns["RightUpperArm"].as_rotvec(degrees=True), [0, 0, -90], atol=1)
    (places, _), (images, _) = straight.in_room(), mirrored.in_room()
    for name in BODY_BONES:
        image = name.replace("Left", "?").replace("Right", "Left").replace("?", "Right")
        np.testing.assert_allclose(images[image], places[name] * [-1, 1, 1], atol=1e-5)


def test_who_bends_the_knees_comes_down_with_the_feet_on_the_floor(receiver):
    bent = {}
    for side, out in (("left", 1), ("right", -1)):
        bent |= {f"{side}_knee": (out * 0.1, 0.21, -0.36), f"{side}_ankle": (out * 0.1, 0.42, 0)}
        bent |= {f"{side}_heel": (out * 0.1, 0.47, 0.05), f"{side}_foot_index": (out * 0.1, 0.47, -0.16)}
    [up, down] = [sent(receiver, seen_at(AHEAD, body=with_points(T_POSE, **change)))[0] for change in ({}, bent)]
    assert up.places["Hips"] == pytest.approx([0, 0.9, 0], abs=0.01)
    assert down.places["Hips"][1] == pytest.approx(0.065 + 0.835 / 2, abs=0.02)
    places, turns = down.in_room()
    for foot in ("LeftFoot", "RightFoot"):
        assert places[foot][1] == pytest.approx(0.065, abs=0.02)
        assert degrees(turns[foot]) < 5


def flat_hand(side: str, fingers: Rotation | None = None) -> np.ndarray:
    """(21, 3) metres: a hand of the T-pose, palm down and thumb ahead; fingers may be turned at their first joint."""
    flat = open_hand(HandSlot(1, "left"))
    hand = 0.09 * np.column_stack([-flat[:, 1], np.zeros(21), flat[:, 0]])  # fingers at the left, thumb to the camera
    for base in (5, 9, 13, 17):
        length = np.linalg.norm(hand[base : base + 4] - hand[base], axis=1, keepdims=True)
        straight = length * [[1, 0, 0]]
        hand[base : base + 4] = hand[base] + (straight if fingers is None else fingers.apply(straight))
    length = np.linalg.norm(hand[1:5] - hand[1], axis=1, keepdims=True)
    hand[1:5] = hand[1] + length * [[np.sqrt(0.5), 0, -np.sqrt(0.5)]]
    return hand * ([1, 1, 1] if side == "left" else [-1, 1, 1])


def hands_like(*hands: tuple[str, np.ndarray], size: tuple[int, int] = (1280, 960)) -> FrameHands:
    count = len(hands)
    return FrameHands(
        xy=np.array([640 + 1000 * hand[:, :2] for _, hand in hands]).reshape(count, 21, 2),
        z=np.zeros((count, 21)),
        world=np.array([hand for _, hand in hands]).reshape(count, 21, 3),
        score=np.ones(count),
        right=np.array([float(side == "right") for side, _ in hands]),
        slots=tuple(HandSlot(4, side) for side, _ in hands),
        time_s=0,
        size=size,
    )


def test_flat_hands_of_the_t_pose_turn_no_finger(receiver):
    hands = hands_like(("left", flat_hand("left")), ("right", flat_hand("right")))
    [frame] = sent(receiver, seen_at(AHEAD, body=T_POSE), hands=hands)
    assert {name: round(degrees(turn), 1) for name, turn in frame.turns.items() if degrees(turn) > 1} == {}


def test_bent_fingers_are_turned_at_their_first_joint_towards_the_palm(receiver):
    down = Rotation.from_rotvec([0, 0, 60], degrees=True)  # y is down in the camera's axes
    hands = hands_like(("left", flat_hand("left", down)), ("right", flat_hand("right", down)))
    [frame] = sent(receiver, seen_at(AHEAD, body=T_POSE), hands=hands)
    for finger in ("Index", "Middle", "Ring", "Little"):
        for own, sign in (("Left", 1), ("Right", -1)):
            turn = frame.turns[f"{own}{finger}Proximal"].as_rotvec(degrees=True)
            np.testing.assert_allclose(turn, [0, 0, sign * 60], atol=1)
            assert degrees(frame.turns[f"{own}{finger}Intermediate"]) < 1


def test_the_forearm_takes_half_of_the_twist_of_a_palm(receiver):
    turned = flat_hand("left") @ Rotation.from_rotvec([60, 0, 0], degrees=True).as_matrix().T
    [frame] = sent(receiver, seen_at(AHEAD, body=T_POSE), hands=hands_like(("left", turned)))
    for name in ("LeftLowerArm", "LeftHand"):
        np.testing.assert_allclose(np.abs(frame.turns[name].as_rotvec(degrees=True)), [30, 0, 0], atol=1)


def unseen(poses: FramePoses, *names: str) -> FramePoses:
    visibility = poses.visibility.copy()
    visibility[:, [BLAZEPOSE_33.index(name) for name in names]] = 0.1
    return replace(poses, visibility=visibility)


def test_a_limb_out_of_sight_stays_for_half_a_second_and_then_hangs(receiver):
    there = seen_at(AHEAD, body=T_POSE)
    gone = unseen(there, "left_elbow", "left_wrist")
    frames = [there, *(replace(gone, time_s=index / 20) for index in range(1, 60))]
    arms = [frame.turns["LeftUpperArm"].as_rotvec(degrees=True)[2] for frame in sent(receiver, *frames)]
    assert max(np.abs(arms[:11])) < 0.5, "for half a second"
    assert 5 < arms[14] < 70, "on the way"
    assert arms[-1] == pytest.approx(75, abs=2)
    assert max(np.diff(arms)) < 15, "not at once"


def test_an_avatar_of_a_still_person_is_steadier_than_the_landmarks(receiver):
    generator = np.random.default_rng(3)
    there = seen_at(AHEAD, body=T_POSE)
    frames = [
        replace(there, world=there.world + generator.normal(0, 0.004, there.world.shape), time_s=index / 30)
        for index in range(30)
    ]

    def jitter(turns: list[Rotation]) -> float:
        return float(np.median([degrees(after * before.inv()) for before, after in pairwise(turns)]))

    smooth = [frame.turns["LeftUpperArm"] for frame in sent(receiver, *frames)]
    raw = [sent(receiver, poses)[0].turns["LeftUpperArm"] for poses in frames]  # a sender's first frame
    assert jitter(smooth) < 0.5 * jitter(raw)


def test_an_avatar_without_a_person_is_at_rest(receiver):
    [frame] = sent(receiver, FramePoses.nobody((640, 480), 0.5))
    turned = {name: turn.as_rotvec(degrees=True).round(3).tolist() for name, turn in frame.turns.items()}
    arms = {"LeftUpperArm": [0, 0, 75], "RightUpperArm": [0, 0, -75]}
    assert turned == {name: arms.get(name, [0, 0, 0]) for name in BODY_BONES}


def test_with_the_shoulders_alone_the_trunk_leans_and_the_hips_do_not(receiver):
    lean = Rotation.from_rotvec([0, 0, 20], degrees=True)  # clockwise in the image: to the person's left
    body = lean.apply(T_POSE)
    hidden = [name for name in BLAZEPOSE_33.landmarks if any(part in name for part in ("hip", "knee", "ankle", "heel"))]
    seen = unseen(seen_at(AHEAD, body=body), *hidden, "left_foot_index", "right_foot_index")
    [frame] = sent(receiver, seen)
    _, turns = frame.in_room()
    assert degrees(frame.turns["Hips"]) < 0.1
    np.testing.assert_allclose(turns["Chest"].as_rotvec(degrees=True), [0, 0, 20], atol=1)
    assert degrees(frame.turns["LeftUpperLeg"]) < 0.1


def test_the_nearest_person_is_followed_and_kept(receiver):
    near = seen_at(RigidPose.from_euler((0, 0, 0), (0.5, 0, 3)), body=T_POSE)
    far = seen_at(RigidPose.from_euler((40, 0, 0), (-0.5, 0, 6)), body=T_POSE)

    def both(time_s: float, *people: tuple[FramePoses, int]) -> FramePoses:
        arrays = {name: np.concatenate([getattr(poses, name) for poses, _ in people]) for name in near.arrays}
        return replace(near, **arrays, person_ids=[number for _, number in people], time_s=time_s)

    frames = [both(0.0, (far, 1), (near, 2)), both(0.03, (far, 2), (near, 3))]
    frames += [both(0.06, (near, 3)), both(0.5, (near, 3)), both(0.6, (near, 3))]
    turned = [frame.turns["Hips"].as_rotvec(degrees=True)[1] for frame in sent(receiver, *frames)]
    assert turned[0] == pytest.approx(0, abs=0.5)
    assert turned[1] > 5, "number 2 is turned now"
    assert turned[3] > 5, "and is not there, but may come back"
    assert turned[4] < turned[3], "number 3 is followed"


def test_datagrams_are_bundles_that_pass_through_any_network(plain_socket):
    hands = hands_like(("left", flat_hand("left")), ("right", flat_hand("right")))
    with VmcSender(plain_socket.getsockname()[1]) as sender:
        sender.send(seen_at(AHEAD, body=T_POSE), 1, hands=hands)
        datagrams = [plain_socket.recv(65536) for _ in range(4)]
    assert max(map(len, datagrams)) <= 1472
    contents = [[message.address for message in OscBundle(datagram)] for datagram in datagrams]
    assert contents[0][:3] == ["/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Root/Pos"]
    assert sum(map(len, contents)) == 3 + len(HUMANOID)


def test_a_closed_sender_sends_nothing(receiver):
    with VmcSender(receiver.port) as closed, VmcSender(receiver.port) as other:
        closed.close()
        closed.send(replace(seen_at(AHEAD), time_s=1), 1)
        other.send(replace(seen_at(AHEAD), time_s=2), 2)
    assert receive(receiver).time_s == 2


def test_invalid_port_is_named(no_port):
    with pytest.raises(InvalidOption, match=r"Expected 'port' to be a whole number from 1024 to 65535, but got"):
        VmcSender(no_port)


def test_the_bones_point_as_the_landmarks_of_a_real_person(shared_data, estimated_once, receiver):
    """Forward kinematics of what is received against the world landmarks, in Unity's axes."""
    squats = shared_data / "google-reference" / "pose_squats.mp4"
    sequence = estimated_once("pose_squats-1", lambda: estimate_video(squats))  # as tests of counting do
    frames = [frame for frame in (sequence.frame(index) for index in range(len(sequence))) if len(frame)]
    received = sent(receiver, *frames)
    bones = {f"{side.capitalize()}{bone}": (side, *ends) for side in SIDES for bone, ends in BONES.items()}
    off: dict[str, list[float]] = {name: [] for name in bones}
    for poses, frame in zip(frames, received, strict=True):
        places, _ = frame.in_room()
        for name, (side, start, end, child) in bones.items():
            ends = [BLAZEPOSE_33.index(f"{side}_{end}") for end in (start, end)]
            if (poses.visibility[0, ends] >= MIN_VISIBILITY).all():
                seen = -np.subtract(*poses.world[0, ends[::-1]]).astype(float)
                bone = places[f"{side.capitalize()}{child}"] - places[name]
                cosine = seen @ bone / np.linalg.norm(seen) / np.linalg.norm(bone)
                off[name].append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    assert all(len(each) > 20 for each in off.values())
    assert {name: round(np.median(each), 1) for name, each in off.items() if np.median(each) > 3} == {}
    assert {name: round(np.percentile(each, 95), 1) for name, each in off.items() if np.percentile(each, 95) > 8} == {}


BONES = {
    "UpperArm": ("shoulder", "elbow", "LowerArm"),
    "LowerArm": ("elbow", "wrist", "Hand"),
    "UpperLeg": ("hip", "knee", "LowerLeg"),
    "LowerLeg": ("knee", "ankle", "Foot"),
}
