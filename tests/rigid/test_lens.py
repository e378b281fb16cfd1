import numpy as np
import pytest

from posecore.rigid.camera import Camera
from posecore.rigid.lens import fit_lens
from posecore.rigid.pose import RigidPose
from posecore.rigid.tags import tag_points

SAID = Camera.from_fov((640, 480), 80)
POSES = [RigidPose.from_euler(turn, place) for turn, place in (
    ((-20, 10, 5), [-0.1, -0.08, 0.3]), ((30, 0, 0), [0.08, 0.06, 0.25]), ((5, -25, 40), [0.1, -0.07, 0.35]),
)]  # fmt: skip


def seen_by(camera, noise=0.1):
    generator = np.random.default_rng(2)
    points = tag_points(0.08)
    return [(points, camera.project(points, pose) + generator.normal(0, noise, (4, 2))) for pose in POSES]


@pytest.mark.parametrize("bend", [-0.2, 0.15])
def test_a_lens_that_bends_otherwise_is_found(bend):
    real = Camera(SAID.matrix, [bend, 0, 0, 0], SAID.size)
    fitted = fit_lens(SAID, seen_by(real))
    assert fitted.distortion[0] == pytest.approx(bend, abs=0.05)


def test_a_camera_that_is_as_said_is_left_as_it_is():
    assert fit_lens(SAID, seen_by(SAID)) is SAID
    assert fit_lens(SAID, []) is SAID


def test_one_body_that_is_not_flat_does_not_bend_the_lens():
    bodies = seen_by(SAID)
    points, corners = bodies[1]
    bent = np.array([[4, 0], [0, 0], [-4, 0], [0, 0]])  # paper that is not flat
    bodies[1] = points, corners + bent
    assert fit_lens(SAID, bodies) is SAID
