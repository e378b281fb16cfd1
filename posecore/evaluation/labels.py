"""The values of a labelled set: people in photos, with the keypoints that somebody marked."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.photo_source import PhotoSource

Doubles = NDArray[np.float64]

TORSO = (COCO_17.index("right_shoulder"), COCO_17.index("left_hip"))


@dataclass(frozen=True)
class Problem:
    """Something in the input that could not be used; the rest is scored.

    Attributes:
        file: name of the file that it is in.
        entry: which entry of it, such as ``"annotation 12"`` or a photo's name.
        what: what is wrong: expected and got.
    """

    file: str
    entry: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.what}"


@dataclass(frozen=True, eq=False)
class LabelledPerson:
    """One labelled person, with COCO's 17 keypoints in COCO's order.

    Attributes:
        label_id: id of the label, as text.
        points: (17, 2) pixels; NaN if not labelled, or if the set does not have that keypoint.
        area: of the person, square pixels.
        box: x, y, width and height, pixels.
        is_crowd: one label for many people.
        head_px: length of the head, from its top to the neck, pixels; NaN if not labelled.
        points_m: (17, 3) metres, x to the right of the picture, y down, z away from the camera; NaN: not known.
        hidden: (17,) which keypoints are labelled as hidden, such as by another person.
    """

    label_id: str
    points: Doubles
    area: float
    box: tuple[float, float, float, float]
    is_crowd: bool = False
    head_px: float = float("nan")
    points_m: Doubles = field(default_factory=lambda: np.full((17, 3), np.nan))
    hidden: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(17, bool))

    @cached_property
    def labelled(self) -> NDArray[np.bool_]:
        """(17,) which keypoints are labelled."""
        return np.asarray(np.isfinite(self.points).all(axis=-1))

    @property
    def counts(self) -> bool:
        """Whether the person can be found or missed: labelled with keypoints, and not a crowd."""
        return bool(self.labelled.any()) and not self.is_crowd

    @property
    def torso_px(self) -> float:
        """Distance from the right shoulder to the left hip, pixels; NaN if one is not labelled, or it is 0."""
        return float(np.linalg.norm(self.points[TORSO[0]] - self.points[TORSO[1]])) or float("nan")


@dataclass(frozen=True, eq=False)
class LabelledPhoto:
    """One photo of a labelled set.

    Attributes:
        photo_id: id of the image in the file of labels.
        file_name: as in the file of labels, in the folder or zip.
        size: (width, height) that the labels are for; None: not stated.
        domain: what kind of photo it is, such as "yoga"; empty: not stated.
        people: everyone labelled in it.
    """

    photo_id: int | str
    file_name: str
    size: tuple[int, int] | None
    domain: str
    people: tuple[LabelledPerson, ...]


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """Labelled photos, and what of them could not be used.

    Attributes:
        name: of the file of labels.
        source: where the photos are.
        photos: in the order of the file.
        keypoints: names of the set's own keypoints.
        problems: what was left out, and why.
        sha256: of the file of labels.
    """

    name: str
    source: PhotoSource
    photos: tuple[LabelledPhoto, ...]
    keypoints: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    sha256: str = ""

    @property
    def scored(self) -> NDArray[np.bool_]:
        """(17,) which of COCO's keypoints are labelled at least once."""
        people = [person.labelled for photo in self.photos for person in photo.people if person.counts]
        return np.any(people, axis=0) if people else np.zeros(17, bool)
