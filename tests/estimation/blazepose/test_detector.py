"""From raw boxes to people; the boxes are defined here, in pixels of the detector's input."""

import math

import numpy as np
import pytest

from posecore import Region
from posecore.estimation.blazepose.detector import BOX_VALUES, BOXES, SIDE, anchors, decode_regions

# Input of the detector: twice as wide as its input size, with 56 of its rows above and below the picture.
SEEN = Region.whole(448, 336)


def box(anchor=1000, *, score=0.9, centre=(112, 112), size=(100, 100), hips=(112, 112), rim=(112, 56)):
    """The network's output at one anchor: its index, the raw values and the raw score."""
    origin = anchors()[anchor] * SIDE
    points = [np.subtract(place, origin) for place in (centre, hips, rim)]
    return anchor, [*points[0], *size, *points[1], *points[2], 7, 7, 7, 7], math.log(score / (1 - score))


def decode(*boxes, min_score=0.5):
    raw_boxes = np.random.default_rng(0).normal(size=(BOXES, BOX_VALUES)).astype(np.float32)
    raw_scores = np.full(BOXES, -100, np.float32)
    for anchor, values, score in boxes:
        raw_boxes[anchor], raw_scores[anchor] = values, score
    return decode_regions(raw_boxes, raw_scores, SEEN, min_score)


def as_numbers(regions):
    return [(region.x, region.y, region.size, region.rotation, region.score) for region in regions]


def test_anchors_are_the_cells_of_three_grids():
    assert anchors().shape == (BOXES, 2) == (28 * 28 * 2 + 14 * 14 * 2 + 7 * 7 * 6, 2)
    assert ((anchors() > 0) & (anchors() < 1)).all()
    first_of_grid = {0: 28, 28 * 28 * 2: 14, 28 * 28 * 2 + 14 * 14 * 2: 7}
    for index, cells in first_of_grid.items():
        np.testing.assert_allclose(anchors()[index], [0.5 / cells, 0.5 / cells])
    np.testing.assert_allclose(anchors()[2], [1.5 / 28, 0.5 / 28], err_msg="row by row, two a cell")
    np.testing.assert_allclose(anchors()[-6:], np.full((6, 2), 6.5 / 7), rtol=1e-6)


@pytest.mark.parametrize("anchor", [0, 1, 1567, 1568, 2253])
def test_one_person_at_any_anchor(anchor):
    """Hips in the middle of the picture, the rim 56 px above: 112 px of the picture."""
    assert as_numbers(decode(box(anchor))) == [pytest.approx((224, 168, 2.5 * 112, 0, 0.9), abs=1e-3)]


def test_person_lying_down():
    found = decode(box(hips=(50, 100), rim=(90, 100)))
    assert as_numbers(found) == [pytest.approx((100, 144, 2.5 * 80, math.pi / 2, 0.9), abs=1e-3)]


def test_boxes_of_one_person_are_averaged_by_score():
    surer = box(40, score=0.9, hips=(100, 100), rim=(100, 40))
    other = box(1700, score=0.6, hips=(110, 105), rim=(110, 55), centre=(117, 112))
    merged = (2 * 104, 2 * 102 - 56, 2.5 * 2 * (102 - 46), 0, 0.9)
    for boxes in ([surer, other], [other, surer]):
        assert as_numbers(decode(*boxes)) == [pytest.approx(merged, abs=1e-3)]


@pytest.mark.parametrize(
    ("shift", "people"), [((30, 0), 1), ((0, 30), 1), ((40, 0), 2), ((20, 20), 2), ((0, 100), 2), ((110, 0), 2)]
)
def test_boxes_that_overlap_by_half_are_one_person(shift, people):
    """Of two boxes of 100 px, one moved by 30 shares 0.54 of their union, by 40 shares 0.43, by 20 both ways 0.47."""
    moved = box(2, score=0.8, centre=np.add(112, shift), hips=np.add(112, shift), rim=np.add((112, 56), shift))
    assert len(decode(box(1), moved)) == people


def test_people_apart_come_by_score():
    boxes = [
        box(anchor, score=score, centre=(x, 100), size=(40, 80), hips=(x, 100), rim=(x, 60))
        for anchor, score, x in [(5, 0.7, 30), (900, 0.95, 100), (2000, 0.8, 180)]
    ]
    found = decode(*boxes)
    assert [region.score for region in found] == pytest.approx([0.95, 0.8, 0.7])
    assert [region.x for region in found] == pytest.approx([200, 360, 60], abs=1e-3)


@pytest.mark.parametrize(
    ("one", "min_score", "people"),
    [
        pytest.param(box(score=0.5), 0.5, 1, id="just sure enough"),
        pytest.param(box(score=0.49), 0.5, 0, id="not sure enough"),
        pytest.param(box(score=0.49), 0.4, 1, id="less is asked for"),
        pytest.param(box(size=(-10, 100)), 0.5, 0, id="negative width"),
        pytest.param(box(size=(100, -10)), 0.5, 0, id="negative height"),
        pytest.param(box(size=(0, 0)), 0.5, 1, id="box without area"),
        pytest.param(box(rim=(112, 112)), 0.5, 0, id="region without extent"),
        pytest.param(box(hips=(math.nan, 112)), 0.5, 0, id="not a number"),
    ],
)
def test_which_boxes_count(one, min_score, people):
    assert len(decode(one, min_score=min_score)) == people


def test_nobody():
    assert decode() == []


def test_boxes_whose_scores_are_rounded_to_zero_are_averaged_like_others():
    raw_boxes = np.tile(np.float32([0, 0, 100, 100, 0, 0, 0, -56, 0, 0, 0, 0]), (BOXES, 1))
    regions = decode_regions(raw_boxes, np.full(BOXES, -200, np.float32), SEEN, 0.0)
    assert len(regions) == 60
    assert {region.score for region in regions} == {0.0}
    assert all(region.usable for region in regions)
