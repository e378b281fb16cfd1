"""A run whose film is a copy: it has the frames of the landmarks, at their times, wherever the run ends."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from posecore import ClipOptions, PoseOptions
from posecore.hands import FrameHands
from posecore.media.clips import ClipInfo, open_clip
from posecore.poses import FramePoses
from posecore.rigid.tags import SeenTag
from posecore.runs import film_copy
from posecore.runs.film_copy import run_with_film
from posecore.runs.job import Job, RunEnd
from tests.media.test_copies import EVEN, VARYING, write_h264


class Times:
    """Notes the times of the frames, and ends the run after so many."""

    def __init__(self, most: int | None = None) -> None:
        self.times_s: list[float] = []
        self._most = most

    def on_opened(self, clip: ClipInfo) -> None:
        self.times_s = []

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        self.times_s.append(poses.time_s)
        return len(self.times_s) != self._most


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The films that were encoded after all."""
    films: list[Path] = []
    encode = film_copy._encoded

    def note(job: Job, *rest: object) -> bool:
        assert job.film is not None
        films.append(job.film)
        return encode(job, *rest)

    monkeypatch.setattr(film_copy, "_encoded", note)
    return films


def run(source: Path, most: int | None = None) -> tuple[list[float], list[float], RunEnd]:
    """Times of the run's frames and of its film's, and how it ended. Nobody is looked for."""
    film, observer = source.with_name("film.mp4"), Times(most)
    end = run_with_film(
        Job(source, PoseOptions(), ClipOptions(), film, skeletons=False, bodies=False, copies=True), observer
    )
    with open_clip(film) as clip:
        return observer.times_s, [frame.time_s for frame in clip], end


@pytest.mark.parametrize(("times_s", "first_s"), [(EVEN, 0.0), (VARYING, 0.4)])
def test_has_the_frames_of_the_run(tmp_path: Path, encoded: list[Path], times_s: list[float], first_s: float) -> None:
    done, film, end = run(write_h264(tmp_path / "source.mp4", times_s, first_s=first_s))
    assert film == pytest.approx(done, abs=1e-9)
    assert done == pytest.approx(times_s, abs=1e-9)
    assert (encoded, end.notes) == ([], [])


def test_that_is_stopped_goes_on_to_where_a_copy_may_end(tmp_path: Path, encoded: list[Path]) -> None:
    done, film, _ = run(write_h264(tmp_path / "source.mp4"), most=9)
    assert 9 <= len(done) <= 9 + 2, "two B-frames follow one another"
    assert film == pytest.approx(done, abs=1e-9)
    assert encoded == []


def test_of_a_damaged_video_is_encoded(tmp_path: Path, encoded: list[Path]) -> None:
    source = write_h264(tmp_path / "source.mp4", g="6")
    data = bytearray(source.read_bytes())
    end = data.index(b"moov") if data.index(b"mdat") < data.index(b"moov") else len(data)
    data[end - 300 : end - 20] = bytes(280)  # the last frames
    source.write_bytes(data)
    done, film, ended = run(source)
    assert 1 < len(done) < len(EVEN)
    assert film == pytest.approx(done, abs=1 / 90_000)
    assert any("damaged" in note for note in ended.notes)
    assert encoded != []


def test_of_other_codecs_is_encoded_along_the_way(tmp_path: Path, encoded: list[Path]) -> None:
    done, film, _ = run(write_h264(tmp_path / "source.mkv"))
    assert film == pytest.approx(done, abs=1 / 90_000)
    assert encoded == []
