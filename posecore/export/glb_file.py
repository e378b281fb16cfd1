"""glTF (GLB): people as skinned figures that move, one file for all of them.

- Metres, y up, right-handed, as glTF has it. x is to the picture's right, z towards the camera.
- Each person is a mesh and a skeleton with the joints of Mixamo, named as there: ``Hips``, ``LeftUpLeg``,
  ``RightForeArm``; with fingers (``LeftHandIndex1``) for hands that were looked for and seen. The rest pose is a T-pose
  that looks along z with the feet on y = 0 and flat hands, palms down; no joint is turned in it.
- Bones have their median length in the video, the same on both sides.
- Every joint has a quaternion for each frame in which its person is seen, at the frame's own time, ``Hips`` also a
  place: the path of ``posecore.motion.root``, smoothed. All people are in one room. Its origin is on the floor below
  the place where the first person appears, again in each shot. How far people are from each other in depth is
  uncertain.
- Feet on the floor neither slide nor sink, see ``posecore.motion.grounding``: so thighs, shanks and feet differ by some
  degrees from the landmarks. All other bones point as the landmarks say.
- Knees and elbows are hinges; without the hand's landmarks a forearm has no twist of its own.
- In gaps of up to half a second the pose goes evenly from that before to that after. In longer ones, and before the
  first and after the last frame with the person, the figure is not shown: its top node has scale 0 there.
- A limb that is in no frame within the picture hangs as in the rest pose. A limb without landmarks in some frames keeps
  its last pose in those.
- After a cut, people are others, and are where they are seen from the new camera.
"""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from posecore.errors import InvalidPoses
from posecore.export.facts import solid_view_deg
from posecore.export.glb_figure import MovingFigure, move_figure, see_people
from posecore.export.glb_mesh import build_mesh
from posecore.export.markers import choose_person
from posecore.hands import HandSequence
from posecore.motion.gaps import Seconds, usual_step_s
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG
from posecore.motion.rotations import Doubles
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.poses import PoseSequence
from posecore.system import whole_file
from posecore.view.palette import PALE, Color, person_color

_LONGEST_BRIDGED_S = 0.5
# As for rigid bodies, see ``posecore.rigid.people``.
_CUTOFF_HZ, _CUTOFF_SHARE = 6.0, 0.3
# As glTF numbers them.
_COMPONENTS = {np.dtype(np.uint8): 5121, np.dtype(np.uint16): 5123, np.dtype(np.float32): 5126}
_SHAPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_VERTICES, _INDICES = 34962, 34963
_MAGIC, _VERSION, _JSON, _BINARY = b"glTF", 2, b"JSON", b"BIN\0"


def write_glb(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    *,
    hands: HandSequence | None = None,
    facts: Mapping[str, Any] | None = None,
    smooth: bool = True,
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
) -> None:
    """Write everyone's movement as figures; the file appears whole or not at all.

    Args:
        sequence: of any number of people.
        path: path of the file.
        hands: in the same frames, whose fingers the figures have; None: they were not looked for.
        facts: as ``posecore.runs.manifest`` makes them. Solid bodies are upright and smooth already; their field of
            view counts.
        smooth: smooth the landmarks of bodies first, lightly (Butterworth, 6 Hz, at most 0.3 of the frame rate): in an
            animation every tremor shows.
        field_of_view_deg: of the camera, as for ``posecore.motion.root.estimate_root``.

    Raises:
        InvalidOption: if the field of view is outside its range.
        InvalidPoses: if nobody is ever seen with hips and shoulders.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    solid_deg = solid_view_deg(facts)
    if smooth and solid_deg is None and len(sequence) > 1:
        cutoff_hz = min(_CUTOFF_HZ, _CUTOFF_SHARE / usual_step_s(sequence.times_s))
        sequence = smooth_sequence(sequence, Smoothing(cutoff_hz=cutoff_hz))
    people = see_people(sequence, solid_deg or field_of_view_deg, solid=solid_deg is not None)
    figures = {
        person: move_figure(sequence, seen, choose_person(sequence, hands, person)[1])
        for person, seen in people.items()
    }
    if not figures:
        raise InvalidPoses("Nobody is seen with hips and shoulders in any frame of this video: there is no movement.")
    document = _Document()
    origins = _origins(sequence, list(figures.values()))
    for person, figure in figures.items():
        title = sequence.names.get(person) or f"Person {person}"
        root = document.add_figure(title, person_color(person), figure)
        document.animate(root, figure, sequence.times_s, figure.path - origins[figure.frames])
    with whole_file(path) as part, open(part, "wb") as stream:
        document.write(stream.write)


def _origins(sequence: PoseSequence, figures: list[MovingFigure]) -> Doubles:
    """(T, 3) where the first person of each shot appears, on the floor."""
    origins = np.zeros((len(sequence), 3))
    for shot in sequence.shots:
        starts = [
            (figure.frames[first], figure.path[first])
            for figure in figures
            if (first := np.searchsorted(figure.frames, shot.start)) < len(figure.frames)
            and figure.frames[first] < shot.stop
        ]
        if starts:
            origins[shot] = min(starts, key=lambda start: start[0])[1] * [1, 0, 1]
    return origins


class _Document:
    """A glTF document that grows: its JSON, and its one buffer."""

    def __init__(self) -> None:
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "posecore"},
            "scene": 0,
            "scenes": [{"nodes": []}],
            **{
                name: [] for name in ("nodes", "meshes", "skins", "materials", "animations", "accessors", "bufferViews")
            },
        }
        self.json["animations"].append({"name": "Movement", "channels": [], "samplers": []})
        self._chunks: list[bytes] = []
        self._length = 0

    def write(self, write: Any) -> None:
        self.json["buffers"] = [{"byteLength": self._length}]
        text = json.dumps(self.json, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        write(struct.pack("<4sII", _MAGIC, _VERSION, 12 + 8 + len(text) + 8 + self._length))
        write(struct.pack("<I4s", len(text), _JSON) + text)
        write(struct.pack("<I4s", self._length, _BINARY))
        for chunk in self._chunks:
            write(chunk)

    def _put(self, kind: str, value: Mapping[str, Any]) -> int:
        self.json[kind].append(value)
        return len(self.json[kind]) - 1

    def _array(self, values: NDArray[Any], target: int | None = None, *, with_range: bool = False) -> int:
        """Add (N,) or (N, M) values, and return the accessor's index."""
        columns = values.reshape(len(values), -1)
        data = np.ascontiguousarray(values).tobytes()
        view = {"buffer": 0, "byteOffset": self._length, "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        data += b"\0" * (-len(data) % 4)
        self._chunks.append(data)
        self._length += len(data)
        accessor: dict[str, Any] = {
            "bufferView": self._put("bufferViews", view),
            "componentType": _COMPONENTS[values.dtype],
            "count": len(values),
            "type": _SHAPES[columns.shape[1]],
        }
        if with_range:
            accessor |= {"min": columns.min(axis=0).tolist(), "max": columns.max(axis=0).tolist()}
        return self._put("accessors", accessor)

    def add_figure(self, title: str, color: Color, figure: MovingFigure) -> int:
        """Add skeleton and mesh, and return the index of the skeleton's top node; its joints follow it in order."""
        root = self._put("nodes", {"name": title, "children": []})
        numbers = {name: root + 1 + index for index, name in enumerate(figure.joints)}
        for name, joint in figure.joints.items():
            self._put("nodes", {"name": name, "translation": figure.offsets[name].tolist()})
            parent = numbers[joint.parent] if joint.parent else root
            self.json["nodes"][parent].setdefault("children", []).append(numbers[name])
        rest = np.array(list(figure.rest.values()))
        inverse = np.tile(np.eye(4, dtype=np.float32), (len(rest), 1, 1))
        inverse[:, 3, :3] = -rest  # column by column
        skin = self._put(
            "skins",
            {
                "name": title,
                "skeleton": root,
                "joints": list(numbers.values()),
                "inverseBindMatrices": self._array(inverse.reshape(-1, 16)),
            },
        )
        mesh = build_mesh(figure)
        attributes = {
            "POSITION": self._array(mesh.points, _VERTICES, with_range=True),
            "NORMAL": self._array(mesh.normals, _VERTICES),
            "JOINTS_0": self._array(mesh.joints, _VERTICES),
            "WEIGHTS_0": self._array(mesh.weights, _VERTICES),
        }
        primitives = [
            {
                "attributes": attributes,
                "indices": self._array(triangles.reshape(-1), _INDICES),
                "material": self._put("materials", _material(f"{title} {name}", color if name == "body" else PALE)),
            }
            for name, triangles in mesh.triangles.items()
        ]
        shown = self._put("meshes", {"name": title, "primitives": primitives})
        # At the top of the scene: only the joints move a skinned mesh.
        body = self._put("nodes", {"name": f"{title} body", "mesh": shown, "skin": skin})
        self.json["scenes"][0]["nodes"] += [root, body]
        return root

    def animate(self, root: int, figure: MovingFigure, all_times_s: Seconds, path: Doubles) -> None:
        """Add the movement of the figure whose top node this is."""
        times_s = all_times_s[figure.frames]
        times = self._array(times_s.astype(np.float32), with_range=True)
        for number, name in enumerate(figure.joints, start=root + 1):
            if name == "Hips":
                self._channel(number, "translation", times, path)
            if name in figure.rotations:
                self._channel(number, "rotation", times, _quaternions(figure.rotations[name]))
        keys = _shown(times_s, all_times_s)
        if len(keys) > 1:
            at, size = np.array(list(keys)), np.array(list(keys.values()))
            shown = self._array(at.astype(np.float32), with_range=True)
            self._channel(root, "scale", shown, np.repeat(size[:, None], 3, axis=1), "STEP")

    def _channel(self, node: int, what: str, times: int, values: Doubles, between: str = "LINEAR") -> None:
        [animation] = self.json["animations"]
        animation["samplers"].append(
            {"input": times, "output": self._array(values.astype(np.float32)), "interpolation": between}
        )
        target = {"node": node, "path": what}
        animation["channels"].append({"sampler": len(animation["samplers"]) - 1, "target": target})


def _material(name: str, color: Color) -> dict[str, Any]:
    share = np.array(color) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)  # of sRGB
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*linear.round(4).tolist(), 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.8,
        },
    }


def _quaternions(matrices: Doubles) -> Doubles:
    """(N, 4) x, y, z, w, each on the same side as the one before: a player turns the short way."""
    quaternions = Rotation.from_matrix(matrices).as_quat()
    flips = (quaternions[1:] * quaternions[:-1]).sum(axis=1) < 0
    return quaternions * np.where(np.concatenate([[0], np.cumsum(flips)]) % 2, -1, 1)[:, None]


def _shown(times_s: Seconds, all_times_s: Seconds) -> dict[float, int]:
    """The times at which a person appears (1) and disappears (0); one time for someone who is always there."""
    usual = np.diff(all_times_s).min() if len(all_times_s) > 1 else 0
    gone = np.flatnonzero(np.diff(times_s) > max(_LONGEST_BRIDGED_S, 1.5 * usual))
    starts, ends = np.append(0, gone + 1), np.append(gone, len(times_s) - 1)
    keys: dict[float, int] = {} if times_s[0] <= all_times_s[0] else {float(all_times_s[0]): 0}
    for start, end in zip(starts, ends, strict=True):
        keys[float(times_s[start])] = 1
        later = np.searchsorted(all_times_s, times_s[end], side="right")
        if later < len(all_times_s):
            keys[float(all_times_s[later])] = 0
    return keys
