"""A stopped run that goes on ends with what a run in one go gives."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from posecore import (
    ClipOptions,
    HandOptions,
    HandSequence,
    InvalidOption,
    InvalidPoses,
    PoseOptions,
    PoseSequence,
    RunSummary,
    StoppedRun,
    estimate_video,
)
from posecore.estimation.blazepose.stream_estimator import StreamEstimator
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.runs import segments

FAST = PoseOptions(engine="fast", smoothing=False)
PART = ClipOptions(start_s=0.5, end_s=1.4, film_side=320)
SHORT = replace(PART, end_s=1.1)


def stop_after(
    frames: int, path: Path, options: PoseOptions = FAST, **given
) -> tuple[PoseSequence, StoppedRun | None, list[str]]:
    """Result, what goes on, and notes of a run that is ended after this many frames."""
    ends: list[RunSummary] = []
    notes: list[str] = []
    sequence = estimate_video(
        path,
        options,
        on_progress=lambda progress: progress.frames < frames,
        on_note=notes.append,
        on_end=ends.append,
        **given,
    )
    [end] = ends
    return sequence, end.stopped, notes


def assert_equal(one: PoseSequence | HandSequence, other: PoseSequence | HandSequence) -> None:
    ids = "person_ids" if isinstance(one, PoseSequence) else "slots"
    for name in ("times_s", ids, "cuts", *one.arrays):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert (one.size, one.fps) == (other.size, other.fps)


@pytest.mark.parametrize(
    ("options", "part", "workers"),
    [
        (FAST, SHORT, 1),
        (replace(FAST, smoothing=True), SHORT, None),
        (replace(FAST, people=3, smoothing=True), SHORT, 1),
        (FAST, replace(SHORT, start_s=0, every=2), None),
    ],
    ids=["one", "smoothed", "several", "every second frame"],
)
def test_it_ends_with_equal_landmarks_notes_and_video(options, part, workers, small_sample, tmp_path):
    clip, films = small_sample, [tmp_path / name for name in ("whole.mp4", "part.mp4", "rest.mp4")]
    expected_notes: list[str] = []
    ends: list[RunSummary] = []
    whole = estimate_video(
        clip, options, part=part, annotated=films[0], on_note=expected_notes.append, on_end=ends.append
    )
    first, stopped, _ = stop_after(8, clip, options, part=part, annotated=films[1], workers=workers)
    assert 8 <= len(first) < len(whole)
    assert_equal(stopped.sequence, first)
    notes: list[str] = []
    rest = estimate_video(
        clip,
        options,
        part=part,
        annotated=films[2],
        on_note=notes.append,
        on_end=ends.append,
        after=stopped,
        workers=workers,
    )
    assert [end.stopped for end in ends] == [None, None]
    assert ends[0].most_people == ends[1].most_people > 0
    assert_equal(rest, whole)
    assert notes == expected_notes
    assert films[2].read_bytes() == films[0].read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted(films)


def test_hard_cuts_and_people_are_those_of_one_run(shared_data):
    clip = shared_data / "wild" / "mp4_scene_cuts.mp4"
    part = ClipOptions(end_s=3.4, every=5)  # with the cuts before frames 45 and 90
    whole = estimate_video(clip, FAST, part=part)
    assert whole.cuts.tolist() == [9, 18]
    for frames in (12, 19):
        _, stopped, _ = stop_after(frames, clip, part=part)
        assert_equal(estimate_video(clip, FAST, part=part, after=stopped), whole)


def test_what_is_done_is_not_estimated_again(small_sample, monkeypatch):
    clip = small_sample
    first, stopped, _ = stop_after(16, clip, part=PART)
    estimated: list[float] = []
    step = StreamEstimator.step
    monkeypatch.setattr(
        StreamEstimator, "step", lambda self, rgb, time_s: estimated.append(time_s) or step(self, rgb, time_s)
    )
    whole = estimate_video(clip, FAST, part=PART, after=stopped)
    assert estimated == whole.times_s[len(first) :].tolist()


def test_a_run_can_be_stopped_and_continued_again_and_again(small_sample):
    clip = small_sample
    whole = estimate_video(clip, FAST, part=PART)
    _, stopped, _ = stop_after(14, clip, part=PART)
    first, again, _ = stop_after(8, clip, part=PART, after=stopped)
    assert len(first) == 8
    assert again is stopped, "what is done is not lost by stopping before it went on"
    _, further, _ = stop_after(22, clip, part=PART, after=again)
    assert len(further.sequence) == 22
    assert_equal(estimate_video(clip, FAST, part=PART, after=further), whole)


def test_a_run_in_segments_goes_on_after_its_first_segment(small_sample, monkeypatch):
    monkeypatch.setattr(segments, "_SHORTEST_FRAMES", 20)
    clip, part = small_sample, ClipOptions(end_s=1.4)
    whole = estimate_video(clip, FAST, part=part)
    first, stopped, notes = stop_after(16, clip, part=part, workers=2)
    assert "several segments at once" in notes[-1]
    gap = np.flatnonzero(np.diff(first.times_s) > 0.1)
    assert_equal(stopped.sequence, first.at(slice(int(gap[0]) + 1 if len(gap) else len(first))))
    rest = estimate_video(clip, FAST, part=part, after=stopped, workers=2)
    np.testing.assert_array_equal(rest.times_s, whole.times_s)
    assert np.nanmax(np.abs(rest.xy - whole.xy)) < 0.01  # other numbers of threads


def test_another_run_is_refused(small_sample):
    clip = small_sample
    _, stopped, _ = stop_after(5, clip, part=PART)
    for options, part, background in (
        (replace(FAST, people=2), PART, "keep"),
        (FAST, replace(PART, every=2), "keep"),
        (FAST, replace(PART, end_s=None), "keep"),
        (replace(FAST, segmentation=True), PART, "blur"),
    ):
        with pytest.raises(InvalidOption, match="Expected the options and the part of the stopped run"):
            estimate_video(clip, options, part=part, background=background, after=stopped)
    moved = replace(stopped, sequence=replace(stopped.sequence, times_s=stopped.sequence.times_s + 0.003))
    with pytest.raises(InvalidPoses, match="Expected the video of the stopped run"):
        estimate_video(clip, FAST, part=PART, after=moved)


def test_hands_are_those_of_one_run(shared_data, tmp_path):
    """A hand is followed, lost in a cut, and found again, after which people and their hands have other numbers."""
    path, films = tmp_path / "cut.mp4", [tmp_path / name for name in ("whole.mp4", "part.mp4", "rest.mp4")]
    with open_clip(shared_data / "google-reference" / "pose_squats.mp4") as clip:
        shown = [cv2.resize(frame.rgb, None, fx=0.5, fy=0.5) for frame, _ in zip(clip, range(12), strict=False)]
    noise = np.random.default_rng(0).integers(0, 256, (32, 18, 3), np.uint8).repeat(20, axis=0).repeat(20, axis=1)
    with FilmWriter(path, (360, 640), fps_hint=10) as film:
        for index, rgb in enumerate([*shown[:6], *[noise] * 6, *shown[6:]]):
            film.write(rgb, index / 10)
    options = replace(FAST, smoothing=True)
    ends: list[RunSummary] = []
    whole = estimate_video(path, options, hands=HandOptions(), annotated=films[0], on_end=ends.append)
    assert whole.cuts.tolist() == [6, 12]
    assert len({slot.person for slot in ends[0].hands.slots}) == 2
    for frames, workers in ((4, None), (14, 1)):
        _, stopped, _ = stop_after(frames, path, options, hands=HandOptions(), annotated=films[1], workers=workers)
        rest = estimate_video(
            path,
            options,
            hands=HandOptions(),
            annotated=films[2],
            on_end=ends.append,
            after=stopped,
            workers=workers,
        )
        assert_equal(rest, whole)
        assert_equal(ends[-1].hands, ends[0].hands)
        assert films[2].read_bytes() == films[0].read_bytes()
    for other in (None, HandOptions(hands=1)):
        with pytest.raises(InvalidOption, match="Expected the options and the part of the stopped run"):
            estimate_video(path, options, hands=other, after=stopped)


def test_some_runs_cannot_go_on(small_sample):
    clip, part = small_sample, ClipOptions(end_s=0.5, film_side=64)
    assert stop_after(3, clip, PoseOptions(engine="mediapipe"), part=part)[1] is None
    masked = replace(FAST, segmentation=True)
    assert stop_after(3, clip, masked, part=part, background="blur")[1] is None
    ends: list[RunSummary] = []
    estimate_video(clip, FAST, part=part, on_end=ends.append)
    assert [end.stopped for end in ends] == [None], "it was not stopped"
