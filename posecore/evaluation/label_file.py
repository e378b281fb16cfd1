"""Labels while somebody makes them, and the file of COCO keypoint labels that they become.

Suggestions of the model are no labels: only photos that a person has confirmed are written. What an existing file says
of other photos is written back as it was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from posecore.errors import UnreadableLabels
from posecore.evaluation.coco_labels import FILL, HIDDEN, coco_content, is_number, labels_of
from posecore.evaluation.keypoints import COCO_17, plain_name
from posecore.evaluation.labels import Doubles, LabelledPerson, Problem
from posecore.evaluation.photo_source import PhotoSource
from posecore.limits import LIMITS
from posecore.poses import FramePoses
from posecore.skeletons import COCO_17_EDGES, COCO_17_FROM_BLAZEPOSE

VISIBLE_FROM = 0.5
"""BlazePose's visibility from which a suggested keypoint is visible; below it is hidden."""

_VISIBLE = 2
_DECIMALS = 2
# A body is wider than its joints: boxes of 12 people of COCO are wider than those around their keypoints by 0.1 of the
# longer side, at each side. From its edge a body is still a quarter as wide as it is long.
_WIDER = 0.1
_NARROWEST = 0.25
_LONGEST_DOMAIN = 80
_ABOUT = (
    "Keypoints by hand. bbox is the box around the keypoints, wider by 0.1 of its longer side at each side; area is an "
    "estimate, 0.6 of the box around the keypoints."
)


@dataclass(frozen=True, eq=False)
class PersonLabel:
    """COCO's 17 keypoints of one person, in COCO's order.

    Attributes:
        points: (17, 2) pixels; NaN: absent, such as outside the photo.
        hidden: (17,) which of them cannot be seen, such as behind another person.
    """

    points: Doubles
    hidden: NDArray[np.bool_]

    @classmethod
    def from_flat(cls, values: object, size: tuple[int, int]) -> Self:
        """A person from 51 numbers as COCO has them: x, y and 0 (absent), 1 (hidden) or 2 (visible) of each keypoint.

        Args:
            values: of any kind, since they come from a browser.
            size: (width, height) of the photo.

        Raises:
            UnreadableLabels: if they are something else, or a keypoint is outside the photo.
        """
        count = 3 * len(COCO_17)
        if not isinstance(values, list) or len(values) != count or not all(map(is_number, values)):
            raise UnreadableLabels(f"Expected a person as {count} numbers, but got {str(values)[:60]}.")
        table = np.array(values, float).reshape(-1, 3)
        flags = table[:, 2]
        there = flags > 0
        if not np.isin(flags, [0, HIDDEN, _VISIBLE]).all():
            raise UnreadableLabels(f"Expected the visibility of keypoints to be 0, 1 or 2, but got {flags.tolist()}.")
        if ((table[there, :2] < 0) | (table[there, :2] > size)).any():
            raise UnreadableLabels(f"Expected keypoints inside the photo of {size[0]} x {size[1]} pixels.")
        return cls(np.where(there[:, None], table[:, :2], np.nan), np.asarray(flags == HIDDEN))

    @classmethod
    def of(cls, person: LabelledPerson) -> Self:
        """The label of a set that was read."""
        return cls(person.points, person.hidden & person.labelled)

    @property
    def flat(self) -> list[float]:
        """51 numbers, see ``from_flat``; an absent keypoint is 0, 0, 0."""
        there = np.asarray(np.isfinite(self.points).all(axis=-1))
        flags = np.where(there, np.where(self.hidden, HIDDEN, _VISIBLE), 0)
        places = np.where(there[:, None], self.points, 0).round(_DECIMALS)
        return [
            number
            for (x, y), flag in zip(places.tolist(), flags.tolist(), strict=True)
            for number in (_short(x), _short(y), flag)
        ]

    @property
    def count(self) -> int:
        """Number of keypoints that are there."""
        return int(np.isfinite(self.points).all(axis=-1).sum())

    def _ends(self) -> tuple[Doubles, Doubles]:
        known = self.points[np.isfinite(self.points).all(axis=-1)]
        return known.min(axis=0), known.max(axis=0)

    def box(self, size: tuple[int, int]) -> list[float]:
        """x, y, width and height of the box around the person in a photo of this size, an estimate."""
        low, high = self._ends()
        margin = max(1.0, _WIDER * float((high - low).max()))
        low, high = np.maximum(low - margin, 0), np.minimum(high + margin, size)
        return [_short(value) for value in (*low.round(_DECIMALS), *(high - low).round(_DECIMALS))]

    @property
    def area(self) -> float:
        """The person's area, an estimate: a share of the box around the keypoints. Square pixels, at least 1."""
        low, high = self._ends()
        sides = high - low
        return max(1.0, round(FILL * float(np.maximum(sides, _NARROWEST * sides.max()).prod()), 1))


@dataclass(frozen=True, eq=False)
class PhotoLabels:
    """What a person has confirmed of a photo.

    Attributes:
        file_name: of the photo.
        size: (width, height) of the upright photo.
        domain: what kind of photo it is, such as "yoga"; empty: not stated.
        people: everyone in it; empty: nobody is.
    """

    file_name: str
    size: tuple[int, int]
    domain: str
    people: tuple[PersonLabel, ...]

    @classmethod
    def from_message(cls, message: Mapping[str, Any], file_name: str, size: tuple[int, int]) -> Self:
        """The labels in a browser's message, with ``people`` (see ``PersonLabel.from_flat``) and ``domain``.

        People without a keypoint are left out.

        Raises:
            UnreadableLabels: if it has something else, or too many people.
        """
        people, domain = message.get("people"), message.get("domain")
        if not isinstance(people, list) or not isinstance(domain, str):
            raise UnreadableLabels("Expected 'people' as a list and 'domain' as text.")
        if len(people) > LIMITS.labelled_people:
            raise UnreadableLabels(f"Expected at most {LIMITS.labelled_people} people, but got {len(people):,}.")
        read = [PersonLabel.from_flat(each, size) for each in people]
        return cls(
            file_name, size, " ".join(domain.split())[:_LONGEST_DOMAIN], tuple(each for each in read if each.count)
        )


def suggested_people(poses: FramePoses) -> tuple[PersonLabel, ...]:
    """The people that BlazePose found, as suggestions for labels: the largest first.

    Of the 33 landmarks these are COCO's 17. A landmark outside the photo is absent, one below ``VISIBLE_FROM`` hidden.
    """
    places = list(COCO_17_FROM_BLAZEPOSE)
    people = []
    for xy, visibility in zip(poses.xy[:, places].astype(float), poses.visibility[:, places], strict=True):
        inside = ((xy >= 0) & (xy <= poses.size)).all(axis=-1)  # NaN is not
        people.append(PersonLabel(np.where(inside[:, None], xy, np.nan), inside & (visibility < VISIBLE_FROM)))
    return tuple(sorted((each for each in people if each.count), key=lambda each: -each.area))


@dataclass
class LabelFile:
    """The labels of a source's photos while they are being made.

    Attributes:
        done: photos that a person has labelled, by file name.
        problems: what of the given file could not be used; it is written back as it was.
    """

    done: dict[str, PhotoLabels] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    _given: dict[str, Any] = field(default_factory=dict)
    _given_ids: dict[str, int | str] = field(default_factory=dict)  # of photos that are as in the given file
    _dropped: set[int | str] = field(default_factory=set)  # ids of photos of the given file that were labelled again

    @classmethod
    def read(cls, source: PhotoSource, data: bytes, name: str) -> Self:
        """Go on with a file of COCO keypoint labels.

        Args:
            source: of the photos.
            data: the file's content.
            name: of the file, for messages.

        Raises:
            UnreadableLabels: if it is none.
        """
        content = coco_content(data, name)
        try:
            labelled = labels_of(source, name, data)
        except UnreadableLabels as error:  # such as labels of other photos
            return cls(problems=(Problem(name, "images", str(error)),), _given=content)
        done = {
            photo.file_name: PhotoLabels(
                photo.file_name,
                photo.size or (0, 0),
                photo.domain,
                tuple(PersonLabel.of(person) for person in photo.people if person.counts),
            )
            for photo in labelled.photos
        }
        ids = {photo.file_name: photo.photo_id for photo in labelled.photos}
        return cls(done, labelled.problems, content, ids)

    def confirm(self, photo: PhotoLabels) -> None:
        """Set a photo's labels, which a person has looked at."""
        self.take_back(photo.file_name)
        self.done[photo.file_name] = photo

    def take_back(self, file_name: str) -> None:
        """Make a photo unlabelled again."""
        self.done.pop(file_name, None)
        if file_name in self._given_ids:
            self._dropped.add(self._given_ids.pop(file_name))

    def to_json(self) -> bytes:
        """The confirmed labels as a file of COCO keypoint labels, which ``read_labelled_set`` and pycocotools read.

        Beside COCO's own fields, images have their ``domain``.
        """
        images = [each for each in self._entries("images") if each.get("id") not in self._dropped]
        annotations = [each for each in self._entries("annotations") if each.get("image_id") not in self._dropped]
        categories = self._entries("categories")
        category_id = _own_category(categories)
        photo_id, annotation_id = _next_id(images), _next_id(annotations)
        for photo in self.done.values():
            if photo.file_name in self._given_ids:
                continue
            images.append(_image(photo_id, photo))
            for person in photo.people:
                annotations.append(_annotation(annotation_id, photo_id, category_id, person, photo.size))
                annotation_id += 1
            photo_id += 1
        rest = {name: value for name, value in self._given.items() if name not in _LISTS}
        content = {"info": {"description": _ABOUT}} | rest
        content |= {"images": images, "annotations": annotations, "categories": categories}
        return json.dumps(content, separators=(",", ":")).encode()

    def _entries(self, name: str) -> list[dict[str, Any]]:
        given = self._given.get(name)
        return [each for each in given if _is_entry(each)] if isinstance(given, list) else []


_LISTS = ("images", "annotations", "categories")


def _is_entry(given: object) -> bool:
    # A list as an id could not be looked up.
    return isinstance(given, dict) and not any(isinstance(given.get(key), list | dict) for key in ("id", "image_id"))


def _image(photo_id: int, photo: PhotoLabels) -> dict[str, Any]:
    width, height = photo.size
    return {
        "id": photo_id,
        "file_name": photo.file_name,
        "width": width,
        "height": height,
        "domain": photo.domain,
    }


def _annotation(
    annotation_id: int, photo_id: int, category_id: object, person: PersonLabel, size: tuple[int, int]
) -> dict[str, Any]:
    return {
        "id": annotation_id,
        "image_id": photo_id,
        "category_id": category_id,
        "keypoints": person.flat,
        "num_keypoints": person.count,
        "bbox": person.box(size),
        "area": person.area,
        "iscrowd": 0,
    }


def _own_category(categories: list[dict[str, Any]]) -> object:
    """The id of the category with COCO's keypoints, which is added if there is none."""
    for each in categories:
        names = each.get("keypoints")
        if isinstance(names, list) and [plain_name(name) for name in names] == list(COCO_17):
            return each.get("id")
    own = {
        "id": _next_id(categories),
        "name": "person",
        "supercategory": "person",
        "keypoints": list(COCO_17),
        "skeleton": [[one + 1, other + 1] for one, other in COCO_17_EDGES],  # counted from 1
    }
    categories.append(own)
    return own["id"]


def _next_id(entries: Sequence[Mapping[str, Any]]) -> int:
    return 1 + max((each["id"] for each in entries if type(each.get("id")) is int), default=0)


def _short(value: float) -> float:
    """Write whole pixels without a fraction."""
    number = float(value)
    return int(number) if number.is_integer() else number
