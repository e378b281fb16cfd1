"""Real files whose containers state something wrong, or whose frames are not all alike."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore import ClipOptions
from posecore.media.clips import ClipFrame, ClipReader, open_clip

# name: (upright size, frames read, time of the last one in seconds, stated rate, stated frames, part of a note)
CLIPS = {
    "animated.gif": ((240, 240), 24, 1.92, 12.5, 24, None),
    "avi_h264_remuxed_from_mp4_times_jump.avi": ((384, 384), 120, 119 / 30, 30, 120, None),
    "mkv_wallclock_timestamps_51e9_frames.mkv": ((384, 384), 120, 3.967, 30, 120, None),
    "mov_editlist_trim_called_damaged.mov": ((640, 360), 62, 61 / 30, 30, 62, None),
    "mov_hlg_film_grey.mov": ((640, 360), 60, 59 / 30, 30, 60, None),
    "mts_interlaced_60i.mts": ((540, 960), 42, 41 / 30, 30, 42, "is interlaced"),
    "raspberry_pi_raw.h264": ((640, 360), 150, 149 / 30, 30, None, "30 frames per second were assumed"),
    "webm_mediarecorder_states_1000fps.webm": ((384, 384), 120, 3.972, 30000 / 1001, None, None),
    "webm_phone_turned_640x360_to_360x640_stretched.webm": ((640, 360), 90, 2.967, 30, 90, None),
}


def read(path: Path, part: ClipOptions | None = None, *, for_film: bool = False) -> tuple[ClipReader, list[ClipFrame]]:
    with open_clip(path, part=part, for_film=for_film) as clip:
        return clip, list(clip)


@pytest.mark.parametrize("name", CLIPS)
def test_times_and_numbers_come_from_the_frames_and_a_part_has_those_of_the_whole(shared_data, name):
    size, frames, last_s, fps, stated, note = CLIPS[name]
    clip, read_frames = read(shared_data / "wild" / name)
    times_s = [frame.time_s for frame in read_frames]
    assert (clip.info.size, len(times_s), clip.info.fps, clip.info.frame_count) == (size, frames, fps, stated)
    assert (times_s[0], times_s[-1]) == (0, pytest.approx(last_s, abs=1e-6))
    np.testing.assert_allclose(np.diff(times_s), last_s / (frames - 1), atol=0.01)  # a GIF counts in them
    assert (clip.damaged_packets, clip.broke_off) == (0, False)
    assert any(note in said for said in clip.info.notes) if note else clip.info.notes == ()
    part = ClipOptions(start_s=min(2.0, last_s - 0.3), end_s=min(2.3, last_s))
    _, some = read(shared_data / "wild" / name, part)
    expected = [frame for frame in read_frames if part.start_s <= frame.time_s < part.end_s]
    assert [frame.time_s for frame in some] == [frame.time_s for frame in expected]
    assert expected
    for one, other in zip(some, expected, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)


def test_hdr_looks_like_the_ordinary_video_it_was_made_from(shared_data):
    _, hdr = read(shared_data / "wild" / "mov_hlg_film_grey.mov", for_film=True)
    with open_clip(shared_data / "clips" / "sports2d_demo.mp4") as clip:
        original = Image.fromarray(next(iter(clip)).rgb).resize((640, 360), Image.Resampling.BOX)
    difference = np.abs(hdr[0].rgb.astype(int) - np.asarray(original))
    assert difference.mean() < 12  # 42 without tone mapping
    assert hdr[0].yuv is not None
    assert hdr[0].yuv.luma.mean() == pytest.approx(16 + np.asarray(original.convert("L")).mean() * 219 / 255, abs=8)


def test_frames_of_another_shape_get_bars(shared_data):
    clip, frames = read(shared_data / "wild" / "webm_phone_turned_640x360_to_360x640_stretched.webm", for_film=True)
    assert clip.resized == (1.5, (360, 640))
    turned = frames[60]
    assert turned.rgb.shape == (360, 640, 3)
    assert turned.rgb[:, :218].max() < 8
    assert turned.rgb[:, 422:].max() < 8
    assert turned.rgb[:, 220:420].mean() > 50
    assert turned.yuv is not None
    assert (turned.yuv.luma[:, :218] == 16).all()


def test_no_combs_in_an_interlaced_video(shared_data):
    _, frames = read(shared_data / "wild" / "mts_interlaced_60i.mts")
    rows = frames[20].rgb.astype(int)
    beside = np.abs(rows[1:-1] - rows[2:]).mean()
    across = np.abs(rows[:-2] - rows[2:]).mean()
    assert beside < across  # where there are combs, every second row is more alike than neighbours
