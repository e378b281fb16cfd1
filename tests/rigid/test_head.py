import numpy as np
import pytest

from posecore.rigid.camera import Camera
from posecore.rigid.head import FACE, GENERIC_HEAD, pose_head
from posecore.rigid.pose import RigidPose
from posecore.skeletons import BLAZEPOSE_33

CAMERA = Camera.from_fov((1280, 960), 60)
LEFT_EAR, RIGHT_EAR = (FACE.index(BLAZEPOSE_33.index(f"{side}_ear")) for side in ("left", "right"))
MOUTH = [FACE.index(BLAZEPOSE_33.index(f"mouth_{side}")) for side in ("left", "right")]


def test_the_generic_head_is_the_same_on_both_sides():
    mirrored = [FACE.index(BLAZEPOSE_33.mirror[index]) for index in FACE]
    assert np.allclose(GENERIC_HEAD[mirrored] * [-1, 1, 1], GENERIC_HEAD)


@pytest.mark.parametrize("yaw", [-80, -40, 0, 40, 80])
@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (-30, 20), (30, 180)])
def test_a_known_head_is_found_whatever_is_hidden(yaw, pitch, roll):
    true = RigidPose.from_euler((yaw, pitch, roll), (0.2, -0.3, 1.6))
    for unseen in ([], [LEFT_EAR], [RIGHT_EAR], MOUTH, [LEFT_EAR, *MOUTH]):
        seen = CAMERA.project(GENERIC_HEAD, true)
        seen[unseen] = np.nan
        found = pose_head(seen, CAMERA)
        assert found.turn_from(true) < 1, unseen
        assert np.linalg.norm(found.translation_m - true.translation_m) < 0.02 * true.distance_m, unseen


def test_a_head_in_profile_is_steady():
    generator = np.random.default_rng(3)
    true = RigidPose.from_euler((85, 5, 0), (0, 0, 1.5))
    seen = CAMERA.project(GENERIC_HEAD, true)
    found = [pose_head(seen + generator.normal(0, 1, seen.shape), CAMERA) for _ in range(50)]
    assert max(each.turn_from(true) for each in found) < 6


def test_signs():
    """A head whose nose is to the left of its eyes in the image turns its yaw above zero, and so on."""
    eyes = GENERIC_HEAD[[FACE.index(BLAZEPOSE_33.index(f"{side}_eye")) for side in ("left", "right")]]
    for angles, shift in {(30, 0, 0): (-1, 0), (0, 30, 0): (0, 1)}.items():
        pose = RigidPose.from_euler(angles, (0, 0, 2))
        ahead = np.vstack([eyes.mean(axis=0), [0, 0, -0.2]])
        start, end = CAMERA.project(ahead, pose)
        assert (np.sign(np.round(end - start)) == shift).all()
        assert pose_head(CAMERA.project(GENERIC_HEAD, pose), CAMERA).euler_deg == pytest.approx(angles, abs=0.5)


@pytest.mark.parametrize("yaw", [125, 180, -150])
def test_a_head_from_behind_has_no_pose(yaw):
    true = RigidPose.from_euler((yaw, 0, 0), (0.4, 0, 2))
    assert pose_head(CAMERA.project(GENERIC_HEAD, true), CAMERA) is None


@pytest.mark.parametrize(
    "seen",
    [
        np.full((11, 2), np.nan),
        np.full((11, 2), 300.0),
        np.linspace([100, 100], [200, 150], 11),
        CAMERA.project(GENERIC_HEAD, RigidPose.from_euler((10, 0, 0), (0, 0, 25))),  # 7 pixels
        np.random.default_rng(0).uniform(100, 300, (11, 2)),
    ],
    ids=["nothing", "one place", "a line", "tiny", "no face"],
)
def test_what_is_no_face_has_no_pose(seen):
    assert pose_head(seen, CAMERA) is None
