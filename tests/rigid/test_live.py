from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from posecore import Camera, FramePoses, LiveRigid, RigidPose, RigidSlot
from posecore.errors import InvalidCamera
from posecore.rigid.people import pose_people
from tests.rigid.people import CAMERA, seen_at

HEAD = RigidSlot("head", 4)


def test_the_first_frame_is_as_it_is_posed_and_later_ones_are_steadier():
    generator = np.random.default_rng(1)
    true = seen_at(RigidPose.from_euler((20, 0, 0), (0.3, 0, 3)))
    noisy = [
        replace(true, xy=true.xy + generator.normal(0, 1.5, true.xy.shape), time_s=index / 30) for index in range(60)
    ]
    live = LiveRigid(CAMERA.fov_deg)
    smooth = [live.step(poses).poses for poses in noisy]
    raw = [pose_people(poses, CAMERA).poses for poses in noisy]
    assert smooth[0].keys() == raw[0].keys()
    assert smooth[0][HEAD].turn_from(raw[0][HEAD]) < 1e-3

    def jitter(found):
        return np.mean([after[HEAD].turn_from(before[HEAD]) for before, after in pairwise(found)])

    assert jitter(smooth) < 0.5 * jitter(raw)


def test_who_is_not_seen_has_no_pose():
    live = LiveRigid()
    live.step(seen_at(RigidPose.from_euler((0, 0, 0), (0, 0, 3))))
    assert len(live.step(FramePoses.nobody(CAMERA.size, 0.1))) == 0


def test_the_field_of_view_scales_the_distance_and_images_may_change_their_shape():
    seen = seen_at(RigidPose.from_euler((0, 0, 0), (0, 0, 4)))
    live = LiveRigid(CAMERA.fov_deg)
    assert live.step(seen).poses[HEAD].distance_m == pytest.approx(4, rel=0.1)
    upright = Camera.from_fov((960, 1280), CAMERA.fov_deg)
    turned = replace(seen_at(RigidPose.from_euler((0, 0, 0), (0, 0, 6)), camera=upright), time_s=2)
    assert live.step(turned).poses[HEAD].distance_m == pytest.approx(6, rel=0.1)
    half = 2 * np.degrees(np.arctan(np.tan(np.radians(CAMERA.fov_deg) / 2) / 2))
    assert LiveRigid(half).step(seen).poses[HEAD].distance_m == pytest.approx(8, rel=0.1)


def test_an_impossible_field_of_view_is_refused():
    with pytest.raises(InvalidCamera, match="field of view"):
        LiveRigid(180)
