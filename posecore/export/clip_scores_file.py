"""Scores of a clip as files: JSON of everything, and CSV with the angles of both in each frame."""

import csv
import json
import os
from collections.abc import Iterator

import numpy as np

from posecore.evaluation.angle_agreement import JOINT_ANGLES
from posecore.evaluation.clip_evaluation import ClipEvaluation
from posecore.evaluation.clip_scores import ClipScores
from posecore.export.scores_file import cell
from posecore.system import whole_file

ANGLE_COLUMNS = (
    *("truth", "space", "frame", "time_s", "compared"),
    *(f"{name}{suffix}" for name in JOINT_ANGLES for suffix in ("_deg", "_truth_deg")),
)
"""Columns of the table of angles, degrees. Empty: not known."""


def write_clip_metrics(evaluation: ClipEvaluation, path: str | os.PathLike[str]) -> None:
    """Write ``ClipEvaluation.as_dict`` as JSON; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    text = json.dumps(evaluation.as_dict(), indent=2, allow_nan=False)
    with whole_file(path) as part:
        part.write_text(text + "\n", encoding="ascii")


def write_clip_angles(evaluation: ClipEvaluation, path: str | os.PathLike[str]) -> None:
    """Write a row for each truth and frame of the result, see ``ANGLE_COLUMNS``; it appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, part.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(ANGLE_COLUMNS)
        for scores in evaluation.scores:
            table.writerows(_rows(scores))


def _rows(scores: ClipScores) -> Iterator[list[object]]:
    space = "picture" if scores.found.is_flat else "3d"
    both = np.stack(scores.angles, axis=-1).reshape(len(scores.found), -1)  # result and truth in turn
    for frame, (time_s, compared, angles) in enumerate(
        zip(scores.found.times_s.tolist(), scores.compared.tolist(), both.tolist(), strict=True)
    ):
        yield [cell(scores.truth.name), space, frame, cell(time_s), int(compared), *map(cell, angles)]
