"""What is seen in a video, read in a process of its own, and the poses that follow from it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.limits import LIMITS
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.rendering import render, tag
from posecore.rigid.seen import NOBODY
from posecore.rigid.tags import TagFinder
from posecore.rigid_pipeline import RigidOptions, see_in_photo, see_in_video
from posecore.runs.rigid_video import draw_rigid_video

CAMERA = Camera.from_fov((321, 241), 60)
SLOT = RigidSlot("36h11", 9)
FRAMES = 6


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    """A tag that turns, in a video whose sides are odd numbers of pixels."""
    path = tmp_path_factory.mktemp("tags") / "clip.mp4"
    with FilmWriter(path, CAMERA.size, fps_hint=30) as film:
        for index in range(FRAMES):
            pose = RigidPose.from_euler((20 + index, 10, 0), [0, 0, 0.5])
            film.write(render([tag("36h11", 9, 0.1, pose)], CAMERA, seed=index), index / 30)
    return path


def test_tags_are_seen_once_and_posed_for_any_camera_and_size(video):
    seen = see_in_video(video, RigidOptions((), family="36h11"))
    camera = Camera.from_fov(seen.size, 60)
    found, twice = (seen.pose(camera, tag_size_m=size, smooth=False) for size in (0.1, 0.2))
    with open_clip(video) as clip:
        before = {}
        for index, frame in enumerate(clip):
            before = TagFinder("36h11", 0.1).find(frame.rgb, camera, before)
            assert found.frame(index).poses[SLOT].turn_from(before[SLOT]) < 1e-6
    assert len(found) == FRAMES
    np.testing.assert_allclose(twice.translation_m, 2 * found.translation_m, rtol=1e-3)
    narrow = seen.pose(Camera.from_fov(seen.size, 30), tag_size_m=0.1)
    assert narrow.translation_m[0, 0, 2] > 1.9 * found.translation_m[0, 0, 2]
    assert seen.pose(camera).slots == ()
    assert seen.notes(found) == []


def test_of_more_tags_than_can_be_kept_the_later_ones_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("posecore.runs.progress.LIMITS", replace(LIMITS, person_frames=FRAMES))
    path, notes = tmp_path / "two.mp4", []
    with FilmWriter(path, CAMERA.size, fps_hint=30) as film:
        for index in range(FRAMES):
            pose = RigidPose.from_euler((20, 10, 0), [0, 0, 0.5])
            film.write(render([tag("36h11", index // 3, 0.1, pose)], CAMERA, seed=index), index / 30)
    seen = see_in_video(path, RigidOptions((), family="36h11"), on_note=notes.append)
    assert [[each.id for each in frame] for frame in seen.tags.frames] == [[0]] * 3 + [[]] * 3
    [note] = notes
    assert "after the first 1 are left out" in note


def test_people_and_tags_in_one_pass_with_a_copy_to_draw_on(video, tmp_path):
    film, drawn = tmp_path / "film.mp4", tmp_path / "drawn.mp4"
    seen = see_in_video(video, RigidOptions(("head",), family="36h11"), film=film)
    camera = Camera.from_fov(seen.size, 60)
    found = seen.pose(camera, kinds=["head"], tag_size_m=0.1)
    assert found.slots == (SLOT,)
    assert found.seen.all()
    assert seen.notes(found) == [NOBODY]
    assert not draw_rigid_video(film, found, camera, drawn, on_frame=lambda done, _: done < 3)
    assert not drawn.exists()
    assert draw_rigid_video(film, found, camera, drawn)
    with open_clip(film) as plain, open_clip(drawn) as axes:
        changed = [
            int((np.abs(a.rgb.astype(int) - b.rgb).max(axis=-1) > 60).sum()) for a, b in zip(plain, axes, strict=True)
        ]
    assert min(changed) > 200


def test_a_run_that_is_ended_keeps_what_was_seen(video):
    seen = see_in_video(video, RigidOptions((), family="36h11"), on_progress=lambda _, progress: progress.frames < 2)
    assert 2 <= len(seen) <= FRAMES
    assert seen.pose(Camera.from_fov(seen.size, 60), tag_size_m=0.1).seen.all()


def test_people_and_tags_in_a_photo():
    camera = Camera.from_fov((640, 480), 60)
    true = RigidPose.from_euler((20, 10, 0), [0, 0, 0.5])
    seen = see_in_photo(render([tag("36h11", 9, 0.1, true)], camera), RigidOptions(("torso",), family="36h11"))
    found = seen.pose(camera, kinds=["torso"], tag_size_m=0.1)
    assert found.poses[SLOT].turn_from(true) < 0.5
    assert seen.notes(found, ["torso"]) == [NOBODY]


@pytest.mark.parametrize(("kinds", "family", "message"), [(["tail"], None, "'tail'"), ((), "99h9", "36h11")])
def test_what_cannot_be_looked_for(kinds, family, message):
    with pytest.raises(InvalidOption, match=message):
        RigidOptions(kinds, family=family)


def test_nothing_is_seen_if_nothing_is_looked_for(video):
    found = see_in_photo(np.zeros((241, 321, 3), np.uint8), RigidOptions(())).pose(CAMERA)
    assert (len(found), found.size) == (0, CAMERA.size)
    with pytest.raises(InvalidOption, match="neither"):
        see_in_video(video, RigidOptions(()))
