"""Counting on real videos, with few frames a second: what was counted by eye is the truth."""

import pytest

from posecore import count_repetitions
from tests.motion.exercises.watching import watch


@pytest.mark.parametrize(
    ("name", "every", "exercise", "count"),
    [
        ("google-reference/pose_squats", 1, "squat", 2),
        ("reps/squat_jump", 6, "squat", 5),
        ("reps/lunge_alternating", 8, "lunge", 5),
        ("reps/pushup_incline_titlecard", 10, "push_up", 12),
        ("reps/rope_skipping", 3, "rope_skipping", 20),
    ],
)
def test_counts_are_those_made_by_eye(estimated, name, every, exercise, count):
    sequence = estimated(name, every)
    assert count_repetitions(sequence, exercise).count == count
    found = count_repetitions(sequence)
    assert (found.exercise, found.count) == (exercise, count)


@pytest.mark.parametrize(
    ("name", "every", "exercise"),
    [
        ("reps/squat_jump", 6, "squat"),
        ("reps/lunge_alternating", 8, "lunge"),
        ("reps/pushup_incline_titlecard", 10, "push_up"),
        ("reps/squat_jump", 6, "angle:knee"),
        ("reps/lunge_alternating", 8, "angle:left_knee"),
    ],
)
def test_live_and_clip_give_the_same_count(estimated, name, every, exercise):
    sequence = estimated(name, every)
    live, _ = watch(sequence, exercise, at_once=2)
    assert len(live.repetitions) == count_repetitions(sequence, exercise).count > 0


@pytest.mark.parametrize("exercise", ["squat", "push_up", "biceps_curl"])
@pytest.mark.parametrize(("name", "every"), [("clips/sports2d_demo", 6), ("google-reference/pose_1", 4)])
def test_other_movements_are_not_counted(estimated, name, every, exercise):
    assert count_repetitions(estimated(name, every), exercise).count == 0


def test_a_dance_is_not_recognised(estimated):
    assert count_repetitions(estimated("google-reference/pose_1", 4)).exercise is None


@pytest.mark.parametrize(
    ("name", "every", "exercise", "reasons"),
    [
        ("google-reference/pose_squats", 1, "squat", ["unfinished at the end"]),
        ("reps/squat_jump", 6, "squat", ["unfinished at the start", "walking"]),
        ("reps/pushup_incline_titlecard", 10, "push_up", ["nobody seen, or a title card"]),
        ("reps/rope_skipping", 3, "rope_skipping", ["walking"]),
    ],
)
def test_what_is_not_counted_is_listed(estimated, name, every, exercise, reasons):
    assert [each.reason for each in count_repetitions(estimated(name, every), exercise).not_counted] == reasons


def test_the_leg_in_front_alternates(estimated):
    repetitions = count_repetitions(estimated("reps/lunge_alternating", 8), "lunge").repetitions
    assert [each.side for each in repetitions] == ["left", "right", "left", "right", "left"]


@pytest.mark.parametrize(
    ("name", "every", "exercise", "views"),
    [
        # As seen by eye.
        ("google-reference/pose_squats", 1, "squat", {"between"}),
        ("reps/squat_jump", 6, "squat", {"side"}),
        ("reps/lunge_alternating", 8, "lunge", {"front", "between"}),
        ("reps/pushup_incline_titlecard", 10, "push_up", {"side"}),
    ],
)
def test_the_view_is_told(estimated, name, every, exercise, views):
    assert {note.view for note in count_repetitions(estimated(name, every), exercise).form} == views


def test_push_ups_in_one_line_and_down_to_the_bench_have_no_fault(estimated):
    counted = count_repetitions(estimated("reps/pushup_incline_titlecard", 10), "push_up")
    assert {note.verdict for note in counted.form} == {"good"}


def test_jumps_from_shallow_squats_are_told_to_go_lower(estimated):
    counted = count_repetitions(estimated("reps/squat_jump", 6), "squat")
    depths = [note for note in counted.form if note.check == "depth"]
    # By eye the thighs stay 15 to 30 degrees above level.
    assert all(10 < note.value < 35 for note in depths)
    assert sum(note.verdict == "fault" for note in depths) >= 2
    # The toes leave the picture, and the camera is not in front.
    assert {note.check: note.reason for note in counted.form if note.verdict == "not judged"} == {
        "knees over toes": "outside the picture: left toes",
        "knees falling in": "needs a view from the front",
        "heels": "outside the picture: left toes",
    }
