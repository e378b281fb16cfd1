"""HTML: the scores on labelled photos, as one page for any browser, without a network or scripts.

The page itself is the template ``scores_report.html`` beside this file.
"""

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from posecore.errors import PosecoreError
from posecore.evaluation.angle_agreement import Agreement
from posecore.evaluation.case import PCK_AT, CaseScores, PersonScore
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.published import PUBLISHED, PUBLISHED_NOTE
from posecore.evaluation.worst import what_is_wrong, worst_first, wrong_keypoints
from posecore.export.templates import TEMPLATES
from posecore.media.pictures import decode_picture, encode_jpeg
from posecore.system import VERSION, whole_file
from posecore.view.palette import PEOPLE, css
from posecore.view.scored_drawing import draw_scored

WORST = 12
"""Number of people shown of each case: those with the fewest correct keypoints."""
FEW_PEOPLE = 50
"""Below this number of people the page says that a figure may be chance: its interval is about a quarter wide."""

UNKNOWN = "–"

_MOST_PROBLEMS = 100
_CURVE = (640, 280)  # px
_DASHES = ("", "6 3", "2 3")  # further cases have the same colours again
_AT = f"{PCK_AT:g}"


def write_scores_report(
    evaluation: Evaluation, path: str | os.PathLike[str], *, on_picture: Callable[[int, int], None] | None = None
) -> None:
    """Write a page with all scores and the worst people of each case; the file appears whole or not at all.

    Args:
        evaluation: the scores.
        path: path of the file.
        on_picture: called after each picture of a person with the number done and their total.

    Raises:
        OSError: if the file cannot be written.
    """
    figures = evaluation.figures
    names = [str(case.name) for case in evaluation.cases]
    known = {name for name, column in _COLUMNS.items() if any(column(row) != UNKNOWN for row in figures)}
    columns = {name: column for name, column in _COLUMNS.items() if name in known}
    text = TEMPLATES.get_template("scores_report.html").render(
        title=f"Scores on {evaluation.labelled.name}",
        facts=list(_facts(evaluation)),
        few=max((row["people"] for row in figures), default=0) < FEW_PEOPLE,
        few_people=FEW_PEOPLE,
        names=names,
        columns=["", *columns],
        rows=[(name, *(column(row) for column in columns.values())) for name, row in zip(names, figures, strict=True)],
        curve=_curve(names, figures),
        differences=[
            (f"{each.first} – {each.second}", *_difference(each.as_dict())) for each in evaluation.comparisons
        ],
        joints=[
            (joint.replace("_", " "), *(percent(row["pck_by_joint"].get(joint)) for row in figures))
            for joint in COCO_17
            if any(joint in row["pck_by_joint"] for row in figures)
        ],
        domains=list(_domains(evaluation, figures)),
        angles=[
            (str(case.name), list(_angles(case.angles)), list(_angles(case.angles_3d))) for case in evaluation.cases
        ],
        worst=list(_worst(evaluation, on_picture)),
        published=[(row.model, *(f"{ap:g} / {pck:g}" for ap, pck in row[1:])) for row in PUBLISHED],
        published_note=PUBLISHED_NOTE,
        problems=[str(problem) for problem in evaluation.problems[:_MOST_PROBLEMS]],
        more_problems=max(0, len(evaluation.problems) - _MOST_PROBLEMS),
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def percent(share: float | None) -> str:
    """A share of 0..1 in percent; a dash if it is not known."""
    return UNKNOWN if share is None else f"{100 * share:.1f}"


def with_interval(share: float | None, interval: Sequence[float | None] | None) -> str:
    """A share of 0..1 in percent with its interval, such as "76.9 (61.5 to 93.6)"; without an unknown one."""
    if share is None or interval is None or None in interval:
        return percent(share)
    return f"{percent(share)} ({percent(interval[0])} to {percent(interval[1])})"


def _facts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    labelled = evaluation.labelled
    people = len(evaluation.cases[0].people) if evaluation.cases else 0
    yield "Labels", labelled.name
    yield "Photos", f"{len(labelled.photos):,}, from {labelled.source.name}"
    yield "Labelled people", f"{people:,}"
    names = [name.replace("_", " ") for name, there in zip(COCO_17, labelled.scored, strict=True) if there]
    yield "Keypoints scored", f"{len(names)} of the {len(labelled.keypoints)} labelled: {', '.join(names)}"
    if evaluation.problems:
        yield "Not usable", f"{len(evaluation.problems):,}, listed at the end"
    yield "Made with", f"posecore {VERSION}"


_COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "Found": lambda row: f"{row['found']} of {row['people']}",
    "Others": lambda row: str(row["others"]),
    f"PCK@{_AT}": lambda row: with_interval(row["pck"][_AT], row["pck_interval"][_AT]),
    "of people": lambda row: str(row["pck_people"]),
    "OKS mAP": lambda row: with_interval(row["oks_map"], row["oks_map_interval"]),
    "OKS AR": lambda row: percent(row["oks_mar"]),
    "PCKh@0.5": lambda row: percent(row["pckh"]["0.5"]),
    "MPJPE, mm": lambda row: _rounded(row["mpjpe_mm"]),
    "PA-MPJPE, mm": lambda row: _rounded(row["pa_mpjpe_mm"]),
    "ms a photo": lambda row: _rounded(row["ms_median"]),
}
"""Columns of the table of cases; one that is known for no case is left out."""


def _rounded(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0f}"


def _difference(row: Mapping[str, Any]) -> tuple[str, ...]:
    pck = row["pck_difference"]
    if pck["value"] is None:
        return UNKNOWN, UNKNOWN, UNKNOWN, "nothing to compare", UNKNOWN
    distance = row["distance_of_torso"]
    return (
        f"{100 * pck['value']:+.1f}",
        f"{100 * pck['low']:+.1f} to {100 * pck['high']:+.1f}",
        f"{pck['p_wilcoxon']:.3f}" if pck["p_wilcoxon"] >= 0.001 else "below 0.001",
        "more than chance" if row["differ"] else "may be chance",
        UNKNOWN if distance is None else f"{distance:.3f} ({row['people_in_both']} people)",
    )


def _domains(evaluation: Evaluation, figures: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for domain in evaluation.cases[0].domains if evaluation.cases else ():
        rows = [row["by_domain"][domain] for row in figures]
        shares = [with_interval(row["pck"][_AT], row["pck_interval"][_AT]) for row in rows]
        yield (domain or "not stated", str(rows[0]["photos"]), str(rows[0]["people"]), *shares)


def _angles(angles: Mapping[str, Agreement]) -> Iterator[tuple[str, ...]]:
    for name, each in angles.items():
        if each.pairs:
            values = [each.bias, each.low, each.high]
            bias, low, high = (f"{value:+.1f}" if np.isfinite(value) else UNKNOWN for value in values)
            icc = f"{each.icc:.2f}" if np.isfinite(each.icc) else UNKNOWN
            yield name.replace("_", " "), str(each.pairs), bias, f"{low} to {high}", icc


def _curve(names: list[str], figures: list[dict[str, Any]]) -> dict[str, Any]:
    """Lines of PCK over the threshold, in pixels of the picture."""
    width, height = _CURVE
    thresholds = [float(at) for at in figures[0]["pck"]] if figures else []
    lines = []
    for place, (name, row) in enumerate(zip(names, figures, strict=True)):
        shares = list(row["pck"].values())
        if None in shares:
            continue
        points = [
            (width * at / thresholds[-1], height * (1 - share)) for at, share in zip(thresholds, shares, strict=True)
        ]
        lines.append(
            {
                "name": name,
                "color": css(PEOPLE[place % len(PEOPLE)]),
                "dash": _DASHES[place // len(PEOPLE) % len(_DASHES)],
                "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in [(0.0, float(height)), *points]),
            }
        )
    return {
        "width": width,
        "height": height,
        "lines": lines,
        "across": [(width * at / 0.5, f"{at:g}") for at in (0.1, 0.2, 0.3, 0.4, 0.5)],
        "down": [(height * (1 - share), f"{100 * share:g}") for share in (0.25, 0.5, 0.75, 1)],
    }


def worst_people(case: CaseScores, most: int = WORST) -> list[PersonScore]:
    """Those with the smallest share of correct keypoints first; of equal shares, the least OKS."""
    return worst_first(each for each in case.people if np.isfinite(each.pck) and each.pck < 1)[:most]


def _worst(
    evaluation: Evaluation, on_picture: Callable[[int, int], None] | None
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    chosen = [(str(case.name), worst_people(case)) for case in evaluation.cases]
    total, done = sum(len(people) for _, people in chosen), 0
    for name, people in chosen:
        shown = []
        for score in people:
            done += 1
            if on_picture is not None:
                on_picture(done, total)
            try:
                data = evaluation.labelled.source.read(score.photo.file_name)
                rgb = decode_picture(data, name="photo")
                picture = draw_scored(rgb, score.person.points, score.points, wrong=wrong_keypoints(score))
            except PosecoreError:  # the photo has gone since it was estimated
                continue
            shown.append(
                {
                    "source": "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(picture)).decode("ascii"),
                    "photo": score.photo.file_name,
                    "text": f"{percent(score.pck)} % correct, OKS {score.oks:.2f}: {what_is_wrong(score)}",
                }
            )
        yield name, shown
