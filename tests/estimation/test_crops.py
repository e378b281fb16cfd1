"""Crops of a picture, the input of the networks."""

import math

import cv2
import numpy as np
import pytest

from posecore import Region
from posecore.estimation.crops import Cropper

SIDE = 32
BLACK, EDGE = cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)


def cut(rgb, *, x, y, size=SIDE, rotation=0.0, border=BLACK):
    target = np.full((SIDE, SIDE, 3), 99, np.uint8)
    Cropper(target, border).cut(rgb, Region(x, y, size, rotation, 1.0))
    return target


def reference(rgb, *, x, y, size, rotation, border):
    """Bilinear interpolation at positions rounded to a 32nd of a pixel, sample by sample."""
    column, row = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    right, down = (column / SIDE - 0.5) * size, (row / SIDE - 0.5) * size
    places_x = np.round((x + right * math.cos(rotation) - down * math.sin(rotation)) * 32).astype(int)
    places_y = np.round((y + right * math.sin(rotation) + down * math.cos(rotation)) * 32).astype(int)
    height, width = rgb.shape[:2]
    total = np.zeros((SIDE, SIDE, 3))
    for step_y in (0, 1):
        for step_x in (0, 1):
            tap_x, tap_y = places_x // 32 + step_x, places_y // 32 + step_y
            weight = abs(1 - step_x - places_x % 32 / 32) * abs(1 - step_y - places_y % 32 / 32)
            inside = (tap_x >= 0) & (tap_x < width) & (tap_y >= 0) & (tap_y < height)
            weight = weight * (inside | (border == EDGE))
            total += weight[..., None] * rgb[tap_y.clip(0, height - 1), tap_x.clip(0, width - 1)]
    return np.floor(total + 0.5)


def test_region_of_the_crops_own_size_gives_the_pictures_own_pixels(noise):
    np.testing.assert_array_equal(cut(noise, x=60, y=40), noise[24:56, 44:76])


@pytest.mark.parametrize(("border", "mode"), [(BLACK, "constant"), (EDGE, "edge")])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (120, 90), (3, 80), (-500, 40)])
def test_outside_the_picture(noise, border, mode, x, y):
    wide = np.pad(noise, ((600, 600), (600, 600), (0, 0)), mode=mode)
    expected = wide[584 + y : 616 + y, 584 + x : 616 + x]
    np.testing.assert_array_equal(cut(noise, x=x, y=y, border=border), expected)


@pytest.mark.parametrize(
    ("rotation", "quarter_turns", "off_x", "off_y"),
    [
        pytest.param(math.pi / 2, 1, 1, 0, id="head to the right"),
        pytest.param(math.pi, 2, 1, 1, id="upside down"),
        pytest.param(-math.pi / 2, -1, 0, 1, id="head to the left"),
    ],
)
def test_quarter_turns_stand_upright_in_the_crop(noise, rotation, quarter_turns, off_x, off_y):
    """Pixel (0, 0) is in the region's own top left corner, which rotates: hence the offsets of one pixel."""
    own = noise[24 + off_y : 56 + off_y, 44 + off_x : 76 + off_x]
    np.testing.assert_array_equal(cut(noise, x=60, y=40, rotation=rotation), np.rot90(own, quarter_turns))


@pytest.mark.parametrize("border", [BLACK, EDGE])
@pytest.mark.parametrize(
    "region",
    [
        {"x": 61.3, "y": 44.9, "size": 17.0, "rotation": 0.0},
        {"x": 61.3, "y": 44.9, "size": 71.7, "rotation": 0.4},
        {"x": 20.1, "y": 80.2, "size": 150.0, "rotation": -2.5},
        {"x": -5.5, "y": 30.5, "size": 64.0, "rotation": math.pi / 2},
    ],
)
def test_same_pixels_as_the_reference(noise, region, border):
    """Positions halfway between two 32nds may be rounded either way: one value in 200 may differ."""
    off = np.abs(cut(noise, **region, border=border) - reference(noise, **region, border=border))
    assert np.mean(off <= 1) >= 0.995
    assert off.mean() < 0.02


@pytest.mark.parametrize("length", [32_766, 32_767, 70_000])
@pytest.mark.parametrize(("border", "mode"), [(BLACK, "constant"), (EDGE, "edge")])
@pytest.mark.parametrize("turned", [False, True], ids=["wide", "tall"])
def test_picture_longer_than_fixed_point_maps_reach(length, border, mode, turned):
    """Its last 20 columns (or rows), and 12 beyond them."""
    rgb = np.random.default_rng(0).integers(0, 256, (40, length, 3), np.uint8)
    own, place = np.pad(rgb[4:36, -20:], ((0, 0), (0, 12), (0, 0)), mode=mode), {"x": length - 4, "y": 20}
    if turned:
        rgb, own, place = np.ascontiguousarray(rgb.swapaxes(0, 1)), own.swapaxes(0, 1), {"x": 20, "y": length - 4}
    np.testing.assert_array_equal(cut(rgb, **place, border=border), own)


def test_every_crop_is_written_to_the_same_memory(noise):
    target = np.zeros((SIDE, SIDE, 3), np.uint8)
    cropper = Cropper(target, EDGE)
    for x in (60, 40):
        cropper.cut(noise, Region(x, 40, SIDE, 0.0, 1.0))
        np.testing.assert_array_equal(target, noise[24:56, x - 16 : x + 16])
