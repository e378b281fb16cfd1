"""Counting frame by frame: what is counted live, as compared with the whole clip."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, count_repetitions
from posecore.motion.exercises.live import LiveCount
from posecore.motion.exercises.live_window import LARGER, WINDOW_S
from tests.motion.exercises.figure import bumps, figure, noisy, squats, times_for, together, without
from tests.motion.exercises.watching import watch


@pytest.mark.parametrize("at_once", [4, 40])
def test_live_and_clip_give_the_same_count_on_the_same_frames(at_once):
    sequence = noisy(squats([1, 0.9, 1, 0.4, 1.1, 1]), 0.01)
    live, _ = watch(sequence, "squat", at_once=at_once)
    clip = count_repetitions(sequence, "squat")
    assert len(live.repetitions) == clip.count == 5
    np.testing.assert_allclose(
        [each.extreme_s for each in live.repetitions], [each.extreme_s for each in clip.repetitions], atol=0.15
    )


def test_a_repetition_counts_soon_after_rest_is_reached():
    sequence = squats([1, 1, 1])
    _, counts = watch(sequence, "squat", at_once=3)
    for number, end_s in enumerate([3.0, 5.5, 8.0], start=1):
        counted_at = sequence.times_s[3 * counts.index(number)]
        assert end_s - 0.4 < counted_at < end_s + 0.6


def test_half_a_repetition_is_not_counted_and_said_until_the_next_one():
    sequence = squats([1, 1, 0.45, 1])
    live = LiveCount("squat")
    said = []
    for start in range(0, len(sequence), 4):
        live.add([sequence.frame(index) for index in range(start, min(start + 4, len(sequence)))])
        reason = live.not_counted and live.not_counted.reason
        said += [reason] if reason and reason not in said else []
    assert len(live.repetitions) == 3
    assert said[-1] == count_repetitions(sequence, "squat").not_counted[0].reason
    assert live.not_counted is None


def test_memory_and_repetitions_are_bounded_and_kept_in_a_long_session():
    sequence = squats([1] * 24)
    live, _ = watch(sequence, "squat", at_once=30)
    assert len(live.repetitions) == 24
    assert live.times_s[0] >= sequence.times_s[-1] - WINDOW_S
    assert len(live.times_s) <= 30 * WINDOW_S + 1


def test_a_fast_camera_gives_the_same_count():
    times = times_for(3, fps=90)
    progress = bumps(times, [1, 1, 1])
    live, _ = watch(figure(times, knee=100 * progress, hip=100 * progress), "squat", at_once=20)
    assert len(live.repetitions) == 3
    assert np.diff(live.times_s).min() > 1 / 46


def test_progress_goes_from_rest_to_the_extreme_and_back():
    sequence = squats([1, 1, 1])
    live, shares = LiveCount("squat"), []
    for index in range(len(sequence)):
        live.add([sequence.frame(index)])
        shares.append(live.progress)
    at = dict(zip(sequence.times_s.round(2).tolist(), shares, strict=True))
    assert at[3.3] < 0.1
    assert at[4.6] > 0.9
    assert at[5.8] < 0.1


def test_the_count_goes_on_after_an_interruption():
    sequence = squats([1] * 6)
    hidden = (sequence.times_s > 6.2) & (sequence.times_s < 8.4)
    live, _ = watch(without(sequence, hidden), "squat")
    assert len(live.repetitions) == 5
    later = squats([1, 1])
    live.add(
        [replace(later.frame(index), time_s=100 + time_s) for index, time_s in enumerate(later.times_s)], last=True
    )
    assert len(live.repetitions) == 7


def test_others_are_not_mixed_in():
    times = times_for(4)
    progress = bumps(times, [1, 1, 1, 1])
    still, squatting = figure(times), figure(times, knee=100 * progress, hip=100 * progress, person=2)
    behind = replace(squatting, xy=squatting.xy / (2 * LARGER))
    live, _ = watch(together(still, behind), "squat")
    assert len(live.repetitions) == 0, "the largest person stands still"
    mine = figure(times, knee=100 * progress, hip=100 * progress)
    live, _ = watch(together(mine, figure(times, person=2)), "squat", free=False)
    assert len(live.repetitions) == 4


def test_a_person_who_is_found_again_in_the_same_place_is_the_same_one():
    sequence = squats([1, 1, 1, 1])
    live = LiveCount("squat")
    live.free = False
    frames = [sequence.frame(index) for index in range(len(sequence))]
    frames = [poses if poses.time_s < 4 else replace(poses, person_ids=np.array([7])) for poses in frames]
    for start in range(0, len(frames), 4):
        live.add(frames[start : start + 4])
    live.add([], last=True)
    assert len(live.repetitions) == 4


@pytest.mark.parametrize(
    ("exercise", "hidden", "missing"),
    [
        ("squat", "ankle", ("feet",)),
        ("squat", "wrist", ()),
        ("biceps_curl", "wrist", ("hands",)),
        ("angle:left_knee", "ankle", ("left foot",)),
        ("angle:knee", "ankle", ("feet",)),
    ],
)
def test_the_parts_that_an_exercise_needs_are_named_if_they_are_not_in_view(exercise, hidden, missing):
    sequence = squats([1])
    visibility = sequence.visibility.copy()
    visibility[:, :, [BLAZEPOSE_33.index(f"{side}_{hidden}") for side in ("left", "right")]] = 0.1
    live, _ = watch(replace(sequence, visibility=visibility), exercise)
    assert live.missing == missing


def test_nobody_in_view_is_said():
    sequence = squats([1])
    live, _ = watch(without(sequence, np.ones(len(sequence), bool)), "squat")
    assert (live.missing, live.progress, live.repetitions) == (None, None, [])


@pytest.mark.parametrize("exercise", ["angle:knee", "angle:left_knee", "angle:hip", "angle:trunk_lean"])
def test_an_angle_has_the_count_of_the_clip(exercise):
    sequence = noisy(squats([1, 0.9, 1, 1.1, 1], turned=60), 0.01)
    live, _ = watch(sequence, exercise, free=False)
    clip = count_repetitions(sequence, exercise)
    assert len(live.repetitions) == clip.count == 5
    assert [each.range_deg.keys() for each in live.repetitions] == [each.range_deg.keys() for each in clip.repetitions]


@pytest.mark.parametrize("flexed", [False, True])
def test_the_first_repetition_of_an_angle_decides_what_is_rest(flexed):
    times = times_for(12)
    progress = bumps(times, [1] * 12)
    elbow = 90 * (1 - progress if flexed else progress)
    sequence = figure(times, left_elbow=elbow, right_elbow=elbow)
    live, _ = watch(sequence, "angle:elbow", at_once=15, free=False)
    assert len(live.repetitions) == count_repetitions(sequence, "angle:elbow").count == 12
    assert live.exercise.signals[0].full * (-1 if flexed else 1) > 0


def test_what_was_done_before_the_exercise_began_decides_nothing():
    times = times_for(6)
    before = figure(times, left_elbow=90 * (1 - bumps(times, [1] * 6)))
    after = figure(times, left_elbow=90 * bumps(times, [1] * 6))
    live = LiveCount("angle:left_elbow")
    live.add([before.frame(index) for index in range(len(before))])
    counted = len(live.repetitions)
    live.free = False
    live.add([replace(after.frame(index), time_s=times[-1] + 0.1 + at) for index, at in enumerate(times)], last=True)
    assert (counted, len(live.repetitions)) == (6, 12)


@pytest.mark.parametrize("exercise", ["plank", "auto", "any", "angle:tail", "swim"])
def test_only_exercises_with_repetitions_are_counted_live(exercise):
    with pytest.raises(InvalidOption, match="Expected"):
        LiveCount(exercise)
