"""When a video was recorded, as its file states it."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from posecore.media.clips import open_clip


def clip_of(path: Path, stated: str | None) -> Path:
    """A video of one frame with this time of creation."""
    with av.open(str(path), "w") as container:
        if stated is not None:
            container.metadata["creation_time"] = stated
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 96, 3), np.uint8))
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2024-08-20T17:27:55Z", datetime(2024, 8, 20, 17, 27, 55, tzinfo=UTC)),
        ("1970-01-01T00:00:01Z", None),
        ("2121-01-01T00:00:00Z", None),
        (None, None),
    ],
)
def test_a_time_that_can_be_believed_is_given(tmp_path, suffix, stated, expected):
    with open_clip(clip_of(tmp_path / f"clip{suffix}", stated)) as clip:
        recorded_s = clip.info.recorded_s
    assert recorded_s == (expected and expected.timestamp())


def test_nonsense_is_no_time(tmp_path):
    with open_clip(clip_of(tmp_path / "clip.mkv", "yesterday")) as clip:
        assert clip.info.recorded_s is None


def test_of_a_real_video(shared_data):
    with open_clip(shared_data / "reps" / "squat_logo.mp4") as clip:
        assert clip.info.recorded_s == datetime(2016, 1, 5, 8, 6, 53, tzinfo=UTC).timestamp()
