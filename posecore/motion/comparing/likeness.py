"""Likeness of poses to a reference: a photo of your own, or any frame.

Bodies are compared by the directions of their limbs, which are free of size and place, after the reference is turned so
that it is as much like the pose as it can be.

How a pose may be turned
    By default about the picture's vertical: it does not matter from which side a body is seen, but a body that lies is
    not one that stands. World landmarks are aligned with the camera, so this takes the camera to be level. In 812
    labelled photos of four poses this tells the same from another pose best (docs/comparing.md). ``turn="any"`` is for
    cameras that look up or down, or lie on their side; a headstand is then like standing. ``turn="none"`` is for poses
    that are seen from the same side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from posecore.errors import NotComparable, check_choice
from posecore.motion.comparing.limbs import (
    LIMBS,
    Doubles,
    Figure,
    Mirror,
    Turn,
    degrees_apart,
    figure_of,
    mean_over_limbs,
    scores_of,
)
from posecore.motion.exercises.body import runs_of
from posecore.motion.measuring import check_visibility
from posecore.poses import FramePoses, PoseSequence

if TYPE_CHECKING:
    import pandas as pd

ALIKE = 70.0
"""A pose is held while its score is at least this, unless asked otherwise: limbs 18 degrees apart on average."""
WOBBLE_S = 0.5
"""It may be left for so long."""

TOO_FEW = "fewer than half of the limbs are in sight in both"


@dataclass(frozen=True)
class PoseLikeness:
    """How much a pose is like a reference.

    Attributes:
        score: 0..100, the mean of the limbs' scores: 100 = the same, 0 = limbs 60 degrees apart or more; NaN if fewer
            than half of the limbs are in sight in both.
        degrees: by limb (see ``limbs.LIMBS``), the angle between the limbs of both; NaN if not judged.
        scores: by limb, 0..100: 100 at 0 degrees, falling evenly to 0 at 60; NaN if not judged.
        turned_deg: by how much the reference was turned: about the vertical, positive clockwise as seen from above;
            about any axis, 0 to 180.
        mirrored: whether the reference was mirrored: left for right.
        not_judged: by limb, why; and under ``"pose"`` why the whole has no score.
    """

    score: float
    degrees: Mapping[str, float]
    scores: Mapping[str, float]
    turned_deg: float
    mirrored: bool
    not_judged: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to tenths; what is not judged is None."""
        return {
            "score": _rounded(self.score),
            "limbs": {
                name: {"degrees": _rounded(self.degrees[name]), "score": _rounded(self.scores[name])} for name in LIMBS
            },
            "turned_deg": _rounded(self.turned_deg),
            "mirrored": self.mirrored,
            "not_judged": dict(self.not_judged),
        }


@dataclass(frozen=True, eq=False)
class LikenessOverTime:
    """How much each frame is like a reference.

    Attributes:
        times_s: (T,) of the frames.
        degrees: (T, L) angle between the limbs of both, in the order of ``limbs.LIMBS``; NaN if unseen in either.
        turned_deg: (T,) by how much the reference was turned, as in ``PoseLikeness``.
        mirrored: whether the reference was mirrored.
        cuts: (C,) those of the sequence.
    """

    times_s: Doubles
    degrees: Doubles
    turned_deg: Doubles
    mirrored: bool
    cuts: Any

    @property
    def limb_scores(self) -> Doubles:
        """(T, L) 0..100; NaN if not judged."""
        return scores_of(self.degrees)

    @property
    def score(self) -> Doubles:
        """(T,) 0..100, the mean of the limbs; NaN if fewer than half of them are seen in both."""
        return mean_over_limbs(self.limb_scores)

    @property
    def best_frame(self) -> int:
        """The frame that is most like the reference.

        Raises:
            NotComparable: if no frame is judged.
        """
        score = self.score
        if not np.isfinite(score).any():
            raise NotComparable(f"No frame can be compared with the reference: {TOO_FEW}.")
        return int(np.nanargmax(score))

    @property
    def best_s(self) -> float:
        """The time of ``best_frame``."""
        return float(self.times_s[self.best_frame])

    def held(self, least: float = ALIKE, *, shortest_s: float = 0.0) -> tuple[tuple[float, float], ...]:
        """Start and end of each time in which the score is at least ``least``, in seconds.

        It may be left for half a second, but a cut ends it.
        """
        ends = [0, *self.cuts, len(self.times_s)]
        there = np.nan_to_num(self.score, nan=-1) >= least
        runs = [
            run for start, end in pairwise(ends) for run in runs_of(there[start:end], self.times_s[start:end], WOBBLE_S)
        ]
        return tuple((start_s, end_s) for start_s, end_s in runs if end_s - start_s >= shortest_s)

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON: the best frame, the times held, and the score of each frame."""
        best = self.best_frame
        judged = np.isfinite(self.degrees[best])
        limbs = {
            name: {"degrees": _rounded(degrees), "score": _rounded(score)}
            for name, degrees, score in zip(LIMBS, self.degrees[best], self.limb_scores[best], strict=True)
        }
        return {
            "best": {"time_s": round(self.best_s, 3), "score": _rounded(self.score[best]), "limbs": limbs},
            "not_judged": [name for name, known in zip(LIMBS, judged, strict=True) if not known],
            "held": [{"start_s": round(start_s, 3), "end_s": round(end_s, 3)} for start_s, end_s in self.held()],
            "mirrored": self.mirrored,
            "times_s": np.round(self.times_s, 3).tolist(),
            "scores": [_rounded(score) for score in self.score],
        }

    def as_table(self) -> "pd.DataFrame":
        """One row per frame: ``time_s``, ``score``, and each limb's angle, such as ``left_thigh_deg``; NaN as above."""
        import pandas as pd  # slow to import, and needed for tables only

        limbs = {f"{name}_deg": degrees for name, degrees in zip(LIMBS, self.degrees.T, strict=True)}
        return pd.DataFrame({"time_s": self.times_s, "score": self.score, **limbs})


def compare_poses(
    pose: FramePoses,
    reference: FramePoses,
    *,
    person: int | None = None,
    reference_person: int | None = None,
    turn: Turn = "vertical",
    mirror: Mirror = "no",
    min_visibility: float = 0.5,
) -> PoseLikeness:
    """Compare a pose with a reference, limb by limb, free of scale, place and turn.

    Args:
        pose: its ``world`` is compared.
        reference: the same; such as those of a photo, or ``sequence.frame(index)``.
        person: id; None: the largest in the picture.
        reference_person: the same, in the reference.
        turn: ``"vertical"``: a pose may be turned about the picture's vertical; ``"any"``: about any axis;
            ``"none"``: not at all.
        mirror: ``"yes"``: with the reference's mirror image; ``"either"``: with the one that is more alike.
        min_visibility: 0..1, required of each landmark of a limb in both.

    Raises:
        InvalidOption: if an option is none of the above, or nobody has this id.
        NotComparable: if nobody is seen in one of them.
    """
    _check(turn, mirror, min_visibility)
    one = figure_of(pose, person, what="the pose")
    other = figure_of(reference, reference_person, what="the reference")
    degrees, turned_deg, is_mirrored = _compare(one, other, turn, mirror, min_visibility)
    scores = scores_of(degrees)
    [score] = mean_over_limbs(scores)
    other = other.mirrored if is_mirrored else other
    unseen = [~np.isfinite(each.directions(min_visibility)[0, :, 0]) for each in (one, other)]
    reasons = {name: _why_not(*both) for name, *both in zip(LIMBS, *unseen, strict=True) if any(both)}
    return PoseLikeness(
        score=float(score),
        degrees=dict(zip(LIMBS, degrees[0].tolist(), strict=True)),
        scores=dict(zip(LIMBS, scores[0].tolist(), strict=True)),
        turned_deg=float(turned_deg[0]),
        mirrored=is_mirrored,
        not_judged={**({} if np.isfinite(score) else {"pose": TOO_FEW}), **reasons},
    )


def compare_to_pose(
    sequence: PoseSequence,
    reference: FramePoses,
    *,
    person: int | None = None,
    reference_person: int | None = None,
    turn: Turn = "vertical",
    mirror: Mirror = "no",
    min_visibility: float = 0.5,
) -> LikenessOverTime:
    """Compare each frame of a sequence with a reference.

    Args:
        sequence: as it was estimated, or smoothed.
        reference: such as those of a photo, or ``sequence.frame(index)``.
        person: id; None: in each shot the one who is largest and longest in view.
        reference_person: id; None: the largest in the picture.
        turn: as for ``compare_poses``.
        mirror: as for ``compare_poses``; ``"either"`` is decided once, by the best frame.
        min_visibility: as for ``compare_poses``.

    Raises:
        InvalidOption: if an option is none of the above, or nobody has this id.
        InvalidPoses: if that person is seen in no frame.
        NotComparable: if nobody is seen in one of them.
    """
    _check(turn, mirror, min_visibility)
    one = figure_of(sequence, person, what="the video")
    other = figure_of(reference, reference_person, what="the reference")
    degrees, turned_deg, is_mirrored = _compare(one, other, turn, mirror, min_visibility)
    return LikenessOverTime(sequence.times_s, degrees, turned_deg, is_mirrored, sequence.cuts)


def _check(turn: str, mirror: str, min_visibility: float) -> None:
    check_choice("turn", turn, get_args(Turn))
    check_choice("mirror", mirror, get_args(Mirror))
    check_visibility(min_visibility)


def _compare(
    one: Figure, other: Figure, turn: Turn, mirror: Mirror, min_visibility: float
) -> tuple[Doubles, Doubles, bool]:
    """Degrees (T, L), the turn (T,), and whether the reference was mirrored."""
    limbs = one.directions(min_visibility)
    found = []
    for is_mirrored in {"no": (False,), "yes": (True,), "either": (False, True)}[mirror]:
        reference = (other.mirrored if is_mirrored else other).directions(min_visibility)
        degrees, turned_deg = degrees_apart(limbs, np.broadcast_to(reference, limbs.shape), turn)
        best = np.nan_to_num(mean_over_limbs(scores_of(degrees)), nan=-1.0).max()
        found.append((best, degrees, turned_deg, is_mirrored))
    _, degrees, turned_deg, is_mirrored = max(found, key=lambda each: each[0])
    return degrees, turned_deg, is_mirrored


def _why_not(unseen: bool, unseen_in_reference: bool) -> str:
    if unseen and unseen_in_reference:
        return "not in sight in both"
    return f"not in sight in the {'pose' if unseen else 'reference'}"


def _rounded(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None
