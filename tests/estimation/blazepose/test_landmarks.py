"""From the landmark network's outputs to a person; the outputs are defined here."""

import math

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, Region
from posecore.estimation.blazepose.landmarks import HEATMAP_SIDE, POINT_VALUES, POINTS, SIDE, RegionPose, decode_pose

# One pixel of the network's input is one pixel of the picture.
PLAIN = Region(SIDE / 2, SIDE / 2, SIDE, 0.0, 1.0)
# Half as large, and the person's head points to the right.
TURNED = Region(300, 200, SIDE / 2, math.pi / 2, 1.0)


def decode(points=(), *, region=PLAIN, peaks=(), world=()) -> RegionPose:
    """The pose with the first points as given and all others 0.

    Args:
        points: x, y, and maybe z, visibility and presence of each.
        region: what was shown.
        peaks: column, row and raw value in the first point's heat map; elsewhere all maps are 0 after the
            logistic function.
        world: of the first points.
    """
    raw_points = np.zeros((POINTS, POINT_VALUES), np.float32)
    for index, values in enumerate(points):
        raw_points[index, : len(values)] = values
    raw_world = np.zeros((POINTS, 3), np.float32)
    raw_world[: len(world)] = np.reshape(world, (-1, 3))
    heatmaps = np.full((HEATMAP_SIDE, HEATMAP_SIDE, POINTS), -100, np.float32)
    for column, row, value in peaks:
        heatmaps[row, column, 0] = value
    return decode_pose(raw_points, 0.75, heatmaps, raw_world, region)


def raw(probability):
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (PLAIN, [(0, 0), (256, 0), (256, 256), (128, 64)]),
        (TURNED, [(364, 136), (364, 264), (236, 264), (332, 200)]),
    ],
)
def test_points_lie_in_the_picture(region, expected):
    pose = decode([(0, 0), (256, 0), (256, 256), (128, 64)], region=region)
    np.testing.assert_allclose(pose.points[:4, :2], expected, atol=1e-3)


@pytest.mark.parametrize(("region", "z"), [(PLAIN, [30, -256]), (TURNED, [15, -128])])
def test_depth_is_on_the_scale_of_the_picture(region, z):
    np.testing.assert_allclose(decode([(0, 0, 30), (0, 0, -256)], region=region).points[:2, 2], z)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (PLAIN, [(1, 0, 0.5), (0, 2, 0), (0, 0, -3)]),
        (TURNED, [(0, 1, 0.5), (-2, 0, 0), (0, 0, -3)]),
    ],
)
def test_world_landmarks_turn_with_the_region(region, expected):
    """Right in the region, then down, then towards the camera; metres stay metres."""
    pose = decode(region=region, world=[(1, 0, 0.5), (0, 2, 0), (0, 0, -3)])
    np.testing.assert_allclose(pose.world[:3], expected, atol=1e-6)


def test_visibility_and_presence_are_probabilities():
    with np.errstate(over="raise", invalid="raise"):
        pose = decode([(0, 0, 0, value, -value) for value in (-1000, raw(0.1), 0, raw(0.8), 1000)])
    np.testing.assert_allclose(pose.visibility[:5], [0, 0.1, 0.5, 0.8, 1], atol=1e-6)
    np.testing.assert_allclose(pose.presence[:5], [1, 0.9, 0.5, 0.2, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("point", "peaks", "expected"),
    [
        # The point (120, 80) is in column 30 and row 20 of its map.
        pytest.param((120, 80), [(32, 21, 100)], (128, 84), id="peak beside it"),
        pytest.param((123.9, 83.9), [(32, 21, 100)], (128, 84), id="anywhere in the cell"),
        pytest.param((120, 80), [(33, 23, 100)], (132, 92), id="last cell of the window"),
        pytest.param((120, 80), [(27, 17, 100)], (108, 68), id="first cell of the window"),
        pytest.param((120, 80), [(34, 20, 100)], (120, 80), id="column beyond the window"),
        pytest.param((120, 80), [(30, 16, 100)], (120, 80), id="row beyond the window"),
        pytest.param((120, 80), [(32, 21, raw(0.51))], (128, 84), id="just sure enough"),
        pytest.param((120, 80), [(32, 21, raw(0.49))], (120, 80), id="map too low"),
        pytest.param((120, 80), [(29, 20, raw(0.9)), (32, 23, raw(0.6))], (4 * 30.2, 4 * 21.2), id="two, weighted"),
        pytest.param((-2, 80), [(1, 20, 100)], (4, 80), id="rounded into the map"),
        pytest.param((0, 0), [(2, 2, 100)], (8, 8), id="in the map's corner"),
        pytest.param((255, 255), [(63, 62, 100)], (252, 248), id="in the other corner"),
        pytest.param((-8, 80), [(1, 20, 100)], (-8, 80), id="left of the map"),
        pytest.param((260, 80), [(63, 20, 100)], (260, 80), id="right of the map"),
        pytest.param((120, 260), [(30, 63, 100)], (120, 252), id="below the map, where rows are not asked for"),
        pytest.param((120, 600), [(30, 63, 100)], (120, 600), id="far below the map"),
    ],
)
def test_heat_map_moves_its_point(point, peaks, expected):
    others = [(40 + index, 200 - index) for index in range(1, POINTS)]
    pose = decode([point, *others], peaks=peaks)
    np.testing.assert_allclose(pose.points[0, :2], expected, atol=1e-3)
    np.testing.assert_allclose(pose.points[1:, :2], others[:32], atol=1e-3, err_msg="each has a map of its own")


def test_next_region_is_spanned_by_the_two_points_after_the_landmarks():
    points = [(0, 0)] * 33 + [(128, 128), (128, 28), (250, 250)]
    plain, turned = decode(points).next_region, decode(points, region=TURNED).next_region
    assert (plain.x, plain.y, plain.size, plain.rotation) == pytest.approx((128, 128, 250, 0), abs=1e-3)
    assert (turned.x, turned.y, turned.size, turned.rotation) == pytest.approx((300, 200, 125, math.pi / 2), abs=1e-3)
    assert plain.score == turned.score == 0.75
    np.testing.assert_allclose(decode(points).alignment, points[33:35], atol=1e-3)


def test_shapes():
    pose = decode()
    assert [array.shape for array in (pose.points, pose.world, pose.visibility, pose.presence, pose.alignment)] == [
        (33, 3),
        (33, 3),
        (33,),
        (33,),
        (2, 2),
    ]


def test_a_mirror_image_is_turned_back():
    left, right = (BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right"))
    raw_points, raw_world = np.zeros((POINTS, POINT_VALUES), np.float32), np.zeros((POINTS, 3), np.float32)
    raw_points[left], raw_world[left] = (55, 40, 9, 100, 100), (0.2, 0.1, -0.3)
    heatmaps = np.full((HEATMAP_SIDE, HEATMAP_SIDE, POINTS), -100, np.float32)
    pose = decode_pose(raw_points, 0.75, heatmaps, raw_world, PLAIN, mirrored=True)
    np.testing.assert_allclose(pose.points[right], (200, 40, 9), atol=1e-3)
    np.testing.assert_allclose(pose.world[right], (-0.2, 0.1, -0.3), atol=1e-6)
    assert pose.visibility[right] == pytest.approx(1)
