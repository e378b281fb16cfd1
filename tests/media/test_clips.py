"""Reading clips: awkward files, times, rotations, and rejection of hostile files."""

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import matplotlib
import numpy as np
import pytest
from av.stream import Disposition
from PIL import Image

from posecore.errors import InvalidOption, MediaTooLarge, UnreadableMedia
from posecore.limits import Limits
from posecore.media import clips
from posecore.media.clips import CLIP_SUFFIXES, ClipFrame, ClipInfo, FrameClock, open_clip, read_frame
from posecore.media.films import FilmWriter
from posecore.media.video_file import VideoFile
from posecore.media.yuv import BT709

# name: (upright size, codec, frames, time of the last one in seconds)
AWKWARD_CLIPS = {
    "gray.mp4": ((360, 640), "h264", 65, 12.8),
    "h264_10bit444.mp4": ((360, 640), "h264", 65, 12.8),
    "hevc.mp4": ((360, 640), "hevc", 65, 12.8),
    "mpeg4.avi": ((360, 640), "mpeg4", 65, 12.8),
    "vp9.webm": ((362, 642), "vp9", 65, 12.8),
    "vfr.mp4": ((360, 640), "h264", 65, 17.0),
    "phone_rotation_tag_90.mp4": ((360, 640), "h264", 65, 12.8),
    "phone_rotation_tag_270.mp4": ((360, 640), "h264", 65, 12.8),
    "single_frame.mp4": ((360, 640), "h264", 1, 0.0),
    "nobody.mp4": ((320, 240), "h264", 30, 2.9),
}

AWKWARD_REFUSALS = {
    "audio_only.mp4": "has sound but no images",
    "truncated.mp4": "cannot be read as a video: it is damaged, truncated",
    "empty.mp4": "is empty (0 bytes)",
    "empty.png": "is empty (0 bytes)",
    "not_an_image.jpg": "cannot be read as a video",
    "animated_2frames.gif": "is a photo (GIF), not a video",
    "cmyk.jpg": "is a photo (JPEG), not a video",
    "exif_orientation_3.jpg": "is a photo (JPEG), not a video",
    "exif_orientation_6.jpg": "is a photo (JPEG), not a video",
    "exif_orientation_6.png": "is a photo (PNG), not a video",
    "exif_orientation_6.webp": "is a photo (WEBP), not a video",
    "exif_orientation_8.jpg": "is a photo (JPEG), not a video",
    "gray.jpg": "is a photo (JPEG), not a video",
    "gray16.png": "is a photo (PNG), not a video",
    "huge_5000x3335.jpg": "is a photo (JPEG), not a video",
    "la.png": "is a photo (PNG), not a video",
    "multipage_2.tif": "is a photo (TIFF), not a video",
    "odd_1001x667.bmp": "is a photo (BMP), not a video",
    "one_pixel.png": "is a photo (PNG), not a video",
    "one_row.png": "is a photo (PNG), not a video",
    "palette.png": "is a photo (PNG), not a video",
    "person_lying_rot90_no_exif.jpg": "is a photo (JPEG), not a video",
    "png_named.jpg": "is a photo (PNG), not a video",
    "progressive.jpg": "is a photo (JPEG), not a video",
    "rgb.avif": "is a photo (AVIF), not a video",
    "rgb.heic": "is a photo (HEIF), not a video",
    "rgb.webp": "is a photo (WEBP), not a video",
    "rgba.png": "is a photo (PNG), not a video",
    "rgba.webp": "is a photo (WEBP), not a video",
    "tiny_64x43.jpg": "is a photo (JPEG), not a video",
    "truncated.jpg": "is a photo (JPEG), not a video",
    "upside_down_no_exif.jpg": "is a photo (JPEG), not a video",
    "Üñïçødé name – yoga 瑜伽.jpg": "is a photo (JPEG), not a video",
}

# Uploads without a video of their own, only the name of a file that has one.
LISTS_OF_OTHER_FILES = {
    "concat": "ffconcat version 1.0\nfile film.mp4\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.2,\nfilm.mp4\n#EXT-X-ENDLIST\n",
    "DASH": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    "<AdaptationSet><Representation><BaseURL>film.mp4</BaseURL></Representation></AdaptationSet>"
    "</Period></MPD>",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
}

# Display matrix of the file (degrees anticlockwise, mirrored left to right) -> what it requires.
TURNS: dict[tuple[int, bool], Callable[[np.ndarray], np.ndarray]] = {
    (0, False): lambda stored: stored,
    (90, False): lambda stored: np.rot90(stored, 1),
    (180, False): lambda stored: np.rot90(stored, 2),
    (-90, False): lambda stored: np.rot90(stored, -1),
    (0, True): lambda stored: stored[:, ::-1],
    (90, True): lambda stored: np.rot90(stored, 1)[:, ::-1],
    (180, True): lambda stored: np.rot90(stored, 2)[:, ::-1],
    (-90, True): lambda stored: np.rot90(stored, -1)[:, ::-1],
}


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def chart(width: int = 96, height: int = 64, step: int = 0) -> np.ndarray:
    """Corners of different colours, so that every rotation and mirroring differs; ``step`` moves a bright bar."""
    rgb = np.full((height, width, 3), 128, np.uint8)
    rgb[: height // 2, : width // 2] = (220, 30, 30)
    rgb[: height // 2, width // 2 :] = (30, 200, 30)
    rgb[height // 2 :, : width // 2] = (30, 30, 220)
    rgb[-8:, 4 * step : 4 * step + 8] = 255
    return rgb


def read_all(path: Path | str) -> tuple[ClipInfo, list[ClipFrame]]:
    with open_clip(path) as clip:
        return clip.info, list(clip)


def encode_clip(
    path: Path,
    frames: list[np.ndarray],
    *,
    codec: str = "libx264",
    rotation: tuple[int, bool] = (0, False),
    **settings: object,
) -> Path:
    """A clip at 10 frames per second in the container given by the file name."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.set_display_rotation(rotation[0], hflip=rotation[1])
        for setting, value in settings.items():
            setattr(stream.codec_context, setting, value)
        for index, rgb in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(rgb)
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twelve different frames of 96 x 64, at 10 per second."""
    path = tmp_path / "film.mp4"
    with FilmWriter(path, (96, 64), fps_hint=10) as writer:
        for step in range(12):
            writer.write(chart(step=step), step / 10)
    return path


class TestAwkwardFiles:
    def test_tables_list_every_file(self, shared_data: Path) -> None:
        listed = AWKWARD_CLIPS.keys() | AWKWARD_REFUSALS.keys()
        assert listed == {file.name for file in (shared_data / "awkward").iterdir()}

    @pytest.mark.parametrize("name", AWKWARD_CLIPS)
    def test_becomes_frames(self, shared_data: Path, name: str) -> None:
        size, codec, count, last_s = AWKWARD_CLIPS[name]
        info, frames = read_all(shared_data / "awkward" / name)
        assert (info.size, info.codec, info.frame_count) == (size, codec, count)
        assert len(frames) == count
        assert (frames[0].time_s, frames[-1].time_s) == (0.0, pytest.approx(last_s))
        assert (np.diff([frame.time_s for frame in frames]) > 0).all()
        for frame in frames:
            assert (frame.rgb.shape, frame.rgb.dtype) == ((size[1], size[0], 3), np.uint8)
            assert frame.rgb.flags.c_contiguous

    @pytest.mark.parametrize("name", AWKWARD_REFUSALS)
    def test_is_rejected_in_one_sentence(self, shared_data: Path, name: str) -> None:
        with pytest.raises(UnreadableMedia) as refusal, open_clip(shared_data / "awkward" / name):
            pass
        assert AWKWARD_REFUSALS[name] in str(refusal.value)
        assert str(refusal.value).startswith(name)

    @pytest.mark.parametrize(
        ("name", "tolerance"),
        [
            ("phone_rotation_tag_90.mp4", 6),
            ("phone_rotation_tag_270.mp4", 6),
            ("hevc.mp4", 6),
            ("vp9.webm", 6),
            ("mpeg4.avi", 6),
            ("h264_10bit444.mp4", 6),
            ("vfr.mp4", 6),
            ("single_frame.mp4", 6),
        ],
    )
    def test_looks_like_the_upright_original(self, shared_data: Path, name: str, tolerance: float) -> None:
        original = read_frame(shared_data / "google-reference" / "pose_squats.mp4", 0)
        rgb = read_frame(shared_data / "awkward" / name, 0)
        scaled = np.asarray(Image.fromarray(original).resize(rgb.shape[1::-1]))
        assert mean_difference(rgb, scaled) < tolerance
        assert mean_difference(rgb, scaled[::-1, ::-1]) > 5 * tolerance  # the measure distinguishes rotations


class TestInfo:
    def test_of_a_film(self, film: Path) -> None:
        info, _ = read_all(film)
        assert info == ClipInfo((96, 64), 10.0, 12, pytest.approx(1.2), "h264", BT709, 0.0)

    def test_container_without_a_frame_count(self, tmp_path: Path) -> None:
        path = encode_clip(tmp_path / "clip.webm", [chart(step=n) for n in range(12)], codec="libvpx-vp9")
        info, frames = read_all(path)
        assert (info.frame_count, info.fps, len(frames)) == (12, 10.0, 12)

    def test_television_frame_rate_is_kept(self, tmp_path: Path) -> None:
        with FilmWriter(tmp_path / "film.mp4", (32, 32), fps_hint=30000 / 1001) as writer:
            for index in range(30):
                writer.write(chart(32, 32), index * 1001 / 30000)
        info, frames = read_all(tmp_path / "film.mp4")
        assert info.fps == 30000 / 1001
        assert frames[29].time_s == pytest.approx(29 * 1001 / 30000)

    def test_non_square_pixels_are_made_square(self, tmp_path: Path) -> None:
        path = encode_clip(tmp_path / "clip.mp4", [chart()], sample_aspect_ratio=Fraction(4, 3))
        info, (frame,) = read_all(path)
        assert info.size == (128, 64)
        assert mean_difference(frame.rgb, chart(128, 64).clip(0, 220)) < 8

    def test_tags_that_are_not_utf_8(self, tmp_path: Path, film: Path) -> None:
        with av.open(str(film)) as source, av.open(str(tmp_path / "tagged.mp4"), "w") as target:
            target.metadata["title"] = "AAAA"
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    target.mux(packet)
        tagged = tmp_path / "tagged.mp4"
        tagged.write_bytes(tagged.read_bytes().replace(b"AAAA", b"\xe9\xff\xfe\xe9"))
        assert len(read_all(tagged)[1]) == 12


class TestTurn:
    @pytest.mark.parametrize("rotation", TURNS)
    def test_is_applied_once(self, tmp_path: Path, rotation: tuple[int, bool]) -> None:
        path = encode_clip(tmp_path / "clip.mp4", [chart(), chart(step=3)], rotation=rotation)
        info, frames = read_all(path)
        for frame, stored in zip(frames, [chart(), chart(step=3)], strict=True):
            upright = TURNS[rotation](stored)
            assert info.size == upright.shape[1::-1]
            assert mean_difference(frame.rgb, upright) < 6
            assert frame.rgb.flags.c_contiguous


class TestColour:
    @pytest.mark.parametrize(
        ("colour", "matrix", "full_range"),
        [
            (colour, matrix, full_range)
            for colour in [(220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250), (5, 5, 5)]
            for matrix in ["ITU709", "ITU601"]
            for full_range in [False, True]
        ],
    )
    def test_follows_the_tags(
        self, tmp_path: Path, colour: tuple[int, int, int], matrix: str, full_range: bool
    ) -> None:
        colour_range = "JPEG" if full_range else "MPEG"
        with av.open(str(tmp_path / "clip.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=10, options={"crf": "8"})
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            stream.codec_context.colorspace = {"ITU709": 1, "ITU601": 6}[matrix]
            stream.codec_context.color_range = 2 if full_range else 1
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), colour, np.uint8))
            yuv = frame.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range=colour_range)
            container.mux(stream.encode(yuv))
            container.mux(stream.encode(None))
        _, (read,) = read_all(tmp_path / "clip.mp4")
        assert np.abs(read.rgb.astype(int) - colour).max() <= 5


class TestFrameClock:
    @pytest.mark.parametrize(
        ("stamps_s", "times_s"),
        [
            ([5.0, 5.1, 5.3, 5.35], [0, 0.1, 0.3, 0.35]),  # valid stamps stay, starting at 0
            ([-0.2, 0.0, 0.1], [0, 0.2, 0.3]),
            ([None, None, None], [0, 0.1, 0.2]),
            ([None, 7.0, 7.1], [0, 0.1, 0.2]),
            ([0.0, None, 0.2, 0.3], [0, 0.1, 0.2, 0.3]),
            ([0.0, 0.1, 0.1, 0.2], [0, 0.1, 0.15, 0.2]),  # repeated
            ([0.0, 0.2, 0.1, 0.3], [0, 0.2, 0.25, 0.3]),  # slightly back
            ([0.0, 5.0, 0.0, 0.1], [0, 5.0, 5.1, 5.2]),  # the clock restarted
        ],
    )
    def test_times(self, stamps_s: list[float | None], times_s: list[float]) -> None:
        clock = FrameClock(nominal_s=0.1)
        assert [clock.time_of(stamp_s) for stamp_s in stamps_s] == pytest.approx(times_s)

    def test_absurd_stamps_and_rate(self) -> None:
        clock = FrameClock(nominal_s=1e-9)
        times_s = [clock.time_of(stamp_s) for stamp_s in [0.0, 1e15, 1e15, None, 3.0, 3.0]]
        assert (np.diff(times_s) > 0).all()

    def test_strictly_increases_for_any_stamps(self) -> None:
        random = np.random.default_rng(0)
        clock = FrameClock(nominal_s=1 / 30)
        stamps_s = [None if draw < 0.1 else draw * 5 - 2 for draw in random.random(2000)]
        assert (np.diff([clock.time_of(stamp_s) for stamp_s in stamps_s]) > 0).all()


class TestDamage:
    def test_truncated_file_keeps_the_frames_before(self, film: Path) -> None:
        _, whole = read_all(film)
        data = film.read_bytes()
        film.write_bytes(data[: data.index(b"mdat") + (len(data) - data.index(b"mdat")) * 19 // 20])
        _, kept = read_all(film)
        assert 3 <= len(kept) < 12
        assert np.array_equal(kept[2].rgb, whole[2].rgb)

    def test_broken_packet_is_skipped(self, film: Path) -> None:
        _, whole = read_all(film)
        with av.open(str(film)) as container:
            packet = [packet for packet in container.demux(video=0) if packet.size][5]
            position, size = packet.pos, packet.size
        data = bytearray(film.read_bytes())
        data[position : position + size] = b"\xff" * size
        film.write_bytes(data)
        with open_clip(film) as clip:
            assert clip.damaged_packets == 0
            kept = list(clip)
            assert clip.damaged_packets == 1
        assert [frame.index for frame in kept] == list(range(11))
        times_s = [frame.time_s for frame in whole]
        assert [frame.time_s for frame in kept] == pytest.approx(times_s[:5] + times_s[6:])

    def test_no_frame_decodes(self, film: Path) -> None:
        data = bytearray(film.read_bytes())
        start = data.index(b"mdat") + 4
        data[start:] = b"\xff" * (len(data) - start)
        film.write_bytes(data)
        with (
            pytest.raises(UnreadableMedia, match=r"^film.mp4 has no frame that can be decoded"),
            open_clip(film),
        ):
            pass

    def test_size_and_clock_change_in_mid_stream(self, tmp_path: Path) -> None:
        # Two recordings joined end to end: the clock restarts and the frames get larger.
        small = encode_clip(tmp_path / "small.ts", [chart(step=n) for n in range(12)])
        large = encode_clip(tmp_path / "large.ts", [chart(192, 128, step=n) for n in range(12)])
        joined = tmp_path / "joined.ts"
        joined.write_bytes(small.read_bytes() + large.read_bytes())
        info, frames = read_all(joined)
        assert info.size == (96, 64)
        assert {frame.rgb.shape for frame in frames} == {(64, 96, 3)}
        assert len(frames) == 24
        times_s = [frame.time_s for frame in frames]
        assert (np.diff(times_s) > 0).all()
        assert times_s[-1] == pytest.approx(2.3, abs=0.3)
        assert mean_difference(frames[12].rgb, chart()) < 12

    def test_cover_art_is_not_a_clip(self, tmp_path: Path) -> None:
        song = tmp_path / "song.m4a"
        with av.open(str(song), "w", format="mp4") as container:
            sound = container.add_stream("aac", rate=44100)
            cover = container.add_stream("mjpeg", rate=1)
            cover.width, cover.height, cover.pix_fmt = 96, 64, "yuvj420p"
            cover.disposition = Disposition.attached_pic
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 44100
            container.mux(sound.encode(silence))
            picture = av.VideoFrame.from_ndarray(chart()).reformat(format="yuvj420p")
            container.mux(cover.encode(picture))
            container.mux(cover.encode(None))
            container.mux(sound.encode(None))
        with av.open(str(song)) as container:
            assert len(container.streams.video) == 1  # FFmpeg sees one
        with pytest.raises(UnreadableMedia, match="has sound but no images"), open_clip(song):
            pass


class TestHostileFiles:
    @pytest.mark.parametrize("kind", LISTS_OF_OTHER_FILES)
    @pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".mpd", ".ffconcat"])
    def test_list_of_other_files_is_not_followed(self, film: Path, kind: str, suffix: str) -> None:
        script = film.with_name(f"upload{suffix}")
        script.write_text(LISTS_OF_OTHER_FILES[kind])
        with pytest.raises(UnreadableMedia, match="cannot be read as a video"), open_clip(script):
            pass

    def test_ffmpeg_would_follow_without_our_restrictions(self, film: Path) -> None:
        # Proves that the test above is meaningful: without our restrictions, this upload reads another file.
        script = film.with_name("upload.mp4")
        script.write_text(LISTS_OF_OTHER_FILES["concat"])
        with av.open(str(script)) as container:
            assert container.format.name == "concat"
            assert sum(1 for _ in container.decode(video=0)) == 12

    @pytest.mark.parametrize(
        "name", ["-i.mp4", "http:x.mp4", "pipe:0", "concat:film.mp4|film.mp4", "frame%03d.mp4", "瑜伽 ü.mp4"]
    )
    def test_name_is_used_literally(self, film: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(film.parent)
        film.rename(name)
        assert len(read_all(name)[1]) == 12

    @pytest.mark.parametrize("name", ["http://127.0.0.1:9/film.mp4", "pipe:0", "file:film.mp4", "missing.mp4"])
    def test_url_is_treated_as_a_missing_file(self, film: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(film.parent)
        with pytest.raises(UnreadableMedia, match="cannot be opened: No such file"), open_clip(name):
            pass

    def test_folder_and_text(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableMedia, match="is not a file"), open_clip(tmp_path):
            pass
        (tmp_path / "text.mp4").write_text("not a clip " * 500)
        with (
            pytest.raises(UnreadableMedia, match="cannot be read as a video"),
            open_clip(tmp_path / "text.mp4"),
        ):
            pass

    def test_name_in_errors(self, tmp_path: Path) -> None:
        (tmp_path / "upload_1.bin").touch()
        with (
            pytest.raises(UnreadableMedia, match=r"^dance.mp4 is empty"),
            open_clip(tmp_path / "upload_1.bin", name="dance.mp4"),
        ):
            pass

    def test_photo_named_like_a_clip(self, tmp_path: Path) -> None:
        picture = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
        (tmp_path / "me.mp4").write_bytes(picture.read_bytes())
        with (
            pytest.raises(UnreadableMedia, match=r"me.mp4 is a photo \(JPEG\), not a video"),
            open_clip(tmp_path / "me.mp4"),
        ):
            pass


class TestLimits:
    def test_frame_pixels(self, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frame_pixels=96 * 64))
        assert len(read_all(film)[1]) == 12
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frame_pixels=96 * 64 - 1))
        with pytest.raises(MediaTooLarge, match=r"96 x 64 pixels\. Expected at most 6,143"), open_clip(film):
            pass

    def test_frame_pixels_of_widened_frames(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = encode_clip(tmp_path / "clip.mp4", [chart()], sample_aspect_ratio=Fraction(20, 1))
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frame_pixels=100_000))
        with pytest.raises(MediaTooLarge, match="1920 x 64"), open_clip(path):
            pass

    def test_frames_that_grow_in_mid_stream_are_not_decoded(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = encode_clip(tmp_path / "small.ts", [chart(step=n) for n in range(12)])
        large = encode_clip(tmp_path / "large.ts", [chart(960, 640, step=n) for n in range(12)])
        joined = tmp_path / "joined.ts"
        joined.write_bytes(small.read_bytes() + large.read_bytes())
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frame_pixels=200_000))
        with open_clip(joined) as clip:
            # The decoder drops the one or two frames it still held back when it met the refused ones.
            assert len(list(clip)) in (10, 11, 12)
            assert clip.damaged_packets > 0

    def test_frame_count_by_the_container(self, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frames=12))
        assert len(read_all(film)[1]) == 12
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frames=11))
        with pytest.raises(MediaTooLarge, match="at most 11 frames"), open_clip(film):
            pass

    def test_frame_count_while_decoding(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = encode_clip(tmp_path / "clip.webm", [chart(step=n) for n in range(12)], codec="libvpx-vp9")
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_frames=11))
        with open_clip(path) as clip:
            frames = iter(clip)
            assert [frame.index for frame in islice(frames, 11)] == list(range(11))
            with pytest.raises(MediaTooLarge, match="at most 11 frames"):
                next(frames)

    @pytest.mark.parametrize("stated", [True, False], ids=["stated", "found while decoding"])
    def test_length(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: bool) -> None:
        path = encode_clip(tmp_path / "clip.webm", [chart(step=n) for n in range(12)], codec="libvpx-vp9")
        if not stated:
            monkeypatch.setattr("posecore.media.video_file._stated_duration_s", lambda *_: None)
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_seconds=2))
        assert len(read_all(path)[1]) == 12
        monkeypatch.setattr(clips, "LIMITS", Limits(clip_seconds=1))
        with pytest.raises(MediaTooLarge, match=r"at most 0.0167 minutes"):
            read_all(path)


def test_error_in_the_block_is_not_mistaken_for_one_of_the_clip(film: Path) -> None:
    with pytest.raises(av.FFmpegError), open_clip(film):  # such as a film being written next to it
        raise av.FFmpegError(28, "No space left on device")


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert {".mp4", ".mov", ".webm", ".avi"} <= set(CLIP_SUFFIXES)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in CLIP_SUFFIXES)


@pytest.mark.parametrize(
    ("size", "inner"),
    [
        ((48, 96), (slice(0, 64), slice(32, 64))),  # portrait into landscape
        ((192, 64), (slice(16, 48), slice(0, 96))),  # a wider one
        ((48, 32), (slice(0, 64), slice(0, 96))),  # smaller, of the same shape
    ],
)
def test_later_frames_of_another_size_are_fitted_undistorted(
    tmp_path: Path, size: tuple[int, int], inner: tuple[slice, slice]
) -> None:
    first = encode_clip(tmp_path / "first.ts", [chart(step=n) for n in range(6)])
    later = encode_clip(tmp_path / "later.ts", [np.full((size[1], size[0], 3), (200, 60, 60), np.uint8)] * 6)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + later.read_bytes())
    with open_clip(joined, for_film=True) as clip:
        frames = list(clip)
        assert clip.resized is not None
        assert (clip.resized[0], clip.resized[1]) == (frames[6].time_s, size)
    expected = np.zeros((64, 96, 3), np.uint8)
    expected[inner] = (200, 60, 60)
    for frame in frames[6:]:
        assert np.abs(frame.rgb.astype(int) - expected).max() <= 8
        assert frame.yuv is not None
        luma = np.full((64, 96), 16)
        luma[inner] = frame.yuv.luma[32, 48]
        np.testing.assert_allclose(frame.yuv.luma, luma, atol=2)
        np.testing.assert_array_equal(frame.pixels.area(slice(20, 40), slice(10, 90)), frame.rgb[20:40, 10:90])


def test_one_frame_is_read_without_those_long_before_it(tmp_path, monkeypatch):
    times_s = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.08, 400))
    times_s -= times_s[0]
    with FilmWriter(tmp_path / "film.mp4", (64, 48), fps_hint=20) as film:
        for number, time_s in enumerate(times_s):
            film.write(np.full((48, 64, 3), 20 + 30 * (number % 8), np.uint8), float(time_s))
    decoded, decode = [], VideoFile._decode
    monkeypatch.setattr(VideoFile, "_decode", lambda self: (decoded.append(1) or each for each in decode(self)))
    for number in (0, 1, 59, 60, 333, 399):
        halfway_s = (times_s[number] + times_s[max(0, number - 1)]) / 2
        decoded.clear()
        rgb = read_frame(tmp_path / "film.mp4", float(halfway_s))
        assert rgb.mean() == pytest.approx(20 + 30 * (number % 8), abs=4)
        assert len(decoded) < 200
    with pytest.raises(InvalidOption, match="has no frame from 99"):
        read_frame(tmp_path / "film.mp4", 99)
