import numpy as np
import pytest

from posecore.errors import InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSlot
from posecore.view.rigid_drawing import AXES, RigidOverlay, draw_rigid

CAMERA = Camera([[500, 0, 320], [0, 500, 240], [0, 0, 1]], [-0.2, 0.05, 0, 0], (640, 480))
POSE = RigidPose.from_euler((30, -25, 10), [0.05, 0.02, 0.8])
FRAME = FrameRigid({RigidSlot("36h11", 4): POSE}, 0.0, (640, 480))
GREY = np.full((480, 640, 3), 128, np.uint8)


def test_each_axis_is_drawn_where_the_camera_sees_it():
    drawn = draw_rigid(GREY, FRAME, CAMERA, axis_m={"36h11": 0.1}, tags=False)
    for axis, color in zip(np.eye(3), AXES.values(), strict=True):
        column, row = np.rint(CAMERA.project([0.07 * axis], POSE)[0]).astype(int)
        np.testing.assert_allclose(drawn[row, column], color, atol=2)


def test_the_picture_itself_is_not_changed_and_places_hold_all_that_is_drawn():
    before = GREY.copy()
    drawn = draw_rigid(GREY, FRAME, CAMERA)
    np.testing.assert_array_equal(before, GREY)
    changed = (drawn != GREY).any(axis=-1)
    assert changed.sum() > 500
    for place in RigidOverlay(FRAME, CAMERA).places:
        changed[place] = False
    assert not changed.any()


def test_in_a_smaller_picture_it_is_drawn_smaller():
    half = FrameRigid(FRAME.poses, 0.0, (320, 240))
    drawn = draw_rigid(GREY[::2, ::2], half, CAMERA, axis_m={"36h11": 0.1}, tags=False)
    column, row = np.rint((CAMERA.project([[0.07, 0, 0]], POSE)[0] + 0.5) / 2 - 0.5).astype(int)
    np.testing.assert_allclose(drawn[row, column], AXES["x"], atol=2)


@pytest.mark.parametrize("place", [[0, 0, -1], [40, 0, 1], [0, 0, 0.02]], ids=["behind", "outside", "very near"])
def test_what_is_not_in_view_draws_nothing_or_what_there_is(place):
    found = FrameRigid({RigidSlot("head", 1): RigidPose.from_euler((170, 0, 0), place)}, 0.0, (640, 480))
    assert draw_rigid(GREY, found, CAMERA).shape == GREY.shape


def test_nothing_found_draws_nothing():
    np.testing.assert_array_equal(draw_rigid(GREY, FrameRigid({}, 0.0, (640, 480)), CAMERA), GREY)


@pytest.mark.parametrize("rgb", [np.zeros((10, 10, 3), np.uint8), GREY.astype(float)], ids=["size", "type"])
def test_another_picture_is_refused(rgb):
    with pytest.raises(InvalidRigidPose, match="picture"):
        draw_rigid(rgb, FRAME, CAMERA)
