import numpy as np
import pytest

from posecore.errors import InvalidCamera
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose

CAMERA = Camera.from_fov((640, 480), 60)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"matrix": np.eye(4)}, "shape"),
        ({"matrix": np.full((3, 3), np.nan)}, "finite"),
        ({"matrix": np.diag([0, 100, 1])}, "focal"),
        ({"matrix": np.diag([100, 100, 2])}, "focal"),
        ({"distortion": np.zeros(3)}, "distortion"),
        ({"distortion": np.full(5, np.inf)}, "finite"),
        ({"size": (0, 480)}, "size"),
    ],
)
def test_what_is_no_camera_is_refused(change, message):
    with pytest.raises(InvalidCamera, match=message):
        Camera(**{"matrix": CAMERA.matrix, "distortion": [], "size": CAMERA.size, **change})


def test_the_field_of_view_is_across_the_longer_side():
    assert CAMERA.matrix[0, 0] == pytest.approx(320 / np.tan(np.radians(30)))
    upright = Camera.from_fov((480, 640), 60)
    assert upright.matrix[0, 0] == CAMERA.matrix[0, 0]
    assert upright.fov_deg == pytest.approx(60)
    assert CAMERA.matrix[:2, 2].tolist() == [319.5, 239.5]  # the middle, where (0, 0) is the middle of a pixel


@pytest.mark.parametrize("fov", [0, 180, -5, np.nan])
def test_a_field_of_view_outside_its_range_is_refused(fov):
    with pytest.raises(InvalidCamera, match="field of view"):
        Camera.from_fov((640, 480), fov)


def test_the_focal_length_in_35_mm_is_by_the_diagonal():
    # In the shape of the film the longer side is 36 mm.
    assert Camera.from_focal_35mm((3600, 2400), 28).matrix[0, 0] == pytest.approx(2800)
    # Elsewhere the diagonal counts: 50 of 43.3 mm, and 5 of every 4 pixels across in a 4:3 picture.
    assert Camera.from_focal_35mm((4000, 3000), 50).matrix[0, 0] == pytest.approx(5000 * 50 / 43.2666, rel=1e-5)


def test_a_scaled_camera_sees_the_same_directions():
    camera = Camera([[500, 0, 300], [0, 510, 250], [0, 0, 1]], [-0.2, 0.05, 0.001, 0.002], (640, 480))
    half = camera.scaled((320, 240))
    points = np.array([[0.1, 0.2, 1], [-0.5, 0.1, 1.5]])
    # Counted from the corner of the image, all positions are halved.
    np.testing.assert_allclose(half.project(points) + 0.5, (camera.project(points) + 0.5) / 2)


def test_a_camera_is_not_scaled_to_another_shape():
    with pytest.raises(InvalidCamera, match="640 x 480 pixels, and this one has 640 x 360"):
        CAMERA.scaled((640, 360))
    assert CAMERA.scaled((333, 250)).size == (333, 250)


def test_only_what_is_ahead_is_projected():
    pixels = CAMERA.project([[0, 0, 1], [0, 0, -1], [0, 0, 0], [np.nan, 0, 1]])
    np.testing.assert_allclose(pixels[0], [319.5, 239.5])
    assert np.isnan(pixels[1:]).all()
    ahead = RigidPose(np.eye(3), [0, 0, 3], 0)
    np.testing.assert_allclose(CAMERA.project([[0, 0, -1]], ahead)[0], [319.5, 239.5])


def test_directions_of_distorted_pixels():
    camera = Camera([[400, 0, 320], [0, 400, 240], [0, 0, 1]], [-0.3, 0.1, 0, 0], (640, 480))
    points = np.array([[0.6, 0.4, 1], [-0.3, 0, 1]])
    np.testing.assert_allclose(camera.directions(camera.project(points)), points[:, :2], atol=1e-6)
