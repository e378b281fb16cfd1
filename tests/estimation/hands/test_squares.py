"""The square around a hand, and the palms it is made from."""

import math

import numpy as np
import pytest

from posecore import Region
from posecore.estimation.hands.detector import BOX_VALUES, BOXES, SIDE, anchors, decode_regions
from posecore.estimation.hands.squares import around_landmarks, around_palm

# MediaPipe's palm detector gives 90 radians where it means degrees.
TURNED = math.remainder(90 - math.pi / 2, 2 * math.pi)


def spread_hand(*, turn: float = 0.0, centre=(200.0, 300.0)) -> np.ndarray:
    """An open hand 100 px wide and 100 high up to the middle joints, turned clockwise."""
    points = np.zeros((21, 2), np.float32)
    for finger in range(5):
        x = -50 + 25 * finger
        for joint in range(4):
            points[1 + 4 * finger + joint] = (x, -(joint + 1) * (10 if finger == 0 else 50) - 0)
    points[[9, 13, 5], 0] = (0, 20, -20)  # the knuckles' mean is above the wrist
    cosine, sine = math.cos(turn), math.sin(turn)
    return points @ np.array([[cosine, sine], [-sine, cosine]], np.float32) + np.float32(centre)


@pytest.mark.parametrize("turn", [0.0, 0.7, math.pi / 2, 3.0, -2.0])
def test_a_hand_is_upright_in_its_next_square(turn):
    region = around_landmarks(spread_hand(turn=turn), 0.9)
    assert math.remainder(region.rotation - turn, 2 * math.pi) == pytest.approx(0, abs=1e-5)
    assert region.size == pytest.approx(2 * 100, abs=1e-3)
    assert region.score == 0.9
    towards_fingers = np.array([math.sin(turn), -math.cos(turn)])
    np.testing.assert_allclose((region.x, region.y), (200, 300) + towards_fingers * (50 + 0.1 * 100), atol=1e-3)


def test_the_square_around_a_palm_reaches_to_the_fingers():
    region = around_palm(np.float32([100, 100]), np.float32([40, 40]), np.float32([100, 120]), np.float32([100, 90]), 1)
    assert region.rotation == pytest.approx(TURNED)
    assert region.size == pytest.approx(2.6 * 40)
    away = np.array([math.sin(TURNED), -math.cos(TURNED)]) * 0.5 * 40
    np.testing.assert_allclose((region.x, region.y), np.array([100, 100]) + away, rtol=1e-6)


def test_anchors_are_the_cells_of_two_grids():
    assert anchors().shape == (BOXES, 2) == (24 * 24 * 2 + 12 * 12 * 6, 2)
    np.testing.assert_allclose(anchors()[[0, 24 * 24 * 2]], [[0.5 / 24] * 2, [0.5 / 12] * 2])


@pytest.mark.parametrize(("score", "count"), [(0.9, 1), (0.4, 0)])
def test_boxes_of_one_palm_give_one_region(score, count):
    """In a picture twice the input's size: a box of 20 px, its wrist 10 px below and its knuckle 5 px above."""
    raw_boxes = np.zeros((BOXES, BOX_VALUES), np.float32)
    raw_scores = np.full(BOXES, -100, np.float32)
    for anchor in (500, 501):
        x, y = 96 - anchors()[anchor] * SIDE
        raw_boxes[anchor] = [x, y, 20, 20, x, y + 10, 7, 7, x, y - 5, *[7] * 8]
        raw_scores[anchor] = math.log(score / (1 - score))
    regions = decode_regions(raw_boxes, raw_scores, Region.whole(384, 384), 0.5)
    assert len(regions) == count
    for region in regions:
        assert region.size == pytest.approx(2.6 * 40, rel=1e-5)
        assert region.rotation == pytest.approx(TURNED, abs=1e-5)
        assert region.score == pytest.approx(0.9)
