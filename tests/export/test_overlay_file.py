"""The overlay of a video by itself."""

import csv
import io
import tracemalloc
import zipfile

import av
import numpy as np
import pytest
from PIL import Image

from posecore import BLAZEPOSE_33, InvalidPoses, OutputTooLarge, OverlayArtist, OverlayOptions, PoseSequence
from posecore.export.overlay_file import write_overlay, write_overlay_film, write_overlay_pictures
from posecore.limits import Limits
from posecore.view.overlays.mannequin import mannequin

SIZE = (320, 241)  # an odd side, which VP9 has not


@pytest.fixture(scope="module")
def sequence() -> PoseSequence:
    frames = [
        mannequin(size=SIZE, px_per_m=100, middle_px=(100 + 12 * index, 120), time_s=time_s)
        for index, time_s in enumerate((0.5, 0.54, 0.6, 0.7))
    ]
    return PoseSequence.from_frames(frames, size=SIZE, fps=20)


def read_with_alpha(path) -> list[tuple[float, np.ndarray]]:
    """Times and pixels by libvpx; FFmpeg's own decoder of VP9 leaves alpha out."""
    with av.open(str(path)) as film:
        assert film.streams.video[0].metadata["alpha_mode"] == "1"
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frames = [frame for packet in film.demux(video=0) for frame in decoder.decode(packet if packet.size else None)]
    return [(frame.pts / 1000, frame.to_ndarray(format="rgba")) for frame in frames]


def test_the_overlay_is_opaque_and_the_rest_is_clear(sequence, tmp_path):
    path, done = tmp_path / "overlay.webm", []
    write_overlay_film(sequence, path, OverlayOptions(["glasses"]), on_frame=done.append)
    frames = read_with_alpha(path)
    assert [time_s for time_s, _ in frames] == pytest.approx([0, 0.04, 0.1, 0.2], abs=0.001)
    assert done == [1, 2, 3, 4]
    for index, (_, rgba) in enumerate(frames):
        assert rgba.shape == (240, 320, 4)
        eye = sequence.xy[index, 0, BLAZEPOSE_33.index("left_eye")].astype(int)
        assert rgba[eye[1], eye[0], 3] > 150
        assert rgba[eye[1], eye[0], :3].max() < 90
        assert rgba[200:, :, 3].max() < 10
    assert [file.name for file in tmp_path.iterdir()] == ["overlay.webm"]


@pytest.mark.parametrize("pieces", [["glasses"], ["wings", "hat"], ["pictogram"]])
def test_pictures_are_exactly_what_is_drawn_and_have_their_times(pieces, sequence, tmp_path):
    path, done = tmp_path / "overlay.zip", []
    assert write_overlay(sequence, path, OverlayOptions(pieces), on_frame=done.append)
    artist = OverlayArtist(OverlayOptions(pieces))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        *pictures, times = archive.namelist()
        assert pictures == ["000001.png", "000002.png", "000003.png", "000004.png"]
        for index, name in enumerate(pictures):
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", SIZE)
                assert np.array_equal(np.asarray(picture), artist.draw_alone(sequence.frame(index)))
        rows = list(csv.DictReader(archive.read(times).decode().splitlines()))
    assert [row["file"] for row in rows] == pictures
    assert [float(row["time_s"]) for row in rows] == pytest.approx([0, 0.04, 0.1, 0.2], abs=1e-6)
    assert done == [1, 2, 3, 4]
    assert [file.name for file in tmp_path.iterdir()] == ["overlay.zip"]


@pytest.mark.parametrize("name", ["overlay.webm", "overlay.zip"])
def test_nothing_is_left_of_an_overlay_that_was_stopped_or_too_large(name, sequence, tmp_path, monkeypatch):
    path, overlay = tmp_path / name, OverlayOptions(["pictogram"])
    assert not write_overlay(sequence, path, overlay, on_frame=lambda done: done < 2)
    monkeypatch.setattr("posecore.export.overlay_file.LIMITS", Limits(overlay_megabytes=0))
    with pytest.raises(OutputTooLarge, match=r"more than 0 MB, reached at frame \d of 4\. Choose a shorter part"):
        write_overlay(sequence, path, overlay)
    assert not list(tmp_path.iterdir())


def test_pictures_of_a_long_video_are_never_in_memory_together(tmp_path):
    noise = np.random.default_rng(1).normal(0, 20, (80, 2))
    frames = [
        mannequin(size=SIZE, px_per_m=100, middle_px=(160 + x, 120 + y), time_s=index / 20)
        for index, (x, y) in enumerate(noise.tolist())
    ]
    long = PoseSequence.from_frames(frames, size=SIZE, fps=20)
    held = []

    def note(done: int) -> None:
        held.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    write_overlay_pictures(long, tmp_path / "overlay.zip", OverlayOptions(["pictogram"]), on_frame=note)
    tracemalloc.stop()
    size = (tmp_path / "overlay.zip").stat().st_size
    assert held[-1] - held[20] < size / 4


def test_a_video_without_frames_is_refused(sequence, tmp_path):
    nothing = PoseSequence.from_frames([], size=SIZE, fps=20)
    for name in ("x.webm", "x.zip"):
        with pytest.raises(InvalidPoses, match="no frames"):
            write_overlay(nothing, tmp_path / name, OverlayOptions(["hat"]))
    assert not list(tmp_path.iterdir())
