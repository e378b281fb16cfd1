"""Films that are copies: the same frames at the same times, nothing else of the file, and only if a browser is sure."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from posecore.media.clips import ClipFrame, open_clip
from posecore.media.copies import CopyPlan, copy_film, plan_copy
from posecore.media.sound import Sound

SIZE = (64, 48)
EVEN = [n / 25 for n in range(40)]
VARYING = [0.0, 0.04, 0.05, 0.3, 0.31, 0.32, 1.0, 1.5, 1.52, 1.6, 1.61, 2.0]
PLACE = "+52.5200+013.4050/"


def write_h264(path: Path, times_s: list[float] = EVEN, *, first_s: float = 0.0, **options: str) -> Path:
    """Write a video whose frames differ, with B-frames unless the encoder's options say otherwise."""
    usual = {"preset": "medium", "bf": "2", "g": "12", "sc_threshold": "0"}
    with av.open(str(path), "w", options={"movflags": "+use_metadata_tags"}) as film:
        film.metadata["location"] = PLACE
        stream = film.add_stream("libx264", rate=25, options=usual | options)
        stream.width, stream.height = SIZE
        stream.pix_fmt = options.pop("pix_fmt", "yuv420p")
        stream.codec_context.time_base = Fraction(1, 10_000)
        for index, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(np.full((SIZE[1], SIZE[0], 3), 3 * index + 40, np.uint8), "rgb24")
            frame.pts, frame.time_base = round((first_s + time_s) * 10_000), Fraction(1, 10_000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def frames_of(path: Path) -> list[ClipFrame]:
    with open_clip(path) as clip:
        return list(clip)


def plan(path: Path) -> CopyPlan | None:
    return plan_copy(path, lambda: None)


def copied(path: Path, frames: int | None = None) -> Path:
    """A copy of a video beside it."""
    planned = plan(path)
    assert planned is not None
    film = path.with_name("copy.mp4")
    with open_clip(path) as clip, Sound(path, clip.info.start_s) as sound:
        assert copy_film(planned, film, frames or len(planned.stamps), sound)
    return film


class TestFrames:
    @pytest.mark.parametrize(
        ("times_s", "first_s", "options"),
        [
            (EVEN, 0.0, {}),
            (EVEN, 0.0, {"bf": "0"}),
            (EVEN, 3.5, {}),  # the first timestamp is not 0
            (VARYING, 0.0, {}),
            (VARYING, 0.7, {"bf": "0"}),
            (EVEN, 0.0, {"b-pyramid": "normal", "bf": "5", "b_strategy": "0"}),
        ],
    )
    def test_are_the_same_at_the_same_times(
        self, tmp_path: Path, times_s: list[float], first_s: float, options: dict[str, str]
    ) -> None:
        source = write_h264(tmp_path / "source.mp4", times_s, first_s=first_s, **options)
        before, after = frames_of(source), frames_of(copied(source))
        assert [frame.time_s for frame in after] == pytest.approx(times_s, abs=1e-9)
        assert [frame.time_s for frame in before] == pytest.approx(times_s, abs=1e-9)
        assert all(np.array_equal(one.rgb, other.rgb) for one, other in zip(before, after, strict=True))
        with av.open(str(tmp_path / "copy.mp4")) as film:
            assert next(film.decode(video=0)).pts == 0
            assert film.duration / av.time_base > times_s[-1] + 0.005, "a browser shows the last frame, too"
            assert film.streams.video[0].codec_context.codec_tag == "avc1"

    def test_of_a_part_are_the_first_ones(self, tmp_path: Path) -> None:
        source = write_h264(tmp_path / "source.mp4")
        planned = plan(source)
        assert planned is not None
        ends = [frames for frames in range(1, len(EVEN) + 1) if planned.may_end_after(frames)]
        assert 2 < len(ends) < len(EVEN), "B-frames are stored after a later frame"
        before, after = frames_of(source), frames_of(copied(source, ends[2]))
        assert [frame.time_s for frame in after] == EVEN[: ends[2]]
        assert np.array_equal(before[ends[2] - 1].rgb, after[-1].rgb)

    def test_agree_with_what_was_decoded(self, tmp_path: Path) -> None:
        planned = plan(write_h264(tmp_path / "source.mp4"))
        assert planned is not None
        assert planned.agrees_with([7 + time_s for time_s in EVEN])
        assert not planned.agrees_with([*EVEN[:5], *EVEN[6:]])  # one could not be decoded
        assert not planned.agrees_with([*EVEN, 2.0])
        assert not planned.agrees_with([0.0, 0.02, *EVEN[2:]])  # its time was repaired


class TestMetadata:
    def test_stay_behind(self, tmp_path: Path) -> None:
        source = write_h264(tmp_path / "source.mp4")
        assert PLACE.encode() in source.read_bytes()
        assert b"x264" in source.read_bytes()  # a message in the stream, as cameras use for places
        film = copied(source).read_bytes()
        assert PLACE.encode() not in film
        assert b"x264" not in film
        assert film.index(b"moov") < film.index(b"mdat"), "a browser can begin before it has everything"


class TestWhatIsEncodedInstead:
    @pytest.mark.parametrize(
        "options",
        [
            {"x264-params": "open-gop=1:bframes=2:keyint=12:scenecut=0"},
            {"pix_fmt": "yuv444p"},
            {"flags": "+ildct+ilme", "x264-params": "interlaced=1"},
        ],
        ids=["open groups", "4:4:4", "interlaced"],
    )
    def test_streams(self, tmp_path: Path, options: dict[str, str]) -> None:
        assert plan(write_h264(tmp_path / "source.mp4", **options)) is None

    def test_key_frames_far_apart(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        source = write_h264(tmp_path / "source.mp4", g="40")
        assert plan(source) is not None
        monkeypatch.setattr("posecore.media.copies._MOST_PIXELS_TO_SEEK", 39 * SIZE[0] * SIZE[1])
        assert plan(source) is None

    def test_another_container(self, tmp_path: Path) -> None:
        assert plan(write_h264(tmp_path / "source.mkv")) is None

    def test_frames_that_an_edit_hides(self, shared_data: Path) -> None:
        assert plan(shared_data / "wild/mov_editlist_trim_called_damaged.mov") is None

    def test_turned_frames(self, shared_data: Path) -> None:
        assert plan(shared_data / "awkward/phone_rotation_tag_90.mp4") is None
