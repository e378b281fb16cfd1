"""Scores on labelled photos as files: JSON of everything, and CSV with a row for each person and case."""

import csv
import json
import math
import os
from typing import Any

from posecore.evaluation.body_errors import aligned_mpjpe, mpjpe
from posecore.evaluation.case import CaseScores, PersonScore
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.keypoints import COCO_17
from posecore.system import whole_file

PEOPLE_COLUMNS = (
    "case", "model", "search", "engine", "photo", "domain", "label_id", "found", "oks", "pck_0.2", "torso_px",
    "head_px", "mpjpe_mm", "pa_mpjpe_mm", *(f"{name}_error_px" for name in COCO_17),
)  # fmt: skip
"""Columns of the table of people. Empty: not known, not labelled, or of a person who was not found."""

# Spreadsheets take a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_metrics(evaluation: Evaluation, path: str | os.PathLike[str]) -> None:
    """Write ``Evaluation.as_dict`` as JSON; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    text = json.dumps(evaluation.as_dict(), indent=2, allow_nan=False)
    with whole_file(path) as part:
        part.write_text(text + "\n", encoding="ascii")


def write_people_csv(evaluation: Evaluation, path: str | os.PathLike[str]) -> None:
    """Write a row for each labelled person and case, see ``PEOPLE_COLUMNS``; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, part.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(PEOPLE_COLUMNS)
        for case in evaluation.cases:
            table.writerows([cell(value) for value in _row(case, person)] for person in case.people)


def _row(case: CaseScores, score: PersonScore) -> list[Any]:
    name, person = case.name, score.person
    bodies = score.points_m, person.points_m
    return [
        *(str(name), name.model, name.search, name.engine),
        *(score.photo.file_name, score.photo.domain, person.label_id, int(score.found), round(score.oks, 4)),
        *(score.pck, person.torso_px, person.head_px, 1000 * mpjpe(*bodies), 1000 * aligned_mpjpe(*bodies)),
        *score.errors_px.tolist(),
    ]


def cell(value: Any) -> Any:
    """A value as a cell of CSV: rounded to 4 decimals, empty if not known, and never taken for a formula."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
