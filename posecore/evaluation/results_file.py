"""Reading what another system found in the photos of a labelled set.

Forms that are read:

- COCO's keypoint results (https://cocodataset.org/#format-results): one list, each entry with ``image_id``,
  ``keypoints`` and ``score``. posecore's own export writes them, and so do MMPose's CocoMetric and ultralytics'
  validation, whose ``image_id`` may be the name of the photo's file without its ending.
- A COCO dataset whose annotations are the results.
- A folder or zip of JSON files, one for each photo and named after it: as MMPose's inferencer, ultralytics' ``to_json``
  and OpenPose (``NAME_keypoints.json``) write them; or one JSON object that has these lists by the photos' names.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from posecore.errors import UnreadableLabels
from posecore.evaluation.coco_labels import is_number, parse_json, read_file
from posecore.evaluation.found import Doubles, FoundPeople
from posecore.evaluation.keypoints import NAMES_BY_COUNT, places_of_coco
from posecore.evaluation.labels import LabelledSet, Problem
from posecore.evaluation.photo_source import PhotoSource
from posecore.limits import LIMITS

PhotoId = int | str

_LARGEST_IN_ZIP = 10  # files of the largest size; a hostile zip unpacks to a thousand times its own size
_OWN_ENDINGS = ("_keypoints", "_predictions", "_results")


@dataclass(frozen=True, eq=False)
class Results:
    """What another system found.

    Attributes:
        name: of the file.
        found: the people by the photo's id; a photo that is not in it has nobody.
        problems: what could not be used.
    """

    name: str
    found: Mapping[PhotoId, FoundPeople]
    problems: tuple[Problem, ...] = ()


def read_results(path: str | Path, labelled: LabelledSet, *, name: str | None = None) -> Results:
    """Read the results of another system on a labelled set.

    Without names, 17 keypoints are COCO's, 33 BlazePose's, 16 MPII's and 25 OpenPose's; as many as the labels have are
    in the labels' order.

    Args:
        path: a JSON file, or a folder or zip with one for each photo.
        labelled: the photos that they are for.
        name: of the file in what is reported; None: its own.

    Raises:
        UnreadableLabels: if it cannot be read, or nothing in it belongs to these photos.
    """
    path = Path(path)
    name = name or path.name
    reader = _Reader(name, labelled)
    if path.is_dir() or path.suffix.lower() == ".zip":
        source = PhotoSource(path)
        reader.problems += [Problem(name, file, why) for file, why in source.refused.items()]
        room = math.inf if path.is_dir() else _LARGEST_IN_ZIP * LIMITS.labels_megabytes * 1_000_000
        for file in source.files(".json"):
            if room <= 0:
                what = "it and the files after it are not read: those before it unpack to more than is allowed"
                reader.problems.append(Problem(name, file, what))
                break
            try:
                data = source.read(file, LIMITS.labels_megabytes)
                room -= len(data)
                content = parse_json(data, file)
            except UnreadableLabels as error:
                reader.problems.append(Problem(name, file, str(error)))
                continue
            reader.add_photo(PurePosixPath(file).stem, content)
    else:
        reader.add_file(parse_json(read_file(path, name), name))
    if not reader.rows:
        first = f" The first problem: {reader.problems[0]}." if reader.problems else ""
        raise UnreadableLabels(f"{name} has no result that belongs to the photos of {labelled.name}.{first}")
    for photo_id, rows in reader.rows.items():
        if len(rows) > (most := LIMITS.labelled_people):
            what = f"it has {len(rows):,} people. The {most:,} with the best scores are used"
            reader.problems.append(Problem(name, f"image {photo_id}", what))
            rows.sort(key=lambda row: -row[1])
            del rows[most:]
    found = {photo_id: _joined(rows) for photo_id, rows in reader.rows.items()}
    return Results(name, found, tuple(reader.problems))


class _Wrong(Exception):
    """What is wrong with a result."""


_Row = tuple[Doubles, float]
"""(17, 2) pixels, and the score."""


@dataclass
class _Reader:
    name: str
    labelled: LabelledSet
    problems: list[Problem] = field(default_factory=list)
    rows: dict[PhotoId, list[_Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Photos by all that a system may call them; a name that several have is none of theirs."""
        self._ids: dict[str, PhotoId | None] = {}
        for photo in self.labelled.photos:
            file = PurePosixPath(photo.file_name)
            for name in {str(photo.photo_id), photo.file_name, file.name, file.stem}:
                known = self._ids.get(name, photo.photo_id)
                self._ids[name] = photo.photo_id if known == photo.photo_id else None
        for photo in self.labelled.photos:  # ids mean one photo whatever the others' files are called
            self._ids[str(photo.photo_id)] = photo.photo_id

    def add_file(self, content: Any) -> None:
        """All results in one file."""
        images: dict[Any, Any] = {}
        if isinstance(content, dict) and isinstance(content.get("annotations"), list):
            given = content.get("images")
            images = {
                image["id"]: image.get("file_name")
                for image in (given if isinstance(given, list) else [])
                if isinstance(image, dict) and isinstance(image.get("id"), int | str)
            }
            content = content["annotations"]
        if isinstance(content, dict):
            for photo, found in content.items():
                self.add_photo(photo, found)
            return
        if not isinstance(content, list):
            raise UnreadableLabels(f"{self.name} holds no list of COCO keypoint results.")
        for number, entry in enumerate(content):
            if not isinstance(entry, dict):
                self._problem(f"result {number}", "expected an object")
                continue
            image_id = entry.get("image_id")
            names = (
                images.get(image_id) if isinstance(image_id, int | str) else None,
                image_id,
                entry.get("file_name"),
            )
            photo_id = next((found for name in names if (found := self._photo(name)) is not None), None)
            if photo_id is None:
                self._problem(f"result {number}", f"its image_id {image_id!r} is no photo of {self.labelled.name}")
            else:
                self._add(photo_id, f"result {number}", entry)

    def add_photo(self, name: str, content: Any) -> None:
        """All results of one photo."""
        photo_id = self._photo(name)
        for ending in _OWN_ENDINGS if photo_id is None else ():
            photo_id = photo_id if photo_id is not None else self._photo(name.removesuffix(ending))
        if photo_id is None:
            self._problem(name, f"no photo of {self.labelled.name} has this name")
            return
        self.rows[photo_id]  # the photo was looked at, even if nobody was found
        for number, entry in enumerate(_instances(content)):
            self._add(photo_id, f"{name}, person {number}", entry)

    def _add(self, photo_id: PhotoId, shown: str, entry: Any) -> None:
        try:
            self.rows[photo_id].append(self._row(entry))
        except _Wrong as wrong:
            self._problem(shown, str(wrong))

    def _row(self, entry: Any) -> _Row:
        values = _values_of(entry)
        places = self._places(len(values))
        if places is None:
            known = ", ".join(map(str, sorted({*NAMES_BY_COUNT, len(self.labelled.keypoints)})))
            raise _Wrong(f"expected keypoints to be {known}, but got {len(values)}")
        own = np.array([[np.nan] * 3 if place is None else values[place] for place in places])
        missing = (own[:, :2] == 0).all(axis=-1)
        own[missing] = np.nan
        if not np.isfinite(own[:, :2]).any():
            raise _Wrong("it is empty: it has no keypoint that is scored")
        score = next((entry[key] for key in ("score", "confidence", "bbox_score") if is_number(entry.get(key))), None)
        certain = own[np.isfinite(own).all(axis=-1), 2]
        return own[:, :2], float(score if score is not None else certain.mean() if len(certain) else 1)

    def _places(self, count: int) -> list[int | None] | None:
        if count == len(self.labelled.keypoints):
            return places_of_coco(self.labelled.keypoints)
        names = NAMES_BY_COUNT.get(count)
        return None if names is None else places_of_coco(names)

    def _photo(self, name: object) -> PhotoId | None:
        if not isinstance(name, int | str) or isinstance(name, bool):
            return None
        found = self._ids.get(str(name))
        return self._ids.get(PurePosixPath(str(name)).stem) if found is None else found

    def _problem(self, entry: str, what: str) -> None:
        self.problems.append(Problem(self.name, entry, what))


def _instances(content: Any) -> Iterator[Any]:
    """The people in a file of one photo, in whatever it wraps them."""
    if isinstance(content, dict):
        for key in ("people", "instances", "instance_info", "predictions", "results"):
            if key in content:
                yield from _instances(content[key])
                return
        yield content
    elif isinstance(content, list):
        for each in content:
            wraps = isinstance(each, list) or (isinstance(each, dict) and ("instances" in each or "people" in each))
            yield from _instances(each) if wraps else [each]


def _values_of(entry: Any) -> Doubles:
    """(K, 3) x, y and how certain each keypoint is; NaN where that is not stated."""
    if not isinstance(entry, dict):
        raise _Wrong("expected an object")
    given = entry.get("keypoints", entry.get("pose_keypoints_2d"))
    if isinstance(given, dict):  # ultralytics
        columns: list[Any] = [given.get("x"), given.get("y"), given.get("visible")]
        if not all(isinstance(column, list) for column in columns[:2]) or len(columns[0]) != len(columns[1]):
            raise _Wrong("expected keypoints to have 'x' and 'y' of equal length")
        given = [
            list(point) for point in zip(*(column for column in columns if isinstance(column, list)), strict=False)
        ]
    if isinstance(given, list) and given and all(isinstance(point, list) for point in given):  # MMPose
        scores = entry.get("keypoint_scores")
        certain = scores if isinstance(scores, list) and len(scores) == len(given) else [None] * len(given)
        given = [
            value
            for point, score in zip(given, certain, strict=True)
            for value in (*point[:2], point[2] if len(point) > 2 and scores is None else score)
        ]
    if not isinstance(given, list) or not given or len(given) % 3:
        got = f"{len(given)} values" if isinstance(given, list) else repr(given)[:40]
        raise _Wrong(f"expected keypoints to be x, y and a score each, but got {got}")
    if not all(value is None or is_number(value) for value in given):
        raise _Wrong("expected keypoints to be finite numbers")
    return np.array([np.nan if value is None else value for value in given], float).reshape(-1, 3)


def _joined(rows: list[_Row]) -> FoundPeople:
    if not rows:
        return FoundPeople.nobody()
    points = np.array([points for points, _ in rows])
    return FoundPeople(points, np.array([score for _, score in rows]), np.full((len(rows), 17, 3), np.nan))
