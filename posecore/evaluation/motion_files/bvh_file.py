"""Reading BVH, the skeletons of animation programs, by forward kinematics.

A joint's rotation is the product of its channels in their order, each turned with those before it. Where it begins is
its offset plus its position channels, as Biovision had it; a joint below the root whose position channels hold places
of their own, as MotionBuilder writes them, begins at those.

BVH states no unit. Without one given, that of mm, cm and m is taken in which the legs are 0.4 to 1.2 m long; if there
is none, as in CMU's files, only angles are scored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from posecore.errors import UnreadableMotion
from posecore.evaluation.motion import Doubles, Motion
from posecore.evaluation.motion_files.marker_names import JOINTS, choose_markers
from posecore.evaluation.motion_files.reading import Problems, check_frames, motion_of_markers, read_lines

_MOST_JOINTS = 1_000
_SPARE_LETTERS = 1_000_000
_VALID_STEP_S = (1e-4, 60.0)
_AXES = "XYZ"


@dataclass
class _Joint:
    """A joint with its channels.

    Attributes:
        name: empty for the end of a last bone.
        parent: its place among the joints; -1 for the root.
        offset: (3,) from the parent, at rest.
        channels: their names, such as "Zrotation".
        first: column of the first channel.
    """

    name: str
    parent: int
    offset: Doubles = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()
    first: int = 0


def read_bvh(
    path: Path, *, metres: float | None = None, person: str | int | None = None, name: str | None = None
) -> Motion:
    """Read the joints of the skeleton.

    Args:
        path: of the file.
        metres: per unit of length; None: see the top of this file.
        person: as for ``choose_markers``.
        name: of the file, for people; None: that of the path.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    file = name or path.name
    lines = read_lines(path, file)
    motion = next((number for number, line in enumerate(lines) if line.strip().upper() == "MOTION"), None)
    if motion is None or not lines[0].strip().upper().startswith("HIERARCHY"):
        raise UnreadableMotion(f"{file} is not a BVH file, or is cut off. Expected HIERARCHY and MOTION.")
    problems = Problems(file)
    joints = _hierarchy(lines[:motion], file)
    named = [place for place, joint in enumerate(joints) if joint.name]
    chosen = choose_markers([joints[place].name for place in named], JOINTS, file, person=person)
    step_s, values = _values(lines[motion + 1 :], joints, problems)
    places = _places(joints, values, {named[place] for place in chosen.wanted})
    points = np.stack([places[named[place]] for place in chosen.wanted], axis=1)
    times_s = np.arange(len(points), dtype=np.float64) * step_s
    return motion_of_markers("BVH", times_s, points, chosen, problems, stated=None, metres=metres)


def _hierarchy(lines: list[str], file: str) -> list[_Joint]:
    """All joints and ends, each after its parent."""
    joints: list[_Joint] = []
    above: list[int] = []  # the joints whose braces are open
    for number, line in _parts(lines):
        key, _, rest = line.partition(" ")
        key = key.upper()
        if key in ("ROOT", "JOINT", "END"):
            joints.append(_Joint("" if key == "END" else rest.strip(), above[-1] if above else -1))
            if len(joints) > _MOST_JOINTS:
                raise UnreadableMotion(f"{file} has more than {_MOST_JOINTS:,} joints.")
        elif key == "{":
            above.append(len(joints) - 1)
        elif key == "}":
            above = above[:-1]
        elif key in ("OFFSET", "CHANNELS") and joints:
            try:
                _measure(joints, key, rest.split())
            except ValueError as error:
                raise UnreadableMotion(f"{file} is damaged: line {number}: {error}.") from error
        elif key != "HIERARCHY":
            raise UnreadableMotion(f"{file} is damaged: line {number}: expected a joint, but got {line[:40]!r}.")
    return joints


def _measure(joints: list[_Joint], key: str, words: list[str]) -> None:
    """Give the last joint its offset or its channels."""
    if key == "OFFSET":
        joints[-1].offset = _offset(words)
    elif joints[-1].channels:
        raise ValueError("expected channels once for each joint")
    else:
        joints[-1].first = sum(len(joint.channels) for joint in joints)
        joints[-1].channels = _channels(words)


def _parts(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines with something in them, with their numbers; a brace is always a line of its own."""
    for number, line in enumerate(lines, start=1):
        for part in line.replace("{", "\n{\n").replace("}", "\n}\n").split("\n"):
            if words := part.split():
                yield number, " ".join(words)


def _offset(words: list[str]) -> Doubles:
    values = np.array([float(word) for word in words])
    if len(values) != 3 or not np.isfinite(values).all():
        raise ValueError(f"expected an offset of 3 numbers, but got {' '.join(words)[:40]!r}")
    return values


def _channels(words: list[str]) -> tuple[str, ...]:
    names = tuple(word.capitalize() for word in words[1:])
    kinds = {axis + kind for axis in _AXES for kind in ("position", "rotation")}
    if not words or words[0] != str(len(names)) or not set(names) <= kinds or len(set(names)) < len(names):
        raise ValueError(
            f"expected channels such as '3 Zrotation Xrotation Yrotation', but got {' '.join(words)[:60]!r}"
        )
    return names


def _values(lines: list[str], joints: list[_Joint], problems: Problems) -> tuple[float, Doubles]:
    """Seconds from frame to frame, and the (T, C) values of all channels; NaN in a damaged frame."""
    lines = [line for line in lines if line.strip()]
    facts = {}
    for line in takewhile(lambda line: ":" in line, lines):
        name, _, value = line.partition(":")
        facts[" ".join(name.lower().split())] = value.strip()
    lines = list(dropwhile(lambda line: ":" in line, lines))
    try:
        step_s = float(facts.get("frame time", ""))
    except ValueError:
        step_s = 0.0
    if not _VALID_STEP_S[0] <= step_s <= _VALID_STEP_S[1]:
        raise UnreadableMotion(f"{problems.file} is damaged: expected 'Frame Time:' and seconds after MOTION.")
    check_frames(len(lines), problems.file)
    columns = sum(len(joint.channels) for joint in joints)
    if 2 * columns * len(lines) > sum(map(len, lines)) + _SPARE_LETTERS:  # before room is made for them
        raise UnreadableMotion(f"{problems.file} is damaged: expected {columns} values in each frame.")
    values = np.full((len(lines), columns), np.nan)
    for row, line in enumerate(lines):
        words = line.split()
        if len(words) != columns:
            problems.add(f"frame {row + 1}", f"expected {columns} values, but got {len(words)}")
            continue
        try:
            values[row] = words
        except ValueError as error:
            values[row] = np.nan
            problems.add(f"frame {row + 1}", f"expected numbers: {error}")
    if facts.get("frames", "").isdecimal() and int(facts["frames"]) != len(lines):
        problems.add("Frames", f"expected {facts['frames']} frames, but got {len(lines):,}")
    return step_s, np.where(np.abs(values) < 1e9, values, np.nan)


def _places(joints: list[_Joint], values: Doubles, wanted: set[int]) -> dict[int, Doubles]:
    """(T, 3) where the wanted joints begin, by their places; rotations are kept only as long as they are needed."""
    needed = _with_parents(joints, wanted)
    last = {joint.parent: place for place, joint in enumerate(joints) if place in needed}
    places: dict[int, Doubles] = {}
    turned: dict[int, Doubles] = {}
    for place in sorted(needed):
        joint = joints[place]
        own = _local_place(joint, values)
        if joint.parent >= 0:
            own = places[joint.parent] + np.einsum("tij,tj->ti", turned[joint.parent], own)
        places[place] = own
        rotation = _local_rotation(joint, values)
        turned[place] = rotation if joint.parent < 0 else turned[joint.parent] @ rotation
        if last.get(joint.parent) == place:
            turned.pop(joint.parent, None)
        if place not in last:
            turned.pop(place)
    return {place: places[place] for place in wanted}


def _with_parents(joints: list[_Joint], wanted: set[int]) -> set[int]:
    needed: set[int] = set()
    for place in wanted:
        while place >= 0 and place not in needed:
            needed.add(place)
            place = joints[place].parent
    return needed


def _local_place(joint: _Joint, values: Doubles) -> Doubles:
    """(T, 3) from where its parent begins, in the parent's axes."""
    moved = np.zeros((len(values), 3))
    columns = [(column, name) for column, name in enumerate(joint.channels, joint.first) if name.endswith("position")]
    for column, name in columns:
        moved[:, _AXES.index(name[0])] = values[:, column]
    if joint.parent >= 0 and len(columns) == 3:
        known = moved[np.isfinite(moved).all(axis=1)]
        if np.linalg.norm(known - joint.offset, axis=1).sum() < np.linalg.norm(known, axis=1).sum():
            return moved
    return joint.offset + moved


def _local_rotation(joint: _Joint, values: Doubles) -> Doubles:
    """(T, 3, 3) of the joint, in its parent's axes; NaN in a damaged frame."""
    columns = [
        (column, name[0]) for column, name in enumerate(joint.channels, joint.first) if name.endswith("rotation")
    ]
    if not columns:
        return np.broadcast_to(np.eye(3), (len(values), 3, 3))
    angles = values[:, [column for column, _ in columns]]
    known = np.isfinite(angles).all(axis=1)
    matrices = np.full((len(values), 3, 3), np.nan)
    order = "".join(axis for _, axis in columns)
    if known.any():
        matrices[known] = Rotation.from_euler(order, angles[known], degrees=True).as_matrix()
    return matrices
