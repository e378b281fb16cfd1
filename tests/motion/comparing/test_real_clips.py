"""Comparisons of real videos with themselves at other times, and with others."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import align_sequences, attempt_of, compare_attempts, compare_poses, compare_to_pose, count_repetitions

DANCE, SQUATS, SLOW = ("google-reference/pose_1", 4), ("google-reference/pose_squats", 1), ("reps/squat_slow", 10)


@pytest.mark.parametrize("clip", [DANCE, SQUATS])
def test_a_video_at_other_times_is_found(estimated, clip):
    sequence = estimated(*clip)
    knots = np.linspace(0, sequence.times_s[-1], 5)
    paces = np.append(0, np.cumsum(np.diff(knots) * [0.7, 1.4, 0.9, 1.3]))
    alignment = align_sequences(sequence, replace(sequence, times_s=np.interp(sequence.times_s, knots, paces) + 5))
    missed = alignment.times_s[:, 1] - 5 - np.interp(alignment.times_s[:, 0], knots, paces)
    assert np.percentile(np.abs(missed), 95) < 0.25
    assert alignment.score > 93


def test_a_dance_is_not_squats(estimated):
    dance, squats, slow = (estimated(*clip) for clip in (DANCE, SQUATS, SLOW))
    assert align_sequences(dance, squats).score < 60
    assert align_sequences(squats, slow).score > align_sequences(squats, dance).score + 5


def test_the_lowest_points_of_two_people_are_more_alike_than_low_and_high(estimated):
    lowest, highest = [], []
    for clip in (SQUATS, SLOW):
        sequence = estimated(*clip)
        repetition = count_repetitions(sequence, "squat").repetitions[1]
        for found, time_s in ((lowest, repetition.extreme_s), (highest, repetition.start_s)):
            found.append(sequence.frame(int(np.abs(sequence.times_s - time_s).argmin())))
    same = compare_poses(lowest[0], lowest[1])
    for other in (compare_poses(lowest[0], highest[1]), compare_poses(highest[0], lowest[1])):
        assert same.score > other.score + 5
        assert same.degrees["left_thigh"] < other.degrees["left_thigh"] - 10


def test_a_frame_of_a_video_is_found_again_in_each_repetition(estimated):
    sequence = estimated(*SQUATS)
    repetitions = count_repetitions(sequence, "squat").repetitions
    lowest = int(np.abs(sequence.times_s - repetitions[0].extreme_s).argmin())
    likeness = compare_to_pose(sequence, sequence.frame(lowest))
    assert likeness.best_frame == lowest
    held = likeness.held(85)
    for repetition in repetitions:
        assert any(start_s <= repetition.extreme_s <= end_s for start_s, end_s in held)
    assert np.nanmin(likeness.score) < 75


def test_squats_of_two_people_differ_in_words(estimated):
    attempts = []
    for clip in (SQUATS, SLOW):
        sequence = estimated(*clip)
        attempts.append(attempt_of(sequence, count_repetitions(sequence, "squat")))
    compared = compare_attempts(*attempts)
    # By eye, the second goes deeper and holds her arms higher.
    told = {each.what: each for each in compared.differences}
    assert 25 < told["left_knee"].value < 60
    assert told["left_knee"].sentence.endswith("° deeper at the left knee.")
    assert told["shoulder"].value > 30
    assert told["shoulder"].sentence.startswith("The second attempt raises both arms ")
    assert compare_attempts(attempts[0], attempts[0]).differences == ()
