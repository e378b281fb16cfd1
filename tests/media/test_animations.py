"""Animated pictures are videos; as photos their first frame is used."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore import ClipOptions, UnreadableMedia, decode_picture
from posecore.errors import MediaTooLarge
from posecore.limits import Limits
from posecore.media import clips
from posecore.media.animations import is_animation
from posecore.media.clips import open_clip

COLOURS = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0), (0, 0, 0)]
DURATIONS_MS = [100, 40, 250, 60, 100]
TIMES_S = [0, 0.1, 0.14, 0.39, 0.45]


def save(path: Path, frames: list[Image.Image], **options: object) -> Path:
    frames[0].save(path, save_all=True, append_images=frames[1:], loop=0, **options)
    return path


def plain(mode: str = "RGB") -> list[Image.Image]:
    return [Image.new("RGB", (64, 48), colour).convert(mode) for colour in COLOURS]


@pytest.mark.parametrize(("name", "options"), [("a.gif", {}), ("a.webp", {"lossless": True}), ("a.png", {})])
def test_frames_and_times(tmp_path, name, options):
    path = save(tmp_path / name, plain(), duration=DURATIONS_MS, **options)
    with open_clip(path, for_film=True) as clip:
        frames = list(clip)
        assert (clip.info.size, clip.info.frame_count, clip.damaged_packets, clip.broke_off) == ((64, 48), 5, 0, False)
    assert [frame.time_s for frame in frames] == pytest.approx(TIMES_S)
    for frame, colour in zip(frames, COLOURS, strict=True):
        np.testing.assert_allclose(frame.rgb.reshape(-1, 3).mean(axis=0), colour, atol=6)
    np.testing.assert_array_equal(frames[0].rgb, decode_picture(path))
    assert is_animation(path)


def test_a_part_far_from_the_beginning(tmp_path):
    path = save(tmp_path / "a.gif", plain(), duration=1000)
    with open_clip(path, part=ClipOptions(start_s=2.5)) as clip:
        assert [frame.time_s for frame in clip] == [3, 4]


def test_transparent_pixels_are_white(tmp_path):
    frames = [Image.new("RGBA", (64, 48), (10, 20, 200, alpha)) for alpha in (0, 255, 0)]
    with open_clip(save(tmp_path / "a.png", frames, duration=100)) as clip:
        colours = [frame.rgb[20, 20].tolist() for frame in clip]
    assert colours == [[255] * 3, [10, 20, 200], [255] * 3]


def test_durations_that_no_browser_follows(tmp_path):
    with open_clip(save(tmp_path / "a.gif", plain(), duration=10)) as clip:
        assert [frame.time_s for frame in clip] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_the_picture_for_other_programs_is_no_frame(tmp_path):
    path = save(tmp_path / "a.png", plain(), duration=100, default_image=True)
    with open_clip(path) as clip:
        assert clip.info.frame_count == 4
        assert [frame.rgb[0, 0].tolist() for frame in clip] == [list(colour) for colour in COLOURS[1:]]


@pytest.mark.parametrize("frames", [1, 2])
def test_one_or_two_pictures_are_a_photo(tmp_path, frames):
    path = save(tmp_path / "a.gif", plain()[:frames], duration=100)
    assert not is_animation(path)
    with pytest.raises(UnreadableMedia, match=r"a.gif is a photo \(GIF\), not a video"), open_clip(path):
        pass


def test_a_cut_off_file_keeps_the_frames_before(tmp_path):
    random = np.random.default_rng(0)
    noise = [Image.fromarray(random.integers(0, 256, (48, 64, 3), np.uint8)) for _ in range(8)]
    path = save(tmp_path / "a.png", noise, duration=100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with open_clip(path) as clip:
        assert 3 <= len(list(clip)) < 8
        assert clip.broke_off or clip.damaged_packets


def test_limits(tmp_path, monkeypatch):
    path = save(tmp_path / "a.gif", plain(), duration=100)
    monkeypatch.setattr(clips, "LIMITS", Limits(clip_frames=4))
    with pytest.raises(MediaTooLarge, match="at most 4 frames"), open_clip(path):
        pass
    monkeypatch.setattr(clips, "LIMITS", Limits(clip_frame_pixels=64 * 48 - 1))
    with pytest.raises(MediaTooLarge, match="64 x 48 pixels"), open_clip(path):
        pass
