"""Which photos without labels to look at first: those in which further looks at them disagree with the first.

Each photo is looked at again mirrored, and if wished also turned and by the heavy model. The doubt of a person is the
mean distance of the joints between the first estimate and the other looks, in shares of the torso. Agreement does not
prove that an estimate is right: a model may make the same mistake each time. docs/scores.md has what was measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from posecore.errors import InvalidOption, UnreadableLabels
from posecore.estimation.oks import area_of, oks_matrix
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.found import Doubles, FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPhoto, LabelledSet, Problem
from posecore.evaluation.looks import Look
from posecore.evaluation.matching import most_similar_first
from posecore.evaluation.photo_source import PhotoSource
from posecore.evaluation.run import CheckedSet, OnPhotos, estimate_looks
from posecore.media.pictures import PICTURE_SUFFIXES

LookName = Literal["mirrored", "turned", "heavy"]
LOOKS: tuple[LookName, ...] = get_args(LookName)
USUAL_LOOKS: tuple[LookName, ...] = ("mirrored",)
"""More looks rank photos no better than could be chance, see docs/scores.md."""

TURN_DEG = 15.0
SAME_PERSON_FROM = 0.1
"""Least OKS of one person in two looks; the ranking is the same from 0.001 to 0.5."""
MOST_APART = 1.0
"""A joint that is farther away, in torsos, is as wrong as one at this distance."""
NOT_FOUND_APART = 0.5
"""What each joint of a person counts, in torsos, who is not found in a look: less than a joint that is elsewhere."""
DOUBTFUL_FROM = 0.2
"""A joint is doubtful if the looks differ by more than this share of the torso, as in PCK@0.2."""
NOBODY_DOUBT = 1.0
"""Doubt of a photo in which the first look finds nobody."""

JOINTS = tuple(range(COCO_17.index("left_shoulder"), len(COCO_17)))
"""Places of the joints that count, from shoulders to ankles: points of the face are close together in any case."""

_SHOULDERS, _HIPS = ([COCO_17.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip"))


def read_photos(images: str | Path) -> LabelledSet:
    """The photos of a folder or a zip, without labels.

    Raises:
        UnreadableLabels: if it cannot be read, or has no photos.
    """
    return photos_of(PhotoSource(Path(images)))


def photos_of(source: PhotoSource) -> LabelledSet:
    """All photos of a source, without labels.

    Raises:
        UnreadableLabels: if there are none.
    """
    names = source.files(PICTURE_SUFFIXES)
    if not names:
        raise UnreadableLabels(f"{source.name} has no photos. Expected files such as .jpg or .png in it.")
    photos = tuple(LabelledPhoto(name, name, None, "", ()) for name in names)
    problems = tuple(Problem(source.name, file, why) for file, why in source.refused.items())
    return LabelledSet(source.name, source, photos, COCO_17, problems)


@dataclass(frozen=True, eq=False)
class PersonDoubt:
    """One person as the looks see them.

    Attributes:
        number: from 1: first those of the first look, in its order, then those whom only other looks find.
        points: (17, 2) pixels of the first look; NaN if it does not find the person.
        by_look: the same of each other look.
        visibility: (17,) 0..1 of the first look; NaN if not known.
    """

    number: int
    points: Doubles
    by_look: Mapping[LookName, Doubles]
    visibility: Doubles

    @property
    def found(self) -> bool:
        """Whether the first look finds the person."""
        return is_found(self.points)

    @property
    def not_found_in(self) -> tuple[LookName, ...]:
        """The other looks that do not find the person."""
        return tuple(name for name, points in self.by_look.items() if not is_found(points))

    @property
    def shown_points(self) -> Doubles:
        """(17, 2) pixels of the first look that finds the person."""
        return next(points for points in (self.points, *self.by_look.values()) if is_found(points))

    @cached_property
    def apart(self) -> Mapping[LookName, Doubles]:
        """(17,) distance of each joint between the first and each other look, in torsos; NaN if one has none."""
        return {
            name: np.linalg.norm(points - self.points, axis=-1) / max((torso_px(points) + torso_px(self.points)) / 2, 1)
            for name, points in self.by_look.items()
        }

    @cached_property
    def joints_apart(self) -> Doubles:
        """(17,) mean of ``apart`` over the looks, at most 1; someone not found in a look counts 0.5."""
        distances = np.array(list(self.apart.values()))
        return np.where(np.isnan(distances), NOT_FOUND_APART, np.minimum(distances, MOST_APART)).mean(axis=0)

    @property
    def doubt(self) -> float:
        """Mean of ``joints_apart`` over shoulders to ankles, 0..1; NaN if only other looks find the person."""
        return float(self.joints_apart[list(JOINTS)].mean()) if self.found else float("nan")

    @property
    def doubtful_joints(self) -> tuple[str, ...]:
        """Names of the joints on which the looks differ most, the worst first; none if a look does not find anyone."""
        seen = [distances for distances in self.apart.values() if np.isfinite(distances).any()]
        if not seen:
            return ()
        apart = np.minimum(seen, MOST_APART).mean(axis=0)
        return tuple(
            COCO_17[place] for place in sorted(JOINTS, key=lambda at: -apart[at]) if apart[place] > DOUBTFUL_FROM
        )


@dataclass(frozen=True, eq=False)
class PhotoDoubt:
    """One photo as the looks see it.

    Attributes:
        photo: with its size, and without labels.
        people: everyone found by any look.
        milliseconds: processing time of all looks.
    """

    photo: LabelledPhoto
    people: tuple[PersonDoubt, ...]
    milliseconds: float

    @property
    def found(self) -> tuple[PersonDoubt, ...]:
        """The people of the first look."""
        return tuple(person for person in self.people if person.found)

    @property
    def only_others(self) -> tuple[PersonDoubt, ...]:
        """People whom only other looks find."""
        return tuple(person for person in self.people if not person.found)

    @property
    def doubt(self) -> float:
        """That of the most doubtful person, 0..1; 1 if the first look finds nobody."""
        return max((person.doubt for person in self.found), default=NOBODY_DOUBT)

    @property
    def points_by_look(self) -> dict[str, list[Doubles]]:
        """(17, 2) pixels of each person in each look; the first look, called "first", comes last."""
        looks = self.people[0].by_look if self.people else ()
        others: dict[str, list[Doubles]] = {look: [person.by_look[look] for person in self.people] for look in looks}
        return others | {"first": [person.points for person in self.people]}

    @property
    def doubtful_joints(self) -> frozenset[str]:
        """Names of the joints that are doubtful in anyone."""
        return frozenset(joint for person in self.found for joint in person.doubtful_joints)


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """Photos by how much the looks at them disagree.

    Attributes:
        source: where the photos are.
        photos: the most doubtful first.
        looks: beside the first.
        options: of the first look.
        problems: photos that could not be used, and why.
        complete: whether all photos are done.
    """

    source: PhotoSource
    photos: tuple[PhotoDoubt, ...]
    looks: tuple[LookName, ...]
    options: PoseOptions
    problems: tuple[Problem, ...]
    complete: bool


def second_opinion(
    checked: CheckedSet,
    options: PoseOptions,
    looks: Sequence[str] = USUAL_LOOKS,
    *,
    keep_in: Path | None = None,
    on_photos: OnPhotos | None = None,
    workers: int | None = None,
) -> SecondOpinion:
    """Look at each photo several times, and rank the photos by how much the looks disagree.

    Args:
        checked: the photos, from ``check_photos(read_photos(...))``; their labels, if any, are not used.
        options: how people are found by the first look, and by all others but heavy's model.
        looks: beside the first.
        keep_in: as for ``estimate_photos``.
        on_photos: the same.
        workers: the same.

    Raises:
        As ``further_looks`` and ``estimate_photos``.
    """
    names = further_looks(looks, options)
    all_looks = [Look(options), *(_look(name, options) for name in names)]
    estimates = estimate_looks(checked, all_looks, keep_in=keep_in, on_photos=on_photos, workers=workers)
    doubts = [
        compare_looks(
            photo,
            estimates[0].found[photo.photo_id],
            {name: each.found[photo.photo_id] for name, each in zip(names, estimates[1:], strict=True)},
        )
        for photo in checked.labelled.photos
        if all(photo.photo_id in each.found for each in estimates)
    ]
    # Of photos without anyone in the first look, those in which others find somebody come first.
    doubts.sort(key=lambda each: (-each.doubt, -len(each.only_others), each.photo.file_name))
    problems = tuple(dict.fromkeys((*checked.labelled.problems, *estimates[0].problems)))
    return SecondOpinion(checked.labelled.source, tuple(doubts), names, options, problems, estimates[0].complete)


def further_looks(names: Sequence[str], options: PoseOptions) -> tuple[LookName, ...]:
    """The looks of these names beside a first one, each once.

    Raises:
        InvalidOption: if there are none, one is not known, or it would be the first look again.
    """
    unknown = [name for name in names if name not in LOOKS]
    if unknown or not names:
        got = repr(unknown[0]) if unknown else "none"
        raise InvalidOption(f"Expected further looks of {', '.join(LOOKS)}, but got {got}.")
    if "heavy" in names and options.model == "heavy":
        raise InvalidOption("Expected the first look to be by another model than heavy, as heavy is a further look.")
    return tuple(name for name in LOOKS if name in names)


def _look(name: LookName, options: PoseOptions) -> Look:
    if name == "mirrored":
        return Look(options, mirrored=True)
    return Look(options, turn_deg=TURN_DEG) if name == "turned" else Look(replace(options, model="heavy"))


def compare_looks(photo: LabelledPhoto, first: FoundPeople, others: Mapping[LookName, FoundPeople]) -> PhotoDoubt:
    """Match the people of all looks at one photo.

    Args:
        photo: the photo.
        first: people of the first look.
        others: people of each other look, in pixels of the photo itself.
    """
    people = [_Matched(points, dict.fromkeys(others, _NOBODY)) for points in first.points]
    for name, found in others.items():
        # Someone missed by the first look may be found by several others.
        known = np.array([each.latest for each in people]).reshape(-1, len(COCO_17), 2)
        pairs = most_similar_first(_likeness(known, found.points))
        rows = {column: row for row, column, likeness in pairs if likeness >= SAME_PERSON_FROM}
        for place, points in enumerate(found.points):
            if place not in rows:
                rows[place] = len(people)
                people.append(_Matched(_NOBODY, dict.fromkeys(others, _NOBODY)))
            people[rows[place]].by_look[name] = points
    hidden = np.full(len(COCO_17), np.nan)
    visibility = [*(() if first.visibility is None else first.visibility), *[hidden] * len(people)]
    times = [first.milliseconds, *(found.milliseconds for found in others.values())]
    return PhotoDoubt(
        photo,
        tuple(
            PersonDoubt(number, each.points, each.by_look, seen)
            for number, (each, seen) in enumerate(zip(people, visibility, strict=False), start=1)
        ),
        float(np.sum(times)),
    )


_NOBODY: Doubles = np.full((len(COCO_17), 2), np.nan)


@dataclass
class _Matched:
    """A person while looks are matched."""

    points: Doubles
    by_look: dict[LookName, Doubles]

    @property
    def latest(self) -> Doubles:
        return next(points for points in (self.points, *self.by_look.values()) if is_found(points))


def _likeness(some: Doubles, others: Doubles) -> Doubles:
    """(P, L) OKS of people in two looks: the mean of both ways, as either has an area."""
    every = np.ones(len(COCO_17), bool)
    ways = [
        oks_matrix(one, other, np.array([area_of(points) for points in other]), np.tile(every, (len(other), 1)))
        for one, other in ((some, others), (others, some))
    ]
    return np.asarray((ways[0] + ways[1].T) / 2, np.float64)


def is_found(points: Doubles) -> bool:
    """Whether somebody is there, by their (17, 2) points."""
    return bool(np.isfinite(points).any())


def torso_px(points: Doubles) -> float:
    """Mean length of the two diagonals of the torso, pixels, of (17, 2) points."""
    return float(np.linalg.norm(points[_SHOULDERS] - points[_HIPS[::-1]], axis=-1).mean())


def plain_joint(name: str) -> str:
    """The name of a joint in words."""
    return name.replace("_", " ")
