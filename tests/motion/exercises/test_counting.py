"""Counting on figures that move as they are told."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from posecore import BLAZEPOSE_33, InvalidOption, InvalidPoses, PoseSequence, count_repetitions
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.measures import SIDES
from posecore.motion.exercises.table import EXERCISES
from tests.motion.exercises.figure import bumps, figure, noisy, plank, squats, times_for, together, without

# The same examples in every run.
settings.register_profile("counting", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("counting")


def moving(name: str, count: int = 4) -> PoseSequence:
    """A figure that does an exercise so many times."""
    length_s, pause_s = (0.5, 0.0) if name == "rope_skipping" else (2.0, 0.5)
    times = times_for(count, length_s=length_s, pause_s=pause_s)
    p = bumps(times, [1] * count, length_s=length_s, pause_s=pause_s)
    moves = {
        "squat": {"knee": 100 * p, "hip": 100 * p},
        "push_up": {"lying": 65 + 12 * p, **arms(elbow=10 + 90 * p, shoulder=70)},
        "sit_up": {"lying": -76, "knee": 90, "hip": 45 + 80 * p, **arms(elbow=100, shoulder=60)},
        "jumping_jack": {"legs_apart": 50 * p, "sideways": True, **arms(shoulder=10 + 150 * p)},
        "biceps_curl": arms(elbow=10 + 110 * p),
        "shoulder_press": arms(elbow=110 - 100 * p, shoulder=50 + 125 * p),
        "arm_raise": {"sideways": True, **arms(shoulder=10 + 90 * p)},
        "deadlift": {"knee": 40 * p, "hip": 100 * p, **arms(shoulder=70 * p)},
        "pull_up": {"raised_m": 0.45 * p, **arms(elbow=10 + 110 * p, shoulder=170 - 110 * p)},
        "rope_skipping": {"raised_m": 0.12 * p, **arms(elbow=60, shoulder=20)},
        "sit_to_stand": {"knee": 85 * (1 - p), "hip": 85 * (1 - p)},
    }
    return figure(times, **moves[name], turned=50)


def arms(*, elbow: ArrayLike = 10, shoulder: ArrayLike = 10) -> dict[str, ArrayLike]:
    return {f"{side}_{joint}": value for side in SIDES for joint, value in (("elbow", elbow), ("shoulder", shoulder))}


# A lunge has legs that differ, as in the real videos.
@pytest.mark.parametrize("name", [n for n, each in EXERCISES.items() if isinstance(each, Exercise) and n != "lunge"])
def test_exercises_are_counted_and_recognised(name):
    sequence = moving(name)
    assert count_repetitions(sequence, name).count == 4
    found = count_repetitions(sequence)
    assert (found.exercise, found.count) == (name, 4)


@given(
    depths=st.lists(st.floats(0.75, 1), min_size=1, max_size=6),
    length_s=st.floats(0.8, 5),
    pause_s=st.floats(0, 3),
    fps=st.floats(8, 60),
    turned=st.floats(-180, 180),
    jitter_m=st.floats(0, 0.02),
)
def test_squats_are_counted_at_any_speed_and_from_any_side(depths, length_s, pause_s, fps, turned, jitter_m):
    times = times_for(len(depths), fps=fps, length_s=length_s, pause_s=pause_s)
    p = bumps(times, depths, length_s=length_s, pause_s=pause_s)
    sequence = noisy(figure(times, knee=100 * p, hip=100 * p, turned=turned), jitter_m)
    assert count_repetitions(sequence, "squat").count == len(depths)


@given(start=st.floats(0, 0.8), seconds=st.floats(0.1, 0.9), number=st.integers(0, 4))
def test_a_person_may_be_hidden_for_a_moment(start, seconds, number):
    sequence = squats([1] * 5)
    begin = 1 + 2.5 * number + start
    hidden = (sequence.times_s >= begin) & (sequence.times_s < begin + seconds)
    assert count_repetitions(without(sequence, hidden), "squat").count == 5


def test_a_repetition_has_times_ranges_and_tempo():
    [first, *_] = count_repetitions(squats([1, 1]), "squat").repetitions
    assert first.start_s == pytest.approx(1.2, abs=0.15)
    assert first.extreme_s == pytest.approx(2, abs=0.07)
    assert first.end_s == pytest.approx(2.8, abs=0.15)
    # Shoulders are wider than hips, so that standing the figure's hips read 7.
    ranges = {"left_knee": 98, "right_knee": 98, "left_hip": 93, "right_hip": 93}
    assert first.range_deg == pytest.approx(ranges, abs=3)
    assert sum(first.tempo_s.values()) == pytest.approx(first.end_s - first.start_s)
    assert first.tempo_s["down"] == pytest.approx(first.tempo_s["up"], abs=0.1)
    assert first.left_right_deg == pytest.approx(0, abs=1)
    assert (first.side, first.person) == ("both", 1)


def test_half_repetitions_are_listed_and_those_of_other_depths_counted():
    counted = count_repetitions(squats([1, 0.5, 0.75, 1, 0.5, 0.9]), "squat")
    assert counted.count == 4
    assert [each.reason.split("%")[1] for each in counted.not_counted] == [" of the usual range"] * 2


@pytest.mark.parametrize(
    ("start_s", "end_s", "count", "reasons"),
    [
        (0, 99, 3, []),
        (2, 99, 2, ["unfinished at the start"]),
        (0, 7.1, 2, ["unfinished at the end"]),
        (2, 7.1, 1, ["unfinished at the start", "unfinished at the end"]),
    ],
)
def test_what_the_ends_cut_off_is_listed(start_s, end_s, count, reasons):
    sequence = squats([1, 1, 1])
    part = sequence.at((sequence.times_s >= start_s) & (sequence.times_s <= end_s))
    counted = count_repetitions(part, "squat")
    assert (counted.count, [each.reason for each in counted.not_counted]) == (count, reasons)


def test_nothing_is_counted_across_a_cut():
    sequence = squats([1, 1, 1])
    cut = replace(sequence, cuts=[int(np.searchsorted(sequence.times_s, 4.5))])  # at the lowest point of the second
    counted = count_repetitions(cut, "squat")
    assert counted.count == 2
    assert {each.reason for each in counted.not_counted} == {"unfinished: a cut"}


def test_shots_are_added_though_everyone_is_a_new_person_in_each():
    sequence = squats([1, 1, 1])
    late = sequence.times_s > 5.9
    cut = int(late.argmax())
    two = together(without(sequence, late), without(replace(sequence, person_ids=[2]), ~late))
    counted = count_repetitions(replace(two, cuts=[cut]), "squat")
    assert [each.person for each in counted.repetitions] == [1, 1, 2]
    assert count_repetitions(replace(two, cuts=[cut]), "squat", person=2).count == 1


def test_a_person_who_leaves_leaves_it_unfinished():
    sequence = squats([1, 1, 1])
    counted = count_repetitions(without(sequence, sequence.times_s > 7), "squat")
    assert counted.count == 2
    assert [each.reason for each in counted.not_counted] == ["unfinished at the end", "nobody seen, or a title card"]


def test_a_stream_that_paused_has_nobody_in_between():
    sequence = squats([1, 1, 1, 1])
    counted = count_repetitions(sequence.at((sequence.times_s < 3.2) | (sequence.times_s > 7.9)), "squat")
    assert counted.count == 2
    assert [each.reason for each in counted.not_counted] == ["nobody seen, or a title card"]


@pytest.mark.parametrize("slower", [100, 1e6])
@pytest.mark.parametrize("exercise", ["squat", "auto", "any", "plank"])
def test_a_time_lapse_has_no_movement_and_takes_no_more_memory(exercise, slower):
    sequence = squats([1, 1, 1])
    tracemalloc.start()
    counted = count_repetitions(replace(sequence, times_s=1e9 + slower * sequence.times_s), exercise)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted.count == 0
    assert peak < 20e6
    if exercise == "squat":
        assert [each.reason for each in counted.not_counted] == ["the frames are too far apart to see a movement"]


def test_others_are_not_mixed_in():
    times = times_for(5)
    still = figure(times, across_m=-1.5, person=1)
    first = figure(times, knee=100 * bumps(times, [1] * 5), hip=100 * bumps(times, [1] * 5), person=2)
    later = bumps(times, [1] * 3, start_s=2)
    second = figure(times, knee=100 * later, hip=100 * later, across_m=1.5, person=3)
    everybody = together(still, first, second)
    counted = count_repetitions(everybody, "squat")
    assert {each.person for each in counted.repetitions} == {2}
    assert counted.count == 5
    assert [each.reason for each in counted.not_counted] == ["another person (3)"]
    assert count_repetitions(everybody, "squat", person=3).count == 3
    assert count_repetitions(everybody, "squat", person=1).count == 0


def test_a_person_found_again_in_the_same_place_is_the_same_one():
    sequence = squats([1, 1, 1])
    away = (sequence.times_s > 3.2) & (sequence.times_s < 5.8)
    before, after = sequence.times_s < 4, sequence.times_s > 4
    two = together(without(sequence, away | after), without(replace(sequence, person_ids=[7]), away | before))
    assert [each.person for each in count_repetitions(two, "squat").repetitions] == [1, 7]


@pytest.mark.parametrize("late_s", [0, 1.25])
def test_arms_count_once_together_and_each_alternating(late_s):
    times = times_for(4, pause_s=0.5)
    left, right = bumps(times, [1] * 4), bumps(times, [1] * (3 if late_s else 4), start_s=1 + late_s)
    sequence = figure(times, left_elbow=10 + 110 * left, right_elbow=10 + 110 * right)
    sides = [each.side for each in count_repetitions(sequence, "biceps_curl").repetitions]
    assert sides == (["both"] * 4 if late_s == 0 else ["left", "right"] * 3 + ["left"])


def test_one_arm_counts_as_that_arm():
    times = times_for(3)
    sequence = figure(times, right_elbow=10 + 110 * bumps(times, [1] * 3))
    [first, *_] = counted = count_repetitions(sequence, "biceps_curl").repetitions
    assert [each.side for each in counted] == ["right"] * 3
    assert list(first.range_deg) == ["right_elbow"]
    assert first.left_right_deg is None


def test_walking_is_no_squat():
    times = np.arange(0, 8, 1 / 30)
    gait = np.sin(2 * np.pi * times)
    walker = figure(times, knee=15 + 15 * gait, hip=15 + 15 * gait, across_m=-2 + 0.5 * times)
    counted = count_repetitions(walker, "squat")
    assert counted.count == 0
    assert {each.reason for each in counted.not_counted} == {"walking"}


@pytest.mark.parametrize("angle", ["angle:knee", "angle:left_knee", "angle:trunk_lean", "any"])
def test_any_angle_and_whatever_repeats(angle):
    counted = count_repetitions(squats([1] * 4, turned=60), angle)
    assert (counted.exercise, counted.count) == (angle, 4)


def test_what_is_done_once_is_not_recognised():
    counted = count_repetitions(squats([1]))
    assert (counted.exercise, counted.count) == (None, 0)
    assert counted.not_counted[0].reason == "it cannot be told which exercise this is"
    assert count_repetitions(squats([1]), "any").not_counted[0].reason == "nothing repeats"


def test_the_chair_stand_scores():
    times = times_for(14, idle_s=2)
    p = bumps(times, [1] * 14, start_s=2)
    stands = count_repetitions(figure(times, knee=85 * (1 - p), hip=85 * (1 - p)), "sit_to_stand")
    assert stands.count == 14
    # The fifth stand is reached 4 times 2.5 s after the first, and the thirteenth after 30 s.
    assert stands.scores["five_times_s"] == pytest.approx(10.6, abs=0.2)
    assert stands.scores["in_30_s"] == 12
    short = count_repetitions(moving("sit_to_stand"), "sit_to_stand")
    assert short.scores == {"five_times_s": None, "in_30_s": None}


def held_plank(**moved) -> PoseSequence:
    """A plank for ten seconds, moved as it is told."""
    times = np.arange(0, 10, 1 / 30)
    given = {name: value(times) for name, value in moved.items()}
    return figure(times, **{"lying": 80, "left_shoulder": 80, "right_shoulder": 80, "turned": 90, **given})


def test_sway_and_tremor_of_a_hold_are_those_of_the_figure():
    still = count_repetitions(held_plank(), "plank").held[0].steadiness
    assert still.as_dict() == {"sway_cm": 0, "sway_percent": 0, "tremor_deg": 0}

    swaying = held_plank(across_m=lambda times: 0.03 * np.sin(2 * np.pi * times / 4))
    steadiness = count_repetitions(swaying, "plank").held[0].steadiness
    # Of a sine, the root mean square is the amplitude over the root of 2.
    assert steadiness.sway_cm == pytest.approx(3 / np.sqrt(2), abs=0.15)
    assert steadiness.sway_percent == pytest.approx(3 / np.sqrt(2) / 0.52, rel=0.1)
    assert steadiness.tremor_deg == pytest.approx(0, abs=0.1)

    trembling = held_plank(left_elbow=lambda times: 10 + 4 * np.sin(2 * np.pi * times * 5))
    steadiness = count_repetitions(trembling, "plank").held[0].steadiness
    assert steadiness.sway_cm == pytest.approx(0, abs=0.05)
    # One of eight angles trembles.
    assert steadiness.tremor_deg == pytest.approx(4 / np.sqrt(2) / np.sqrt(8), abs=0.1)


def test_the_steadiness_of_what_is_not_in_sight_is_not_told():
    clip = held_plank()
    visibility = clip.visibility.copy()
    visibility[..., [BLAZEPOSE_33.index(f"{side}_hip") for side in ("left", "right")]] = 0.3
    steadiness = count_repetitions(replace(clip, visibility=visibility), "plank").held[0].steadiness
    assert (steadiness.sway_cm, steadiness.sway_percent) == (None, None)
    assert steadiness.tremor_deg == pytest.approx(0, abs=0.01), "the elbows are seen"


def test_a_plank_is_held():
    counted = count_repetitions(plank(), "plank")
    assert counted.count == 1
    assert counted.held[0].held_s == pytest.approx(6, abs=0.5)
    assert counted.as_dict()["held"][0]["held_s"] == pytest.approx(6, abs=0.5)
    assert count_repetitions(plank()).exercise == "plank"
    standing = figure(plank().times_s, across_m=-1.5, person=7)
    assert [each.person for each in count_repetitions(together(standing, plank()), "plank").held] == [1]


@pytest.mark.parametrize("exercise", [*EXERCISES, "angle:elbow", "any", "auto"])
def test_too_few_frames_give_no_repetition(exercise):
    sequence = squats([1, 1])
    for frames in (0, 1, 2, 5):
        assert count_repetitions(sequence.at(slice(0, frames)), exercise).count == 0, frames


@pytest.mark.parametrize("exercise", [*EXERCISES, "any", "auto"])
def test_nobody_does_nothing(exercise):
    nobody = without(squats([1, 1]), np.ones(len(squats([1, 1])), bool))
    counted = count_repetitions(nobody, exercise)
    assert counted.count == 0
    if exercise == "squat":
        assert [each.reason for each in counted.not_counted] == ["nobody seen, or a title card"]


def test_an_unknown_exercise_lists_all():
    with pytest.raises(InvalidOption, match=r"squat, push_up, .*angle:NAME with one of shoulder, .*but got 'squats'"):
        count_repetitions(squats([1]), "squats")
    with pytest.raises(InvalidOption, match="angle:tail"):
        count_repetitions(squats([1]), "angle:tail")


def test_an_unknown_person_is_refused():
    with pytest.raises(InvalidOption, match="but got 9"):
        count_repetitions(squats([1]), "squat", person=9)
    gone = without(squats([1]), np.ones(len(squats([1])), bool))
    with pytest.raises(InvalidPoses, match="in no frame"):
        count_repetitions(gone, "squat", person=1)


def test_the_values_for_json_have_exactly_these_keys():
    values = count_repetitions(squats([1, 0.5, 1]), "squat").as_dict()
    assert list(values) == ["exercise", "count", "repetitions", "not_counted"]
    assert set(values["repetitions"][0]) == {
        "start_s", "extreme_s", "end_s", "side", "range_deg", "tempo_s", "left_right_deg", "form",
    }  # fmt: skip
    assert set(values["repetitions"][0]["tempo_s"]) == {"down", "hold", "up"}
    assert set(values["not_counted"][0]) == {"start_s", "end_s", "reason"}


def test_nothing_is_counted_across_a_sudden_change_of_place_as_after_a_dissolve():
    sequence = squats([1, 1, 1])
    late = sequence.times_s > 4.5  # at the lowest point of the second
    moved = np.where(late[:, None, None, None], sequence.xy + np.array([500, 0]), sequence.xy)
    assert count_repetitions(replace(sequence, xy=moved), "squat").count == 2
    flicker = (sequence.times_s > 4.5) & (sequence.times_s < 4.6)
    moved = np.where(flicker[:, None, None, None], sequence.xy + np.array([500, 0]), sequence.xy)
    assert count_repetitions(replace(sequence, xy=moved), "squat").count == 3


def test_the_person_who_does_the_exercise_is_counted_not_one_whose_joints_move_more_often():
    times = times_for(8)
    raising = figure(times, sideways=True, **arms(shoulder=10 + 90 * bumps(times, [1] * 4)), person=1)
    p = bumps(times, [1] * 8)
    squatting = figure(times, knee=100 * p, hip=100 * p, **arms(shoulder=10 + 80 * p), across_m=1.5, person=2)
    assert {each.person for each in count_repetitions(together(raising, squatting), "arm_raise").repetitions} == {1}


def test_a_growing_window_of_live_frames_loses_no_repetition():
    sequence = noisy(squats([1, 0.9, 0.8, 1]), 0.01)
    counts = [count_repetitions(sequence.at(slice(0, end)), "squat").count for end in range(0, len(sequence) + 1, 5)]
    assert counts == sorted(counts)
    assert counts[-1] == 4


def test_the_curve_is_0_at_rest_and_1_at_the_extreme():
    counted = count_repetitions(squats([1, 1, 1]), "squat")
    [curve] = counted.curves
    assert (curve.person, curve.side) == (1, "both")
    for repetition in counted.repetitions:
        times_s = [repetition.start_s, repetition.extreme_s, repetition.end_s]
        progress = np.interp(times_s, curve.times_s, curve.progress)
        assert progress == pytest.approx([0.1, 1, 0.1], abs=0.04)
    assert "curves" not in counted.as_dict()


def test_too_little_movement_has_no_curve():
    assert count_repetitions(squats([0.1, 0.1]), "squat").curves == ()


def test_the_table_has_a_row_for_each_repetition_and_each_hold():
    counted = count_repetitions(squats([1, 1]), "squat")
    table = counted.as_table()
    assert table["number"].tolist() == [1, 2]
    assert table["extreme_s"].tolist() == [each.as_dict()["extreme_s"] for each in counted.repetitions]
    assert table["left_knee_range_deg"].tolist() == pytest.approx([98, 98], abs=3)
    assert {"person", "start_s", "end_s", "side", "down_s", "hold_s", "up_s", "left_right_deg"} < set(table)
    held = count_repetitions(plank(), "plank").as_table()
    assert list(held) == ["number", "start_s", "end_s", "held_s", "sway_cm", "sway_percent", "tremor_deg"]
    assert len(held) == 1
    assert count_repetitions(squats([0.1]), "squat").as_table().empty
