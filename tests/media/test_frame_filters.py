"""Interlaced and HDR frames become ordinary ones."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorTrc

from posecore.media.clips import open_clip
from posecore.media.frame_filters import ToneMapper
from posecore.media.yuv import BT709, Colors, planes_of


def bar(left: int) -> np.ndarray:
    rgb = np.full((96, 128, 3), 40, np.uint8)
    rgb[:, left : left + 12] = 220
    return rgb


def interlaced(path: Path, frames: int, **tags: str) -> Path:
    """Each frame has two moments of a moving bar, the first one in the odd rows, which the encoder states."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "5", "bf": "0", **tags})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for index in range(frames):
            woven = bar(8 * index + 4)
            woven[1::2] = bar(8 * index)[1::2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(woven)))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_the_first_moment_of_each_interlaced_frame_is_kept(tmp_path, ending):
    with open_clip(interlaced(tmp_path / f"clip.{ending}", 10, **{"x264-params": "tff=1"})) as clip:
        frames = list(clip)
        assert ["is interlaced" in note for note in clip.info.notes] == [True]
    assert [frame.time_s for frame in frames] == pytest.approx([index / 25 for index in range(10)], abs=1e-3)
    for index, frame in enumerate(frames):
        assert np.abs(frame.rgb.astype(int) - bar(8 * index))[4:-4].mean() < 8
        assert np.abs(np.diff(frame.rgb[4:-4].astype(int), axis=0)).mean() < 4


def test_progressive_frames_are_not_touched(tmp_path):
    with open_clip(interlaced(tmp_path / "clip.mp4", 3)) as clip:
        assert clip.info.notes == ()
        first = next(iter(clip)).rgb.astype(int)
    assert np.abs(first[10:20:2] - first[11:21:2]).max() > 100


def hdr_grey(signal: float, transfer: ColorTrc) -> av.VideoFrame:
    planes = np.full((96 * 3 // 2, 128), 512, np.uint16)
    planes[:96] = round(64 + 876 * signal)
    frame = av.VideoFrame.from_ndarray(planes, "yuv420p10le")
    frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc = 9, 1, 9, transfer
    return frame


def pq(light: float) -> float:
    power = (light / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(light: float) -> float:
    """For light of at most 50 cd/m², on a display of 1,000."""
    return float(np.sqrt(3 * (light / 1000) ** (1 / 1.2)))


@pytest.mark.parametrize(("transfer", "signal"), [(ColorTrc.SMPTE2084, pq), (ColorTrc.ARIB_STD_B67, hlg)])
@pytest.mark.parametrize("light", [1, 5, 20, 45])
def test_dark_and_middle_tones_keep_their_light(transfer, signal, light):
    """A display of 100 cd/m² shows the level (light / 100) ** (1 / 2.4) with that light (ITU-R BT.1886)."""
    ordinary = ToneMapper().mapped(hdr_grey(signal(light), transfer))
    assert (ordinary.format.name, Colors.of(ordinary)) == ("yuv420p", BT709)
    luma, blue, red = planes_of(ordinary)
    assert luma.mean() == pytest.approx(16 + 219 * (light / 100) ** (1 / 2.4), abs=2.5)
    assert np.abs(np.stack([blue, red]).astype(int) - 128).max() <= 1


@pytest.mark.parametrize("transfer", [ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67])
def test_brighter_stays_brighter_up_to_white(transfer):
    mapper = ToneMapper()
    levels = [planes_of(mapper.mapped(hdr_grey(signal, transfer)))[0].mean() for signal in np.linspace(0, 0.7, 15)]
    assert levels[0] == pytest.approx(16, abs=1)
    assert (np.diff(levels) > 0).all()
    assert planes_of(mapper.mapped(hdr_grey(1, transfer)))[0].mean() == pytest.approx(235, abs=2)


def test_ordinary_frames_are_not_mapped():
    frame = av.VideoFrame(64, 48, "yuv420p")
    assert ToneMapper().mapped(frame) is frame
