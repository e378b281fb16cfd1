"""The scores of several cases on the same labelled photos."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any

from posecore.evaluation.case import CaseName, CaseScores, Comparison, compare_cases, score_case
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledSet, Problem
from posecore.evaluation.published import PUBLISHED, PUBLISHED_NOTE
from posecore.system import VERSION


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Cases on the same photos, compared with each other.

    Attributes:
        labelled: the photos that were scored, with their labels.
        cases: the scores of each.
        problems: everything that could not be used.
    """

    labelled: LabelledSet
    cases: tuple[CaseScores, ...]
    problems: tuple[Problem, ...] = field(default=())

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Each case with each other one."""
        return tuple(compare_cases(first, second) for first, second in combinations(self.cases, 2))

    @cached_property
    def figures(self) -> list[dict[str, Any]]:
        """``CaseScores.as_dict`` of each case."""
        return [case.as_dict() for case in self.cases]

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "posecore": VERSION,
            "labels": self.labelled.name,
            "labels_sha256": self.labelled.sha256,
            "images": self.labelled.source.name,
            "keypoints": list(self.labelled.keypoints),
            "photos": len(self.labelled.photos),
            "cases": self.figures,
            "comparisons": [comparison.as_dict() for comparison in self.comparisons],
            "problems": [{"file": each.file, "entry": each.entry, "what": each.what} for each in self.problems],
            "published": {"note": PUBLISHED_NOTE, "map_and_pck_percent": [row._asdict() for row in PUBLISHED]},
        }


def evaluate(
    labelled: LabelledSet,
    found: Mapping[CaseName, Mapping[int | str, FoundPeople]],
    problems: tuple[Problem, ...] = (),
) -> Evaluation:
    """Score what several models and systems found in labelled photos.

    Args:
        labelled: the photos, with their labels.
        found: people by the photo's id, of each case.
        problems: of estimating and of results. Photos named in them are scored for no case, as they could not be
            estimated.
    """
    failed = {problem.entry for problem in problems if problem.file == labelled.source.name}
    photos = tuple(photo for photo in labelled.photos if photo.file_name not in failed)
    rest = LabelledSet(labelled.name, labelled.source, photos, labelled.keypoints, labelled.problems, labelled.sha256)
    cases = tuple(
        score_case(
            name, photos, {photo.photo_id: people[photo.photo_id] for photo in photos if photo.photo_id in people}
        )
        for name, people in found.items()
    )
    return Evaluation(rest, cases, tuple(dict.fromkeys((*labelled.problems, *problems))))


def name_of_results(name: str, taken: Collection[CaseName]) -> CaseName:
    """The name of the case of another system's results: its file's, with a number if another case is called so."""
    case, number = CaseName(name), 2
    while case in taken:
        case, number = replace(case, model=f"{name} ({number})"), number + 1
    return case
