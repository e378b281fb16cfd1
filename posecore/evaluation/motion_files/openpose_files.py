"""Reading OpenPose's JSON: a folder or zip with a file for each frame, ``NAME_000000000000_keypoints.json``.

Sports2D, Pose2Sim and many converters write the same form with other keypoints: 25 are BODY_25, 18 COCO's with a neck,
17 COCO's, 26 Halpe's, 133 COCO-WholeBody's. A keypoint is missing if its score or both its coordinates are 0.

The files have numbers and no times: number n is n frames after the first frame of the video. People have no identity in
them, and change places. With several, each frame's person is the one at the given place, or else the one nearest to the
result that the file is compared with; then nobody has to be the same person throughout, and the agreement is the best
possible one.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from posecore.errors import UnreadableLabels, UnreadableMotion
from posecore.evaluation.coco_labels import is_number, parse_json
from posecore.evaluation.keypoints import BODY_25, COCO_17, COCO_18, places_of_coco
from posecore.evaluation.motion import Doubles, Motion
from posecore.evaluation.motion_files.reading import Problems, check_frames
from posecore.evaluation.photo_source import PhotoSource
from posecore.limits import LIMITS

_NAMES = {17: COCO_17, 18: COCO_18, 25: BODY_25, 26: COCO_17, 133: COCO_17}  # Halpe and WholeBody begin with COCO's
_NUMBER = re.compile(r"(\d+)(?:_keypoints)?$")
_LARGEST = 1e6  # pixels
_MOST_FILE_MEGABYTES = 2
_MOST_UNPACKED = 5  # times the size that a file may have

Nearest = Callable[[float, Doubles], int | None]
"""Given a time in seconds and the (P, 17, 2) people of that frame: which of them is meant; None: nobody."""


OnFile = Callable[[int, int], None]
"""Called with the number of files read and their total."""


def read_openpose(
    path: Path,
    fps: float,
    *,
    person: int | None = None,
    nearest: Nearest | None = None,
    name: str | None = None,
    on_file: OnFile | None = None,
) -> Motion:
    """Read one person's keypoints.

    Args:
        path: the folder or the zip.
        fps: frames per second of the video that the files are of.
        person: the person's place in each frame, from 1; None: the one that ``nearest`` says.
        nearest: for frames with several people; None: the first one.
        name: of the folder or zip, for people; None: that of the path.
        on_file: called after each file with the number done and their total.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    shown = name or path.name
    problems = Problems(shown)
    try:
        source = PhotoSource(path)
        files = source.files(".json")
    except (UnreadableLabels, OSError) as error:
        raise UnreadableMotion(str(error).replace(path.name, shown)) from error
    for file, why in source.refused.items():
        problems.add(file, why)
    numbered = _numbered(files, problems)
    check_frames(max(numbered, default=-1) + 1, shown)
    points: dict[int, Doubles] = {}
    several = unpacked = 0
    for done, (number, file) in enumerate(numbered.items(), start=1):
        if on_file is not None:
            on_file(done, len(numbered))
        try:
            data = source.read(file, _MOST_FILE_MEGABYTES)
            unpacked += len(data)
            if unpacked > (most := _MOST_UNPACKED * LIMITS.motion_megabytes * 1_000_000):
                raise UnreadableMotion(f"{shown} unpacks to more than {most:,} bytes. Give a shorter clip.")
            people = _people(parse_json(data, file), file, problems)
        except UnreadableLabels as error:
            problems.add(file, str(error))
            continue
        several += len(people) > 1
        place = _place(people, number / fps, person, nearest)
        if place is not None:
            points[number] = people[place]
    if not points:
        first = f" The first problem: {found[0]}." if (found := problems.all()) else ""
        raise UnreadableMotion(f"{shown} has no frame with a person of OpenPose's form.{first}")
    if several and person is None:
        how = "nearest to the result" if nearest is not None else "named first"
        problems.add("people", f"{several:,} frames have several people; in each the one {how} is used")
    return _motion(shown, points, fps, problems)


def _motion(name: str, points: dict[int, Doubles], fps: float, problems: Problems) -> Motion:
    numbers = np.arange(min(points), max(points) + 1)
    nobody = np.full((len(COCO_17), 2), np.nan)
    joined = np.array([points.get(number, nobody) for number in numbers.tolist()])
    known = np.isfinite(joined).all(axis=-1).any(axis=0)
    read = {keypoint: keypoint for keypoint, there in zip(COCO_17, known, strict=True) if there}
    return Motion(name, "OpenPose JSON", numbers / fps, joined, "px", read, (), problems.all())


def _numbered(files: list[str], problems: Problems) -> dict[int, str]:
    """The files by the number of their frame, in order."""
    numbered: dict[int, str] = {}
    for file in files:
        number = _NUMBER.search(PurePosixPath(file).stem)
        if number is None:
            problems.add(file, "its name has no number of a frame. Expected NAME_000000000000_keypoints.json")
        elif (frame := int(number[1][-15:])) in numbered:
            problems.add(file, f"it has the number of {numbered[frame]}")
        else:
            numbered[frame] = file
    return dict(sorted(numbered.items()))


def _people(content: Any, file: str, problems: Problems) -> Doubles:
    """(P, 17, 2) everyone in a frame."""
    people = content.get("people") if isinstance(content, dict) else None
    if not isinstance(people, list):
        problems.add(file, "expected an object with a list 'people'")
        return np.empty((0, len(COCO_17), 2))
    found = []
    for number, entry in enumerate(people, start=1):
        given = entry.get("pose_keypoints_2d") if isinstance(entry, dict) else None
        if not isinstance(given, list) or len(given) % 3 or len(given) // 3 not in _NAMES:
            got = f"{len(given) / 3:g}" if isinstance(given, list) else "none"
            known = ", ".join(map(str, _NAMES))
            problems.add(f"{file}, person {number}", f"expected {known} keypoints of x, y and score, but got {got}")
        elif not all(value is None or is_number(value) for value in given):
            problems.add(f"{file}, person {number}", "expected keypoints to be finite numbers")
        else:
            found.append(_keypoints(given))
    return np.array(found).reshape(-1, len(COCO_17), 2)


def _keypoints(given: list[float | None]) -> Doubles:
    """(17, 2) pixels; NaN: missing."""
    values = np.array([np.nan if value is None else value for value in given], float).reshape(-1, 3)
    with np.errstate(invalid="ignore"):
        there = (values[:, 2] > 0) & (values[:, :2] != 0).any(axis=1) & (np.abs(values[:, :2]) < _LARGEST).all(axis=1)
    places = places_of_coco(_NAMES[len(values)])
    missing = np.full(2, np.nan)
    return np.array([missing if place is None or not there[place] else values[place, :2] for place in places])


def _place(people: Doubles, time_s: float, person: int | None, nearest: Nearest | None) -> int | None:
    """Which of the people is meant; None if they are not there."""
    if person is not None:
        return person - 1 if 0 < person <= len(people) else None
    if len(people) > 1 and nearest is not None:
        return nearest(time_s, people)
    return 0 if len(people) else None
