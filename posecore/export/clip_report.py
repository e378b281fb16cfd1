"""HTML: the scores of a clip, as one page for any browser, without a network or scripts.

The page itself is the template ``clip_report.html`` beside this file.
"""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.angle_agreement import JOINT_ANGLES
from posecore.evaluation.clip_evaluation import ClipEvaluation
from posecore.evaluation.clip_scores import BLOCK_S, ClipScores
from posecore.export.scores_report import UNKNOWN
from posecore.export.templates import TEMPLATES
from posecore.system import VERSION, whole_file
from posecore.view.palette import BLUE, VERMILLION, css

Doubles = NDArray[np.float64]

FIGURES = {
    "pa_mpjpe": ("PA-MPJPE, each frame", "mm"),
    "pa_mpjpe_whole": ("PA-MPJPE, whole clip", "mm"),
    "mpjpe_turned": ("MPJPE, turned once", "mm"),
    "px": ("Distance in the picture", "px"),
    "pck": ("PCK@0.2", "%"),
}
"""Titles and units of the measures of ``ClipScores.figures``."""

MEANINGS = {
    "pa_mpjpe": "mean distance of the joints after each frame's own best turn, scale and shift",
    "pa_mpjpe_whole": "after one turn and one scale for the whole clip, and a shift for each frame",
    "mpjpe_turned": "with the hips at 0 in both, after one turn for the whole clip; nothing is scaled",
    "px": "mean distance of the keypoints that both have",
    "pck": "share of the truth's keypoints within 0.2 of the torso; a keypoint that is missing is wrong",
}

_WIDTH, _HEIGHT = 640, 150  # px of a chart
_MOST_POINTS = 1_200
_MOST_DOTS = 600
_MOST_PROBLEMS = 100


def write_clip_report(evaluation: ClipEvaluation, path: str | os.PathLike[str]) -> None:
    """Write a page with all scores, and the angles over time; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    problems = evaluation.all_problems
    text = TEMPLATES.get_template("clip_report.html").render(
        title=f"Scores of {evaluation.result.name}",
        version=VERSION,
        clips=[_clip(scores) for scores in evaluation.scores],
        meanings=[(FIGURES[name][0], meaning) for name, meaning in MEANINGS.items()],
        block_s=BLOCK_S,
        problems=[str(problem) for problem in problems[:_MOST_PROBLEMS]],
        more_problems=max(0, len(problems) - _MOST_PROBLEMS),
        ours=css(VERMILLION),
        theirs=css(BLUE),
        width=_WIDTH,
        height=_HEIGHT,
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def figure_rows(scores: ClipScores) -> list[tuple[str, str, str, str, str]]:
    """The table of figures: name, value, 95% interval, frames, keypoints; and jitter, which has no interval."""
    rows = []
    for name, each in scores.figures.items():
        title, unit = FIGURES[name]
        scale = 100 if unit == "%" else 1
        mean, low, high = (f"{scale * number:.1f}" for number in each[:3])
        rows.append((title, f"{mean} {unit}", f"{low} to {high}", f"{each.frames:,}", f"{each.values:,}"))
    for whose, jitter in scores.jitter.items():
        named = "result" if whose == "found" else "truth"
        for title, value in (("Drift", jitter.drift), ("Jitter", jitter.step)):
            rows.append(
                (f"{title} of the {named}", f"{value:.1f} {jitter.unit}", UNKNOWN, f"{jitter.frames:,}", UNKNOWN)
            )
    return rows


def angle_rows(scores: ClipScores) -> list[tuple[str, ...]]:
    """The table of angles: name, frames, bias, its interval, limits of agreement, mean distance, ICC, correlation."""
    rows: list[tuple[str, ...]] = []
    for name, each in scores.angle_scores.items():
        agreed = each.agreement
        rows.append(
            (
                name.replace("_", " "),
                f"{agreed.pairs:,}",
                f"{agreed.bias:+z.1f}",
                f"{each.low:+z.1f} to {each.high:+z.1f}",
                f"{agreed.low:+z.1f} to {agreed.high:+z.1f}",
                f"{each.off:.1f}",
                _rounded(agreed.icc),
                _rounded(each.correlation),
            )
        )
    return rows


def facts(scores: ClipScores) -> list[tuple[str, str]]:
    """What was compared, in words."""
    frames, truth = scores.frames, scores.truth
    said = [
        ("Truth", f"{truth.name} ({truth.kind})"),
        ("Compared", "in the picture" if truth.is_flat else "in 3D"),
        (
            "Frames",
            f"{frames['compared']:,} compared, of {frames['all']:,}; the person is in {frames['with_the_person']:,}, a "
            f"truth in {frames['with_a_truth']:,}",
        ),
        ("Offset", f"{scores.offset.seconds:+.3f} s are added to the truth's times"),
        ("Joints", ", ".join(f"{name.replace('_', ' ')}: {how}" for name, how in truth.read.items())),
    ]
    if truth.unused:
        more = len(truth.unused) - 40
        said.append(("Not used", ", ".join(truth.unused[:40]) + (f" and {more} more" if more > 0 else "")))
    return said


def _rounded(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else UNKNOWN


def _clip(scores: ClipScores) -> dict[str, Any]:
    joints = [
        (joint.replace("_", " "), *(f"{values[name]:.1f}" if name in values else UNKNOWN for name in scores.distances))
        for joint, values in scores.by_joint.items()
    ]
    return {
        "title": f"{scores.truth.name}, {'in the picture' if scores.truth.is_flat else 'in 3D'}",
        "facts": facts(scores),
        "warnings": scores.warnings,
        "remarks": scores.remarks,
        "figures": figure_rows(scores),
        "angles": angle_rows(scores),
        "joints": joints,
        "joint_columns": ["Joint", *(", ".join(FIGURES[name]) for name in scores.distances)],
        "charts": list(_charts(scores)),
    }


def _charts(scores: ClipScores) -> Iterator[dict[str, Any]]:
    """For each angle its curves over time, and its differences over its means (Bland and Altman)."""
    times = scores.found.times_s
    for name, ours, theirs in zip(JOINT_ANGLES, *(each.T for each in scores.angles), strict=True):
        if name not in scores.angle_scores:
            continue
        agreed = scores.angle_scores[name].agreement
        yield {
            "name": name.replace("_", " "),
            "over_time": _curves(times, ours, theirs),
            "altman": _altman(ours, theirs, [(agreed.bias, ""), (agreed.low, "6 4"), (agreed.high, "6 4")]),
        }


def _altman(ours: Doubles, theirs: Doubles, levels: list[tuple[float, str]]) -> dict[str, Any]:
    known = np.isfinite(ours) & np.isfinite(theirs)
    means, differences = (ours[known] + theirs[known]) / 2, ours[known] - theirs[known]
    step = -(-len(means) // _MOST_DOTS)
    frame = _Frame(means, np.append(differences, [level for level, _ in levels]))
    return frame.as_dict() | {
        "dots": frame.dots(means[::step], differences[::step]),
        "levels": [(frame.y(level), f"{level:+z.1f}", dash) for level, dash in levels],
    }


class _Frame:
    """A chart's axes: values to pixels, and where its ticks are."""

    def __init__(self, across: Doubles, up: Doubles) -> None:
        self._left, self._right = self._span(across)
        self._low, self._high = self._span(up)

    @staticmethod
    def _span(values: Doubles) -> tuple[float, float]:
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        return (low, high) if high - low > 1e-9 else (low - 1, high + 1)

    def x(self, value: Any) -> Any:
        """Pixels from the left."""
        return _WIDTH * (value - self._left) / (self._right - self._left)

    def y(self, value: Any) -> Any:
        """Pixels from the top."""
        return _HEIGHT * (self._high - value) / (self._high - self._low)

    def dots(self, across: Doubles, up: Doubles) -> list[tuple[float, float]]:
        """Places of dots."""
        return list(zip(np.round(self.x(across), 1).tolist(), np.round(self.y(up), 1).tolist(), strict=True))

    def lines(self, across: Doubles, up: Doubles) -> list[str]:
        """The points of polylines, one for each stretch of known values."""
        known = np.isfinite(up)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
        parts = [slice(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
        return [" ".join(f"{x:g},{y:g}" for x, y in self.dots(across[part], up[part])) for part in parts]

    def as_dict(self) -> dict[str, Any]:
        """The ticks of both axes."""
        return {
            "across": [(self.x(tick), f"{tick:g}") for tick in _ticks(self._left, self._right)],
            "down": [(self.y(tick), f"{tick:g}") for tick in _ticks(self._low, self._high, 4)],
        }


def _ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers from low to high."""
    rough = (high - low) / about
    size = 10 ** np.floor(np.log10(rough))
    step = float(size * next(each for each in (1, 2, 5, 10) if each * size >= rough))
    return [round(number * step, 10) for number in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _curves(times: Doubles, ours: Doubles, theirs: Doubles) -> dict[str, Any]:
    step = -(-len(times) // _MOST_POINTS)
    frame = _Frame(times, np.concatenate([ours, theirs]))
    lines = {name: frame.lines(times[::step], each[::step]) for name, each in (("ours", ours), ("theirs", theirs))}
    return frame.as_dict() | lines
