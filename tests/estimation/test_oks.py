"""OKS: hand-computed cases and general properties."""

import math

import numpy as np
import pytest

from posecore.estimation.oks import COCO_SIGMAS, area_of, oks, oks_between


def test_the_same_is_one_and_far_apart_is_zero():
    points = np.random.default_rng(1).uniform(0, 100, (17, 2))
    assert oks(points, points, 1000) == 1
    assert oks(points, points + 1e4, 1000) == pytest.approx(0)


def test_each_keypoint_counts_by_how_well_people_place_it():
    """A nose 1 px off on a person of 100 px^2 gives exp(-1 / (2 * 100 * (2 * 0.026)^2)); hips are more lenient."""
    true = np.zeros((17, 2))
    found = np.zeros((17, 2))
    found[0, 0] = 1
    nose = math.exp(-1 / (2 * 100 * (2 * 0.026) ** 2))
    assert oks(found, true, 100) == pytest.approx((16 + nose) / 17)
    found[0, 0], found[11, 1] = 0, 1
    hip = math.exp(-1 / (2 * 100 * (2 * 0.107) ** 2))
    assert oks(found, true, 100) == pytest.approx((16 + hip) / 17)
    assert hip > nose


def test_only_labelled_keypoints_count():
    true, found = np.zeros((17, 2)), np.zeros((17, 2))
    found[:5] = 1e3
    labelled = np.arange(17) >= 5
    assert oks(found, true, 100, labelled) == 1
    assert oks(found, true, 100, np.zeros(17, bool)) == 0


def test_a_person_without_area_does_not_divide_by_zero():
    assert oks(np.zeros((17, 2)), np.zeros((17, 2)), 0) == 1


def test_similarity_is_symmetric():
    rng = np.random.default_rng(2)
    one = rng.uniform(0, 200, (33, 2))
    other = one + rng.normal(0, 3, (33, 2))
    assert oks_between(one, other) == pytest.approx(oks_between(other, one))
    assert 0.5 < oks_between(one, other) < 1
    assert oks_between(one, one) == 1


def test_sigmas_and_area():
    assert COCO_SIGMAS.shape == (17,)
    square = np.zeros((17, 2))
    square[0] = (10, 20)
    assert area_of(square) == pytest.approx(120)
