"""The report and the tables of a clip's scores."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from posecore.evaluation.angle_agreement import JOINT_ANGLES
from posecore.evaluation.clip_evaluation import ClipEvaluation, ScoredResult, evaluate_clip, second_result
from posecore.evaluation.labels import Problem
from posecore.evaluation.motion import motion_of_poses
from posecore.evaluation.time_offset import given_offset
from posecore.export.clip_report import write_clip_report
from posecore.export.clip_scores_file import ANGLE_COLUMNS, write_clip_angles, write_clip_metrics
from tests.evaluation.motion_files.conftest import moving_figure

NOW = given_offset(0)


@pytest.fixture(scope="module")
def evaluation() -> ClipEvaluation:
    sequence = moving_figure(3)
    truth = motion_of_poses(sequence, 1, flat=False, name="=1+1 <script>alert(1)</script>")
    points = truth.points * 1.02
    points[10:20, 13] = np.nan
    truth = replace(
        truth,
        points=points,
        read={"left_knee": "<b>LKNE</b>"},
        unused=("<i>X</i>",),
        problems=(Problem("<u>a</u>.trc", "line 3", "<b>bad</b>"),),
    )
    result = ScoredResult.of(sequence, "walk <script>")
    return evaluate_clip(result, [(truth, NOW), (motion_of_poses(sequence, 1, flat=True, name="flat"), NOW)])


def test_names_from_files_stay_text(evaluation, tmp_path):
    write_clip_report(evaluation, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for tag in ("<script", "<b>LKNE", "<i>X", "<u>a", "<b>bad"):
        assert tag not in page
    assert "&lt;b&gt;LKNE&lt;/b&gt;" in page
    assert "default-src 'none'" in page
    assert "http" not in re.sub(r"http-equiv", "", page)


def test_charts_have_a_gap_where_an_angle_is_not_known(evaluation, tmp_path):
    write_clip_report(evaluation, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    in_3d = page.split("<h2>")[1]
    lines = {
        name: figure.count("<polyline")
        for name, figure in re.findall(
            r"<figcaption>([^<,:]*), degrees over seconds[^<]*</figcaption>(.*?)</figure>", in_3d, re.DOTALL
        )
    }
    assert len(lines) == len(JOINT_ANGLES)
    assert lines["Left knee"] == 3
    assert lines["Right knee"] == 2
    points = re.findall(r'points="([^"]+)"', in_3d)
    assert all(-1 <= float(value) <= 641 for line in points for value in re.split("[ ,]", line))


def test_the_table_has_the_angles_of_both(evaluation, tmp_path):
    write_clip_angles(evaluation, tmp_path / "angles.csv")
    rows = list(csv.DictReader((tmp_path / "angles.csv").open(encoding="utf-8")))
    assert tuple(rows[0]) == ANGLE_COLUMNS
    assert len(rows) == 2 * 90
    assert rows[0]["truth"].startswith("'=1+1")
    assert rows[15]["left_knee_truth_deg"] == ""
    ours, theirs = evaluation.scores[0].angles
    place = JOINT_ANGLES.index("right_elbow")
    assert float(rows[7]["right_elbow_deg"]) == pytest.approx(ours[7, place], abs=1e-4)
    assert float(rows[7]["right_elbow_truth_deg"]) == pytest.approx(theirs[7, place], abs=1e-4)


def test_metrics_name_what_could_not_be_used(evaluation, tmp_path):
    write_clip_metrics(evaluation, tmp_path / "metrics.json")
    content = json.loads((tmp_path / "metrics.json").read_text())
    assert content["clips"][0]["problems"] == [{"file": "<u>a</u>.trc", "entry": "line 3", "what": "<b>bad</b>"}]
    assert content["clips"][0]["by_joint"].keys() == {*content["clips"][1]["by_joint"]}


def test_a_second_result_of_another_video_is_not_compared_in_the_picture():
    sequence = moving_figure(1)
    first, same, other, unknown = (
        ScoredResult.of(sequence, "a", facts={"source_sha256": sha}) for sha in ("ab", "ab", "cd", None)
    )
    assert [motion.is_flat for motion in second_result(first, same)] == [False, True]
    assert [motion.is_flat for motion in second_result(first, unknown)] == [False, True]
    assert [motion.is_flat for motion in second_result(first, other)] == [False]
