"""A part of a frame is bit-identical to the same part of the whole, in any format and rotation."""

from pathlib import Path

import av
import numpy as np
import pytest

from posecore.media.clips import open_clip

# Degrees anticlockwise, and whether it is mirrored.
ROTATIONS = [(degrees, mirrored) for degrees in (0, 90, 180, -90) for mirrored in (False, True)]

RNG = np.random.default_rng(7)


def noise(height: int, width: int) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, 3), np.uint8)


def spans(length: int) -> slice:
    low, high = sorted(RNG.integers(0, length, 2).tolist())
    return slice(low, high + 1)


def encode(
    path: Path, frames: list[np.ndarray], *, codec: str = "libx264", stored: str = "yuv420p", rotation=(0, False)
) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = stored
        stream.set_display_rotation(rotation[0], hflip=rotation[1])
        for rgb in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb)))
        container.mux(stream.encode(None))
    return path


def check_areas(clip: Path) -> None:
    with open_clip(clip) as reader, open_clip(clip) as again:
        for frame, same in zip(reader, again, strict=True):
            height, width, _ = frame.pixels.shape
            assert (width, height) == reader.info.size
            for _ in range(12):
                rows, columns = spans(height), spans(width)
                np.testing.assert_array_equal(frame.pixels.area(rows, columns), same.rgb[rows, columns])
            np.testing.assert_array_equal(frame.rgb, same.rgb)


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("size", [(300, 400), (302, 406), (2, 2)])
def test_of_a_turned_clip(tmp_path, rotation, size):
    check_areas(encode(tmp_path / "clip.mp4", [noise(*size), noise(*size)], rotation=rotation))


@pytest.mark.parametrize("stored", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "gray"])
def test_any_storage_format(tmp_path, stored):
    check_areas(encode(tmp_path / "clip.mp4", [noise(200, 300)], stored=stored))


@pytest.mark.parametrize("size", [(301, 400), (300, 401), (33, 35)])
def test_of_odd_sides(tmp_path, size):
    check_areas(encode(tmp_path / "clip.mp4", [noise(*size)], codec="mpeg4"))


def test_unused_pixels_are_never_converted(tmp_path, monkeypatch):
    clip = encode(tmp_path / "clip.mp4", [noise(64, 96)])
    with open_clip(clip) as reader:
        monkeypatch.setattr(type(reader._upright), "rgb", lambda *_: pytest.fail("the whole frame was converted"))
        [frame] = reader
        assert frame.pixels.area(slice(3, 9), slice(0, 96)).shape == (6, 96, 3)
