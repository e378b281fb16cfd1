"""Flat things and boxes by their picked corners, against poses that are known."""

import re

import numpy as np
import pytest

from posecore.errors import InvalidOption, InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.corners import Thing, edges_px, fit_corners
from posecore.rigid.pose import RigidPose

CAMERA = Camera([[900, 0, 640], [0, 900, 360], [0, 0, 1]], [-0.1, 0.02, 0, 0], (1280, 720))
SHEET, BOX = Thing((0.297, 0.21)), Thing((0.3, 0.2, 0.15))
# A box turned to the image's left shows its right side, and from above its top.
TURNED = RigidPose.from_euler((35, 25, 8), [0.1, 0.05, 1.1])
SEEN_OF_BOX = [0, 1, 2, 3, 4, 5, 6]


def seen(thing, pose, corners=None, noise=0.0):
    pixels = CAMERA.project(thing.corners_m, pose)
    pixels += np.random.default_rng(3).normal(0, noise, pixels.shape) if noise else 0
    shown = np.full(pixels.shape, np.nan)
    kept = range(len(pixels)) if corners is None else corners
    shown[list(kept)] = pixels[list(kept)]
    return shown


@pytest.mark.parametrize(
    ("thing", "corners"),
    [
        (SHEET, None),
        (BOX, SEEN_OF_BOX),
        (BOX, [0, 1, 2, 5]),
        (Thing((7.32, 2.44)), None),
        (Thing((0.0856, 0.054)), None),
    ],
    ids=["sheet", "box", "four corners of a box", "goal", "card"],
)
def test_the_pose_is_found_from_exact_corners(thing, corners):
    generator = np.random.default_rng(2)
    for _ in range(20):
        # Turned to the left and seen from above, so that these corners of a box are in view.
        true = RigidPose.from_euler(
            generator.uniform([20, 20, -30], [40, 35, 30]),
            [*generator.uniform(-0.1, 0.1, 2), max(thing.size_m) * generator.uniform(2.5, 4)],
        )
        fit = fit_corners(thing, seen(thing, true, corners), CAMERA)
        assert fit.problem is None
        assert fit.pose.turn_from(true) < 1
        assert np.linalg.norm(fit.pose.translation_m - true.translation_m) < 0.02 * true.distance_m


def test_an_unsteady_hand_is_no_problem():
    for thing, corners in ((SHEET, None), (BOX, SEEN_OF_BOX)):
        fit = fit_corners(thing, seen(thing, TURNED, corners, noise=1.5), CAMERA)
        assert fit.problem is None
        assert fit.pose.error_px > 0.1
        assert abs(fit.pose.distance_m / TURNED.distance_m - 1) < 0.03


def changed(corners, **places):
    corners = corners.copy()
    for name, place in places.items():
        corners[int(name[1:]) - 1] = place
    return corners


SHEET_SEEN, BOX_SEEN = seen(SHEET, TURNED), seen(BOX, TURNED, SEEN_OF_BOX)


@pytest.mark.parametrize(
    ("thing", "corners", "message"),
    [
        (SHEET, np.full((4, 2), np.nan), "Pick 4 more corners"),
        (SHEET, changed(SHEET_SEEN, c3=[np.nan, np.nan]), "Pick 1 more corner:"),
        (BOX, np.column_stack([np.arange(8) * 40.0, np.arange(8) * 30.0]), "in one line"),
        (SHEET, [[100, 100], [200, 100], [300, 100], [400, 100]], "in one line"),
        (SHEET, np.full((4, 2), 50.0), "in the same place"),
        (SHEET, changed(SHEET_SEEN, c1=SHEET_SEEN[1], c2=SHEET_SEEN[0]), "Corners 1 and 2 are probably swapped"),
        (SHEET, SHEET_SEEN[::-1], "counter-clockwise"),
        (SHEET, changed(SHEET_SEEN, c2=SHEET_SEEN[1] + [60, 70]), "Check each corner, the size"),
        (BOX, changed(BOX_SEEN, c3=BOX_SEEN[5], c6=BOX_SEEN[2]), "Corners 3 and 6 are probably swapped"),
        (BOX, changed(BOX_SEEN, c4=BOX_SEEN[3] + [50, -40]), r"Corner 4 \(front, bottom left\) is probably"),
        (BOX, seen(BOX, TURNED, [0, 1, 4, 5, 7]), "would hide its corner 8"),
    ],
)
def test_corners_that_cannot_be_are_explained(thing, corners, message):
    assert re.search(message, fit_corners(thing, corners, CAMERA).problem)


def test_a_flat_thing_seen_from_the_front_is_uncertain():
    fit = fit_corners(SHEET, seen(SHEET, RigidPose.from_euler((4, 0, 0), [0, 0, 3]), noise=1), CAMERA)
    assert fit.problem is None
    assert fit.pose.uncertain


def test_edges_meet_in_the_corners():
    lines = edges_px(BOX, TURNED, CAMERA, steps=4)
    corners = CAMERA.project(BOX.corners_m, TURNED)
    assert len(lines) == 12
    for (start, end), line in zip(BOX.edges, lines, strict=True):
        np.testing.assert_allclose(line[[0, -1]], corners[[start, end]], atol=1e-6)
        assert len(line) == 5
    assert np.isnan(edges_px(BOX, RigidPose.from_euler((0, 0, 0), [0, 0, -1]), CAMERA)).all()


def test_each_corner_of_a_box_is_on_three_faces_and_three_edges():
    for corner in range(8):
        assert sum(corner in face for face in BOX.faces) == 3
        assert sum(corner in edge for edge in BOX.edges) == 3
        assert len(set(BOX.corner_names)) == 8
    assert SHEET.edges == ((0, 1), (0, 3), (1, 2), (2, 3))


@pytest.mark.parametrize("size", [(0.1,), (0.1, 0.2, 0.3, 0.4), (0, 1), (1, np.nan), (1, 2000), (1, -1, 1)])
def test_sizes_that_cannot_be_are_refused(size):
    with pytest.raises(InvalidOption, match="width and height"):
        Thing(size)


def test_corners_of_another_thing_are_refused():
    with pytest.raises(InvalidRigidPose, match=r"\(8, 2\)"):
        fit_corners(BOX, SHEET_SEEN, CAMERA)
