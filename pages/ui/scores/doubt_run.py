"""Several looks at the visitor's photos, in the background, so that it can be stopped and goes on from there."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pages.ui.scores.photo_set import PhotoSet
from pages.ui.serving.folders import Folder
from pages.ui.serving.jobs import Job, JobWords, Report
from posecore import PosecoreError, PoseOptions
from posecore.evaluation.doubt_reasons import reasons
from posecore.evaluation.run import check_photos
from posecore.evaluation.second_opinion import (
    LookName,
    PhotoDoubt,
    SecondOpinion,
    plain_joint,
    read_photos,
    second_opinion,
)
from posecore.limits import LIMITS
from posecore.media.pictures import decode_picture
from posecore.system import usable_cores
from posecore.view.scored_drawing import draw_looks

WORKERS = max(1, usable_cores() // LIMITS.runs_at_once)
"""Photos analysed at once for one visitor; leaves cores for others."""

_WORDS = JobWords(
    "photos",
    begins="Reading the photos",
    fails="The photos could not be compared",
    stops="Stop and rank what is done",
    kind="doubts",
)
_PICTURES_KEPT = 40


@dataclass(frozen=True)
class Wanted:
    """What is to be looked at, and how.

    Attributes:
        photos: path of the zip.
        version: of the photos, so that other ones are not taken for the same.
        options: of the first look.
        looks: the further ones.
    """

    photos: Path
    version: int
    options: PoseOptions
    looks: tuple[LookName, ...]


@dataclass(frozen=True, eq=False)
class Doubts:
    """What a run gave.

    Attributes:
        wanted: what was to be done.
        opinion: the photos, the most doubtful first.
        photos: number of photos that were given.
        table: a row for each photo, in the same order.
    """

    wanted: Wanted
    opinion: SecondOpinion
    photos: int
    table: pd.DataFrame


@dataclass
class DoubtRuns:
    """The runs of one visit, one after the other, and what they keep.

    Attributes:
        archive: zip of the photos that they are of.
        folder: of what was found in photos; removed with the visit.
        job: the current or last run; None before the first.
        doubts: the last result; it stays while another run goes on.
    """

    archive: Path
    folder: Folder = field(default_factory=lambda: Folder("doubts"))
    job: Job[Doubts] | None = None
    doubts: Doubts | None = None
    _pictures: OrderedDict[tuple[int, str, int], NDArray[np.uint8]] = field(default_factory=OrderedDict)

    def close(self) -> None:
        """End the run and delete all files."""
        if self.job is not None:
            self.job.close()
        self.folder.close()

    @property
    def closed(self) -> bool:
        """Whether the files are deleted."""
        return self.folder.closed

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return self.job is not None and self.job.is_running

    def wanted(self, photo_set: PhotoSet, options: PoseOptions, looks: tuple[LookName, ...]) -> Wanted:
        """What a run with these options would do, with the photos as they are now."""
        return Wanted(photo_set.archive, photo_set.version, options, looks)

    def start(self, wanted: Wanted) -> None:
        """Start a run. A look that was taken at a photo before is not taken again."""
        self.job = Job(_WORDS)
        keep_in = self.folder.path / "estimates"
        self.job.start(lambda report: _look(wanted, keep_in, report))

    def take_result(self) -> None:
        """Take the result of the run if it has ended with one."""
        if self.job is not None and self.job.state.result is not None and self.job.state.result is not self.doubts:
            self.doubts = self.job.state.result

    def picture(self, doubts: Doubts, photo: PhotoDoubt, side: int) -> NDArray[np.uint8] | None:
        """The looks drawn on a photo; None if it cannot be read any more. The last ones are kept."""
        key = id(photo), photo.photo.file_name, side
        if key not in self._pictures:
            try:
                rgb = decode_picture(doubts.opinion.source.read(photo.photo.file_name), name="photo")
            except PosecoreError:
                return None
            self._pictures[key] = draw_looks(rgb, photo.points_by_look, side=side)
        self._pictures.move_to_end(key)
        while len(self._pictures) > _PICTURES_KEPT:
            self._pictures.popitem(last=False)
        return self._pictures[key]


def _look(wanted: Wanted, keep_in: Path, report: Report) -> Doubts:
    given = read_photos(wanted.photos)
    checked = check_photos(given, lambda done, total: report(done, total, "Reading: "))
    opinion = second_opinion(checked, wanted.options, wanted.looks, keep_in=keep_in, on_photos=report, workers=WORKERS)
    # Stopped while photos were read, the set has only those read so far.
    unusable = len(opinion.problems) - len(given.problems)
    opinion = replace(opinion, complete=len(opinion.photos) + unusable == len(given.photos))
    # The table is made here rather than each time the page is shown: it may have thousands of rows.
    return Doubts(wanted, opinion, len(given.photos), _table(opinion.photos))


def _table(photos: Sequence[PhotoDoubt]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "photo": [photo.photo.file_name for photo in photos],
            "doubt": [photo.doubt for photo in photos],
            "people": [len(photo.found) for photo in photos],
            "only in other looks": [len(photo.only_others) for photo in photos],
            "doubtful joints": [", ".join(sorted(map(plain_joint, photo.doubtful_joints))) for photo in photos],
            "reasons": [" ".join(reasons(photo)) for photo in photos],
        }
    )
