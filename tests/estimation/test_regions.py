"""The rotated square around a person: its position, and its mapping to the picture."""

import math

import numpy as np
import pytest

from posecore import Region
from posecore.estimation.regions import overlap

HIPS = (100, 200)


def region(x=100.0, y=200.0, size=40.0, rotation=0.0):
    return Region(x, y, size, rotation, score=1.0)


@pytest.mark.parametrize(
    ("rim", "size", "rotation"),
    [
        pytest.param((100, 120), 200, 0, id="upright"),
        pytest.param((180, 200), 200, math.pi / 2, id="head to the right"),
        pytest.param((20, 200), 200, -math.pi / 2, id="head to the left"),
        pytest.param((100, 280), 200, math.pi, id="upside down"),
        pytest.param((130, 160), 125, math.atan2(30, 40), id="leaning to the right"),
        pytest.param((70, 240), 125, -math.pi + math.atan2(30, 40), id="diving to the left"),
        pytest.param(HIPS, 0, None, id="no extent"),
    ],
)
def test_region_around_alignment_points(rim, size, rotation):
    around = Region.around(np.array([HIPS, rim], np.float32), 0.75)
    assert (around.x, around.y, around.score) == (*HIPS, 0.75)
    assert around.size == pytest.approx(size)
    assert rotation is None or around.rotation == pytest.approx(rotation)


@pytest.mark.parametrize(
    ("rotation", "corners"),
    [
        (0, [(80, 180), (120, 180), (120, 220), (80, 220)]),
        (math.pi / 2, [(120, 180), (120, 220), (80, 220), (80, 180)]),
        (math.pi, [(120, 220), (80, 220), (80, 180), (120, 180)]),
        (-math.pi / 2, [(80, 220), (80, 180), (120, 180), (120, 220)]),
    ],
)
def test_corners_in_the_picture(rotation, corners):
    """Clockwise from the region's own top left; its centre stays where it is."""
    shares = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0.5)], np.float32)
    places = region(rotation=rotation).to_picture(shares)
    np.testing.assert_allclose(places, [*corners, HIPS], atol=1e-4)
    assert places.dtype == np.float32


@pytest.mark.parametrize("rim", [(100, 120), (157, 141), (180, 200), (33, 266)])
def test_person_stands_upright_in_the_region_around_them(rim):
    """The second alignment point is straight above the centre, at 1 / 1.25 of the distance to the edge."""
    around = Region.around(np.array([HIPS, rim], np.float32), 1.0)
    above = np.array([(0.5, 0.5 - 0.5 / 1.25)], np.float32)
    np.testing.assert_allclose(around.to_picture(above), [rim], atol=1e-3)


@pytest.mark.parametrize(("size", "top_left"), [((640, 480), (0, -80)), ((480, 640), (-80, 0)), ((7, 7), (0, 0))])
def test_whole_picture_lies_in_the_middle_of_a_square(size, top_left):
    whole = Region.whole(*size)
    assert whole.to_picture(np.zeros((1, 2), np.float32)).tolist() == [[*top_left]]
    assert (whole.size, whole.rotation) == (max(size), 0)


@pytest.mark.parametrize(
    ("other", "share"),
    [
        (region(), 1),
        (region(rotation=1.0), 1),
        (region(x=120), 1 / 3),
        (region(x=120, y=220), 1 / 7),
        (region(size=20), 1 / 4),
        (region(x=140), 0),
        (region(x=100, y=500), 0),
    ],
    ids=["same", "turned", "half beside", "a quarter", "inside", "touching", "apart"],
)
def test_overlap(other, share):
    assert overlap(region(), other) == pytest.approx(share)
    assert overlap(other, region()) == pytest.approx(share)


@pytest.mark.parametrize(
    ("changed", "usable"),
    [
        ({}, True),
        ({"size": 1.0}, True),
        ({"x": -1e6}, True),
        ({"size": 0.99}, False),
        ({"size": 0.0}, False),
        ({"size": math.inf}, False),
        ({"x": math.nan}, False),
        ({"y": -math.inf}, False),
        ({"x": math.inf, "y": -math.inf}, False),
        ({"rotation": math.nan}, False),
    ],
)
def test_usable_is_a_finite_square_of_a_pixel_or_more(changed, usable):
    assert region(**changed).usable is usable
