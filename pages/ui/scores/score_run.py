"""Scoring the visitor's labelled photos, in the background, so that it can be stopped and goes on from there."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from uuid import uuid4

from pages.ui.scores.photo_set import PhotoSet
from pages.ui.serving.folders import Folder
from pages.ui.serving.jobs import Job, JobWords, Report
from posecore import PoseOptions
from posecore.errors import UnreadableLabels
from posecore.evaluation.case import CaseName
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.evaluation import Evaluation, evaluate, name_of_results
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledSet, Problem
from posecore.evaluation.results_file import read_results
from posecore.evaluation.run import CaseEstimates, CaseProgress, check_photos, estimate_cases
from posecore.limits import LIMITS
from posecore.system import usable_cores

WORKERS = max(1, usable_cores() // LIMITS.runs_at_once)
"""Photos estimated at once for one visitor; leaves cores for others."""

_MOST_OTHERS = 10  # of at most LIMITS.labels_megabytes each

_WORDS = JobWords(
    "estimates",
    begins="Reading the photos and their labels",
    fails="The photos could not be scored",
    stops="Stop and score what is done",
    kind="scores",
)


@dataclass(frozen=True)
class OtherSystem:
    """Results of another system.

    Attributes:
        name: as the visitor calls it.
        path: of the file, under a name of ours.
    """

    name: str
    path: Path


@dataclass(frozen=True)
class Wanted:
    """What is to be scored.

    Attributes:
        photos: path of the zip.
        labels: path of the file of labels; None: it is in the zip.
        version: of the photos and the labels, so that other ones are not taken for the same.
        options: of each case.
        others: results of other systems.
    """

    photos: Path
    labels: Path | None
    version: str
    options: tuple[PoseOptions, ...]
    others: tuple[OtherSystem, ...]


@dataclass(frozen=True, eq=False)
class Scored:
    """What a run gave.

    Attributes:
        wanted: what was to be scored.
        evaluation: the scores; None if the run was stopped before the first photo was done.
        found: people by the photo's id, of each of our own cases.
        photos: number of photos that can be scored.
    """

    wanted: Wanted
    evaluation: Evaluation | None
    found: Mapping[CaseName, Mapping[int | str, FoundPeople]]
    photos: int


@dataclass
class ScoreRuns:
    """The scores of one visit: its runs, one after the other, and what they keep.

    Attributes:
        archive: zip of the photos that they are of.
        folder: of what was found in photos, of results and of files for download; removed with the visit.
        others: results of other systems that were uploaded.
        job: the current or last run; None before the first.
        scored: the last result; it stays while another run goes on.
    """

    archive: Path
    folder: Folder = field(default_factory=lambda: Folder("scores"))
    others: list[OtherSystem] = field(default_factory=list)
    job: Job[Scored] | None = None
    scored: Scored | None = None

    def close(self) -> None:
        """End the run and delete all files."""
        if self.job is not None:
            self.job.close()
        self.folder.close()

    @property
    def closed(self) -> bool:
        """Whether the files are deleted."""
        return self.folder.closed

    def add_other(self, name: str, data: bytes) -> None:
        """Keep results of another system, which are called as their file, with a number if another one is.

        Raises:
            UnreadableLabels: if there are too many.
        """
        if len(self.others) >= _MOST_OTHERS:
            raise UnreadableLabels(f"{name} was not added: at most {_MOST_OTHERS} other systems can be scored at once.")
        suffix = ".zip" if PurePath(name).suffix.lower() == ".zip" else ".json"
        path = self.folder.path / f"results-{uuid4().hex}{suffix}"
        path.write_bytes(data)
        shown = "".join(letter for letter in PurePath(name).name if letter.isprintable())
        taken = [CaseName(other.name) for other in self.others]
        self.others.append(OtherSystem(name_of_results(shown, taken).model, path))

    def rename_other(self, path: Path, name: str) -> None:
        """Call results otherwise; an empty name changes nothing."""
        name = "".join(letter for letter in name if letter.isprintable()).strip()
        if name:
            self.others = [replace(other, name=name) if other.path == path else other for other in self.others]

    def remove_other(self, path: Path) -> None:
        """Forget results."""
        self.others = [other for other in self.others if other.path != path]
        path.unlink(missing_ok=True)

    def wanted(self, photo_set: PhotoSet, options: tuple[PoseOptions, ...]) -> Wanted:
        """What a run of these options would score, with the photos, labels and results as they are now."""
        labels = photo_set.annotations if photo_set.annotations.exists() else None
        digest = hashlib.sha256(photo_set.labels or b"").hexdigest()
        version = f"{photo_set.version} {digest}"
        return Wanted(photo_set.archive, labels, version, options, tuple(self.others))

    def start(self, wanted: Wanted) -> None:
        """Start a run. What was found in a photo before is not estimated again."""
        self.job = Job(_WORDS)
        keep_in = self.folder.path / "estimates"
        self.job.start(lambda report: _score(wanted, keep_in, report))

    def take_result(self) -> None:
        """Take the result of the run if it has ended with one."""
        if self.job is not None and self.job.state.result is not None:
            self.scored = self.job.state.result


def _score(wanted: Wanted, keep_in: Path, report: Report) -> Scored:
    checked = check_photos(
        read_labelled_set(wanted.photos, wanted.labels),
        lambda done, total: report(done, total, "Reading: "),
    )
    others, problems = _read_others(wanted.others, checked.labelled)

    def on_photo(progress: CaseProgress) -> bool:
        return report(progress.done, progress.total, f"{progress.name}: ")

    estimates = estimate_cases(checked, wanted.options, keep_in=keep_in, on_photo=on_photo, workers=WORKERS)
    found, labelled = _in_all(estimates, checked.labelled)
    photos = len(checked.labelled.photos)
    if not labelled.photos:
        return Scored(wanted, None, found, photos)
    cases = dict(found)
    for name, of_other in others.items():
        cases[name_of_results(name.model, cases)] = of_other
    evaluation = evaluate(labelled, cases, (*problems, *estimates.problems))
    for figures in (evaluation.figures, evaluation.comparisons):  # here rather than when the page shows them
        assert figures is not None
    return Scored(wanted, evaluation, found, photos)


def _read_others(
    others: tuple[OtherSystem, ...], labelled: LabelledSet
) -> tuple[dict[CaseName, Mapping[int | str, FoundPeople]], list[Problem]]:
    """What each other system found, and what of their files could not be used."""
    found: dict[CaseName, Mapping[int | str, FoundPeople]] = {}
    problems: list[Problem] = []
    for other in others:
        try:
            results = read_results(other.path, labelled, name=other.name)
        except UnreadableLabels as error:
            problems.append(Problem(other.name, "the whole file", str(error).replace(other.path.name, other.name)))
        else:
            found[name_of_results(other.name, found)] = results.found
            problems += results.problems
    return found, problems


def _in_all(
    estimates: CaseEstimates, labelled: LabelledSet
) -> tuple[dict[CaseName, Mapping[int | str, FoundPeople]], LabelledSet]:
    """The cases that have begun, and the photos that all of these have done."""
    if estimates.complete:
        return dict(estimates.found), labelled
    begun = {name: found for name, found in estimates.found.items() if found}
    done = set.intersection(*(set(found) for found in begun.values())) if begun else set()
    return begun, replace(labelled, photos=tuple(photo for photo in labelled.photos if photo.photo_id in done))
