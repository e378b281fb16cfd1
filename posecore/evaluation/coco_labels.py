"""Reading a labelled set: COCO's keypoint annotations, and the photos that they are for.

The form is that of https://cocodataset.org/#format-data. Beside it, an image may have ``domain``, and an annotation
``keypoints_3d``: x, y, z of each keypoint in metres, flat or in threes, null where not known.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from posecore.errors import UnreadableLabels
from posecore.evaluation.keypoints import COCO_17, head_ends, places_of_coco
from posecore.evaluation.labels import Doubles, LabelledPerson, LabelledPhoto, LabelledSet, Problem
from posecore.evaluation.photo_source import PhotoSource
from posecore.limits import LIMITS

HIDDEN = 1
"""COCO's visibility of a keypoint that is labelled and not visible; 2 is visible, 0 not labelled."""
FILL = 0.6
"""A silhouette's share of the box around a person's keypoints, about: for labels that state no area. Of 12 people of
COCO it is 0.35 to 1.07, the median 0.58."""
_LARGEST = 1e6  # pixels or metres; a larger number is a mistake


def read_labelled_set(images: str | Path, annotations: str | Path | None = None) -> LabelledSet:
    """Read the labels of photos in a folder or a zip.

    Keypoints are mapped to COCO's 17 by the names that the category gives (see ``posecore.evaluation.keypoints``). What
    cannot be used becomes a ``Problem``; the rest is kept.

    Args:
        images: folder or zip of the photos.
        annotations: the file of labels (JSON); None: the one JSON file in the folder or zip.

    Raises:
        UnreadableLabels: if the photos or the labels cannot be read at all, or nothing of them can be scored.
    """
    source = PhotoSource(Path(images))
    name, data = _labels_file(source, None if annotations is None else Path(annotations))
    return labels_of(source, name, data)


def labels_of(source: PhotoSource, name: str, data: bytes) -> LabelledSet:
    """The labels in the bytes of a file of this name, as ``read_labelled_set`` reads them.

    Raises:
        UnreadableLabels: if they cannot be read at all, or nothing of them can be scored.
    """
    reader = _Reader(name, source, coco_content(data, name))
    photos = reader.photos()
    if not photos:
        first = f" The first problem: {reader.problems[0]}." if reader.problems else ""
        raise UnreadableLabels(f"{name} has no photo that can be scored.{first}")
    digest = hashlib.sha256(data).hexdigest()
    return LabelledSet(name, source, photos, reader.keypoints, tuple(reader.problems), digest)


def coco_content(data: bytes, name: str) -> dict[str, Any]:
    """The content of a file of COCO labels, with its lists ``images`` and ``annotations``.

    Raises:
        UnreadableLabels: if it is none.
    """
    content = parse_json(data, name)
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), list) for key in ("images", "annotations")
    ):
        raise UnreadableLabels(
            f"{name} is not a file of COCO keypoint labels. Expected an object with the lists 'images', 'annotations' "
            "and 'categories'."
        )
    return content


def parse_json(data: bytes, name: str) -> Any:
    """The content of a JSON file.

    Raises:
        UnreadableLabels: if it is empty or not JSON.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        what = "is empty" if not data.strip() else f"is not JSON: {error}"
        raise UnreadableLabels(f"{name} {what}.") from error


def read_file(path: Path, name: str | None = None) -> bytes:
    """The bytes of a file of labels or results.

    Args:
        path: of the file.
        name: of the file in errors; None: its own.

    Raises:
        UnreadableLabels: if it cannot be read, or is larger than ``LIMITS.labels_megabytes``.
    """
    name = name or path.name
    try:
        size, most = path.stat().st_size, LIMITS.labels_megabytes * 1_000_000
        if size > most:
            raise UnreadableLabels(f"{name} has {size:,} bytes. Expected at most {most:,}.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableLabels(f"{name} cannot be read: {error.strerror}.") from error


def _labels_file(source: PhotoSource, annotations: Path | None) -> tuple[str, bytes]:
    if annotations is not None:
        return annotations.name, read_file(annotations)
    files = source.files(".json")
    if len(files) != 1:
        raise UnreadableLabels(
            f"Expected one JSON file with the labels in {source.name}, but found {len(files)}. Name the file of labels."
        )
    return files[0], source.read(files[0], LIMITS.labels_megabytes)


@dataclass(frozen=True)
class _Category:
    """Keypoints of a category: for each of COCO's 17 its place, and those of the ends of a head."""

    count: int
    places: tuple[int | None, ...]
    head: tuple[int, int] | None


@dataclass
class _Reader:
    name: str
    source: PhotoSource
    content: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)
    keypoints: tuple[str, ...] = COCO_17

    def photos(self) -> tuple[LabelledPhoto, ...]:
        categories = self._categories()
        for file, why in self.source.refused.items():
            self.problems.append(Problem(self.source.name, file, why))
        entries = self._images()
        people: dict[Any, list[LabelledPerson]] = defaultdict(list)
        for number, entry in enumerate(self.content["annotations"]):
            found = self._person(number, entry, entries, categories)
            if found is not None:
                people[entry["image_id"]].append(found)
        for photo_id, everyone in people.items():
            if len(everyone) > (most := LIMITS.labelled_people):
                self._problem(f"image {photo_id}", f"it has {len(everyone):,} people. The first {most:,} are scored")
                del everyone[most:]
        return tuple(
            LabelledPhoto(photo_id, name, size, domain, tuple(people[photo_id]))
            for photo_id, (name, size, domain) in entries.items()
        )

    def _problem(self, entry: str, what: str) -> None:
        self.problems.append(Problem(self.name, entry, what))

    def _categories(self) -> dict[Any, _Category]:
        """The categories with keypoints, by id."""
        known: dict[Any, _Category] = {}
        given = self.content.get("categories")
        for entry in given if isinstance(given, list) else []:
            names = entry.get("keypoints") if isinstance(entry, dict) else None
            if not isinstance(names, list) or not names or not _is_id(entry.get("id")):
                continue  # such as the category of a chair
            places = places_of_coco(names)
            if not any(place is not None for place in places):
                self._problem(
                    f"category {entry['id']}", f"none of its keypoints is known: {', '.join(map(str, names))}"[:300]
                )
                continue
            if not known:
                self.keypoints = tuple(map(str, names))
            known[entry["id"]] = _Category(len(names), tuple(places), head_ends(names))
        if not known:
            self._problem("categories", "no category names its keypoints. 17 are taken for COCO's")
            known[1] = _Category(len(COCO_17), tuple(range(len(COCO_17))), None)
        return known

    def _images(self) -> dict[Any, tuple[str, tuple[int, int] | None, str]]:
        """File name, size and domain of the photos that are there, by id."""
        entries: dict[Any, tuple[str, tuple[int, int] | None, str]] = {}
        self.known_ids: set[Any] = set()
        taken: dict[str, Any] = {}
        images = self.content["images"]
        if len(images) > LIMITS.labelled_photos:
            raise UnreadableLabels(
                f"{self.name} has {len(images):,} photos. Expected at most {LIMITS.labelled_photos:,}."
            )
        for number, entry in enumerate(images):
            shown = f"image {number}"
            if (
                not isinstance(entry, dict)
                or not _is_id(entry.get("id"))
                or not isinstance(entry.get("file_name"), str)
            ):
                self._problem(shown, "expected an object with 'id' and 'file_name'")
                continue
            photo_id, file_name = entry["id"], entry["file_name"]
            if photo_id in self.known_ids:
                self._problem(f"image {photo_id}", "its id occurs twice. The first is used")
                continue
            self.known_ids.add(photo_id)
            there = self.source.find(file_name)
            if there is None:
                self._problem(f"image {photo_id}", f"there is no photo {file_name} in {self.source.name}")
                continue
            if there in taken:
                self._problem(f"image {photo_id}", f"its photo {file_name} is that of image {taken[there]}")
                continue
            taken[there] = photo_id
            entries[photo_id] = (there, _size_of(entry), domain_of(entry, file_name))
        return entries

    def _person(
        self, number: int, entry: Any, photos: Mapping[Any, Any], categories: Mapping[Any, _Category]
    ) -> LabelledPerson | None:
        if not isinstance(entry, dict):
            self._problem(f"annotation {number}", "expected an object")
            return None
        shown = f"annotation {entry.get('id', number)}"
        photo_id = entry.get("image_id")
        if not _is_id(photo_id) or photo_id not in self.known_ids:
            self._problem(shown, f"its image_id {photo_id!r} is no image's id")
            return None
        if photo_id not in photos:
            return None  # the photo is missing, which was said already
        if len(categories) == 1 and "category_id" not in entry:
            category = next(iter(categories.values()))
        elif not _is_id(entry.get("category_id")) or entry["category_id"] not in categories:
            self._problem(shown, f"its category_id {entry.get('category_id')!r} is no category with keypoints")
            return None
        else:
            category = categories[entry["category_id"]]
        try:
            return _person(str(entry.get("id", number)), entry, category)
        except _Wrong as wrong:
            self._problem(shown, str(wrong))
            return None


class _Wrong(Exception):
    """What is wrong with an annotation."""


def _person(label_id: str, entry: Mapping[str, Any], category: _Category) -> LabelledPerson:
    own, own_hidden = _keypoints_of(entry, category.count)
    points = np.full((len(COCO_17), 2), np.nan)
    points_m = np.full((len(COCO_17), 3), np.nan)
    hidden = np.zeros(len(COCO_17), bool)
    own_m = _metres_of(entry, category.count)
    for index, place in enumerate(category.places):
        if place is not None:
            points[index], points_m[index] = own[place], own_m[place]
            hidden[index] = own_hidden[place]
    head_px = (
        float("nan") if category.head is None else float(np.linalg.norm(own[category.head[0]] - own[category.head[1]]))
    )
    is_labelled = bool(np.isfinite(own).any())
    box = _box_around(own)
    if entry.get("bbox"):
        left, top, width, height = _numbers(entry, "bbox", 4)
        box = (left, top, width, height)
    if box is None and not entry.get("iscrowd"):
        raise _Wrong("it is empty: no keypoint is labelled, and there is no bbox")
    box = box or (0.0, 0.0, 0.0, 0.0)
    area = entry.get("area")
    if not is_number(area) or area <= 0:
        area = FILL * box[2] * box[3]
    if is_labelled and area <= 0:
        raise _Wrong("its area is 0, so distances have no scale")
    return LabelledPerson(label_id, points, float(area), box, bool(entry.get("iscrowd")), head_px, points_m, hidden)


def _keypoints_of(entry: Mapping[str, Any], count: int) -> tuple[Doubles, NDArray[np.bool_]]:
    """(K, 2) pixels of the set's own keypoints, NaN where not labelled; and (K,) which are labelled as hidden."""
    if not entry.get("keypoints"):
        return np.full((count, 2), np.nan), np.zeros(count, bool)
    values = np.array(_numbers(entry, "keypoints", 3 * count)).reshape(count, 3)
    return np.where(values[:, 2:] > 0, values[:, :2], np.nan), values[:, 2] == HIDDEN


def _metres_of(entry: Mapping[str, Any], count: int) -> Doubles:
    """(K, 3) metres; NaN where not known. Of four values each, the last is how certain it is, 0: not known."""
    given = entry.get("keypoints_3d")
    if not given:
        return np.full((count, 3), np.nan)
    flat = list(_flat(given)) if isinstance(given, list) else []
    width, rest = divmod(len(flat), count)
    if rest or width not in (3, 4) or not all(value is None or is_number(value) for value in flat):
        raise _Wrong(f"expected 'keypoints_3d' to be {3 * count} numbers or null, but got {len(flat)} values")
    values = np.array([np.nan if value is None else value for value in flat], float).reshape(count, width)
    return np.where(values[:, 3:] > 0, values[:, :3], np.nan) if width == 4 else values


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _numbers(entry: Mapping[str, Any], name: str, count: int) -> tuple[float, ...]:
    given = entry[name]
    if not isinstance(given, list) or len(given) != count:
        got = f"{len(given)} values" if isinstance(given, list) else repr(given)[:40]
        raise _Wrong(f"expected '{name}' to be {count} numbers, but got {got}")
    if not all(is_number(value) for value in given):
        raise _Wrong(f"expected '{name}' to be finite numbers within ±{_LARGEST:g}")
    return tuple(map(float, given))


def _box_around(points: Doubles) -> tuple[float, float, float, float] | None:
    known = points[np.isfinite(points).all(axis=-1)]
    if not len(known):
        return None
    (left, top), (right, bottom) = known.min(axis=0).tolist(), known.max(axis=0).tolist()
    return left, top, right - left, bottom - top


def _size_of(entry: Mapping[str, Any]) -> tuple[int, int] | None:
    width, height = entry.get("width"), entry.get("height")
    return (int(width), int(height)) if is_number(width) and is_number(height) and width > 0 and height > 0 else None


def domain_of(entry: Mapping[str, Any], file_name: str) -> str:
    """The domain of an image: as its entry states, or the folder that the photo is in."""
    if isinstance(entry.get("domain"), str):
        return str(entry["domain"])
    folders = [part for part in PurePosixPath(file_name).parent.parts if part != "images"]
    return folders[0] if folders else ""


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value from a file is a number that can be one of pixels or metres; NaN is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)
