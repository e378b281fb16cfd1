"""A video cut into segments gives the result of one ordered run, wherever it is cut."""

from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from posecore import ClipOptions, InvalidOption, PoseOptions, PoseSequence, estimate_video
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.runs import pool, segments
from posecore.runs.job import Job
from posecore.runs.progress import RecordingObserver

FAST = PoseOptions(engine="fast")
WHOLE = ClipOptions()


@pytest.fixture(scope="module")
def two_people(small_sample, tmp_path_factory) -> Path:
    """Four seconds of the sample, at 10 frames a second; the second person comes after one, and stays."""
    target = tmp_path_factory.mktemp("two") / "people.mp4"
    with open_clip(small_sample) as clip, FilmWriter(target, (884, 496), fps_hint=10) as film:
        for frame in islice(clip, 30, 150, 3):
            film.write(frame.rgb, frame.time_s - 1)
    return target


@pytest.fixture(scope="module")
def run_once():
    """One ordered run of a part of a video; each is made only once."""
    return cache(lambda path, part=WHOLE: estimate_video(path, FAST, part=part))


def run_cut(path: Path, cuts: list[float], *, on_progress=None, **changed) -> tuple[PoseSequence, list[str]]:
    job = Job(path, FAST, **({"part": WHOLE} | changed))
    observer = RecordingObserver(job.pose.people, job.part, on_progress)
    notes = segments.run_in_segments(job, observer, pool.describe(path), cuts).notes
    return observer.sequences()[0], notes


def even_cuts(sequence: PoseSequence, count: int) -> list[float]:
    return np.linspace(*sequence.times_s[[0, -1]], count + 1)[1:-1].tolist()


def apart(one: PoseSequence, other: PoseSequence) -> np.ndarray:
    """(frames, 33) distances in pixels between the landmarks of two runs, in frames where both see a person."""
    np.testing.assert_array_equal(one.times_s, other.times_s)
    both = one.seen[:, 0] & other.seen[:, 0]
    assert both.sum() >= 0.97 * one.seen[:, 0].sum()
    return np.linalg.norm(one.xy[both, 0] - other.xy[both, 0], axis=-1)


def test_one_person_is_where_the_single_run_finds_them(shared_data, run_once):
    path, part = shared_data / "google-reference" / "pose_1.mp4", ClipOptions(end_s=2)
    single = run_once(path, part)
    sequence, notes = run_cut(path, even_cuts(single, 3), part=part)
    pixels = apart(sequence, single)
    assert notes == []
    assert np.median(pixels) <= 1
    assert np.percentile(pixels, 99) <= 8


def follows_the_same(sequence: PoseSequence, single: PoseSequence) -> bool:
    size = np.linalg.norm(np.ptp(single.xy[single.seen[:, 0], 0], axis=1), axis=-1)
    same = np.median(apart(sequence, single), axis=1) < 0.25 * np.median(size)
    return same.mean() >= 0.97


def test_with_two_people_the_same_one_is_followed(two_people, run_once):
    single = run_once(two_people)
    sequence, _ = run_cut(two_people, even_cuts(single, 3))
    assert follows_the_same(sequence, single)


def test_a_segment_with_the_wrong_person_is_run_again(two_people, run_once, monkeypatch):
    """The video has two people; cut here, the later segment finds the other one first."""
    single = run_once(two_people)
    cuts = [2.8]
    again = []
    run = segments._Segment.run_in_worker
    monkeypatch.setattr(
        segments._Segment,
        "run_in_worker",
        lambda self, after=None, **shown: again.append(after) or run(self, after, **shown),
    )
    repaired, _ = run_cut(two_people, cuts)
    assert [after is not None for after in again] == [False, False, True]
    assert repaired.person_ids.tolist() == single.person_ids.tolist()
    np.testing.assert_array_equal(repaired.seen, single.seen)
    alone = run_once(two_people, ClipOptions(start_s=cuts[0]))
    assert not np.array_equal(alone.seen, single.seen[-len(alone) :]), "without the repair it is the other person"


@pytest.mark.parametrize("at", [[1.5, 3.0], [0.9, 2.3]], ids=["at the cuts", "between them"])
def test_hard_cuts_are_those_of_the_single_run(shared_data, run_once, at):
    path = shared_data / "wild" / "mp4_scene_cuts.mp4"
    part = ClipOptions(end_s=3.4, every=5)
    single = run_once(path, part)
    sequence, notes = run_cut(path, at, part=part)
    assert notes == []
    assert sequence.cuts.tolist() == single.cuts.tolist() == [9, 18]
    assert sequence.person_ids.tolist() == single.person_ids.tolist()
    np.testing.assert_array_equal(sequence.seen, single.seen)
    pixels = np.linalg.norm(sequence.xy - single.xy, axis=-1)
    assert np.nanpercentile(pixels, 99) <= 8


def test_the_video_is_complete_with_its_times_and_sound(small_sample, tmp_path):
    clip = with_tone(small_sample, tmp_path / "clip.mp4", seconds=0.6)
    single = estimate_video(clip, FAST, annotated=tmp_path / "single.mp4")
    for quality in ("fast", "small"):
        target = tmp_path / f"{quality}.mp4"
        run_cut(clip, even_cuts(single, 3), film=target, part=ClipOptions(film_quality=quality))
        with open_clip(target) as joined, open_clip(tmp_path / "single.mp4") as expected:
            times = [frame.time_s for frame in joined]
            assert times == pytest.approx([frame.time_s for frame in expected], abs=0.0011)
            assert joined.damaged_packets == 0
        with av.open(str(target)) as film:
            stamps = [packet.dts for packet in film.demux(video=0) if packet.dts is not None]
            assert all(one < other for one, other in pairwise(stamps))
        with av.open(str(target)) as film, av.open(str(tmp_path / "single.mp4")) as expected:
            lengths = [sum(frame.samples for frame in side.decode(audio=0)) for side in (film, expected)]
            assert abs(lengths[0] - lengths[1]) <= 2 * 1024
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "fast.mp4", "single.mp4", "small.mp4"]


def with_tone(source: Path, target: Path, seconds: float) -> Path:
    """The video's first seconds, with a hum of the same length."""
    with av.open(str(source)) as clip, av.open(str(target), "w") as film:
        video = film.add_stream_from_template(clip.streams.video[0])
        audio = film.add_stream("aac", rate=44_100, layout="mono")
        for packet in clip.demux(video=0):
            if packet.dts is None or packet.dts * packet.time_base >= seconds:
                break
            packet.stream = video
            film.mux(packet)
        for block in range(int(seconds * 44_100 / 1024)):
            wave = np.sin(np.arange(1024) / 20, dtype=np.float32)[None]
            frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.rate, frame.pts = 44_100, block * 1024
            film.mux(audio.encode(frame))
        film.mux(audio.encode(None))
    return target


def test_stopping_keeps_the_partial_result_of_every_segment_and_says_so(small_sample, tmp_path):
    film = tmp_path / "film.mp4"
    seen = []
    sequence, [note] = run_cut(
        small_sample, [1.5, 3.0], film=film, on_progress=lambda done: seen.append(done) or done.frames < 30
    )
    assert len(seen) == 30
    assert "Stopped early" in note
    assert (np.diff(sequence.times_s) > 0).all()
    with open_clip(film) as reader:
        assert len(list(reader)) == len(sequence)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_damaged_video_is_processed_in_one_piece(tmp_path, portrait):
    clip = tmp_path / "clip.mp4"
    with FilmWriter(clip, (512, 600), fps_hint=25) as film:
        for index in range(24):
            film.write(np.roll(portrait, 5 * (index % 9), axis=1), index / 25)
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 3 // 4])
    notes: list[str] = []
    single = estimate_video(clip, FAST, on_note=notes.append)
    sequence, told = run_cut(clip, [0.2, 0.8])
    assert told == notes != []
    np.testing.assert_array_equal(sequence.xy, single.xy)


def test_an_error_in_the_caller_stops_all_workers(small_sample, tmp_path):
    def fail(done):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_cut(small_sample, [1.5, 3.0], film=tmp_path / "film.mp4", on_progress=fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("frames", "workers", "cuts"),
    [(900, 3, [10.0, 20.0]), (900, 1, []), (320, 8, [160 / 30]), (149, 8, []), (None, 8, [])],
)
def test_the_number_of_cuts_depends_on_length_and_workers(shared_data, frames, workers, cuts):
    clip = shared_data / "google-reference" / "pose_1.mp4"
    info = replace(pool.describe(clip), frame_count=frames, fps=30.0)
    assert segments.plan_cuts(info, Job(clip, FAST, ClipOptions()), workers) == pytest.approx(cuts)


@pytest.mark.parametrize("workers", [0, -1, 1.5])
def test_workers_must_be_a_whole_number(workers, portrait):
    with pytest.raises(InvalidOption, match="'workers' to be None or a whole number from 1"):
        estimate_video("any.mp4", workers=workers)


def test_several_workers_share_a_long_video(small_sample, monkeypatch):
    """Through the public function; 30 frames are long for a minimum segment of 15."""
    monkeypatch.setattr(segments, "_SHORTEST_FRAMES", 15)
    runs = []
    run = pool.run_in_worker
    monkeypatch.setattr(pool, "run_in_worker", lambda job, *seen: runs.append(job) or run(job, *seen))
    progress = []
    part = ClipOptions(end_s=1)
    sequence = estimate_video(small_sample, FAST, part=part, workers=2, on_progress=progress.append)
    assert len(runs) >= 2
    assert progress[-1].share == 1 or progress[-1].total is None
    assert len(sequence) == len({*sequence.times_s.tolist()})


def test_videos_with_several_people_or_skipped_frames_are_not_cut(small_sample, monkeypatch):
    monkeypatch.setattr(segments, "_SHORTEST_FRAMES", 3)
    monkeypatch.setattr(segments, "run_in_segments", lambda *_: pytest.fail("the video was cut"))
    estimate_video(small_sample, PoseOptions(people=2), part=ClipOptions(end_s=0.4), workers=3)
    estimate_video(small_sample, part=ClipOptions(end_s=0.4, every=2), workers=3)
