"""A part of a clip has exactly the frames that the whole clip has there."""

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from posecore import ClipOptions
from posecore.media.clips import ClipFrame, open_clip
from posecore.media.films import FilmWriter


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory) -> Path:
    """Eight seconds at 25 frames per second, a key frame every 60 frames, each frame a different grey."""
    path = tmp_path_factory.mktemp("clip") / "long.mp4"
    with FilmWriter(path, (64, 48), fps_hint=25) as film:
        for index in range(200):
            film.write(np.full((48, 64, 3), 20 + index, np.uint8), index / 25)
    return path


def read(path: Path, part: ClipOptions | None = None) -> list[ClipFrame]:
    with open_clip(path, part=part) as clip:
        return list(clip)


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "ts"])
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (ClipOptions(), range(200)),
        (ClipOptions(start_s=1.0), range(25, 200)),
        (ClipOptions(start_s=5.0), range(125, 200)),
        (ClipOptions(start_s=5.01, end_s=6.0), range(126, 150)),
        (ClipOptions(end_s=0.5), range(13)),
        (ClipOptions(every=10), range(0, 200, 10)),
        (ClipOptions(start_s=3.0, end_s=7.0, every=7), range(75, 175, 7)),
        (ClipOptions(start_s=50.0), range(0)),
    ],
)
def test_frames_and_times_equal_the_clips(long_clip, tmp_path, ending, part, expected):
    path = copied(long_clip, tmp_path / f"clip.{ending}")
    with open_clip(path, part=part) as clip:
        assert clip.info.fps == pytest.approx(25, rel=0.01)
        frames = list(clip)
    assert [frame.index for frame in frames] == list(range(len(expected)))
    assert [frame.time_s for frame in frames] == pytest.approx([index / 25 for index in expected], abs=0.002)
    greys = [frame.rgb.mean() - 20 for frame in frames]
    assert greys == pytest.approx(list(expected), abs=3)


def copied(source: Path, target: Path) -> Path:
    """The same packets in another container."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return target


def test_parts_of_a_real_clip_equal_the_same_parts_of_the_whole(shared_data):
    path = shared_data / "clips" / "sports2d_demo.mp4"
    starts_s = (0.5, 3.0)
    with open_clip(path) as clip:
        frames = islice(clip, 100)
        whole = [frame for frame in frames if any(start_s <= frame.time_s < start_s + 0.2 for start_s in starts_s)]
    parts = [frame for at_s in starts_s for frame in read(path, ClipOptions(start_s=at_s, end_s=at_s + 0.2))]
    assert len(parts) == 12
    for one, other in zip(parts, whole, strict=True):
        assert one.time_s == other.time_s
        np.testing.assert_array_equal(one.rgb, other.rgb)
