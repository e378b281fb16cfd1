"""All scores of one case: one model and search, or the results of another system, on one labelled set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from posecore.evaluation.angle_agreement import JOINT_ANGLES, Agreement, agreement, joint_angles
from posecore.evaluation.body_errors import aligned_mpjpe, mpjpe
from posecore.evaluation.bootstrap import Difference, Interval, bootstrap_share, paired_difference
from posecore.evaluation.coco_scores import CocoScores, coco_scores
from posecore.evaluation.correct_keypoints import THRESHOLDS, correct_and_counted, pck, pck_by_keypoint, share
from posecore.evaluation.found import Doubles, FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPerson, LabelledPhoto
from posecore.evaluation.matching import FOUND_FROM, is_inside, match_people

PCK_AT = 0.2
PCKH_AT = 0.5
_AP_SAMPLES = 300
_LEAST_P = 0.05


@dataclass(frozen=True)
class CaseName:
    """What was scored.

    Attributes:
        model: such as "full"; of another system, the name of its file.
        search: "fast" or "thorough"; empty for another system.
        engine: "fast" or "mediapipe"; empty for another system.
    """

    model: str
    search: str = ""
    engine: str = ""

    def __str__(self) -> str:
        engine = "MediaPipe" if self.engine == "mediapipe" else ""
        return ", ".join(word for word in (self.model, self.search if not engine else "", engine) if word)


@dataclass(frozen=True, eq=False)
class PersonScore:
    """How well one labelled person was found.

    Attributes:
        photo: which they are in.
        person: the label.
        oks: with the detected person they match, 0..1; 0 without one.
        points: (17, 2) pixels of that detected person; NaN without one.
        points_m: (17, 3) metres of that person; NaN without one, or if not known.
    """

    photo: LabelledPhoto
    person: LabelledPerson
    oks: float
    points: Doubles
    points_m: Doubles

    @property
    def found(self) -> bool:
        """Whether the person counts as found: from OKS 0.5."""
        return self.oks >= FOUND_FROM

    @cached_property
    def errors_px(self) -> Doubles:
        """(17,) distance of each keypoint from its label, pixels; infinite: not found; NaN: not labelled."""
        distances = np.linalg.norm(self.points - self.person.points, axis=-1)
        return np.where(self.person.labelled, np.where(np.isnan(distances), np.inf, distances), np.nan)

    @property
    def pck(self) -> float:
        """Share of this person's keypoints that are correct within 0.2 of the torso; NaN if the torso is not known."""
        return pck(self.errors_px[None], np.array([self.person.torso_px]), PCK_AT)


@dataclass(frozen=True, eq=False)
class CaseScores:
    """The scores of one case.

    Attributes:
        name: what was scored.
        people: everyone labelled with keypoints, photo by photo.
        others: detections that match no label: false ones, and people who are not labelled.
        photos: all photos, with those in which nobody is labelled.
        milliseconds: median time of a photo; NaN: not known.
        coco: pycocotools' scores.
    """

    name: CaseName
    people: tuple[PersonScore, ...]
    others: int
    photos: tuple[LabelledPhoto, ...]
    milliseconds: float
    coco: CocoScores

    @cached_property
    def errors_px(self) -> Doubles:
        """(N, 17) of all people, see ``PersonScore.errors_px``."""
        return np.array([each.errors_px for each in self.people]).reshape(-1, len(COCO_17))

    @cached_property
    def torsos_px(self) -> Doubles:
        """(N,) pixels; NaN: not labelled."""
        return np.array([each.person.torso_px for each in self.people])

    @cached_property
    def heads_px(self) -> Doubles:
        """(N,) pixels; NaN: not labelled."""
        return np.array([each.person.head_px for each in self.people])

    @property
    def found(self) -> int:
        """Number of labelled people who were found."""
        return sum(each.found for each in self.people)

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The domains of the photos, in order of the alphabet; empty if none is stated."""
        names = {photo.domain for photo in self.photos}
        return tuple(sorted(names)) if names != {""} else ()

    def in_domain(self, domain: str) -> "CaseScores":
        """The scores of the photos of one domain; without times and AP."""
        nan = float("nan")
        photos = tuple(photo for photo in self.photos if photo.domain == domain)
        people = tuple(each for each in self.people if each.photo.domain == domain)
        return CaseScores(self.name, people, 0, photos, nan, CocoScores(nan, nan, nan, nan))

    def correct_by_photo(self, threshold: float = PCK_AT) -> tuple[Doubles, Doubles]:
        """Correct and counted keypoints of each photo, two arrays (photos,), for intervals and tests by photo."""
        correct, counted = correct_and_counted(self.errors_px, self.torsos_px, threshold)
        return self._by_photo(correct.sum(axis=1)), self._by_photo(counted.sum(axis=1))

    def pck(self, threshold: float = PCK_AT) -> float:
        """Share of correct keypoints, 0..1; NaN if nobody's torso is labelled."""
        return pck(self.errors_px, self.torsos_px, threshold)

    def pck_interval(self, threshold: float = PCK_AT) -> Interval:
        """95% interval of ``pck``."""
        return bootstrap_share(*self.correct_by_photo(threshold))

    def pck_by_joint(self, threshold: float = PCK_AT) -> dict[str, float]:
        """PCK of each keypoint that is labelled at least once, by COCO's names."""
        shares = pck_by_keypoint(self.errors_px, self.torsos_px, threshold)
        return {name: float(value) for name, value in zip(COCO_17, shares, strict=True) if np.isfinite(value)}

    def _by_photo(self, values: Sequence[float] | Doubles) -> Doubles:
        places = {photo.photo_id: place for place, photo in enumerate(self.photos)}
        sums = np.zeros(len(self.photos))
        np.add.at(sums, [places[each.photo.photo_id] for each in self.people], np.asarray(values, float))
        return sums

    @cached_property
    def angles(self) -> dict[str, Agreement]:
        """Agreement of each joint angle with the labels, in the picture, degrees, over the people who were found."""
        return self._agreements(self.angle_pairs())

    @cached_property
    def angles_3d(self) -> dict[str, Agreement]:
        """The same in 3D; without pairs if the labels have no metres."""
        return self._agreements(self.angle_pairs(in_3d=True))

    def angle_pairs(self, *, in_3d: bool = False) -> Doubles:
        """(2, M, A) degrees: estimate and label of each joint angle of the M people who were found; NaN: not known.

        They are in the order of ``people``, the angles in that of ``JOINT_ANGLES``.
        """
        found = [each for each in self.people if each.found]
        size = 3 if in_3d else 2
        bodies = [
            [each.points_m for each in found] if in_3d else [each.points for each in found],
            [each.person.points_m for each in found] if in_3d else [each.person.points for each in found],
        ]
        return joint_angles(np.array(bodies, float).reshape(2, len(found), len(COCO_17), size))

    @staticmethod
    def _agreements(pairs: Doubles) -> dict[str, Agreement]:
        return {name: agreement(*pairs[:, :, place]) for place, name in enumerate(JOINT_ANGLES)}

    @cached_property
    def body_errors_m(self) -> Doubles:
        """(M, 2) MPJPE and its Procrustes-aligned form, metres, of the people found whose label has metres."""
        pairs = [(each.points_m, each.person.points_m) for each in self.people if each.found]
        errors = np.array([(mpjpe(*pair), aligned_mpjpe(*pair)) for pair in pairs]).reshape(-1, 2)
        return np.asarray(errors[np.isfinite(errors).all(axis=1)])

    def as_dict(self) -> dict[str, Any]:
        """All figures, ready for JSON: shares are 0..1, errors of bodies millimetres, NaN is None.

        Intervals hold 95% of samples of the photos.
        """
        found = self._by_photo([each.found for each in self.people])
        labelled = self._by_photo([1.0] * len(self.people))
        likeness = [each.oks for each in self.people if each.found]
        body_mm = 1000 * self.body_errors_m
        return plain(
            {
                "model": self.name.model,
                "search": self.name.search or None,
                "engine": self.name.engine or None,
                "photos": len(self.photos),
                "people": len(self.people),
                "found": self.found,
                "others": self.others,
                "recall": share(self.found, len(self.people)),
                "recall_interval": bootstrap_share(found, labelled),
                "mean_oks": float(np.mean(likeness)) if likeness else float("nan"),
                "pck_people": int(np.isfinite(self.torsos_px).sum()),
                "pck": {f"{at:g}": self.pck(at) for at in THRESHOLDS},
                "pck_interval": {f"{PCK_AT:g}": self.pck_interval()},
                "pck_by_joint": self.pck_by_joint(),
                "pckh_people": int(np.isfinite(self.heads_px).sum()),
                "pckh": {f"{PCKH_AT:g}": pck(self.errors_px, self.heads_px, PCKH_AT)},
                "by_domain": {domain: self._domain(domain) for domain in self.domains},
                "oks_map": self.coco.mean_ap,
                "oks_map_interval": self.coco.mean_ap_interval,
                "oks_ap_50": self.coco.ap_50,
                "oks_ap_75": self.coco.ap_75,
                "oks_mar": self.coco.mean_ar,
                "mpjpe_people": len(body_mm),
                "mpjpe_mm": float(body_mm[:, 0].mean()) if len(body_mm) else float("nan"),
                "pa_mpjpe_mm": float(body_mm[:, 1].mean()) if len(body_mm) else float("nan"),
                "angles_deg": {name: each._asdict() for name, each in self.angles.items()},
                "angles_3d_deg": {name: each._asdict() for name, each in self.angles_3d.items() if each.pairs},
                "ms_median": self.milliseconds,
            }
        )

    def _domain(self, domain: str) -> dict[str, Any]:
        part = self.in_domain(domain)
        return {
            "photos": len(part.photos),
            "people": len(part.people),
            "found": part.found,
            "pck": {f"{PCK_AT:g}": part.pck()},
            "pck_interval": {f"{PCK_AT:g}": part.pck_interval()},
            "pck_by_joint": part.pck_by_joint(),
        }


def score_case(name: CaseName, photos: Sequence[LabelledPhoto], found: Mapping[int | str, FoundPeople]) -> CaseScores:
    """Score what was found in labelled photos.

    Args:
        name: what is scored.
        photos: with their labels.
        found: by the photo's id; a photo that is missing has nobody.
    """
    people: list[PersonScore] = []
    others = 0
    for photo in photos:
        scores, more = score_photo(photo, found.get(photo.photo_id) or FoundPeople.nobody())
        people += scores
        others += more
    times = [each.milliseconds for each in found.values() if np.isfinite(each.milliseconds)]
    return CaseScores(
        name,
        tuple(people),
        others,
        tuple(photos),
        float(np.median(times)) if times else float("nan"),
        coco_scores(photos, found, samples=_AP_SAMPLES),
    )


def score_photo(photo: LabelledPhoto, found: FoundPeople) -> tuple[list[PersonScore], int]:
    """The labelled people of one photo, and how many detections match nobody.

    A detection is of another person unless it matches a label (``FOUND_FROM``), or lies in the box of a crowd or of
    somebody labelled without keypoints: those count as neither found nor missed.
    """
    labelled = [person for person in photo.people if person.counts]
    pairs = {pair.person: pair for pair in match_people(found.points, labelled)}
    nothing, nothing_m = np.full((len(COCO_17), 2), np.nan), np.full((len(COCO_17), 3), np.nan)
    scores = [
        PersonScore(
            photo, person, pairs[place].oks, found.points[pairs[place].found], found.points_m[pairs[place].found]
        )
        if place in pairs
        else PersonScore(photo, person, 0.0, nothing, nothing_m)
        for place, person in enumerate(labelled)
    ]
    taken = {pair.found for pair in pairs.values() if pair.oks >= FOUND_FROM}
    unlabelled = [person for person in photo.people if not person.counts]
    rest = (points for place, points in enumerate(found.points) if place not in taken)
    return scores, sum(not any(is_inside(points, person) for person in unlabelled) for points in rest)


@dataclass(frozen=True)
class Comparison:
    """Two cases on the same photos.

    Attributes:
        first, second: their names.
        pck: difference of their PCK, with an interval and tests.
        people: labelled people whom both found.
        distance: median distance between their keypoints of the same people, in shares of the torso; NaN: not known.
    """

    first: str
    second: str
    pck: Difference
    people: int
    distance: float

    @property
    def differ(self) -> bool:
        """Whether the difference is more than chance: 0 is outside its 95% interval, and Wilcoxon's p is below 0.05.

        Of few photos intervals are too narrow, while Wilcoxon's test never finds fewer than six to differ.
        """
        return bool((self.pck.low > 0 or self.pck.high < 0) and self.pck.p_wilcoxon < _LEAST_P)

    def as_dict(self) -> dict[str, Any]:
        """All values, ready for JSON."""
        return plain(
            {
                "first": self.first,
                "second": self.second,
                "pck_difference": self.pck._asdict(),
                "differ": self.differ,
                "people_in_both": self.people,
                "distance_of_torso": self.distance,
            }
        )


def compare_cases(first: CaseScores, second: CaseScores, threshold: float = PCK_AT) -> Comparison:
    """Compare two cases on the same labelled photos: who is more right, and how far they agree with each other.

    Args:
        first: scores on the photos.
        second: scores on the same photos.
        threshold: of the PCK that is compared.
    """
    both = [
        np.linalg.norm(one.points - other.points, axis=-1) / one.person.torso_px
        for one, other in zip(first.people, second.people, strict=True)
        if one.found and other.found
    ]
    distances = np.concatenate(both) if both else np.empty(0)
    known = distances[np.isfinite(distances)]
    return Comparison(
        str(first.name),
        str(second.name),
        paired_difference(*first.correct_by_photo(threshold), *second.correct_by_photo(threshold)),
        len(both),
        float(np.median(known)) if len(known) else float("nan"),
    )


def plain(value: Any) -> Any:
    """A value of dicts, lists and numbers in which NaN and infinity are None, as JSON has neither."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
