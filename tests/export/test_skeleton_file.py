"""Skeleton-only videos and GIFs: they play back as written, with their times."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from posecore import InvalidPoses, PoseSequence, draw_poses
from posecore.export.skeleton_file import (
    FILM_SIDE,
    GIF_FRAMES,
    GIF_SIDE,
    write_skeleton_film,
    write_skeleton_gif,
)
from posecore.media.clips import open_clip
from posecore.view.palette import ORANGE, SKY_BLUE, person_color

PAPER = np.array([244, 245, 247])


def lasting(sequence: PoseSequence, times_s) -> PoseSequence:
    """The same frames repeated at the given times."""
    times = np.asarray(times_s, float)
    index = np.arange(len(times)) % len(sequence)
    arrays = {name: getattr(sequence, name)[index] for name in ("xy", "z", "world", "visibility", "presence")}
    return replace(sequence, **arrays, times_s=times)


def read_gif(path):
    """The (H, W, 3) frames, how long each is shown in milliseconds, and the file's info."""
    with Image.open(path) as picture:
        frames, shown = [], []
        for index in range(picture.n_frames):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGB")))
            shown.append(picture.info.get("duration"))
        return frames, shown, picture.info


def read_film(path):
    with open_clip(path) as clip:
        frames = list(clip)
    return [frame.rgb for frame in frames], [frame.time_s for frame in frames]


def has(frame, color, within=3) -> bool:
    return bool((np.abs(frame.astype(int) - color).max(axis=-1) <= within).any())


def test_the_video_has_every_frame_at_its_time(mover, tmp_path):
    path = tmp_path / "skeleton.mp4"
    write_skeleton_film(mover, path)
    frames, times = read_film(path)
    np.testing.assert_allclose(times, mover.times_s, atol=1e-4)
    assert frames[0].shape == (404, FILM_SIDE, 3)
    assert np.abs(frames[0][:5, :5] - PAPER).max() < 4
    assert [entry.name for entry in tmp_path.iterdir()] == ["skeleton.mp4"]
    drawn = [(np.abs(frame.astype(int) - PAPER).max(axis=-1) > 60).any() for frame in frames]
    assert np.flatnonzero(~np.array(drawn)).tolist() == list(range(10, 15))


@pytest.mark.parametrize("size", [(640, 480), (479, 641), (4000, 30), (16, 16)])
def test_the_canvas_has_the_aspect_ratio_of_the_source(mover, tmp_path, size):
    scale = np.array(size) / mover.size
    squeezed = replace(mover, xy=mover.xy * scale, size=size)
    write_skeleton_film(squeezed, tmp_path / "a.mp4")
    frames, _ = read_film(tmp_path / "a.mp4")
    height, width, _ = frames[0].shape
    assert max(height, width) == FILM_SIDE
    assert width / height == pytest.approx(size[0] / size[1], rel=0.2 if min(size) == 30 else 0.01)
    write_skeleton_gif(squeezed, tmp_path / "a.gif")
    assert max(read_gif(tmp_path / "a.gif")[0][0].shape) == GIF_SIDE


def test_colours_show_sides_for_one_person_and_tell_several_apart(mover, tmp_path):
    write_skeleton_gif(mover, tmp_path / "one.gif")
    frame = read_gif(tmp_path / "one.gif")[0][0]
    assert has(frame, ORANGE)
    assert has(frame, SKY_BLUE)
    assert not has(frame, person_color(3))
    arrays = {name: getattr(mover, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[20:, 1] = array[20:, 0]  # the second person appears late, but colours are per person throughout
    write_skeleton_gif(replace(mover, **arrays), tmp_path / "two.gif")
    assert has(read_gif(tmp_path / "two.gif")[0][0], person_color(3))


def test_the_gif_loops_at_the_speed_of_the_video(mover, tmp_path):
    path = tmp_path / "skeleton.gif"
    write_skeleton_gif(mover, path)
    frames, shown, info = read_gif(path)
    assert info["loop"] == 0
    assert 20 <= len(frames) <= 24  # 40 frames in 1.56 s; five of them are identical
    step_ms = 1000 / 15
    assert sum(shown) == pytest.approx(1000 * mover.times_s[-1] + step_ms, abs=20)
    assert info["comment"] == b"24 of the 40 frames of the video, evenly chosen"
    assert [entry.name for entry in tmp_path.iterdir()] == ["skeleton.gif"]


def test_the_gifs_limited_palette_is_enough(mover, tmp_path):
    slow = lasting(mover.only([3]), np.arange(8) / 5)
    write_skeleton_gif(slow, tmp_path / "a.gif")
    frames, shown, _ = read_gif(tmp_path / "a.gif")
    assert shown == [200] * 8
    page = np.full((270, GIF_SIDE, 3), PAPER, np.uint8)
    for index, frame in enumerate(frames):
        drawn = draw_poses(page, slow.frame(index).resized((GIF_SIDE, 270)), color_by="side")
        error = np.abs(drawn.astype(int) - frame).max(axis=-1)
        assert (error[(drawn == page).all(axis=-1)] == 0).all()
        assert np.percentile(error[(drawn != page).any(axis=-1)], 95) < 20


@pytest.mark.parametrize(
    ("times_s", "most", "length_s"),
    [
        (np.arange(3000) / 30, GIF_FRAMES, 100),  # thinned evenly
        ([0, 0.5, 0.6, 2.0, 2.5], 5, 2.6),
        (np.r_[0:10, 10.001, 20:25], 16, 26),
        ([0, 0.001, 0.002, 0.003], 1, None),  # shorter than one frame of the animation
        (np.arange(50) * 100.0, 50, 655.35),  # longer than the format allows for one frame
        (np.arange(3) * 1e7, 3, 655.35),
        ([5.0], 1, None),
    ],
)
def test_any_frame_times_can_be_shown(mover, tmp_path, times_s, most, length_s):
    write_skeleton_gif(lasting(mover, times_s), tmp_path / "a.gif")
    frames, shown, _ = read_gif(tmp_path / "a.gif")
    assert 1 <= len(frames) <= most
    if length_s is not None:
        assert min(shown) >= 20
        assert sum(shown) / 1000 == pytest.approx(length_s, rel=0.03, abs=0.5)


@pytest.mark.parametrize("write", [write_skeleton_film, write_skeleton_gif])
def test_frames_without_people_give_an_empty_canvas(mover, tmp_path, write):
    write(mover.only([7]), tmp_path / "nobody")
    assert (tmp_path / "nobody").stat().st_size > 0


@pytest.mark.parametrize("write", [write_skeleton_film, write_skeleton_gif])
def test_a_sequence_without_frames_is_refused_and_leaves_no_file(tmp_path, write):
    with pytest.raises(InvalidPoses, match="no frames"):
        write(PoseSequence.from_frames([], size=(64, 48), fps=25), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fps", [1e-9, 0.5, 1e9])
def test_a_strange_rate_is_only_a_label(mover, tmp_path, fps):
    write_skeleton_film(replace(mover, fps=fps), tmp_path / "a.mp4")
    np.testing.assert_allclose(read_film(tmp_path / "a.mp4")[1], mover.times_s, atol=1e-4)
