"""BVH: a moving skeleton for animation programs, one file per person.

- Metres, which is what Blender's importer expects at its scale 1. (Programs that count in centimetres: scale by 100.)
- Axes: x to the image's right, y up, z towards the camera. In the rest pose, a T-pose, the person looks along z.
  y = 0 is the lowest point that a heel or toe reaches.
- Bones have their median length in the video. The joints' directions are those of the world landmarks.
- ``Hips`` has a position and a rotation, each other joint a rotation: degrees around three axes, each turned with
  those before it. Their order is Z, X, Y for hips, trunk, head and arms, X, Y, Z for neck, thighs and shanks, X, Z, Y
  for feet (a reader finds it in each joint's CHANNELS): three angles are ill defined if the middle one is 90 degrees,
  and with the bone's own axis in the middle no knee or hip in a squat comes near. Angles do not jump: they exceed 180
  degrees if the turn goes on.
- The two ends of a bone do not show how it is twisted around itself: limbs have no twist. Hips and trunk
  turn with the hip and shoulder lines, the head with ears and nose.
- BVH has a rate and no times. A video with uneven times is resampled to its nominal rate by linear interpolation.
- BVH cannot say that a person is absent: in such frames the last pose is held (before the first one, the first).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidPoses
from posecore.motion.resampling import to_even_times
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, RootChoice, place_person
from posecore.motion.rotations import Doubles, continuous_euler, rotation_to_axes, shortest_rotation
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import whole_file

_X, _Y, _Z = range(3)
_NOWHERE, _LEFT, _RIGHT, _UP, _DOWN, _AHEAD = (0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1)
_HIPS, _SHOULDERS, _EARS = (("left_" + part, "right_" + part) for part in ("hip", "shoulder", "ear"))


@dataclass(frozen=True)
class _Joint:
    """One joint: the bone that leads to it from its parent, and where it is.

    Attributes:
        name: as in the file, in which an end has none.
        parent: name of its parent; empty for the root.
        at: landmarks at whose midpoint it is.
        rest: direction from its parent in the rest pose.
        is_end: whether it is only the end of its parent's bone.
    """

    name: str
    parent: str
    at: tuple[str, ...]
    rest: tuple[int, int, int]
    is_end: bool = False


def _arm(side: str, outward: tuple[int, int, int]) -> list[_Joint]:
    own = side.lower() + "_"
    return [
        _Joint(f"{side}Collar", "Spine", _SHOULDERS, _UP),
        _Joint(f"{side}Shoulder", f"{side}Collar", (own + "shoulder",), outward),
        _Joint(f"{side}Elbow", f"{side}Shoulder", (own + "elbow",), outward),
        _Joint(f"{side}Wrist", f"{side}Elbow", (own + "wrist",), outward),
        _Joint(f"{side}Hand", f"{side}Wrist", (own + "index", own + "pinky"), outward, is_end=True),
    ]


def _leg(side: str, outward: tuple[int, int, int]) -> list[_Joint]:
    own = side.lower() + "_"
    return [
        _Joint(f"{side}Hip", "Hips", (own + "hip",), outward),
        _Joint(f"{side}Knee", f"{side}Hip", (own + "knee",), _DOWN),
        _Joint(f"{side}Ankle", f"{side}Knee", (own + "ankle",), _DOWN),
        _Joint(f"{side}Toe", f"{side}Ankle", (own + "foot_index",), _AHEAD, is_end=True),
    ]


# In the order of the file: each joint before its children, and those before its siblings.
# Spine is at the hips, with a rotation of its own: no landmark between hips and shoulders shows how the back bends.
_JOINTS = {
    joint.name: joint
    for joint in (
        _Joint("Hips", "", _HIPS, _NOWHERE),
        _Joint("Spine", "Hips", _HIPS, _NOWHERE),
        _Joint("Neck", "Spine", _SHOULDERS, _UP),
        _Joint("Head", "Neck", _EARS, _UP),
        _Joint("Nose", "Head", ("nose",), _AHEAD, is_end=True),
        *_arm("Left", _LEFT),
        *_arm("Right", _RIGHT),
        *_leg("Left", _LEFT),
        *_leg("Right", _RIGHT),
    )
}
# Order of a joint's rotations, by the axis along which its bone lies at rest.
_ORDERS = {_X: "ZXY", _Y: "XYZ", _Z: "XZY"}
# Joints that turn with a line across the body, and not only with one bone.
_ACROSS = ("Hips", "Spine", "Head")

_Places = dict[str, Doubles]


def write_bvh(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
) -> None:
    """Write one person's movement as a skeleton; the file appears whole or not at all.

    Args:
        sequence: of any number of people.
        path: path of the file.
        person_id: whose movement.
        root: whether the person moves through the room, as for ``posecore.motion.root.place_person``.
        field_of_view_deg: of the camera, as for ``place_person``.

    Raises:
        InvalidOption: if nobody has this id, or an option is outside its range.
        InvalidPoses: if the person is never seen with all the landmarks that the skeleton has.
        OSError: if the file cannot be written.
    """
    sequence.slot(person_id)  # raises if the person never appears
    even = to_even_times(sequence.only([person_id]))
    points = place_person(even, person_id, root=root, field_of_view_deg=field_of_view_deg)
    places = {name: _middle(points, joint.at) for name, joint in _JOINTS.items()}
    rotations = _rotations(places, points)
    held = _held_frames(rotations, person_id)
    channels = [
        places["Hips"][held],
        *(continuous_euler(matrices[held], _order(name)) for name, matrices in rotations.items()),
    ]
    table = np.column_stack(channels)
    with whole_file(path) as part, open(part, "w", encoding="ascii", newline="\n") as stream:
        stream.write("HIERARCHY\n")
        stream.writelines(_hierarchy("Hips", _offsets(places), depth=0))
        stream.write(f"MOTION\nFrames: {len(table)}\nFrame Time: {1 / even.fps:.9f}\n")
        np.savetxt(stream, table, "%.6f")


def _middle(points: FloatArray, landmarks: tuple[str, ...]) -> Doubles:
    """(T, 3) midpoint of some landmarks."""
    return np.asarray(points[:, [BLAZEPOSE_33.index(name) for name in landmarks]].mean(axis=1, dtype=np.float64))


def _to_left(points: FloatArray, pair: tuple[str, str]) -> Doubles:
    """(T, 3) vector from the right landmark of a pair to the left one."""
    left, right = pair
    return _middle(points, (left,)) - _middle(points, (right,))


def _rotations(places: _Places, points: FloatArray) -> dict[str, Doubles]:
    """(T, 3, 3) rotation of each joint that is not an end, in the frame of its parent; NaN if unknown."""
    trunk = places["Neck"] - places["Hips"]
    turned = {
        "Hips": rotation_to_axes(_to_left(points, _HIPS), trunk, axes=(_X, _Y)),
        "Spine": rotation_to_axes(trunk, _to_left(points, _SHOULDERS), axes=(_Y, _X)),
        "Head": rotation_to_axes(places["Nose"] - places["Head"], _to_left(points, _EARS), axes=(_Z, _X)),
    }
    own = {"Hips": turned["Hips"]}
    for name, joint in _JOINTS.items():
        if joint.is_end or name == "Hips":
            continue
        to_parent = turned[joint.parent].transpose(0, 2, 1)
        if name in _ACROSS:
            own[name] = to_parent @ turned[name]
        else:
            [child] = _children(name)
            bone = to_parent @ (places[child.name] - places[name])[..., None]
            own[name] = shortest_rotation(np.array(child.rest, np.float64), bone[..., 0])
            turned[name] = turned[joint.parent] @ own[name]
    return own


def _children(name: str) -> list[_Joint]:
    return [joint for joint in _JOINTS.values() if joint.parent == name]


def _order(name: str) -> str:
    """The axes around which a joint turns, in order."""
    if name in _ACROSS:
        return "ZXY"
    [child] = _children(name)
    return _ORDERS[int(np.argmax(np.abs(child.rest)))]


def _held_frames(rotations: dict[str, Doubles], person_id: int) -> NDArray[np.intp]:
    """(T,) for each frame the last one up to it in which everything is known, or else the first such frame."""
    known = np.all([np.isfinite(matrices).all(axis=(1, 2)) for matrices in rotations.values()], axis=0)
    if not known.any():
        raise InvalidPoses(
            f"Person {person_id} is never seen with all the landmarks that a skeleton is made of "
            "(hips, shoulders, ears, nose, arms and legs)."
        )
    last = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
    return np.where(last < 0, np.argmax(known), last)


def _offsets(places: _Places) -> dict[str, Doubles]:
    """(3,) offset of each joint from its parent at rest: the bone's median length along its direction at rest."""
    offsets = {}
    for name, joint in _JOINTS.items():
        bones = places[name] - places[joint.parent or name]
        offsets[name] = np.nanmedian(np.linalg.norm(bones, axis=1)) * np.array(joint.rest, np.float64)
    return offsets


def _hierarchy(name: str, offsets: dict[str, Doubles], depth: int) -> Iterator[str]:
    """The lines of a joint and all its descendants."""
    joint = _JOINTS[name]
    outer, inner = "\t" * depth, "\t" * (depth + 1)
    yield outer + ("End Site" if joint.is_end else f"{'JOINT' if joint.parent else 'ROOT'} {name}") + "\n"
    yield f"{outer}{{\n"
    yield f"{inner}OFFSET {' '.join(f'{value:.6f}' for value in offsets[name])}\n"
    if not joint.is_end:
        rotations = " ".join(f"{axis}rotation" for axis in _order(name))
        yield f"{inner}CHANNELS {'3' if joint.parent else '6 Xposition Yposition Zposition'} {rotations}\n"
        for child in _children(name):
            yield from _hierarchy(child.name, offsets, depth + 1)
    yield f"{outer}}}\n"
