import cv2
import numpy as np
import pytest

from posecore import decode_picture
from posecore.errors import InvalidOption
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import load_camera
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.rendering import render, tag
from posecore.rigid.tags import FAMILIES, TagDetector, TagFinder, tag_points

CAMERA = Camera.from_fov((640, 480), 60)


@pytest.mark.parametrize("family", ["36h11", "36h10", "25h9", "16h5", "aruco", "mip36h12", "4x4_50", "7x7_1000"])
def test_each_family_is_found_exactly(family):
    true = RigidPose.from_euler((25, -15, 100), [0.02, -0.01, 0.5])
    found = TagFinder(family, 0.08).find(render([tag(family, 7, 0.08, true)], CAMERA), CAMERA)
    assert list(found) == [RigidSlot(family, 7)]
    pose = found[RigidSlot(family, 7)]
    assert pose.turn_from(true) < 0.3
    assert np.linalg.norm(pose.translation_m - true.translation_m) < 0.003 * true.distance_m
    assert not pose.uncertain


def test_corners_are_those_of_the_pattern_to_a_twentieth_of_a_pixel():
    generator = np.random.default_rng(4)
    for seed, distance in enumerate((0.2, 0.3, 0.6, 1.0, 1.2)):
        pose = RigidPose.from_euler(generator.uniform([-50, -50, -180], [50, 50, 180]), [0, 0, distance])
        image = render([tag("36h11", seed, 0.1, pose)], CAMERA, seed=seed)
        [seen] = TagDetector("36h11").find(image)
        assert np.abs(seen.corners - CAMERA.project(tag_points(0.1), pose)).max() < 0.05


def test_several_tags_and_of_one_that_is_there_twice_the_nearer():
    near, far = (RigidPose.from_euler((20, 10, 0), place) for place in ([-0.1, 0, 0.6], [0.25, 0.1, 1.2]))
    other = RigidPose.from_euler((-30, 0, 45), [0.1, -0.12, 0.7])
    image = render([tag("36h11", 3, 0.08, far), tag("36h11", 3, 0.08, near), tag("36h11", 11, 0.08, other)], CAMERA)
    found = TagFinder("36h11", 0.08).find(image, CAMERA)
    assert [slot.id for slot in found] == [3, 11]
    assert found[RigidSlot("36h11", 3)].turn_from(near) < 0.5
    assert found[RigidSlot("36h11", 11)].turn_from(other) < 0.5


def test_what_has_no_tag_gives_none():
    for image in (np.zeros((480, 640, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)):
        assert TagFinder("36h11", 0.1).find(image, CAMERA) == {}


def test_a_lens_that_is_not_as_the_camera_says_is_seen_from_the_tags():
    # Seen through a barrel, told to be without distortion.
    real = Camera(CAMERA.matrix, [-0.2, 0, 0, 0], CAMERA.size)
    finder = TagFinder("36h11", 0.1)
    turns = {}
    for tilt in (-25, 0, 20, 45):
        true = RigidPose.from_euler((tilt, 5, 0), [0.03, 0.03, 0.32])
        flat = render([tag("36h11", 5, 0.1, true)], CAMERA)
        columns, rows = np.meshgrid(np.arange(640.0), np.arange(480.0))
        way = real.directions(np.column_stack([columns.ravel(), rows.ravel()])) * CAMERA.matrix[0, 0]
        way = (way + CAMERA.matrix[:2, 2]).reshape(480, 640, 2).astype(np.float32)
        seen = cv2.remap(flat, way[..., 0], way[..., 1], cv2.INTER_LINEAR)
        [pose] = finder.find(seen, CAMERA).values()
        turns[tilt] = pose.turn_from(true)
    assert max(turns.values()) < 1.0, turns


@pytest.mark.parametrize(("family", "size"), [("36h12", 0.1), ("36h11", 0), ("36h11", np.nan)])
def test_bad_options_are_refused(family, size):
    with pytest.raises(InvalidOption):
        TagFinder(family, size)


def test_names_of_families_are_those_of_the_table():
    assert {"36h11", "25h9", "16h5", "4x4_50", "6x6_250"} <= set(FAMILIES)


# The turns are those in the files' names. The pictures were straightened badly, which costs most near the front.
@pytest.mark.parametrize(("turn", "within"), [(10, 3), (-20, 3), (30, 2), (-50, 2), (60, 2)])
def test_turns_of_a_real_tag(shared_data, turn, within):
    folder = shared_data / "apriltag"
    camera = load_camera(folder / "test_info.yaml", size=(1056, 792))
    poses = [
        TagFinder("36h11", 0.065).find(decode_picture(folder / f"rotation_{each}.png"), camera) for each in (0, turn)
    ]
    [front], [turned] = (list(each.values()) for each in poses)
    assert abs(turned.turn_from(front) - abs(turn)) < within


def test_all_of_several_real_tags_are_found(shared_data):
    folder = shared_data / "apriltag"
    camera = load_camera(folder / "test_info.yaml#multiple_tags_test", size=(640, 480))
    found = TagFinder("36h11", 0.065).find(decode_picture(folder / "multiple_01.png"), camera)
    assert [slot.id for slot in found] == [22, 24, 58, 85, 144, 198]
    assert all(pose.error_px < 1 and 0.5 < pose.distance_m < 1.6 for pose in found.values())
