"""A person as a figure for animation programs: joints with the names of Mixamo, their rest pose and their rotations.

The names are those of Mixamo's skeleton, without its prefix "mixamorig:": so are Ready Player Me's, which retargeting
tools know as well, and three.js would strip the prefix of its colon.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from posecore.hands import SIDES, HandSequence, Side
from posecore.motion.body.room import solid_paths
from posecore.motion.figure import FINGERS, Figure, Joint, own_rotations
from posecore.motion.gaps import BoolArray, IntArray
from posecore.motion.grounding import Feet, Leg, level, stand
from posecore.motion.root import estimate_root, to_y_up, turns_to_camera
from posecore.motion.rotations import Doubles, rotation_to_axes, shortest_rotation, unit
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21

_X, _Y, _Z = range(3)
_Y_UP = np.diag([1.0, -1, -1])
_LEFT, _RIGHT, _UP, _DOWN, _AHEAD = (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1)
_OUTWARD: Mapping[Side, tuple[int, int, int]] = {"left": _LEFT, "right": _RIGHT}
_SPINE = {"Spine": 0.15, "Spine1": 0.35, "Spine2": 0.55}  # how high on the trunk

# Shares of the body's height (Drillis & Contini 1966, in Winter, Biomechanics and Motor Control of Human Movement),
# for what is never seen; the trunk is known whenever anything is.
_TRUNK = 0.288
_SHARES = {"thigh": 0.245, "shank": 0.246, "upper_arm": 0.186, "forearm": 0.146, "hand": 0.05, "neck": 0.1}
_FOOT_LENGTH, _ANKLE_HEIGHT = 0.152, 0.039
# A trunk, or a line across it, that is shorter has no direction.
_SHORTEST_M = 1e-3
# Weight of the direction in which a straight elbow would bend: that of an elbow bent by 15 degrees.
_STRAIGHT = 0.26
# Degrees by which a hand may be turned around the forearm, palm down = 0: the middle of the range.
_MID_TWIST = math.radians(75)


@dataclass(frozen=True, eq=False)
class MovingFigure:
    """A figure and how it moves; J joints, N frames in which the person is seen.

    Attributes:
        joints: by name, each after its parent.
        offsets: (3,) metres of each joint from its parent in the rest pose, a T-pose that looks along z with the feet
            on y = 0.
        height_m: of the body, as its trunk suggests.
        fingers: sides of the hands with fingers.
        frames: (N,) of the sequence.
        path: (N, 3) metres, of the hips from the camera: x to the picture's right, z towards the camera; y over the
            floor.
        rotations: (N, 3, 3) of each joint that turns, in the frame of its parent.
        sole: z of heel and toe from the ankle.
        contacts: (N, 2) bool by side: heel and toe on the floor. Without a leg that was never in the picture.
    """

    joints: Figure
    offsets: Mapping[str, Doubles]
    height_m: float
    fingers: Collection[Side]
    sole: tuple[float, float]
    frames: IntArray
    path: Doubles
    rotations: Mapping[str, Doubles]
    contacts: Mapping[Side, BoolArray]

    @property
    def rest(self) -> dict[str, Doubles]:
        """(3,) of each joint in the rest pose."""
        places: dict[str, Doubles] = {}
        for name, joint in self.joints.items():
            places[name] = self.offsets[name] + (places[joint.parent] if joint.parent else 0)
        return places


@dataclass(frozen=True, eq=False)
class Seen:
    """What is seen of one person in N frames: metres, y up, z towards the camera; NaN where unknown.

    Attributes:
        frames: (N,) of the sequence, those with hips and shoulders.
        path: (N, 3) of the hips from the camera.
        points: (N, 3) of each landmark, from the hips.
        pictured: (N,) bool of each landmark: it is within the picture.
        turns: (N, 3, 3) how much the world landmarks are turned in ``points``.
    """

    frames: IntArray
    path: Doubles
    points: Mapping[str, Doubles]
    pictured: Mapping[str, BoolArray]
    turns: Doubles

    def turned(self, matrices: Doubles) -> "Seen":
        """The same in a room that is turned in each of these frames, (N, 3, 3)."""
        return replace(
            self,
            path=_turn(matrices, self.path),
            points={name: _turn(matrices, at) for name, at in self.points.items()},
            turns=matrices @ self.turns,
        )


def see_people(sequence: PoseSequence, field_of_view_deg: float, *, solid: bool = False) -> dict[int, Seen]:
    """What is seen of each person, by id, in a room in which floors are level. Arguments as for ``write_glb``.

    ``solid``: the bodies are those of ``posecore.motion.body``, in which up is up.
    """
    turns = turns_to_camera(sequence, field_of_view_deg=field_of_view_deg)
    if solid:
        paths, ups = solid_paths(sequence, field_of_view_deg=field_of_view_deg)
        levels = shortest_rotation(np.array([0.0, -1.0, 0.0]), ups).swapaxes(-1, -2)
        for shot, to_room in zip(sequence.shots, levels, strict=True):
            turns[shot] = to_room @ turns[shot]
    else:
        sequence = replace(sequence, world=_turn(turns[:, :, None], sequence.world).astype(np.float32))
        paths = estimate_root(sequence, field_of_view_deg=field_of_view_deg).path
    paths = to_y_up(paths).astype(np.float64)
    core = [BLAZEPOSE_33.index(f"{side}_{part}") for side in SIDES for part in ("hip", "shoulder")]
    people = {}
    for slot, person in enumerate(sequence.person_ids.tolist()):
        left_hip, left_shoulder, right_hip, right_shoulder = np.moveaxis(sequence.world[:, slot, core], 1, 0)
        trunk = (left_shoulder + right_shoulder - left_hip - right_hip) / 2
        across = (left_hip - right_hip, left_shoulder - right_shoulder)
        shortest = np.min([np.linalg.norm(line, axis=1) for line in (trunk, *across)], axis=0)
        frames = np.flatnonzero(shortest > _SHORTEST_M)  # False for NaN
        if len(frames):
            people[person] = _see(sequence, slot, frames, paths[frames, slot], turns[frames, slot])
    level_by_frame = np.tile(np.eye(3), (len(sequence), 1, 1))
    for shot in sequence.shots:
        feet: list[Feet] = []
        for seen in people.values():
            own = slice(*np.searchsorted(seen.frames, [shot.start, shot.stop]).tolist())
            soles: dict[str, Doubles] = {
                side: np.stack([seen.points[f"{side}_{end}"][own] for end in ("heel", "foot_index")], axis=1)
                for side in SIDES
            }
            if all(np.isfinite(sole).all() for sole in soles.values()):
                visible: dict[str, BoolArray] = {side: seen.pictured[f"{side}_ankle"][own] for side in SIDES}
                feet.append(Feet(seen.frames[own], seen.path[own], soles, visible))
        level_by_frame[shot] = level(sequence.times_s, feet)
    return {person: seen.turned(level_by_frame[seen.frames]) for person, seen in people.items()}


def _see(sequence: PoseSequence, slot: int, frames: IntArray, path: Doubles, turns: Doubles) -> Seen:
    world = to_y_up(sequence.world[frames, slot]).astype(np.float64)
    xy = sequence.xy[frames, slot]
    inside = ((xy >= 0) & (xy <= np.array(sequence.size))).all(axis=-1)
    pictured = {name: inside[:, index] for index, name in enumerate(BLAZEPOSE_33.landmarks)}
    points = {name: world[:, index] for index, name in enumerate(BLAZEPOSE_33.landmarks)}
    for middle, others in (("elbow", ("wrist", "index", "pinky", "thumb")), ("knee", ("ankle", "heel", "foot_index"))):
        for side in SIDES:
            # The model draws limbs outside the picture too; one that is never in it is a guess from beginning to end.
            if not pictured[f"{side}_{middle}"].any():
                points |= {f"{side}_{part}": np.full((len(frames), 3), np.nan) for part in (middle, *others)}
    return Seen(frames, path, points, pictured, _Y_UP @ turns @ _Y_UP)


def _turn(matrices: Doubles, vectors: Doubles | FloatArray) -> Doubles:
    return np.asarray((matrices @ vectors[..., None])[..., 0])


def move_figure(body: PoseSequence, seen: Seen, hands: HandSequence | None) -> MovingFigure:
    """The figure of one person.

    Args:
        body: the sequence, for its times and cuts.
        seen: of this person.
        hands: of this person only, in the same frames.
    """
    points, frames = dict(seen.points), seen.frames
    fingers = _add_hands(points, hands, seen)
    joints = _joints(fingers)
    lengths = _lengths(points, fingers)
    offsets = _offsets(joints, lengths)
    places = {name: _middle(points, joint.at) for name, joint in joints.items()}
    turned = _turned(points, places, fingers)
    rotations = {name: _held(own) for name, own in own_rotations(joints, places, turned).items()}
    for side in fingers:
        _share_twist(rotations, side)
    legs = {
        side: leg
        for side in SIDES
        if (leg := _leg(side, points, turned["Hips"], offsets[f"{side.capitalize()}UpLeg"], lengths)) is not None
    }
    path = seen.path.copy()
    contacts: dict[Side, BoolArray] = {side: np.zeros((len(frames), 2), np.bool_) for side in legs}
    for shot in body.shots:
        own = slice(*np.searchsorted(frames, [shot.start, shot.stop]).tolist())
        if own.start == own.stop:
            continue
        stance = stand(
            body.times_s[frames[own]],
            path[own],
            {side: leg.during(own) for side, leg in legs.items()},
            {side: seen.pictured[f"{side}_ankle"][own] for side in legs},
        )
        path[own] = stance.path
        for side in legs:
            thigh, shank, foot = stance.turned[side]
            contacts[side][own] = stance.contacts[side]
            above = turned["Hips"][own]
            for part, now in (("UpLeg", thigh), ("Leg", shank), ("Foot", foot)):
                rotations[side.capitalize() + part][own] = above.transpose(0, 2, 1) @ now
                above = now
    if not legs:  # they hang down, to the floor in the middle of the movement
        path[:, 1] += offsets["Hips"][_Y] - np.median(path[:, 1])
    sole = (-lengths["heel"], lengths["sole"] - lengths["heel"])
    return MovingFigure(joints, offsets, lengths["height"], fingers, sole, frames, path, rotations, contacts)


def _joints(fingers: Collection[Side]) -> Figure:
    both = {part: (f"left_{part}", f"right_{part}") for part in ("hip", "shoulder", "ear")}
    joints = [
        Joint("Hips", "", both["hip"], _UP),
        Joint("Spine", "Hips", both["hip"], _UP),
        Joint("Spine1", "Spine", both["hip"], _UP),
        Joint("Spine2", "Spine1", both["hip"], _UP),
        Joint("Neck", "Spine2", both["shoulder"], _UP),
        Joint("Head", "Neck", both["ear"], _UP),
        Joint("HeadTop_End", "Head", ("nose",), _UP, is_end=True),
    ]
    for side, out in _OUTWARD.items():
        name = side.capitalize()
        joints += [
            Joint(f"{name}Shoulder", "Spine2", both["shoulder"], _UP),
            Joint(f"{name}Arm", f"{name}Shoulder", (f"{side}_shoulder",), out),
            Joint(f"{name}ForeArm", f"{name}Arm", (f"{side}_elbow",), out),
            Joint(f"{name}Hand", f"{name}ForeArm", (f"{side}_wrist",), out),
        ]
        if side not in fingers:
            ends = (f"{side}_index", f"{side}_pinky")
            joints.append(Joint(f"{name}Hand_End", f"{name}Hand", ends, out, is_end=True))
            continue
        for finger, (degrees, landmarks) in FINGERS.items():
            angle = math.radians(degrees)
            along = (out[_X] * math.cos(angle), 0.0, math.sin(angle))
            parent = f"{name}Hand"
            for number, landmark in enumerate(landmarks, start=1):
                own = f"{name}Hand{finger}{number}"
                joints.append(Joint(own, parent, (f"{side}_{landmark}",), along, number == len(landmarks)))
                parent = own
    for side, out in _OUTWARD.items():
        name = side.capitalize()
        joints += [
            Joint(f"{name}UpLeg", "Hips", (f"{side}_hip",), out),
            Joint(f"{name}Leg", f"{name}UpLeg", (f"{side}_knee",), _DOWN),
            Joint(f"{name}Foot", f"{name}Leg", (f"{side}_ankle",), _DOWN),
            Joint(f"{name}ToeBase", f"{name}Foot", (f"{side}_foot_index",), _AHEAD, is_end=True),
        ]
    return {joint.name: joint for joint in joints}


def _add_hands(points: dict[str, Doubles], hands: HandSequence | None, seen: Seen) -> list[Side]:
    """Add the landmarks of hands, each around its own wrist, and return the sides of those that are ever whole."""
    found: list[Side] = []
    for index, slot in enumerate(() if hands is None else hands.slots):
        assert hands is not None
        own = _turn(seen.turns[:, None], to_y_up(hands.world[seen.frames, index]))
        if np.isfinite(own).all(axis=(1, 2)).any():
            found.append(slot.side)
            own -= own[:, :1]
            points |= {f"{slot.side}_{name}": own[:, number] for number, name in enumerate(HAND_21.landmarks) if number}
    return found


def _middle(points: Mapping[str, Doubles], names: Collection[str]) -> Doubles:
    return np.asarray(np.mean([points[name] for name in names], axis=0))


def _lengths(points: Mapping[str, Doubles], fingers: Collection[Side]) -> dict[str, float]:
    """Metres of each bone: the median over all frames of both sides, which are alike in the figure."""

    def median(*pairs: tuple[Doubles, Doubles]) -> float:
        lengths = np.concatenate([np.linalg.norm(first - second, axis=1) for first, second in pairs])
        return float(np.median(lengths[np.isfinite(lengths)])) if np.isfinite(lengths).any() else 0.0

    def of_limb(first: str, second: str) -> float:
        return median(*((points[f"{side}_{first}"], points[f"{side}_{second}"]) for side in SIDES))

    hips, shoulders = (_middle(points, (f"left_{part}", f"right_{part}")) for part in ("hip", "shoulder"))
    trunk = max(median((hips, shoulders)), 0.1)
    height = trunk / _TRUNK
    limbs = {
        "thigh": of_limb("hip", "knee"),
        "shank": of_limb("knee", "ankle"),
        "upper_arm": of_limb("shoulder", "elbow"),
        "forearm": of_limb("elbow", "wrist"),
        "hand": median(
            *((points[f"{side}_wrist"], _middle(points, (f"{side}_index", f"{side}_pinky"))) for side in SIDES)
        ),
        "neck": median((shoulders, _middle(points, ("left_ear", "right_ear")))),
    }
    lengths = {name: length or _SHARES[name] * height for name, length in limbs.items()}
    lengths |= {"trunk": trunk, "height": height}
    lengths |= {"hips": median((points["left_hip"], points["right_hip"])) / 2}
    lengths |= {"shoulders": median((points["left_shoulder"], points["right_shoulder"])) / 2}
    sole = of_limb("heel", "foot_index") or _FOOT_LENGTH * height
    to_heel, to_toe = of_limb("ankle", "heel"), of_limb("ankle", "foot_index")
    behind = (to_heel**2 + sole**2 - to_toe**2) / (2 * sole) if to_heel and to_toe else sole / 4
    lengths |= {"heel": min(max(behind, 0), sole / 2), "sole": sole}
    lengths["ankle"] = math.sqrt(max(to_heel**2 - behind**2, (_ANKLE_HEIGHT * height) ** 2))
    for finger, (_, landmarks) in FINGERS.items() if fingers else ():
        for number, (first, second) in enumerate(zip(("", *landmarks[:-1]), landmarks, strict=True), start=1):
            bones = [
                (points[f"{side}_{first}"] if first else np.zeros(3), points[f"{side}_{second}"]) for side in fingers
            ]
            lengths[f"{finger}{number}"] = median(*bones)
    return lengths


def _offsets(joints: Figure, lengths: Mapping[str, float]) -> dict[str, Doubles]:
    trunk = lengths["trunk"]
    spine = np.diff([0, *_SPINE.values(), 1]) * trunk
    known = {
        "Hips": lengths["thigh"] + lengths["shank"] + lengths["ankle"],
        **dict(zip(_SPINE, spine, strict=False)),
        "Neck": spine[-1],
        "Head": lengths["neck"],
        "HeadTop_End": 0.08 * lengths["height"],
    }
    of_sides = {
        "Shoulder": spine[-1],
        "Arm": lengths["shoulders"],
        "ForeArm": lengths["upper_arm"],
        "Hand": lengths["forearm"],
        "Hand_End": lengths["hand"],
        "UpLeg": lengths["hips"],
        "Leg": lengths["thigh"],
        "Foot": lengths["shank"],
    }
    offsets = {}
    for name, joint in joints.items():
        own = name.removeprefix("Left").removeprefix("Right")
        if own == "ToeBase":  # the ball of the foot
            sole, heel = lengths["sole"], lengths["heel"]
            offsets[name] = np.array([0, 0.015 * lengths["height"] - lengths["ankle"], 0.7 * sole - heel])
        else:
            length = known.get(name, of_sides.get(own, lengths.get(own.removeprefix("Hand"), 0.0)))
            offsets[name] = length * np.array(joint.rest, np.float64)
    return offsets


def _turned(
    points: Mapping[str, Doubles], places: Mapping[str, Doubles], fingers: Collection[Side]
) -> dict[str, Doubles]:
    """(N, 3, 3) rotations in the room of the joints that do not turn with one bone."""
    trunk = places["Neck"] - places["Hips"]
    hips = rotation_to_axes(points["left_hip"] - points["right_hip"], trunk, axes=(_X, _Y))
    chest = rotation_to_axes(trunk, points["left_shoulder"] - points["right_shoulder"], axes=(_Y, _X))
    hips, chest = _held(hips), _held(chest)
    # No landmark between hips and shoulders shows how the back bends: each joint of the spine does its share.
    start = Rotation.from_matrix(hips)
    bend = (start.inv() * Rotation.from_matrix(chest)).as_rotvec()
    turned = {"Hips": hips}
    for number, name in enumerate(_SPINE, start=1):
        turned[name] = (start * Rotation.from_rotvec(bend * number / len(_SPINE))).as_matrix()
    turned["Head"] = rotation_to_axes(
        points["nose"] - places["Head"], points["left_ear"] - points["right_ear"], axes=(_Z, _X)
    )
    for side, out in _OUTWARD.items():
        name = side.capitalize()
        upper = places[f"{name}ForeArm"] - places[f"{name}Arm"]
        lower = unit(places[f"{name}Hand"] - places[f"{name}ForeArm"])
        swing = chest @ shortest_rotation(
            np.array(out, np.float64), (chest.transpose(0, 2, 1) @ upper[..., None])[..., 0]
        )
        along = unit(upper)
        bent = lower - (lower * along).sum(axis=1, keepdims=True) * along
        # An elbow is a hinge: the arm is twisted so that the forearm bends ahead.
        turned[f"{name}Arm"] = rotation_to_axes(out[_X] * upper, bent + _STRAIGHT * swing[..., _Z], axes=(_X, _Z))
        turned[f"{name}Foot"] = np.broadcast_to(np.eye(3), hips.shape)  # of legs, see posecore.motion.grounding
        if side in fingers:
            palm = points[f"{side}_middle_finger_mcp"]
            knuckles = points[f"{side}_index_finger_mcp"] - points[f"{side}_pinky_mcp"]
            turned[f"{name}Hand"] = rotation_to_axes(out[_X] * palm, knuckles, axes=(_X, _Z))
    return turned


def _held(rotations: Doubles) -> Doubles:
    """The same with the last known one, or before the first one that, in unknown frames; at rest if none is known."""
    known: BoolArray = np.asarray(np.isfinite(rotations).all(axis=(1, 2)))
    if not known.any():
        return np.tile(np.eye(3), (len(rotations), 1, 1))
    last = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    return np.asarray(rotations[np.where(last < 0, np.argmax(known), last)])


def _share_twist(rotations: dict[str, Doubles], side: Side) -> None:
    """Give the forearm half of the hand's turn around it, as an arm does: else the wrist would be wrung."""
    fore, hand = f"{side.capitalize()}ForeArm", f"{side.capitalize()}Hand"
    x, _, _, w = Rotation.from_matrix(rotations[hand]).as_quat().T
    # Turning the palm up turns the left hand the other way round x than the right one.
    middle = -_OUTWARD[side][_X] * _MID_TWIST
    twist = (2 * np.arctan2(x, w) - middle + math.pi) % (2 * math.pi) - math.pi + middle
    half = Rotation.from_rotvec(twist[:, None] / 2 * np.eye(3)[_X])
    rotations[fore] = rotations[fore] @ half.as_matrix()
    rotations[hand] = half.inv().as_matrix() @ rotations[hand]


def _leg(
    side: Side, points: Mapping[str, Doubles], hips: Doubles, hip: Doubles, lengths: Mapping[str, float]
) -> Leg | None:
    """A leg by its landmarks; None if it is not known in any frame, so that it hangs down."""
    thigh, shank = (
        unit(points[f"{side}_{end}"] - points[f"{side}_{start}"]) for start, end in (("hip", "knee"), ("knee", "ankle"))
    )
    known: BoolArray = np.asarray(np.isfinite(thigh).all(axis=1) & np.isfinite(shank).all(axis=1))
    if not known.any():
        return None
    down = np.array(_DOWN, np.float64)
    # Held in unknown frames: how the leg is turned against the hips.
    to_hips = hips.transpose(0, 2, 1)
    swing = shortest_rotation(down, np.where(known[:, None], (to_hips @ thigh[..., None])[..., 0], np.nan))
    bend = shortest_rotation(down, (swing.transpose(0, 2, 1) @ to_hips @ shank[..., None])[..., 0])
    heel, toe = points[f"{side}_heel"], points[f"{side}_foot_index"]
    foot = rotation_to_axes(toe - heel, points[f"{side}_ankle"] - heel, axes=(_Z, _Y))
    upper = hips @ _held(swing)
    lower = upper @ _held(bend)
    foot = hips @ _held(to_hips @ foot)
    at = hips @ hip
    knee = at + lengths["thigh"] * upper @ down
    ankle = knee + lengths["shank"] * lower @ down
    behind, under = lengths["heel"], -lengths["ankle"]
    return Leg(
        hip=at,
        knee=knee,
        ankle=ankle,
        foot=foot,
        forward=upper[..., _Z],
        thigh_m=lengths["thigh"],
        shank_m=lengths["shank"],
        heel=np.array([0, under, -behind]),
        toe=np.array([0, under, lengths["sole"] - behind]),
    )
