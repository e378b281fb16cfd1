"""Scores on labelled photos as files: JSON of everything, CSV with a row for each person and case, and estimates."""

import csv
import json
import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from posecore.evaluation.body_errors import aligned_mpjpe, mpjpe
from posecore.evaluation.case import CaseScores, PersonScore
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.system import whole_file

PEOPLE_COLUMNS = (
    "case", "model", "search", "engine", "photo", "domain", "label_id", "found", "oks", "pck_0.2", "torso_px",
    "head_px", "mpjpe_mm", "pa_mpjpe_mm", *(f"{name}_error_px" for name in COCO_17),
)  # fmt: skip
"""Columns of the table of people. Empty: not known, not labelled, or of a person who was not found."""

_PIXEL_DECIMALS = 5  # as posecore.evaluation.run keeps them

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


def write_coco_results(found: Mapping[int | str, FoundPeople], path: str | os.PathLike[str]) -> None:
    """Write the people that one case found as COCO keypoint results; the file appears whole or not at all.

    The form is that of https://cocodataset.org/#format-results. ``image_id`` is the photo's id in the labels,
    and the third value of a keypoint its visibility, 0 to 1; one that was not found is 0, 0, 0.
    ``posecore.evaluation.results_file`` reads them again.

    Args:
        found: people by the photo's id.
        path: path of the file.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, part.open("w", encoding="ascii") as file:
        separator = "[\n"
        for photo_id, people in found.items():
            certain = np.ones(people.points.shape[:2]) if people.visibility is None else people.visibility
            for points, flags, score in zip(people.points, certain, people.scores.tolist(), strict=True):
                there = np.isfinite(points).all(axis=-1, keepdims=True)
                keypoints = np.where(there, np.column_stack([points, flags]), 0.0).round(_PIXEL_DECIMALS)
                result = {"image_id": photo_id, "category_id": 1, "keypoints": keypoints.ravel().tolist()}
                file.write(separator + json.dumps(result | {"score": score}, allow_nan=False))
                separator = ",\n"
        file.write("\n]\n" if separator != "[\n" else "[]\n")


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
