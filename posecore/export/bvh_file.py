"""BVH: a moving skeleton for animation programs, one file per person.

- Metres, which is what Blender's importer expects at its scale 1. (Programs that count in centimetres: scale by 100.)
- Axes: x to the image's right, y up, z towards the camera. In the rest pose, a T-pose, the person looks along z.
  y = 0 is the lowest point that a heel or toe reaches.
- Bones have their median length in the video. The joints' directions are those of the world landmarks.
- ``Hips`` has a position and a rotation, each other joint a rotation: degrees around three axes, each turned with
  those before it. Their order is Z, X, Y for hips, trunk, head, arms and fingers, X, Y, Z for neck, thighs and shanks,
  X, Z, Y for feet, thumbs and wrists with fingers (a reader finds it in each joint's CHANNELS): three angles are ill
  defined if the middle one is 90 degrees, and with the bone's own axis in the middle no knee or hip in a squat comes
  near. Angles do not jump: they exceed 180 degrees if the turn goes on.
- The two ends of a bone do not show how it is twisted around itself: limbs have no twist. Hips and trunk
  turn with the hip and shoulder lines, the head with ears and nose.
- A hand that is seen with the body has its fingers as children of the wrist: ``LeftIndex1`` is at the finger's base and
  ``LeftIndex0`` at the wrist, with a rotation of its own, as a palm is not stiff. The wrist turns with the palm: along
  the middle finger's bone and with the line of the knuckles. It also has the twist that the forearm does not show. At
  rest the hand is flat and open, palm down, thumb ahead.
- BVH has a rate and no times. A video with uneven times is resampled to its nominal rate by linear interpolation.
- BVH cannot say that a person is absent: in such frames the last pose is held (before the first one, the first), and so
  are wrist and fingers in frames without the hand.
"""

import math
import os
from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidPoses
from posecore.export.markers import Markers, choose_person, place_markers
from posecore.hands import SIDES, HandSequence, Side
from posecore.motion.figure import FINGERS, Figure, Joint, children_of, own_rotations
from posecore.motion.gaps import BoolArray
from posecore.motion.resampling import to_even_times
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, RootChoice
from posecore.motion.rotations import Doubles, continuous_euler, rotation_to_axes
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import whole_file

_X, _Y, _Z = range(3)
_NOWHERE, _LEFT, _RIGHT, _UP, _DOWN, _AHEAD = (0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1)
_HIPS, _SHOULDERS, _EARS = (("left_" + part, "right_" + part) for part in ("hip", "shoulder", "ear"))


def _arm(side: str, outward: tuple[int, int, int], *, with_hand: bool) -> list[Joint]:
    own = side.lower() + "_"
    hand = Joint(f"{side}Hand", f"{side}Wrist", (own + "index", own + "pinky"), outward, is_end=True)
    return [
        Joint(f"{side}Collar", "Spine", _SHOULDERS, _UP),
        Joint(f"{side}Shoulder", f"{side}Collar", (own + "shoulder",), outward),
        Joint(f"{side}Elbow", f"{side}Shoulder", (own + "elbow",), outward),
        Joint(f"{side}Wrist", f"{side}Elbow", (own + "wrist",), outward),
        *(_fingers(side, outward) if with_hand else [hand]),
    ]


def _fingers(side: str, outward: tuple[int, int, int]) -> Iterator[Joint]:
    own = side.lower() + "_"
    for name, (degrees, landmarks) in FINGERS.items():
        angle = math.radians(degrees)
        along = (outward[_X] * math.cos(angle), 0.0, math.sin(angle))
        parent = f"{side}Wrist"
        for number, landmark in enumerate(("wrist", *landmarks)):
            is_end = number == len(landmarks)
            yield Joint(f"{side}{name}{number}", parent, (own + landmark,), along, is_end)
            parent = f"{side}{name}{number}"


def _leg(side: str, outward: tuple[int, int, int]) -> list[Joint]:
    own = side.lower() + "_"
    return [
        Joint(f"{side}Hip", "Hips", (own + "hip",), outward),
        Joint(f"{side}Knee", f"{side}Hip", (own + "knee",), _DOWN),
        Joint(f"{side}Ankle", f"{side}Knee", (own + "ankle",), _DOWN),
        Joint(f"{side}Toe", f"{side}Ankle", (own + "foot_index",), _AHEAD, is_end=True),
    ]


def _skeleton(hands: Collection[Side]) -> Figure:
    """The joints by name, with the fingers of these hands.

    They are in the order of the file: each joint before its children, and those before its siblings. Spine is at the
    hips, with a rotation of its own: no landmark between hips and shoulders shows how the back bends.
    """
    joints = (
        Joint("Hips", "", _HIPS, _NOWHERE),
        Joint("Spine", "Hips", _HIPS, _NOWHERE),
        Joint("Neck", "Spine", _SHOULDERS, _UP),
        Joint("Head", "Neck", _EARS, _UP),
        Joint("Nose", "Head", ("nose",), _AHEAD, is_end=True),
        *_arm("Left", _LEFT, with_hand="left" in hands),
        *_arm("Right", _RIGHT, with_hand="right" in hands),
        *_leg("Left", _LEFT),
        *_leg("Right", _RIGHT),
    )
    return {joint.name: joint for joint in joints}


# Order of a joint's rotations, by the axis along which its bone lies at rest.
_ORDERS = {_X: "ZXY", _Y: "XYZ", _Z: "XZY"}
_Places = dict[str, Doubles]


def write_bvh(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    hands: HandSequence | None = None,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    solid: bool = False,
) -> None:
    """Write one person's movement as a skeleton; the file appears whole or not at all.

    Args:
        sequence: of any number of people.
        path: path of the file.
        person_id: whose movement.
        hands: in the same frames, whose fingers the skeleton has; None: they were not looked for.
        root: whether the person moves through the room, as for ``posecore.motion.root.place_person``.
        field_of_view_deg: of the camera, as for ``place_person``.
        solid: the bodies are those of ``posecore.motion.body``, which are upright.

    Raises:
        InvalidOption: if nobody has this id, or an option is outside its range.
        InvalidPoses: if the person is never seen with all the landmarks that the skeleton has.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    sequence.slot(person_id)  # raises if the person never appears
    body, own = choose_person(sequence, hands, person_id)
    even = to_even_times(body)
    even_hands = None if own is None else to_even_times(own, even.fps)
    markers = place_markers(even, even_hands, person_id, root=root, field_of_view_deg=field_of_view_deg, solid=solid)
    fingers = _known_fingers(markers)
    joints = _skeleton(fingers)
    places = {name: _middle(markers, joint.at) for name, joint in joints.items()}
    rotations = own_rotations(joints, places, _turned_across(markers, places, fingers))
    held = _held_frames(rotations, fingers, person_id)
    channels = [
        places["Hips"][held["Hips"]],
        *(continuous_euler(matrices[held[name]], _order(joints, name)) for name, matrices in rotations.items()),
    ]
    table = np.column_stack(channels)
    with whole_file(path) as part, open(part, "w", encoding="ascii", newline="\n") as stream:
        stream.write("HIERARCHY\n")
        stream.writelines(_hierarchy("Hips", joints, _offsets(joints, places), depth=0))
        stream.write(f"MOTION\nFrames: {len(table)}\nFrame Time: {1 / even.fps:.9f}\n")
        np.savetxt(stream, table, "%.6f")


def _known_fingers(markers: Markers) -> list[Side]:
    """The sides of the hands that are all there in a frame with the whole body."""
    there: BoolArray = np.asarray(np.isfinite(markers.points).all(axis=-1))
    names = markers.names[len(BLAZEPOSE_33) :]
    with_body = there[there[:, : len(BLAZEPOSE_33)].all(axis=1), len(BLAZEPOSE_33) :]
    own = {side: with_body[:, [name.startswith(side) for name in names]] for side in SIDES}
    return [side for side, points in own.items() if points.shape[1] and points.all(axis=1).any()]


def _middle(markers: Markers, names: tuple[str, ...]) -> Doubles:
    """(T, 3) midpoint of some markers."""
    indices = [markers.names.index(name) for name in names]
    return np.asarray(markers.points[:, indices].mean(axis=1, dtype=np.float64))


def _between(markers: Markers, start: str, end: str) -> Doubles:
    """(T, 3) vector from one marker to another."""
    return _middle(markers, (end,)) - _middle(markers, (start,))


def _turned_across(markers: Markers, places: _Places, fingers: Collection[Side]) -> dict[str, Doubles]:
    """(T, 3, 3) rotation in the room of each joint that turns with a line across the body or a palm, not one bone."""
    trunk = places["Neck"] - places["Hips"]
    turned = {
        "Hips": rotation_to_axes(_between(markers, *reversed(_HIPS)), trunk, axes=(_X, _Y)),
        "Spine": rotation_to_axes(trunk, _between(markers, *reversed(_SHOULDERS)), axes=(_Y, _X)),
        "Head": rotation_to_axes(places["Nose"] - places["Head"], _between(markers, *reversed(_EARS)), axes=(_Z, _X)),
    }
    for side in fingers:
        along = _between(markers, f"{side}_wrist", f"{side}_middle_finger_mcp")
        knuckles = _between(markers, f"{side}_pinky_mcp", f"{side}_index_finger_mcp")
        leftwards = along if side == "left" else -along
        turned[f"{side.capitalize()}Wrist"] = rotation_to_axes(leftwards, knuckles, axes=(_X, _Z))
    return turned


def _order(joints: Figure, name: str) -> str:
    """The axes around which a joint turns, in order."""
    if name in ("Hips", "Spine", "Head"):
        return "ZXY"
    children = children_of(joints, name)
    if len(children) > 1:  # a wrist with fingers, which turns most around the forearm
        return "XZY"
    return _ORDERS[int(np.argmax(np.abs(children[0].rest)))]


def _held_frames(
    rotations: Mapping[str, Doubles], fingers: Collection[Side], person_id: int
) -> dict[str, NDArray[np.intp]]:
    """(T,) for each joint and frame the last one up to it in which all is known, or else the first such frame.

    That is all of the body, or of a hand its wrist and fingers.

    Raises:
        InvalidPoses: if there is no such frame.
    """
    of_hands = [
        [name for name in rotations if name.removeprefix(side.capitalize()).rstrip("0123") in ("Wrist", *FINGERS)]
        for side in fingers
    ]
    of_body = [name for name in rotations if not any(name in names for names in of_hands)]
    parts = [
        (of_body, "hips, shoulders, ears, nose, arms and legs"),
        *((names, "wrist and fingers") for names in of_hands),
    ]
    held: dict[str, NDArray[np.intp]] = {}
    for names, landmarks in parts:
        known = np.all([np.isfinite(rotations[name]).all(axis=(1, 2)) for name in names], axis=0)
        if not known.any():
            raise InvalidPoses(
                f"Person {person_id} is never seen with all the landmarks that a skeleton is made of ({landmarks})."
            )
        last = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
        held |= dict.fromkeys(names, np.where(last < 0, np.argmax(known), last))
    return held


def _offsets(joints: Figure, places: _Places) -> dict[str, Doubles]:
    """(3,) offset of each joint from its parent at rest: the bone's median length along its direction at rest."""
    offsets = {}
    for name, joint in joints.items():
        bones = places[name] - places[joint.parent or name]
        offsets[name] = np.nanmedian(np.linalg.norm(bones, axis=1)) * np.array(joint.rest, np.float64)
    return offsets


def _hierarchy(name: str, joints: Figure, offsets: dict[str, Doubles], depth: int) -> Iterator[str]:
    """The lines of a joint and all its descendants."""
    joint = joints[name]
    outer, inner = "\t" * depth, "\t" * (depth + 1)
    yield outer + ("End Site" if joint.is_end else f"{'JOINT' if joint.parent else 'ROOT'} {name}") + "\n"
    yield f"{outer}{{\n"
    yield f"{inner}OFFSET {' '.join(f'{value:.6f}' for value in offsets[name])}\n"
    if not joint.is_end:
        rotations = " ".join(f"{axis}rotation" for axis in _order(joints, name))
        yield f"{inner}CHANNELS {'3' if joint.parent else '6 Xposition Yposition Zposition'} {rotations}\n"
        for child in children_of(joints, name):
            yield from _hierarchy(child.name, joints, offsets, depth + 1)
    yield f"{outer}}}\n"
