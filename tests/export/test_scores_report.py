"""The files of scores: JSON, a row for each person, and a page."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from posecore.evaluation.case import CaseName
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.evaluation import evaluate
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import Problem
from posecore.evaluation.results_file import read_results
from posecore.export.scores_file import PEOPLE_COLUMNS, write_coco_results, write_metrics, write_people_csv
from posecore.export.scores_report import WORST, worst_people, write_scores_report
from posecore.view.scored_drawing import ESTIMATE_COLOR, LABEL_COLOR, WRONG_COLOR, draw_scored
from tests.evaluation.conftest import STANDING, annotation, write_set  # noqa: F401

NAN = np.full((1, 17, 3), np.nan)


@pytest.fixture
def evaluation(write_set):  # noqa: F811
    names = ["yoga/a.png", "dance/b.png", "dance/=c.png"]
    labelled = read_labelled_set(*write_set(names, [annotation(number, number) for number in (1, 2, 3)]))
    exact = {photo.photo_id: FoundPeople(STANDING[None], np.ones(1), NAN, 12.0) for photo in labelled.photos}
    wrist = STANDING.copy()
    wrist[9] += 30
    worse = {1: FoundPeople(wrist[None], np.ones(1), NAN), 2: FoundPeople(STANDING[None], np.ones(1), NAN)}
    return evaluate(
        labelled,
        {CaseName("full", "fast", "fast"): exact, CaseName("<b>.json"): worse},
        (Problem("<b>.json", "result 7", "its image_id 9 is no photo"),),
    )


def test_metrics_have_every_case(evaluation, tmp_path):
    write_metrics(evaluation, tmp_path / "metrics.json")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    first, second = metrics["cases"]
    assert (first["model"], first["search"], first["people"], first["found"], first["others"]) == (
        "full",
        "fast",
        3,
        3,
        0,
    )
    assert (first["pck"]["0.2"], first["oks_map"], first["ms_median"]) == (1, 1, 12)
    assert (second["found"], second["pck"]["0.2"], second["ms_median"]) == (2, 33 / 51, None)
    [comparison] = metrics["comparisons"]
    assert comparison["pck_difference"]["value"] == pytest.approx(18 / 51)
    assert comparison["differ"] is False  # of three photos nobody can tell
    assert metrics["problems"][0]["entry"] == "result 7"


def test_people_have_a_row_for_each_case(evaluation, tmp_path):
    write_people_csv(evaluation, tmp_path / "people.csv")
    rows = list(csv.DictReader((tmp_path / "people.csv").read_text().splitlines()))
    assert len(rows) == 6
    assert tuple(rows[0]) == PEOPLE_COLUMNS
    assert (rows[3]["case"], rows[3]["photo"], rows[3]["domain"]) == ("<b>.json", "yoga/a.png", "yoga")
    assert float(rows[3]["left_wrist_error_px"]) == pytest.approx(30 * 2**0.5, abs=1e-3)
    assert rows[3]["torso_px"] == "100"
    assert (rows[5]["found"], rows[5]["pck_0.2"], rows[5]["nose_error_px"]) == ("0", "0", "")


def test_the_worst_come_first(evaluation):
    assert [score.photo.photo_id for score in worst_people(evaluation.cases[1])] == [3, 1]
    assert worst_people(evaluation.cases[0]) == []


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "line", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else(evaluation, tmp_path):
    write_scores_report(evaluation, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    images = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 2 <= WORST
    assert all(source.startswith("data:image/jpeg;base64,") for source in images)
    assert not [tag for tag, _ in page.tags if tag in ("script", "link")]
    assert "<b>.json" not in text
    assert "&lt;b&gt;.json: result 7: its image_id 9 is no photo" in text
    for words in ("3 of 3", "2 of 3", "100.0", "64.7", "may be chance", "yoga", "96.4", "Fewer than 50 people"):
        assert words in text, words
    assert "MPJPE" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_estimates_are_read_again_as_they_were(evaluation, tmp_path):
    half = np.where(np.arange(17)[:, None] < 9, STANDING, np.nan)
    visible = np.linspace(0.1, 0.9, 17)[None]
    found = {
        1: FoundPeople(np.stack([STANDING, half]), np.array([0.25, 0.5]), np.repeat(NAN, 2, axis=0)),
        3: FoundPeople(STANDING[None] + 1 / 3, np.array([0.125]), NAN, 12.0, visible),
        2: FoundPeople.nobody(),
    }
    write_coco_results(found, tmp_path / "r.json")
    third = json.loads((tmp_path / "r.json").read_text())[2]
    assert third["keypoints"][2::3] == pytest.approx(visible[0])
    read = read_results(tmp_path / "r.json", evaluation.labelled, name="ours").found
    assert sorted(read) == [1, 3]
    for photo_id, people in read.items():
        np.testing.assert_allclose(people.points, found[photo_id].points, atol=1e-5)
        np.testing.assert_array_equal(people.scores, found[photo_id].scores)
    write_coco_results({}, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text()) == []


def test_a_line_joins_what_is_wrong():
    photo, wrong = np.zeros((300, 200, 3), np.uint8), np.arange(17) == 15
    drawn = draw_scored(photo, STANDING, np.add(STANDING, (40, 0)), wrong=wrong, side=300)
    assert tuple(drawn[280, 146]) == WRONG_COLOR
    assert tuple(drawn[220, 148]) != WRONG_COLOR


@pytest.mark.parametrize("shift", [0, 40, 1e12])
def test_label_and_estimate_are_drawn_where_they_are(shift):
    photo = np.zeros((300, 200, 3), np.uint8)
    drawn = draw_scored(photo, STANDING, np.add(STANDING, (shift, 0)), side=300)
    # The person is 90 x 245 px; a margin of a quarter of the height is cut at the edges of the photo.
    assert drawn.shape == (300, 200, 3)
    assert tuple(drawn[280, 126]) == (LABEL_COLOR if shift else ESTIMATE_COLOR)
    if shift == 40:
        assert tuple(drawn[280, 166]) == ESTIMATE_COLOR


def test_a_person_at_the_edge_of_a_large_photo_is_cut_out():
    photo = np.zeros((3000, 2000, 3), np.uint8)
    nobody = np.full((17, 2), np.nan)
    assert draw_scored(photo, STANDING, nobody, side=100).shape[0] == 100
    assert draw_scored(photo, np.add(STANDING, (1900, 2800)), nobody, side=100).shape[0] <= 100
    one = np.where(np.arange(17)[:, None] == 3, STANDING, np.nan)
    assert min(draw_scored(photo, one, nobody).shape[:2]) > 10
