"""The overlay of a video by itself."""

import av
import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidPoses, OverlayOptions, PoseSequence
from posecore.export.overlay_file import write_overlay_film
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


def test_a_video_without_frames_is_refused(sequence, tmp_path):
    with pytest.raises(InvalidPoses, match="no frames"):
        write_overlay_film(
            PoseSequence.from_frames([], size=SIZE, fps=20), tmp_path / "x.webm", OverlayOptions(["hat"])
        )
    assert not list(tmp_path.iterdir())
