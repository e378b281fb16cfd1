"""Scores of one clip: a result against the truth, or against a second result of the same movement.

Both are put on one scale of time (``posecore.evaluation.time_offset``), and the truth is interpolated at the times of
the result's frames. A frame is compared if a keypoint is known in both, of 3D bodies three.

Neighbouring frames are no independent measurements: they are right or wrong together. So intervals come from blocks of
one second, drawn again with replacement (a block bootstrap, Künsch, "The Jackknife and the Bootstrap for General
Stationary Observations", 1989, with blocks that do not overlap); they hold 95% of the figures of such samples. They say
how a figure would move with more of the same movement of the same person, not with other people. Of fewer than ten
blocks they are too narrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.errors import NotComparable
from posecore.evaluation.angle_agreement import JOINT_ANGLES, Agreement, agreement, joint_angles
from posecore.evaluation.body_errors import still_jitter
from posecore.evaluation.body_fits import fit_each, fit_turn, fit_whole, known_in_both
from posecore.evaluation.bootstrap import Interval, bootstrap_share
from posecore.evaluation.case import plain
from posecore.evaluation.correct_keypoints import correct_and_counted
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import TORSO
from posecore.evaluation.motion import OTHER_SIDE, Motion
from posecore.evaluation.time_offset import TimeOffset, find_offset
from posecore.system import VERSION

Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]
Stillness = Literal["still", "all"]

PCK_AT = 0.2
BLOCK_S = 1.0
FEW_BLOCKS = 10
"""Below this number of blocks intervals are too narrow."""

_HIPS = (COCO_17.index("left_hip"), COCO_17.index("right_hip"))
_LEAST_POINTS = 3  # of a body in 3D
_STILL_S, _STILL_PARTS = 1.0, 4
_STILL_M, _STILL_TORSOS = 0.02, 0.04
# Sides are exchanged in a frame if the truth fits this much better with left as right.
_BETTER = 0.8
_OFTEN, _SOMETIMES = 0.5, 0.05


class Figure(NamedTuple):
    """A mean over the compared frames.

    Attributes:
        value: the mean; NaN if nothing counts.
        low, high: its 95% interval; NaN if nothing counts.
        frames: number of frames that it is of.
        values: number of keypoints or angles in them.
    """

    value: float
    low: float
    high: float
    frames: int
    values: int


class AngleScore(NamedTuple):
    """Agreement of one angle, result minus truth, degrees.

    Attributes:
        agreement: bias, limits of agreement and ICC(A,1) over the frames.
        low, high: 95% interval of the bias.
        correlation: Pearson's; NaN if one of them does not change.
        off: mean distance, whatever its direction.
    """

    agreement: Agreement
    low: float
    high: float
    correlation: float
    off: float


class Jitter(NamedTuple):
    """How much a body that does not move moves in the numbers: root mean square of all keypoints.

    Attributes:
        drift: distance from the mean place.
        step: from frame to frame.
        unit: "mm", around the middle of the hips, or "px".
        frames: number of frames.
    """

    drift: float
    step: float
    unit: str
    frames: int


@dataclass(frozen=True, eq=False)
class ClipScores:
    """The scores of one clip.

    Attributes:
        found: the result that is scored.
        truth: what it is scored against.
        offset: how both are put on one scale of time.
        true_points: (T, 17, 3 or 2) the truth at the times of the result's frames.
        still: which frames jitter is of: "still": those in which the truth does not move; "all": all of them.
    """

    found: Motion
    truth: Motion
    offset: TimeOffset
    true_points: Doubles
    still: Stillness = "still"

    @cached_property
    def compared(self) -> Bools:
        """(T,) which frames are compared."""
        least = 1 if self.found.is_flat else _LEAST_POINTS
        return np.asarray(known_in_both(self.found.points, self.true_points).sum(axis=1) >= least)

    @property
    def frames(self) -> dict[str, int]:
        """Numbers of frames: of the result, with the person, with a truth, compared, and missed: only with a truth."""
        person, true = (_there(each) for each in (self.found.points, self.true_points))
        return {
            "all": len(self.found),
            "with_the_person": int(person.sum()),
            "with_a_truth": int(true.sum()),
            "compared": int(self.compared.sum()),
            "missed": int((true & ~person).sum()),
        }

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """(T,) the block of one second that each frame is in."""
        since = self.found.times_s - (self.found.times_s[0] if len(self.found) else 0)
        return np.asarray(np.floor(since / BLOCK_S), np.int64)

    @property
    def blocks_compared(self) -> int:
        """Number of blocks with a compared frame."""
        return len(np.unique(self.blocks[self.compared]))

    @cached_property
    def distances(self) -> dict[str, Doubles]:
        """(T, 17) distances of the keypoints by measure, metres or pixels; NaN: not known."""
        found, true = self.found.points, self.true_points
        if self.found.is_flat:
            return {"px": np.linalg.norm(found - true, axis=-1)}
        if self.truth.unit != "m":
            return {}
        return {
            "pa_mpjpe": fit_each(found, true),
            "pa_mpjpe_whole": fit_whole(found, true),
            "mpjpe_turned": fit_turn(found, true, _HIPS),
        }

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The means by measure: millimetres of 3D bodies; of those in the picture pixels, and PCK as a share."""
        scale = 1.0 if self.found.is_flat else 1000.0
        figures = {
            name: self._figure(np.where(np.isfinite(each), scale * each, 0), np.isfinite(each))
            for name, each in self.distances.items()
        }
        if self.found.is_flat:
            correct, counted = self.correct
            figures["pck"] = self._figure(correct.astype(float), counted)
        return figures

    @cached_property
    def correct(self) -> tuple[Bools, Bools]:
        """Which keypoints in the picture are within 0.2 of the torso, and which count; two arrays (T, 17).

        A keypoint that is only in the truth is wrong, also where the person was not found.
        """
        errors = self.distances["px"]
        known = np.isfinite(self.true_points).all(axis=-1)
        torsos = np.linalg.norm(self.true_points[:, TORSO[0]] - self.true_points[:, TORSO[1]], axis=-1)
        return correct_and_counted(np.where(known, np.where(np.isnan(errors), np.inf, errors), np.nan), torsos, PCK_AT)

    @cached_property
    def by_joint(self) -> dict[str, dict[str, float]]:
        """Means of each keypoint by measure, as ``figures``."""
        scale = 1.0 if self.found.is_flat else 1000.0
        joints: dict[str, dict[str, float]] = {}
        for place, joint in enumerate(COCO_17):
            own = {name: each[:, place] for name, each in self.distances.items()}
            known = {name: each[np.isfinite(each)] for name, each in own.items()}
            means = {name: scale * float(each.mean()) for name, each in known.items() if len(each)}
            if means:
                joints[joint] = means
        return joints

    @cached_property
    def angles(self) -> tuple[Doubles, Doubles]:
        """(T, A) degrees of the result and of the truth, those of ``JOINT_ANGLES``."""
        return self.found.angles, joint_angles(self.true_points)

    @cached_property
    def angle_scores(self) -> dict[str, AngleScore]:
        """By the angle's name; those that are known in both in two frames or more."""
        scores = {}
        for name, ours, theirs in zip(JOINT_ANGLES, *(each.T for each in self.angles), strict=True):
            known = np.isfinite(ours) & np.isfinite(theirs)
            if known.sum() < 2:
                continue
            interval = self._interval(np.where(known, ours - theirs, 0), known)
            one, other = ours[known], theirs[known]
            moves = min(one.std(), other.std()) > 0
            correlation = float(np.corrcoef(one, other)[0, 1]) if moves else float("nan")
            off = float(np.abs(one - other).mean())
            scores[name] = AngleScore(agreement(one, other), *interval, correlation, off)
        return scores

    @cached_property
    def still_frames(self) -> Bools:
        """(T,) the frames that jitter is of."""
        return self.compared & (np.ones(len(self.found), bool) if self.still == "all" else _still(self))

    @cached_property
    def jitter(self) -> dict[str, Jitter]:
        """Of the result and of the truth at the same times, "found" and "truth"; empty if nobody is still."""
        if self.still_frames.sum() < 2 or not (self.found.is_flat or self.truth.unit == "m"):
            return {}
        return {"found": self._jitter(self.found.points), "truth": self._jitter(self.true_points)}

    @cached_property
    def exchanged(self) -> float:
        """Share of the compared frames in which the truth fits much better with left as right; NaN without frames.

        A straight body from the front looks the same on both sides in 3D, and counts as not exchanged.
        """
        if not self.compared.any():
            return float("nan")
        other = self.true_points[:, OTHER_SIDE]
        if self.found.is_flat:
            straight, crossed = (
                _row_means(np.linalg.norm(self.found.points - each, axis=-1)) for each in (self.true_points, other)
            )
        else:
            straight, crossed = (_row_means(fit_each(self.found.points, each)) for each in (self.true_points, other))
        better = crossed[self.compared] < _BETTER * straight[self.compared]
        return float(better.mean())

    @property
    def warnings(self) -> list[str]:
        """What may be wrong, in sentences."""
        said = [] if self.offset.certain else [self.offset.why]
        if self.exchanged >= _OFTEN:
            said.append(
                f"Left and right seem to be exchanged in the whole clip: in {self.exchanged:.0%} of the frames the "
                "truth fits much better with left as right. Is one of the two mirrored?"
            )
        elif self.exchanged >= _SOMETIMES:
            said.append(f"Left and right seem to be exchanged in {self.exchanged:.0%} of the frames.")
        if self.truth.unit == "unknown":
            said.append("It is not known how long the truth's lengths are, so only angles are scored. State its unit.")
        return said

    @property
    def remarks(self) -> list[str]:
        """What limits the figures, in sentences."""
        said = [self.offset.why] if self.offset.certain else []
        if self.blocks_compared < FEW_BLOCKS:
            said.append(f"The compared frames last {self.blocks_compared} seconds: intervals of so few are too narrow.")
        if not self.jitter and self.still == "still":
            said.append("Nobody stands still for a second, so jitter is not measured.")
        return said

    @property
    def notes(self) -> list[str]:
        """What a reader of the figures must know: warnings, then remarks."""
        return [*self.warnings, *self.remarks]

    def _figure(self, values: Doubles, counted: Bools) -> Figure:
        interval = self._interval(values.sum(axis=1), counted.sum(axis=1))
        count = int(counted.sum())
        value = float(values[counted].sum() / count) if count else float("nan")
        return Figure(value, *interval, int(counted.any(axis=1).sum()), count)

    def _interval(self, some: Doubles, of_all: NDArray[Any]) -> Interval:
        """95% interval of the ratio of sums over frames, by blocks."""
        _, block = np.unique(self.blocks, return_inverse=True)
        count = block.max(initial=-1) + 1
        sums = [np.asarray(np.bincount(block, np.asarray(each, float), count), float) for each in (some, of_all)]
        there = sums[1] > 0
        return bootstrap_share(sums[0][there], sums[1][there])

    def _jitter(self, points: Doubles) -> Jitter:
        scale, unit = 1.0, "px"
        if not self.found.is_flat:
            points, scale, unit = points - points[:, list(_HIPS)].mean(axis=1, keepdims=True), 1000.0, "mm"
        own = np.where(self.still_frames[:, None, None], points, np.nan)
        parts = [own[stretch] for stretch in _runs(self.still_frames)]
        measured = [np.array(still_jitter(each)) for each in parts]
        weights = np.array([len(each) for each in parts], float)
        squares = np.array([_mean_square(each) for each in measured])
        drift, step = (_weighted(squares[:, place], weights) for place in (0, 1))
        return Jitter(scale * drift, scale * step, unit, int(self.still_frames.sum()))

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        angles = {
            name: {
                "frames": each.agreement.pairs,
                "bias_deg": each.agreement.bias,
                "bias_interval_deg": [each.low, each.high],
                "limits_of_agreement_deg": [each.agreement.low, each.agreement.high],
                "icc_a1": each.agreement.icc,
                "correlation": each.correlation,
                "mean_distance_deg": each.off,
            }
            for name, each in self.angle_scores.items()
        }
        figures = {
            name + ("" if name in ("px", "pck") else "_mm"): {
                "value": each.value,
                "interval": [each.low, each.high],
                "frames": each.frames,
                "keypoints": each.values,
            }
            for name, each in self.figures.items()
        }
        result: Mapping[str, Any] = {
            "posecore": VERSION,
            "result": self.found.name,
            "truth": self.truth.name,
            "truth_kind": self.truth.kind,
            "space": "picture" if self.found.is_flat else "3d",
            "frames": self.frames,
            "blocks_of_1_s": self.blocks_compared,
            "offset": {**self.offset._asdict(), "interval": [self.offset.low, self.offset.high]},
            "figures": figures,
            "by_joint": self.by_joint,
            "angles": angles,
            "jitter": {name: each._asdict() for name, each in self.jitter.items()},
            "jitter_of": self.still,
            "share_exchanged": self.exchanged,
            "read": dict(self.truth.read),
            "unused": list(self.truth.unused),
            "notes": self.notes,
            "problems": [vars(each) for each in self.truth.problems],
        }
        return dict(plain(result))


def score_clip(
    found: Motion, truth: Motion, *, offset: TimeOffset | None = None, still: Stillness = "still"
) -> ClipScores:
    """Score a result against the truth.

    Args:
        found: the result, by ``motion_of_poses``: in the picture if the truth is, otherwise in 3D.
        truth: by a reader of ``posecore.evaluation.motion_files``, or ``motion_of_poses`` of a second result.
        offset: how many seconds to add to the truth's times; None: it is found.
        still: which frames jitter is of: "still": those in which the truth does not move, or "all".

    Raises:
        NotComparable: if one is in 3D and the other one in the picture, or no frame of them can be compared.
    """
    if found.is_flat != truth.is_flat:
        kinds = ["in the picture" if each.is_flat else "in 3D" for each in (found, truth)]
        raise NotComparable(f"Expected both movements in 3D or both in the picture, but {kinds[0]} and {kinds[1]}.")
    offset = find_offset(found, truth) if offset is None else offset
    scores = ClipScores(found, truth, offset, truth.at(found.times_s - offset.seconds), still)
    if not scores.compared.any():
        raise NotComparable(_why_nothing(scores))
    return scores


def _why_nothing(scores: ClipScores) -> str:
    found, truth, seconds = scores.found, scores.truth, scores.offset.seconds
    if not len(found) or not len(truth):
        return "There is no frame to compare."
    spans = [f"{times[0]:.2f} to {times[-1]:.2f} s" for times in (found.times_s, truth.times_s + seconds)]
    return (
        f"No frame of {found.name} ({spans[0]}) can be compared with {truth.name} ({spans[1]} with an offset of "
        f"{seconds:+.2f} s). Give another offset, or another person."
    )


def _there(points: Doubles) -> Bools:
    """(T,) whether any keypoint is known in each frame."""
    return np.asarray(np.isfinite(points[..., 0]).any(axis=1))


def _row_means(distances: Doubles) -> Doubles:
    """(T,) mean of what is known in each row; NaN if nothing is."""
    known = np.isfinite(distances)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, distances, 0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def _still(scores: ClipScores) -> Bools:
    """(T,) frames of windows of one second in which the truth's mean places in each quarter are within 2 cm.

    In the picture: within 0.04 of the torso. Means, so that noise is no movement.
    """
    points, times = scores.true_points, scores.found.times_s
    limit = _STILL_M
    if scores.found.is_flat:
        torsos = np.linalg.norm(points[:, TORSO[0]] - points[:, TORSO[1]], axis=-1)
        limit = _STILL_TORSOS * float(np.median(torsos[np.isfinite(torsos)])) if np.isfinite(torsos).any() else 0.0
    still = np.zeros(len(times), bool)
    starts = np.searchsorted(times, np.arange(times[0], times[-1], _STILL_S / _STILL_PARTS))
    means = [_means(points[start:end]) for start, end in zip(starts, np.append(starts[1:], len(times)), strict=True)]
    for first in range(len(means) - _STILL_PARTS + 1):
        parts = np.array(means[first : first + _STILL_PARTS])
        moved = np.linalg.norm(parts[:, None] - parts[None], axis=-1).max(axis=(0, 1))
        if np.isfinite(moved).any() and (moved[np.isfinite(moved)] <= limit).all():
            last = first + _STILL_PARTS
            still[starts[first] : starts[last] if last < len(starts) else len(times)] = True
    return still


def _means(points: Doubles) -> Doubles:
    """(17, D) mean place of each keypoint that is known in all frames; NaN otherwise."""
    return points.mean(axis=0) if len(points) else np.full(points.shape[1:], np.nan)


def _runs(there: Bools) -> list[slice]:
    """The stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    return [slice(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _mean_square(measured: Doubles) -> Doubles:
    """(2,) mean square over the keypoints that are known."""
    squares = measured**2
    known = np.isfinite(squares)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, squares, 0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def _weighted(squares: Doubles, weights: Doubles) -> float:
    known = np.isfinite(squares)
    return (
        float(np.sqrt((squares[known] * weights[known]).sum() / weights[known].sum())) if known.any() else float("nan")
    )
