"""A humanoid figure as avatars have it, and the rotations that give it a person's pose in one frame.

Axes: x to the image's right, y up, z towards the camera; metres. In the rest pose, a T-pose, the figure faces the
camera: its left is at x > 0. The palms are down, and the thumbs point half ahead.

Bones are named as Unity names them (``HumanBodyBones``). A rotation is local: in the frame of the bone's parent, and
none in the rest pose; ``matrix @ rest``. From one bone to the next they follow from what can be seen:

- Hips turn with the line of the hips, and upright along the trunk. If only the shoulders are seen, the hips are not
  turned, and the trunk turns with the line of the shoulders.
- From hips to shoulders no landmark shows how the back bends: ``Spine`` and ``Chest`` bend by half each, and so do
  ``Neck`` and ``Head`` between the chest and the head.
- Limbs point along their bones. The two ends of a bone do not show how it is twisted around itself, so they have the
  least twist. A hand with landmarks of its own turns with its palm, and its twist is shared with the forearm.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from posecore.hands import SIDES, Side
from posecore.motion.figure import FINGERS
from posecore.motion.rotations import Doubles, rotation_to_axes, shortest_rotation
from posecore.skeletons import BLAZEPOSE_33, HAND_21

_X, _Y, _Z = range(3)
_UP, _DOWN = np.array([0.0, 1, 0]), np.array([0.0, -1, 0])


@dataclass(frozen=True)
class Bone:
    """One bone of the figure.

    Attributes:
        parent: name of the bone that it turns with; empty for the hips.
        place: where it begins, metres from where its parent begins, in the rest pose; the hips' from the floor.
    """

    parent: str
    place: tuple[float, float, float]


# An adult of 1.7 m. Limbs and heights are rounded shares of it by Drillis and Contini (in Winter, Biomechanics and
# Motor Control of Human Movement, 2009); trunk and hands are divided as avatars usually have them.
_TRUNK = {
    "Hips": Bone("", (0, 0.9, 0)),
    "Spine": Bone("Hips", (0, 0.09, 0)),
    "Chest": Bone("Spine", (0, 0.13, 0)),
    "Neck": Bone("Chest", (0, 0.27, 0)),
    "Head": Bone("Neck", (0, 0.09, 0)),
}
_THUMB_AHEAD = np.sqrt(0.5)
_FINGERS_M = {  # x and z where a finger begins on the palm, and the lengths of its first two bones
    "Thumb": (0.02, 0.02, 0.045, 0.032),
    "Index": (0.09, 0.025, 0.042, 0.025),
    "Middle": (0.092, 0.003, 0.045, 0.028),
    "Ring": (0.088, -0.018, 0.042, 0.027),
    "Little": (0.08, -0.037, 0.033, 0.02),
}
_FINGER_BONES = ("Proximal", "Intermediate", "Distal")
_FINGER_LANDMARKS = {
    {"Pinky": "Little"}.get(name, name): [HAND_21.index(landmark) for landmark in landmarks]
    for name, (_, landmarks) in FINGERS.items()
}


def _outward(side: Side) -> int:
    return 1 if side == "left" else -1


def _along(side: Side, finger: str) -> Doubles:
    """(3,) direction of a finger in the rest pose."""
    if finger == "Thumb":
        return np.array([_outward(side) * _THUMB_AHEAD, 0, _THUMB_AHEAD])
    return np.array([float(_outward(side)), 0, 0])


def _limbs(side: Side) -> dict[str, Bone]:
    own, out = side.capitalize(), _outward(side)
    bones = {
        f"{own}Shoulder": Bone("Chest", (out * 0.03, 0.24, 0)),
        f"{own}UpperArm": Bone(f"{own}Shoulder", (out * 0.14, 0, 0)),
        f"{own}LowerArm": Bone(f"{own}UpperArm", (out * 0.31, 0, 0)),
        f"{own}Hand": Bone(f"{own}LowerArm", (out * 0.25, 0, 0)),
        f"{own}UpperLeg": Bone("Hips", (out * 0.09, 0, 0)),
        f"{own}LowerLeg": Bone(f"{own}UpperLeg", (0, -0.415, 0)),
        f"{own}Foot": Bone(f"{own}LowerLeg", (0, -0.42, 0)),
    }
    for finger, (x, z, *lengths) in _FINGERS_M.items():
        parent, place = f"{own}Hand", np.array([out * x, 0, z])
        for name, length in zip(_FINGER_BONES, (*lengths, 0), strict=True):
            bones[f"{own}{finger}{name}"] = Bone(parent, tuple(place.tolist()))
            parent, place = f"{own}{finger}{name}", length * _along(side, finger)
    return bones


HUMANOID: Mapping[str, Bone] = {**_TRUNK, **_limbs("left"), **_limbs("right")}
"""The bones by name, each after its parent."""

FINGER_BONES = tuple(name for name in HUMANOID if name.endswith(_FINGER_BONES))
"""The bones that only the landmarks of hands show."""

# Heel and toes on the ground, metres from the ankle.
_SOLE = np.array([[0, -0.065, -0.05], [0, -0.065, 0.16]])


def pose_humanoid(
    points_m: Doubles,
    *,
    head: Doubles | None = None,
    feet: Mapping[Side, Doubles] | None = None,
    hands: Mapping[Side, Doubles] | None = None,
) -> dict[str, Doubles]:
    """The local rotations of the bones that are seen, (3, 3) by name; nothing is made up for the others.

    Args:
        points_m: (33, 3) BlazePose's landmarks, in this module's axes; NaN: not seen.
        head: (3, 3) rotation in the room: how the head is turned from facing the camera upright.
        feet: (3, 3) likewise: how the soles are turned from flat, toes to the camera.
        hands: (21, 3) the landmarks of hands, metres, in this module's axes, with any origin.
    """
    found: dict[str, Doubles] = {}
    hips, chest = trunk_rotations(points_m)
    if np.isfinite(hips).all():
        found["Hips"] = hips
    else:
        hips = np.eye(3)
    if np.isfinite(chest).all():
        half = _part(hips.T @ chest, 0.5)
        found |= {"Spine": half, "Chest": half}
        if head is not None:
            found |= dict.fromkeys(("Neck", "Head"), _part(chest.T @ head, 0.5))
    for side in SIDES:
        found |= _arm(points_m, side, chest, (hands or {}).get(side))
        found |= _leg(points_m, side, hips, (feet or {}).get(side))
    return found


def trunk_rotations(points_m: Doubles) -> tuple[Doubles, Doubles]:
    """(3, 3) rotations of hips and chest in the room; NaN if they are not seen.

    Args:
        points_m: as for ``pose_humanoid``.
    """
    hips, shoulders = (_at(points_m, f"left_{part}") - _at(points_m, f"right_{part}") for part in ("hip", "shoulder"))
    along = _at(points_m, "left_shoulder", "right_shoulder") - _at(points_m, "left_hip", "right_hip")
    if not np.isfinite(along).all():
        return np.full((3, 3), np.nan), rotation_to_axes(shoulders, _UP[None], axes=(_X, _Y))[0]
    return rotation_to_axes(hips, along, axes=(_X, _Y))[0], rotation_to_axes(along, shoulders, axes=(_Y, _X))[0]


def stand_m(rotations: Mapping[str, Doubles]) -> float:
    """Height of the hips, metres, at which the lower foot of the figure stands on the floor.

    Args:
        rotations: (3, 3) local ones of the hips and the legs.
    """
    lowest = []
    for side in SIDES:
        own, turn, place = side.capitalize(), rotations["Hips"], np.zeros(3)
        for name in (f"{own}UpperLeg", f"{own}LowerLeg", f"{own}Foot"):
            place = place + turn @ HUMANOID[name].place
            turn = turn @ rotations[name]
        lowest.append(place[_Y] + (turn @ _SOLE.T)[_Y].min())
    return -float(min(lowest))


def _at(points_m: Doubles, *names: str) -> Doubles:
    """(1, 3) middle of some landmarks."""
    return np.asarray(points_m[[BLAZEPOSE_33.index(name) for name in names]].mean(axis=0, keepdims=True))


def _arm(points_m: Doubles, side: Side, chest: Doubles, hand_m: Doubles | None) -> dict[str, Doubles]:
    own, along = side.capitalize(), np.array([float(_outward(side)), 0, 0])
    shoulder, elbow, wrist = (_at(points_m, f"{side}_{part}") for part in ("shoulder", "elbow", "wrist"))
    upper = _towards(elbow - shoulder, chest, along)
    lower = _towards(wrist - elbow, chest @ upper, along)
    forearm = chest @ upper @ lower
    if hand_m is None:
        knuckles = _at(points_m, f"{side}_index", f"{side}_pinky")
        palm, hand, fingers = None, _towards(knuckles - wrist, forearm, along), {}
    else:
        palm = _palm(hand_m, side)
        twist = _part(_twist(forearm.T @ palm), 0.5)
        lower, hand = lower @ twist, (forearm @ twist).T @ palm
        fingers = _fingers(hand_m, side, palm)
    found = {f"{own}UpperArm": upper, f"{own}LowerArm": lower, f"{own}Hand": hand, **fingers}
    return {name: rotation for name, rotation in found.items() if np.isfinite(rotation).all()}


def _leg(points_m: Doubles, side: Side, hips: Doubles, sole: Doubles | None) -> dict[str, Doubles]:
    own = side.capitalize()
    hip, knee, ankle = (_at(points_m, f"{side}_{part}") for part in ("hip", "knee", "ankle"))
    upper = _towards(knee - hip, hips, _DOWN)
    lower = _towards(ankle - knee, hips @ upper, _DOWN)
    found = {f"{own}UpperLeg": upper, f"{own}LowerLeg": lower}
    if sole is not None:
        found[f"{own}Foot"] = (hips @ upper @ lower).T @ sole
    return {name: rotation for name, rotation in found.items() if np.isfinite(rotation).all()}


def _palm(hand_m: Doubles, side: Side) -> Doubles:
    """(3, 3) rotation of a hand in the room."""
    wrist, index, middle, pinky = (
        hand_m[HAND_21.index(name)] for name in ("wrist", "index_finger_mcp", "middle_finger_mcp", "pinky_mcp")
    )
    leftwards = _outward(side) * (middle - wrist)
    return np.asarray(rotation_to_axes(leftwards[None], (index - pinky)[None], axes=(_X, _Z))[0])


def _fingers(hand_m: Doubles, side: Side, palm: Doubles) -> dict[str, Doubles]:
    found = {}
    for finger, landmarks in _FINGER_LANDMARKS.items():
        turned = palm
        for name, start, end in zip(_FINGER_BONES, landmarks, landmarks[1:], strict=False):
            own = _towards((hand_m[end] - hand_m[start])[None], turned, _along(side, finger))
            found[f"{side.capitalize()}{finger}{name}"] = own
            turned = turned @ own
    return found


def _towards(bone: Doubles, parent: Doubles, rest: Doubles) -> Doubles:
    """(3, 3) local rotation that turns a bone from its direction at rest to the one seen (1, 3); NaN if unknown."""
    if not np.isfinite(parent).all():
        return np.full((3, 3), np.nan)
    return np.asarray(shortest_rotation(rest, bone @ parent)[0])


def _part(rotation: Doubles, share: float) -> Doubles:
    """(3, 3) a share of a rotation, about the same axis."""
    if not np.isfinite(rotation).all():
        return rotation
    return np.asarray(Rotation.from_rotvec(share * Rotation.from_matrix(rotation).as_rotvec()).as_matrix())


def _twist(rotation: Doubles) -> Doubles:
    """(3, 3) the part of a rotation that turns around x, so that the rest of it does not."""
    if not np.isfinite(rotation).all():
        return rotation
    x, _, _, w = Rotation.from_matrix(rotation).as_quat(canonical=True)
    return np.asarray(Rotation.from_rotvec([2 * np.arctan2(x, w), 0, 0]).as_matrix())
