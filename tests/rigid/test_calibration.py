import cv2
import numpy as np
import pytest

from posecore.errors import CannotCalibrate, InvalidOption
from posecore.rigid.board import Board
from posecore.rigid.calibration import calibrate, calibrate_from_corners
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.rendering import render

BOARD = Board(5, 7, 0.035)
SIZE = (640, 480)
TILTS = [(0, 0, 0), (35, 0, 0), (-35, 0, 10), (0, 35, 80), (0, -35, 90), (25, 25, 45), (-25, 20, -30), (20, -30, 170)]


def views():
    """Poses of the board, all of it in view, from several sides."""
    middle = np.array([*BOARD.size_m, 0]) / 2
    for index, tilt in enumerate(TILTS):
        pose = RigidPose.from_euler(tilt, [0.03 * (index % 3 - 1), 0.02 * (index % 2), 0.42 + 0.02 * index])
        yield pose, RigidPose(pose.rotation, pose.translation_m - pose.rotation @ middle, 0)


def test_photos_of_a_board_give_the_camera():
    camera = Camera([[560, 0, 330], [0, 565, 235], [0, 0, 1]], [], SIZE)
    picture = cv2.aruco.CharucoBoard((5, 7), 4, 3, BOARD.dictionary).generateImage((5 * 60, 7 * 60))
    picture = np.pad(picture, 20, constant_values=255)
    photos = [render([(picture, 0.035 / 60, pose)], camera, seed=index) for index, (pose, _) in enumerate(views())]
    found = calibrate([*photos, np.zeros_like(photos[0])], BOARD)
    assert found.used == tuple(range(8))
    assert found.error_px < 0.2
    np.testing.assert_allclose(found.camera.matrix, camera.matrix, rtol=0.01, atol=4)
    assert found.focal_error < 0.01
    assert 0.25 < found.coverage < 0.5  # the board is near the middle of all photos
    assert [sentence for sentence in found.advice if "corners" in sentence]


BENT = Camera([[560, 0, 330], [0, 565, 235], [0, 0, 1]], [-0.25, 0.08, 0.001, -0.002, 0], SIZE)


def corners(noise=0.0, seed=0):
    generator = np.random.default_rng(seed)
    return [BENT.project(BOARD.corners_m, pose) + generator.normal(0, noise, (24, 2)) for _, pose in views()]


def test_exact_corners_give_the_camera_with_its_distortion():
    found = calibrate_from_corners(corners(), BOARD, SIZE)
    np.testing.assert_allclose(found.camera.matrix, BENT.matrix, rtol=1e-3, atol=0.1)
    np.testing.assert_allclose(found.camera.distortion[:4], BENT.distortion[:4], atol=0.01)
    assert found.error_px < 0.01


def test_a_photo_that_does_not_fit_the_others_is_left_out():
    seen = corners(0.1)
    seen[3] = seen[3] + np.random.default_rng(1).normal(0, 5, (24, 2))
    seen[5][4:] = np.nan  # shows too little
    found = calibrate_from_corners(seen, BOARD, SIZE)
    assert found.used == (0, 1, 2, 4, 6, 7)
    assert found.error_px < 0.3
    np.testing.assert_allclose(found.camera.matrix, BENT.matrix, rtol=0.02, atol=8)


def test_photos_from_the_front_only_do_not_say_the_focal_length():
    middle = np.array([*BOARD.size_m, 0]) / 2
    poses = [RigidPose.from_euler((tilt, 1, 0), -middle + [0, 0, 0.45]) for tilt in (-2, 0, 1, 2)]
    seen = [
        BENT.project(BOARD.corners_m, pose) + np.random.default_rng(index).normal(0, 0.2, (24, 2))
        for index, pose in enumerate(poses)
    ]
    found = calibrate_from_corners(seen, BOARD, SIZE)
    assert found.focal_error > 0.01
    assert any("tilt the board" in sentence for sentence in found.advice)


def test_too_few_photos_are_refused():
    with pytest.raises(CannotCalibrate, match="at least 3 photos"):
        calibrate_from_corners(corners()[:2], BOARD, SIZE)
    with pytest.raises(CannotCalibrate, match="got 0 of 1"):
        calibrate([np.zeros((480, 640, 3), np.uint8)], BOARD)
    with pytest.raises(CannotCalibrate, match="got 0 of 0"):
        calibrate([], BOARD)


def test_photos_of_several_sizes_are_refused():
    with pytest.raises(CannotCalibrate, match="480 x 640, 640 x 480"):
        calibrate([np.zeros((480, 640, 3), np.uint8), np.zeros((640, 480, 3), np.uint8)], BOARD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": 2}, "3 to 30"),
        ({"square_m": 0}, "above 0 m"),
        ({"family": "none"}, "36h11"),
        ({"columns": 12, "rows": 12}, "at least 72 tags"),
    ],
)
def test_boards_that_cannot_be_are_refused(change, message):
    with pytest.raises(InvalidOption, match=message):
        Board(**change)
