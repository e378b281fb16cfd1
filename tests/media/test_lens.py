import av
import numpy as np
import pytest

from posecore.media.clips import open_clip
from posecore.media.optics import stated_focal_35mm
from posecore.motion.root import lens_in_words, view_deg_of

NAME = "com.apple.quicktime.camera.focal_length.35mm_equivalent"


def filmed(path, metadata):
    """A video of one frame, 64 x 36, as a phone names its lens."""
    with av.open(path, "w", options={"movflags": "use_metadata_tags"}) as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        container.metadata.update(metadata)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((36, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(("metadata", "focal"), [({NAME: "26"}, 26), ({"make": "Apple"}, None), ({NAME: "wide"}, None)])
def test_a_video_states_its_lens(tmp_path, metadata, focal):
    with open_clip(filmed(tmp_path / "phone.mov", metadata)) as clip:
        assert clip.info.focal_35mm == focal


def test_what_cannot_be_a_focal_length_is_none():
    assert stated_focal_35mm({f"{NAME}-eng": "13.5"}) == 13.5
    for text in ("", "0", "nan", "inf", "-26", "1e9"):
        assert stated_focal_35mm({NAME: text}) is None


def test_a_lens_sees_an_angle_across_the_longer_side():
    # 36 mm across at 31.2 mm: 60 degrees, on pictures that have the shape of the film.
    assert view_deg_of((3000, 2000), 31.18) == pytest.approx(60, abs=0.05)
    assert view_deg_of((1080, 1920), 26) == view_deg_of((1920, 1080), 26) == pytest.approx(71.9, abs=0.05)
    assert view_deg_of((1080, 1920), None) == 60
    assert "60 degrees is assumed" in lens_in_words((1080, 1920), None)
    assert "26 mm (35 mm equivalent), with a field of view of 71.9 degrees" in lens_in_words((1080, 1920), 26)
