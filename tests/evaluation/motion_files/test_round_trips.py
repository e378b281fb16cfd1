"""What our own exports write is read again with known errors, by readers that share no code with the writers."""

import shutil
from dataclasses import replace

import bvhio
import numpy as np
import pytest

from posecore.evaluation.keypoints import BODY_25, COCO_17, COCO_18
from posecore.evaluation.motion import motion_of_poses
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.evaluation.motion_files.openpose_files import read_openpose
from posecore.export.bvh_file import write_bvh
from posecore.export.c3d_file import write_c3d
from posecore.export.opensim_file import write_trc
from tests.evaluation.motion_files.conftest import RATE, openpose_person, write_openpose

_Y_UP = np.array([1, -1, -1])


def centred(points):
    return points - points[:, 11:13].mean(axis=1, keepdims=True)


@pytest.mark.parametrize("root", ["none", "estimated"])
@pytest.mark.parametrize(("suffix", "write"), [(".c3d", write_c3d), (".trc", write_trc)])
def test_markers_come_back(mover, moved, tmp_path, suffix, write, root):
    path = tmp_path / f"walk{suffix}"
    write(mover, path, 1, root=root)
    motion = read_motion(path, 25)
    assert motion.unit == "m"
    assert motion.problems == ()
    np.testing.assert_allclose(motion.times_s, moved.times_s, atol=1e-6)
    np.testing.assert_allclose(centred(motion.points), moved.points * _Y_UP, atol=2e-6)
    assert motion.read["left_knee"] == "left_knee"
    assert "left_heel" in motion.unused


def test_a_skeleton_comes_back_with_bones_of_constant_length(mover, moved, tmp_path):
    path = tmp_path / "walk.bvh"
    write_bvh(mover, path, 1)
    motion = read_motion(path, 25)
    limbs = [COCO_17.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee", "ankle")]
    np.testing.assert_allclose(centred(motion.points)[:, limbs], (moved.points * _Y_UP)[:, limbs], atol=1e-4)
    # Shoulders hang on collarbones that turn with the trunk; the direction of each bone is exact.
    np.testing.assert_allclose(motion.angles[:, :8], moved.angles[:, :8], atol=0.5)
    assert motion.read["left_elbow"] == "LeftElbow"
    assert motion.unit == "m"


def test_joints_are_where_another_program_puts_them(mover, tmp_path):
    path = tmp_path / "walk.bvh"
    write_bvh(mover.at(slice(0, 20)), path, 1)
    motion = read_motion(path, 25)
    skeleton = bvhio.readAsHierarchy(str(path))
    joints = {joint.Name: joint for joint, _, _ in skeleton.layout()}
    for frame in range(20):
        skeleton.loadPose(frame)
        for name, joint in (
            ("LeftKnee", "left_knee"),
            ("RightWrist", "right_wrist"),
            ("LeftShoulder", "left_shoulder"),
        ):
            place = motion.points[frame, COCO_17.index(joint)]
            np.testing.assert_allclose(list(joints[name].PositionWorld), place, atol=1e-5)


def test_a_missing_landmark_stays_missing(mover, tmp_path):
    world = mover.world.copy()
    world[10:20, 0, 25] = np.nan
    gap = replace(mover, world=world)
    for write, suffix in ((write_c3d, ".c3d"), (write_trc, ".trc")):
        path = tmp_path / f"gap{suffix}"
        write(gap, path, 1, root="none")
        knee = read_motion(path, 25).points[:, COCO_17.index("left_knee")]
        assert np.flatnonzero(np.isnan(knee).any(axis=1)).tolist() == list(range(10, 20))


@pytest.mark.parametrize("names", [COCO_17, COCO_18, BODY_25])
@pytest.mark.parametrize("packed", [False, True])
def test_openpose_comes_back(mover, tmp_path, names, packed):
    flat = motion_of_poses(mover, 1, flat=True)
    order = [COCO_17.index(name) if name in COCO_17 else None for name in names]
    frames = [[openpose_person(points, order)] for points in flat.points]
    folder = write_openpose(tmp_path / "json", frames, first=3)
    if packed:
        folder = tmp_path / "json.zip"
        shutil.make_archive(str(tmp_path / "json"), "zip", tmp_path / "json")
    motion = read_motion(folder, RATE)
    assert motion.unit == "px"
    np.testing.assert_allclose(motion.times_s, flat.times_s + 3 / RATE)
    np.testing.assert_allclose(motion.points, flat.points, atol=1e-4)


def test_of_several_people_one_is_chosen(mover, tmp_path):
    flat = motion_of_poses(mover, 1, flat=True)
    order = list(range(17))
    frames = []
    for number, points in enumerate(flat.points):
        both = [openpose_person(points + 300, order), openpose_person(points, order)]
        frames.append(both if number % 2 else both[::-1])
    folder = write_openpose(tmp_path / "json", frames)

    def nearest(time_s, people):
        ours = flat.points[round(time_s * RATE)]
        return int(np.argmin(np.nanmean(np.abs(people - ours), axis=(1, 2))))

    chosen = read_openpose(folder, RATE, nearest=nearest)
    np.testing.assert_allclose(chosen.points, flat.points, atol=1e-4)
    assert "120 frames have several people" in str(chosen.problems[0])
    second = read_openpose(folder, RATE, person=2)
    np.testing.assert_allclose(second.points[:2], [flat.points[0] + 300, flat.points[1]], atol=1e-4)
