"""Two attempts of an exercise: figures that move as they are told."""

from collections.abc import Sequence

import numpy as np
import pytest

from posecore import Attempt, NotComparable, PoseSequence, attempt_of, compare_attempts, count_repetitions
from posecore.motion.comparing.attempts import PERCENT
from tests.motion.exercises.figure import bumps, figure, noisy, squats, times_for, together


def attempt(sequence: PoseSequence, exercise: str = "squat") -> Attempt:
    return attempt_of(sequence, count_repetitions(sequence, exercise))


def squatting(depths: Sequence[float], *, deg: float = 100, length_s: float = 2, **given: float) -> PoseSequence:
    times = times_for(len(depths), length_s=length_s)
    progress = bumps(times, depths, length_s=length_s)
    return figure(times, **{"knee": deg * progress, "hip": deg * progress, **given})


def test_curves_go_from_rest_to_the_turning_point_and_back():
    curves = attempt(squats([1, 1, 1]))
    assert curves.count == 3
    assert curves.angles["left_knee"].shape == (3, 101)
    knee = curves.mean("left_knee")
    assert len(PERCENT) == len(knee)
    assert int(np.argmax(knee)) == pytest.approx(50, abs=2)
    # Smoothing takes about a fiftieth of the depth.
    assert knee[50] == pytest.approx(98, abs=2)
    assert knee[[0, 100]] == pytest.approx([10, 10], abs=4), "a repetition begins 10% from rest"
    assert curves.spread("left_knee").max() < 1
    assert curves.first == "down"


def test_the_spread_is_that_of_the_repetitions():
    curves = attempt(squats([1, 0.9, 1, 0.9]))
    knee = curves.angles["left_knee"][:, 50]
    assert curves.spread("left_knee")[50] == pytest.approx(np.std(knee, ddof=1))
    assert curves.spread("left_knee")[50] == pytest.approx(10 / np.sqrt(3), abs=0.5)
    assert np.isnan(attempt(squats([1])).spread("left_knee")).all()


def test_equal_attempts_differ_in_nothing():
    one, other = (attempt(noisy(squats([1, 1, 1]), 0.01, seed=seed)) for seed in (1, 2))
    assert compare_attempts(one, other).differences == ()


def test_less_depth_is_told_in_plain_words():
    compared = compare_attempts(attempt(squatting([1, 1, 1])), attempt(squatting([1, 1, 1], deg=88)))
    knee, *_ = (each for each in compared.differences if each.what == "knee")
    assert knee.value == pytest.approx(-12, abs=1)
    assert (knee.unit, knee.at_percent) == ("°", 50)
    assert knee.sentence == "The second attempt goes 12° less deep at both knees."
    assert "The second attempt bends both hips 12° less at the turning point." in compared.sentences
    back = compare_attempts(compared.second, compared.first)
    assert "The second attempt goes 12° deeper at both knees." in back.sentences


def test_a_difference_within_the_spread_is_not_told():
    even, uneven = squatting([0.9, 0.9, 0.9]), squatting([1, 0.7, 1, 0.7])
    difference = attempt(uneven).mean("left_knee")[50] - attempt(even).mean("left_knee")[50]
    assert abs(difference) > 3
    compared = compare_attempts(attempt(even), attempt(uneven))
    assert [each for each in compared.differences if each.unit == "°"] == []


def test_a_slower_way_up_is_told():
    times = times_for(3, length_s=2)
    slow = squats([1, 1, 1])
    # From the lowest point to rest takes 1.8 times as long.
    moving = np.isin(np.round((times - 1) % 2.5, 3), np.round(np.arange(1, 2, 1 / 30), 3))
    stretched = np.concatenate([[0], np.cumsum(np.where(moving[1:], 1.8 / 30, 1 / 30))])
    progress = bumps(times, [1, 1, 1])
    slow = figure(stretched, knee=100 * progress, hip=100 * progress)
    [difference] = compare_attempts(attempt(squats([1, 1, 1])), attempt(slow)).differences
    assert (difference.what, difference.unit, difference.at_percent) == ("up", "s", None)
    assert difference.sentence == f"The second attempt is {difference.value:.1f} s slower on the way up."
    assert difference.value == pytest.approx(0.5, abs=0.15)


def test_a_difference_on_the_way_is_told_with_its_place():
    times = times_for(3)
    progress = bumps(times, [1, 1, 1])
    # The arms are lifted on the way only.
    lifted = 10 + 160 * progress * (1 - progress)
    one = figure(times, knee=100 * progress, hip=100 * progress)
    other = figure(times, knee=100 * progress, hip=100 * progress, left_shoulder=lifted, right_shoulder=lifted)
    [difference] = compare_attempts(attempt(one), attempt(other)).differences
    assert difference.what == "shoulder"
    assert 10 < difference.at_percent < 40 or 60 < difference.at_percent < 90
    way = "down" if difference.at_percent < 50 else "up"
    where = f"on the way {way}, {difference.at_percent}% into the repetition."
    assert difference.sentence == f"The second attempt raises both arms {difference.value:.0f}° more {where}"


def test_one_side_is_told_by_its_name():
    times = times_for(3)
    progress = bumps(times, [1, 1, 1])
    one = figure(times, left_elbow=10 + 110 * progress, right_elbow=10 + 110 * progress)
    other = figure(times, left_elbow=10 + 110 * progress, right_elbow=10 + 90 * progress)
    [difference] = compare_attempts(attempt(one, "biceps_curl"), attempt(other, "biceps_curl")).differences
    assert difference.what == "right_elbow"
    assert difference.sentence.startswith("The second attempt bends the right elbow ")


def test_of_alternating_arms_only_the_one_that_moves_is_compared():
    times = times_for(4)
    left, right = bumps(times, [1, 0, 1, 0]), bumps(times, [0, 1, 0, 1])
    clip = figure(times, left_elbow=10 + 110 * left, right_elbow=10 + 110 * right)
    curves = attempt(clip, "biceps_curl")
    assert np.isfinite(curves.angles["left_elbow"][:, 50]).tolist() == [True, False, True, False]
    assert np.isfinite(curves.angles["right_elbow"][:, 50]).tolist() == [False, True, False, True]
    assert curves.mean("left_elbow")[50] == pytest.approx(120, abs=4)


def test_what_is_not_seen_is_not_compared():
    clip = squats([1, 1])
    hidden = clip.visibility.copy()
    hidden[..., 25] = 0.3  # the left knee
    curves = attempt(PoseSequence(**{**vars(clip), "visibility": hidden}))
    assert "left_knee" not in curves.angles
    assert "right_knee" in curves.angles
    compared = compare_attempts(attempt(squatting([1, 1], deg=80)), curves)
    assert "The second attempt goes 20° deeper at the right knee." in compared.sentences


def test_groups_of_repetitions_in_one_video_are_compared():
    clip = squats([1, 1, 1, 0.8, 0.8, 0.8])
    counted = count_repetitions(clip, "squat")
    first, second = (attempt_of(clip, counted, part) for part in (counted.repetitions[:3], counted.repetitions[3:]))
    assert "The second attempt goes 20° less deep at both knees." in compare_attempts(first, second).sentences


def test_attempts_of_another_person_are_those_of_that_person():
    still = figure(times_for(2), person=2, across_m=2)
    clip = together(still, squats([1, 1]))
    assert attempt(clip).mean("left_knee")[50] == pytest.approx(98, abs=2)


def test_the_result_is_plain_values():
    told = compare_attempts(attempt(squatting([1, 1])), attempt(squatting([1, 1], deg=80))).as_dict()
    assert list(told) == ["exercise", "differences", "first", "second"]
    assert told["differences"][0].keys() == {"what", "value", "unit", "spread", "at_percent", "sentence"}
    assert told["first"]["count"] == 2
    assert told["first"]["tempo_s"]["down"].keys() == {"mean", "spread"}
    assert len(told["second"]["angles"]["left_knee"]["mean"]) == 101


def test_what_cannot_be_compared_is_rejected():
    with pytest.raises(NotComparable, match="at least one repetition of squat"):
        attempt(squats([0.1]))
    with pytest.raises(NotComparable, match="No exercise was recognised"):
        attempt(squats([1]), "auto")
    with pytest.raises(NotComparable, match="same exercise, but got squat and angle:knee"):
        compare_attempts(attempt(squats([1])), attempt(squats([1, 1]), "angle:knee"))
