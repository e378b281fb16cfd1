"""Writing films: they read back as written, and are either complete or absent."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.media.clips import ClipFrame, ClipInfo, open_clip
from posecore.media.films import FilmWriter


def flat(size: tuple[int, int], colour: tuple[int, int, int] = (90, 90, 90)) -> np.ndarray:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def noise(size: tuple[int, int], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)


def write_film(path: Path, times_s: list[float], fps: float = 30.0, size: tuple[int, int] = (64, 48)) -> None:
    with FilmWriter(path, size, fps_hint=fps) as film:
        for time_s in times_s:
            film.write(flat(size), time_s)


def read_back(path: Path) -> tuple[ClipInfo, list[ClipFrame]]:
    with open_clip(path) as clip:
        return clip.info, list(clip)


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Simulates a full disk: a write beyond ``size`` bytes fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestTimes:
    @pytest.mark.parametrize(
        ("times_s", "fps"),
        [
            ([0.0, 0.2, 0.4, 0.6], 5.0),
            ([n * 1001 / 30000 for n in range(40)], 30000 / 1001),
            ([0.0, 0.033, 0.1, 0.5, 0.51, 2.0], 30.0),
            ([0.0], 25.0),
        ],
    )
    def test_come_back(self, tmp_path: Path, times_s: list[float], fps: float) -> None:
        write_film(tmp_path / "film.mp4", times_s, fps)
        info, frames = read_back(tmp_path / "film.mp4")
        assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=1 / 90_000)
        assert [frame.index for frame in frames] == list(range(len(times_s)))
        assert info.frame_count == len(times_s)
        assert info.duration_s == pytest.approx(times_s[-1] + 1 / fps, abs=1e-4)

    def test_television_frame_rate_is_kept(self, tmp_path: Path) -> None:
        write_film(tmp_path / "film.mp4", [n * 1001 / 30000 for n in range(30)], 30000 / 1001)
        info, _ = read_back(tmp_path / "film.mp4")
        assert info.fps == pytest.approx(30000 / 1001, rel=1e-9)

    def test_start_at_zero_whatever_the_origin(self, tmp_path: Path) -> None:
        write_film(tmp_path / "film.mp4", [1000.0, 1000.5])
        with av.open(str(tmp_path / "film.mp4")) as container:
            stamps = [(packet.pts, packet.dts) for packet in container.demux(video=0) if packet.size]
        assert stamps == [(0, 0), (45_000, 45_000)]

    def test_closer_than_the_clock_stay_in_order(self, tmp_path: Path) -> None:
        write_film(tmp_path / "film.mp4", [0.0, 1e-9, 2e-9, 0.1])
        _, frames = read_back(tmp_path / "film.mp4")
        assert [round(frame.time_s * 90_000) for frame in frames] == [0, 1, 2, 9000]


class TestPixels:
    @pytest.mark.parametrize(
        ("size", "stored"),
        [((64, 48), (64, 48)), ((63, 48), (64, 48)), ((64, 47), (64, 48)), ((1, 1), (2, 2))],
    )
    def test_odd_sides_get_one_more_line(self, tmp_path: Path, size: tuple[int, int], stored: tuple[int, int]) -> None:
        rgb = flat(size, (60, 60, 60))
        rgb[:, -1] = rgb[-1, :] = 200
        with FilmWriter(tmp_path / "film.mp4", size) as film:
            film.write(rgb, 0.0)
        info, (frame,) = read_back(tmp_path / "film.mp4")
        assert info.size == stored
        expected = np.pad(rgb, ((0, stored[1] - size[1]), (0, stored[0] - size[0]), (0, 0)), mode="edge")
        assert np.abs(frame.rgb.astype(int) - expected).mean() < 3

    @pytest.mark.parametrize(
        "colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255), (200, 120, 60)]
    )
    def test_written_colours_are_read_back(self, tmp_path: Path, colour: tuple[int, int, int]) -> None:
        with FilmWriter(tmp_path / "film.mp4", (64, 48)) as film:
            film.write(flat((64, 48), colour), 0.0)
        _, (frame,) = read_back(tmp_path / "film.mp4")
        assert np.abs(frame.rgb.astype(int) - colour).max() <= 6

    def test_any_array_layout_is_taken(self, tmp_path: Path) -> None:
        wide = np.zeros((48, 128, 3), np.uint8)
        wide[:24, ::2] = (200, 40, 40)
        with FilmWriter(tmp_path / "film.mp4", (64, 48)) as film:
            film.write(wide[::-1, ::2], 0.0)
        _, (frame,) = read_back(tmp_path / "film.mp4")
        assert np.abs(frame.rgb.astype(int) - wide[::-1, ::2]).mean() < 3

    def test_file_is_what_browsers_play(self, tmp_path: Path) -> None:
        write_film(tmp_path / "film.mp4", [0.0, 0.1])
        data = (tmp_path / "film.mp4").read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")  # plays before it is fully loaded
        with av.open(str(tmp_path / "film.mp4")) as container:
            (stream,) = container.streams
            codec = stream.codec_context
            assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
            colour_tags = (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range)
            assert colour_tags == (1, 1, 1, 1)  # BT.709 three times, limited range


class TestWholeOrNotThere:
    def test_nothing_else_is_left_next_to_the_film(self, tmp_path: Path) -> None:
        write_film(tmp_path / "film.mp4", [0.0, 0.1])
        assert files_in(tmp_path) == ["film.mp4"]

    @pytest.mark.parametrize("name", ["-y.mp4", "http:x.mp4", "pipe:1", "frame%03d.mp4", "瑜伽 ü.mp4", "no_ending"])
    def test_name_is_used_literally(self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        write_film(Path(name), [0.0, 0.1])
        assert files_in(tmp_path) == [name]
        assert len(read_back(Path(name))[1]) == 2

    @pytest.mark.parametrize("frames_before", [0, 1, 20])
    def test_error_in_the_block(self, tmp_path: Path, frames_before: int) -> None:
        def write_then_stop() -> None:
            with FilmWriter(tmp_path / "film.mp4", (64, 48)) as film:
                for index in range(frames_before):
                    film.write(noise((64, 48), index), index / 30)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_then_stop()
        assert files_in(tmp_path) == []

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_full_disk(self, tmp_path: Path, share: float) -> None:
        def write() -> None:
            with FilmWriter(tmp_path / "film.mp4", (320, 240)) as film:
                for index in range(12):
                    film.write(noise((320, 240), index), index / 30)

        write()
        whole = (tmp_path / "film.mp4").read_bytes()
        with no_file_larger_than(int(len(whole) * share)), pytest.raises(OSError, match="File too large"):
            write()
        # The previous film is untouched.
        assert files_in(tmp_path) == ["film.mp4"]
        assert (tmp_path / "film.mp4").read_bytes() == whole

    def test_no_frame(self, tmp_path: Path) -> None:
        with (
            pytest.raises(InvalidOption, match="at least one frame"),
            FilmWriter(tmp_path / "f.mp4", (64, 48)),
        ):
            pass
        assert files_in(tmp_path) == []

    def test_no_such_folder(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            write_film(tmp_path / "missing" / "film.mp4", [0.0])


class TestWrongUse:
    @pytest.mark.parametrize(
        ("rgb", "expected"),
        [
            (np.zeros((48, 60, 3), np.uint8), r"shape \(48, 64, 3\) .* but got \(48, 60, 3\)"),
            (np.zeros((48, 64), np.uint8), r"but got \(48, 64\)"),
            (np.zeros((48, 64, 4), np.uint8), r"but got \(48, 64, 4\)"),
            (np.zeros((48, 64, 3), np.float32), "but got .* float32"),
        ],
    )
    def test_frame_with_the_wrong_shape(self, tmp_path: Path, rgb: np.ndarray, expected: str) -> None:
        with (
            pytest.raises(InvalidOption, match=expected),
            FilmWriter(tmp_path / "film.mp4", (64, 48)) as film,
        ):
            film.write(rgb, 0.0)
        assert files_in(tmp_path) == []

    @pytest.mark.parametrize("time_s", [0.5, 0.4, float("nan"), float("inf")])
    def test_time_that_is_not_later(self, tmp_path: Path, time_s: float) -> None:
        with pytest.raises(InvalidOption, match=r"later than 0\.5 s"):
            write_film(tmp_path / "film.mp4", [0.5, time_s])
        assert files_in(tmp_path) == []

    @pytest.mark.parametrize(("size", "fps"), [((0, 10), 30.0), ((10, -2), 30.0), ((10, 10), 0.0)])
    def test_size_and_rate_above_zero(self, tmp_path: Path, size: tuple[int, int], fps: float) -> None:
        with pytest.raises(InvalidOption, match="above zero"):
            FilmWriter(tmp_path / "film.mp4", size, fps_hint=fps)
