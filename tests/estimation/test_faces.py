import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import FramePoses
from posecore.errors import ModelUnusable
from posecore.estimation.faces import FaceNetwork
from posecore.estimation.models import find_model
from posecore.rigid.camera import Camera
from posecore.rigid.head import pose_head
from posecore.rigid.pose import RigidPose


@pytest.fixture(scope="module")
def network() -> FaceNetwork:
    return FaceNetwork()


@pytest.fixture(scope="module")
def face(network, portrait, portrait_poses):
    return network.find(portrait, portrait_poses)[int(portrait_poses.person_ids[0])]


@pytest.fixture(scope="module")
def mediapipes(portrait):
    """What MediaPipe's own FaceLandmarker finds in the portrait."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(find_model("face"))), output_facial_transformation_matrixes=True
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        return landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=portrait))


def test_landmarks_are_those_of_mediapipe(face, portrait, mediapipes):
    height, width = portrait.shape[:2]
    theirs = np.array([(point.x * width, point.y * height) for point in mediapipes.face_landmarks[0]])[face.landmarks]
    away = np.linalg.norm(face.xy - theirs, axis=1)
    assert np.median(away) < 0.01 * np.ptp(theirs, axis=0).max()
    assert face.score > 0.99


def test_the_head_is_turned_as_mediapipe_says(face, portrait, mediapipes):
    height, width = portrait.shape[:2]
    ours = pose_head(face.xy - 0.5, Camera.from_fov((width, height), 63), shape=face.shape_m)
    # MediaPipe's turn is from the direction in which the face is seen. Its y is up, and its z towards the camera.
    x, y, z = ours.translation_m
    towards, _ = Rotation.align_vectors([[x, y, z]], [[0, 0, 1]])
    flip = np.diag([1, -1, -1])
    turn = towards.as_matrix() @ flip @ mediapipes.facial_transformation_matrixes[0][:3, :3] @ flip
    theirs = RigidPose(Rotation.from_matrix(turn).as_matrix(), (0, 0, 1), 0)
    assert ours.turn_from(theirs) < 4


def test_the_canonical_face_has_the_axes_of_a_head(face):
    places = dict(zip(face.landmarks.tolist(), face.shape_m, strict=True))
    corners = [places[index] for index in (33, 133, 362, 263) if index in places]
    assert sum(corners) == pytest.approx(0, abs=1e-9)
    assert 0.08 < places[263][0] - places[33][0] < 0.1  # outer corners of the eyes
    assert places[4][2] < -0.02  # the nose is in front of the eyes
    assert places[10][1] < -0.03  # and the forehead above them


def test_a_known_face_is_posed(face):
    camera = Camera.from_fov((1280, 960), 60)
    true = RigidPose.from_euler((40, -20, 10), (0.2, 0.1, 1.2))
    found = pose_head(camera.project(face.shape_m, true), camera, shape=face.shape_m)
    assert found.turn_from(true) < 0.1
    assert found.translation_m == pytest.approx(true.translation_m, rel=0.01)


def test_where_no_face_is_none_is_found(network, portrait, portrait_poses):
    assert network.find(np.full_like(portrait, 128), portrait_poses) == {}
    assert network.find(portrait, FramePoses.nobody(portrait_poses.size)) == {}


def test_a_bundle_without_a_face_is_refused(tmp_path):
    with pytest.raises(ModelUnusable, match="face_landmarker"):
        FaceNetwork(find_model("hand"))
    damaged = tmp_path / "damaged.task"
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("geometry_pipeline_metadata_landmarks.binarypb", b"\x0a\x05\x1d\x00\x00")
    with pytest.raises(ModelUnusable, match="vertices"):
        FaceNetwork(damaged)
