"""One result of a clip scored against one or several truths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from posecore.errors import NotComparable, PosecoreError
from posecore.evaluation.clip_scores import ClipScores, Stillness, score_clip
from posecore.evaluation.labels import Problem
from posecore.evaluation.motion import Doubles, Motion, motion_of_poses
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.evaluation.motion_files.openpose_files import Nearest, OnFile
from posecore.evaluation.time_offset import TimeOffset, given_offset
from posecore.motion.comparing.limbs import performer_of
from posecore.poses import PoseSequence

_SAME_VIDEO = "Both are of the same video, so its own times are used."
_BY_FRAME = "OpenPose numbers its files by the frames of the video, so the video's own times are used."
_AT_MOST_APART_S = 0.5


@dataclass(frozen=True, eq=False)
class ScoredResult:
    """The result that is scored.

    Attributes:
        name: of its file.
        performer: the one person who is scored, in one slot.
        fps: frames per second of its video.
        source_sha256: of its video; None: not known.
    """

    name: str
    performer: PoseSequence
    fps: float
    source_sha256: str | None = None

    @classmethod
    def of(
        cls, sequence: PoseSequence, name: str, *, person: int | None = None, facts: Mapping[str, Any] | None = None
    ) -> "ScoredResult":
        """The result of a video.

        Args:
            sequence: of any number of people.
            name: of its file.
            person: id of the person who is scored; None: in each shot the one who is largest and longest in view.
            facts: of its manifest; the share of the frames that was analysed and the video's hash are of interest.

        Raises:
            InvalidOption: if nobody has this id.
            InvalidPoses: if that person is seen in no frame.
            NotComparable: if nobody is seen at all.
        """
        facts = facts or {}
        performer = performer_of(sequence, person, what=name)
        part, sha256 = facts.get("part"), facts.get("source_sha256")
        every = part.get("every") if isinstance(part, Mapping) else 1
        times = every if type(every) is int and every > 0 else 1
        return cls(name, performer, sequence.fps * times, sha256 if isinstance(sha256, str) else None)

    def motion(self, *, flat: bool) -> Motion:
        """The person's movement, in the picture or in 3D."""
        return motion_of_poses(self.performer, 1, flat=flat, name=self.name)


@dataclass(frozen=True, eq=False)
class ClipEvaluation:
    """The scores of one result.

    Attributes:
        result: what was scored.
        scores: against each truth; a second result of posecore is two: in 3D and in the picture.
        problems: truths that could not be compared at all.
    """

    result: ScoredResult
    scores: tuple[ClipScores, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """These, and what could not be used in the truths."""
        return (*self.problems, *dict.fromkeys(each for scores in self.scores for each in scores.truth.problems))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "result": self.result.name,
            "clips": [scores.as_dict() for scores in self.scores],
            "problems": [vars(problem) for problem in self.problems],
        }


def read_truth(
    path: str | Path,
    result: ScoredResult,
    *,
    metres: float | None = None,
    person: int | None = None,
    fps: float | None = None,
    name: str | None = None,
    on_file: OnFile | None = None,
) -> Motion:
    """Read a movement that another program wrote, of the same clip as a result.

    Args:
        path: of a C3D, TRC or BVH file, or of a folder or zip of OpenPose's JSON.
        result: what it is compared with: of several people in a frame of OpenPose the nearest is taken.
        metres: metres per unit of length; None: as the file says.
        person: of a file with several people, the number of one, from 1; None: see the readers.
        fps: frames per second of the video that OpenPose was run on; None: those of the result's video.
        name: of the file, for people; None: that of the path.
        on_file: as for ``read_openpose``.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    return read_motion(
        path,
        fps or result.fps,
        metres=metres,
        person=person,
        nearest=_nearest_to(result),
        name=name,
        on_file=on_file,
    )


def second_result(result: ScoredResult, other: ScoredResult) -> tuple[Motion, ...]:
    """A second result of posecore's own as a truth: in 3D and, unless it is of another video, in the picture."""
    hashes = {result.source_sha256, other.source_sha256} - {None}
    solid = other.motion(flat=False)
    return (solid,) if len(hashes) > 1 else (solid, other.motion(flat=True))


def known_offset(result: ScoredResult, truth: Motion, other: ScoredResult | None = None) -> TimeOffset | None:
    """The offset that follows from what both are; None: it is to be found.

    Args:
        result: what is scored.
        truth: what it is compared with.
        other: the second result that the truth is; None: it is another program's.
    """
    if other is not None:
        same = result.source_sha256 is not None and result.source_sha256 == other.source_sha256
        return given_offset(0, _SAME_VIDEO) if same else None
    return given_offset(0, _BY_FRAME) if truth.is_flat else None


def evaluate_clip(
    result: ScoredResult,
    truths: Sequence[tuple[Motion, TimeOffset | None]],
    *,
    still: Stillness = "still",
    problems: Sequence[Problem] = (),
) -> ClipEvaluation:
    """Score a result against several truths, each with its offset; None: it is found.

    A truth that cannot be compared is a problem, and the others are scored.

    Raises:
        NotComparable: if none of them can be compared.
    """
    scores, failed = [], list(problems)
    for truth, offset in truths:
        try:
            scores.append(score_clip(result.motion(flat=truth.is_flat), truth, offset=offset, still=still))
        except PosecoreError as error:
            failed.append(Problem(truth.name, "in the picture" if truth.is_flat else "in 3D", str(error)))
    if not scores:
        raise NotComparable(failed[0].what if failed else "There is no truth to compare the result with.")
    return ClipEvaluation(result, tuple(scores), tuple(failed))


def _nearest_to(result: ScoredResult) -> Nearest:
    """Which of several people is nearest to the result at a time, by the median distance of their keypoints."""
    flat = result.motion(flat=True)
    seen = np.flatnonzero(np.isfinite(flat.points[..., 0]).any(axis=1))

    def nearest(time_s: float, people: Doubles) -> int | None:
        times = flat.times_s[seen]
        after = min(int(np.searchsorted(times, time_s)), len(times) - 1)
        frame = min((max(0, after - 1), after), key=lambda place: abs(times[place] - time_s))
        if abs(times[frame] - time_s) > _AT_MOST_APART_S:
            return None
        distances = np.linalg.norm(people - flat.points[seen[frame]], axis=-1)
        medians = [
            float(np.median(each[np.isfinite(each)])) if np.isfinite(each).any() else np.inf for each in distances
        ]
        return int(np.argmin(medians)) if np.isfinite(medians).any() else None

    return nearest
