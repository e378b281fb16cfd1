"""Frames in 4:2:0: round trips, and untouched where nothing was drawn."""

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.yuv import BT709, Colors, YuvFrame, planes_of, to_yuv

BT601_LIMITED, UNSAID, BT709_FULL, BT2020 = (
    Colors(6, 1, 6, 6),
    Colors(2, 0, 2, 2),
    Colors(1, 2, 1, 1),
    Colors(9, 1, 9, 14),
)


def as_rgb(planes, colors: Colors) -> np.ndarray:
    """Converted by FFmpeg."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, "yuv420p")
    for target, source in zip(planes_of(frame), planes, strict=True):
        target[:] = source
    if colors != UNSAID:
        frame.colorspace, frame.color_range = colors.matrix, colors.range
    return VideoReformatter().reformat(frame, format="rgb24").to_ndarray()


@pytest.mark.parametrize("colors", [BT709, BT601_LIMITED, UNSAID, BT709_FULL, BT2020], ids=str)
@pytest.mark.parametrize(
    "rgb", [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (230, 159, 0), (86, 180, 233)], ids=str
)
def test_colours_survive_a_round_trip(rgb, colors):
    picture = np.full((16, 16, 3), rgb, np.uint8)
    back = as_rgb(to_yuv(picture, colors), colors)
    assert np.abs(back.astype(int) - picture).max() <= 3


@pytest.fixture
def noisy_film(tmp_path):
    """Six frames of coarse noise without colour tags, as other programs write them."""
    path = tmp_path / "noise.mp4"
    random = np.random.default_rng(0)
    with FilmWriter(path, (96, 64), fps_hint=10, colors=UNSAID) as film:
        for index in range(6):
            film.write(np.kron(random.integers(0, 256, (8, 12, 3)), np.ones((8, 8, 1))).astype(np.uint8), index / 10)
    return path


def test_a_frame_passes_through_with_its_own_colors(noisy_film, tmp_path):
    with open_clip(noisy_film, for_film=True) as clip:
        assert clip.info.colors == UNSAID
        frames = list(clip)
        with FilmWriter(tmp_path / "copy.mp4", clip.info.size, fps_hint=10, colors=clip.info.colors) as film:
            for frame in frames:
                np.testing.assert_array_equal(
                    as_rgb((frame.yuv.luma, frame.yuv.blue, frame.yuv.red), UNSAID), frame.rgb
                )
                film.write_yuv(frame.yuv, frame.time_s)
    with open_clip(tmp_path / "copy.mp4") as copy:
        assert copy.info.colors == UNSAID
        off = [np.abs(frame.rgb.astype(int) - before.rgb).mean() for frame, before in zip(copy, frames, strict=True)]
    assert max(off) < 4


def test_only_the_patch_is_replaced(noisy_film, tmp_path):
    place = (slice(16, 40), slice(32, 72))
    with open_clip(noisy_film, for_film=True) as clip:
        frames = list(clip)
        with FilmWriter(tmp_path / "patched.mp4", clip.info.size, fps_hint=10, colors=clip.info.colors) as film:
            for frame in frames:
                film.write_yuv(frame.yuv, frame.time_s, [(*place, np.full((24, 40, 3), (230, 159, 0), np.uint8))])
            np.testing.assert_array_equal(frame.yuv.luma, frames[-1].yuv.luma)
    with open_clip(tmp_path / "patched.mp4") as patched:
        shown = next(iter(patched)).rgb
    assert np.abs(shown[20:36, 36:68].astype(int) - (230, 159, 0)).mean() < 6
    assert np.abs(shown[48:].astype(int) - frames[0].rgb[48:]).mean() < 4


@pytest.mark.parametrize("size", [(95, 64), (96, 63), (95, 63)], ids=str)
def test_an_odd_side_gets_a_copy_of_the_edge(tmp_path, size):
    width, height = size
    luma = np.tile(np.linspace(40, 200, width).astype(np.uint8), (height, 1))
    half = np.full(((height + 1) // 2, (width + 1) // 2), 128, np.uint8)
    with FilmWriter(tmp_path / "odd.mp4", size, colors=UNSAID) as film:
        film.write_yuv(YuvFrame(luma, half, half), 0.0)
    with open_clip(tmp_path / "odd.mp4") as clip:
        assert clip.info.size == (width + width % 2, height + height % 2)
        edge = next(iter(clip)).rgb[:, -1].astype(int)
    assert np.abs(edge - 214).max() < 8  # luma 200 of 16..235 as grey


@pytest.mark.parametrize("name", ["phone_rotation_tag_90.mp4", "phone_rotation_tag_270.mp4", "hevc.mp4", "vp9.webm"])
def test_planes_are_upright_and_show_what_rgb_shows(shared_data, name):
    with open_clip(shared_data / "awkward" / name, for_film=True) as clip:
        frame = next(iter(clip))
        shown = as_rgb((frame.yuv.luma, frame.yuv.blue, frame.yuv.red), clip.info.colors)
    assert np.abs(shown.astype(int) - frame.rgb).mean() < 0.5
