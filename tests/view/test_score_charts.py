"""Figures of scores: each number is where it belongs, with its unit."""

import numpy as np
import pytest

from posecore.evaluation.case import CaseName
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.evaluation import evaluate
from posecore.evaluation.found import FoundPeople
from posecore.view.score_charts import (
    bars_height,
    plot_angle_agreement,
    plot_domains,
    plot_joints,
    plot_pck_curve,
    plot_times,
)
from tests.evaluation.conftest import STANDING, annotation, write_set  # noqa: F401

NAN = np.full((1, 17, 3), np.nan)


@pytest.fixture
def evaluation(write_set):  # noqa: F811
    names = ["yoga/a.png", "dance/b.png", "dance/c.png"]
    labelled = read_labelled_set(*write_set(names, [annotation(number, number) for number in (1, 2, 3)]))
    exact = {photo.photo_id: FoundPeople(STANDING[None], np.ones(1), NAN, 12.0) for photo in labelled.photos}
    wrist = STANDING.copy()
    wrist[9, 0] += 30
    worse = {1: FoundPeople(wrist[None], np.ones(1), NAN), 2: FoundPeople(STANDING[None], np.ones(1), NAN)}
    return evaluate(labelled, {CaseName("full", "fast", "fast"): exact, CaseName("<b>%{x}.json"): worse})


def test_the_curve_has_every_case_and_the_threshold(evaluation):
    figure = plot_pck_curve(evaluation, 0.35)
    one, other = figure.data
    assert list(one.y) == [100.0] * 10
    assert (other.x[3], other.y[3]) == (0.2, pytest.approx(100 * 33 / 51, abs=0.1))
    assert (other.x[5], other.y[5]) == (0.3, pytest.approx(100 * 34 / 51, abs=0.1))
    assert one.line.color != other.line.color
    assert one.marker.symbol != other.marker.symbol
    assert figure.layout.shapes[0].x0 == 0.35
    assert "torso" in figure.layout.xaxis.title.text
    assert "%" in figure.layout.yaxis.title.text


def test_names_from_files_are_shown_as_they_are(evaluation):
    other = plot_pck_curve(evaluation, 0.2).data[1]
    assert other.name.startswith("&lt;b&gt;")
    assert "<b>" not in other.hovertemplate
    assert "%{x}.json" not in other.hovertemplate


@pytest.mark.parametrize(("threshold", "share"), [(0.2, 100 / 3), (0.3, 200 / 3)])
def test_joints_follow_the_threshold(evaluation, threshold, share):
    one, other = plot_joints(evaluation, threshold).data
    assert list(one.y)[9] == "left wrist"
    assert (one.x[9], other.x[9]) == (100, pytest.approx(share, abs=0.1))
    assert len(one.y) == 17


def test_domains_have_their_people_and_intervals(evaluation):
    figure = plot_domains(evaluation, 0.2)
    _, other = figure.data
    assert list(other.y) == ["dance (2 people)", "yoga (1 person)"]
    assert list(other.x) == [50, pytest.approx(100 * 16 / 17, abs=0.1)]
    assert list(other.error_x.arrayminus) == [50, 0]
    assert "95%" in figure.layout.xaxis.title.text


def test_only_known_times_are_shown(evaluation):
    [bar] = plot_times(evaluation).data
    assert (list(bar.y), list(bar.x)) == (["full, fast"], [12])


def test_an_angle_has_a_dot_for_each_person_and_three_lines(evaluation):
    figure = plot_angle_agreement(evaluation.cases[1], "left_elbow")
    [dots] = figure.data
    agreed = evaluation.cases[1].angles["left_elbow"]
    assert sorted(dots.y) == pytest.approx(sorted([0, 2 * agreed.bias]), abs=0.1)
    assert set(dots.text) == {"yoga/a.png", "dance/b.png"}
    assert [shape.y0 for shape in figure.layout.shapes] == [agreed.bias, agreed.low, agreed.high]
    assert [note.text.split()[0] for note in figure.layout.annotations] == ["bias", "lower", "upper"]
    low, high = figure.layout.yaxis.range
    assert low < agreed.low < agreed.high < high
    assert "°" in figure.layout.yaxis.title.text
    assert plot_angle_agreement(evaluation.cases[1], "left_elbow", in_3d=True).data[0].y == ()


def test_more_cases_need_more_room(evaluation):
    assert bars_height(evaluation, 17) > bars_height(evaluation, 2) > 100
