"""The offset of two recordings of one movement, with a known answer."""

from dataclasses import replace

import numpy as np
import pytest

from posecore.evaluation.motion import motion_of_poses
from posecore.evaluation.time_offset import find_offset
from tests.evaluation.motion_files.conftest import moving_figure
from tests.motion.exercises.figure import figure


def resampled(motion, rate, start_s, end_s):
    times = np.arange(start_s, end_s, 1 / rate)
    return replace(motion, points=motion.at(times), times_s=times - start_s)


@pytest.fixture(scope="module")
def long():
    return motion_of_poses(moving_figure(10), 1, flat=False)


@pytest.mark.parametrize(
    ("rate", "start_s", "end_s"),
    [(30, 0, 9.9), (120, 1.3, 9), (47.3, 3.21, 8.5), (15, 0.55, 9.8)],
    ids=["same", "later and faster", "odd rate", "slower"],
)
def test_a_known_offset_is_found(long, rate, start_s, end_s):
    offset = find_offset(long, resampled(long, rate, start_s, end_s))
    assert offset.seconds == pytest.approx(start_s, abs=0.01)
    assert offset.how == "found"
    assert offset.certain
    assert offset.low <= offset.seconds <= offset.high
    assert offset.high - offset.low < 0.15
    assert offset.correlation > 0.99


def test_a_truth_that_begins_before_has_an_offset_below_zero(long):
    late = resampled(long, 30, 2.4, 9.9)
    assert find_offset(late, long).seconds == pytest.approx(-2.4, abs=0.01)


def test_axes_noise_bias_and_gaps_do_not_matter(long):
    turn = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0.0]])
    other = resampled(long, 50, 1.5, 8.5)
    points = other.points @ turn + np.random.default_rng(2).normal(0, 0.01, other.points.shape) + [4, 5, 6]
    points[100:160] = np.nan
    offset = find_offset(long, replace(other, points=points))
    assert offset.seconds == pytest.approx(1.5, abs=0.03)
    assert offset.certain


def test_sides_that_are_exchanged_at_times_do_not_matter(long):
    """Every other second left is right: only the means of both sides agree."""
    half = (np.floor(long.times_s) % 2 == 1)[:, None, None]
    crossed = replace(long, points=np.where(half, long.with_sides_exchanged().points, long.points))
    arms = list(range(5)) + list(range(7, 11))  # only what differs between the sides
    only_arms = [replace(each, points=_without(each.points, arms)) for each in (crossed, long)]
    offset = find_offset(only_arms[0], resampled(only_arms[1], 30, 1.5, 9))
    assert offset.seconds == pytest.approx(1.5, abs=0.03)
    assert "means of left and right" in offset.why


def _without(points, kept):
    other = points.copy()
    other[:, [place for place in range(17) if place not in (*kept, 5, 6)]] = np.nan
    return other


def test_of_a_movement_that_repeats_the_offset_is_not_certain():
    times = np.arange(300) / 30
    noise = np.random.default_rng(1).normal(0, 0.004, (2, 300, 17, 3))
    body = motion_of_poses(figure(times, knee=50 + 40 * np.sin(2 * np.pi * times)), 1, flat=False)
    first, second = (replace(body, points=body.points + each) for each in noise)
    offset = find_offset(first, resampled(second, 30, 2, 8))
    assert not offset.certain
    assert "as if it repeats" in offset.why
    assert offset.seconds % 1 == pytest.approx(0, abs=0.05) or offset.seconds % 1 == pytest.approx(1, abs=0.05)


def test_nothing_is_found_where_there_is_nothing():
    times = np.arange(60) / 30
    still = motion_of_poses(figure(times), 1, flat=False)
    moving = motion_of_poses(moving_figure(2), 1, flat=False)
    for first, second, why in (
        (still, moving, "nobody moves enough"),
        (moving, replace(moving, points=np.full_like(moving.points, np.nan)), "no angle is known in both"),
        (moving, replace(moving, points=moving.points[:1], times_s=moving.times_s[:1]), "too little in it"),
    ):
        offset = find_offset(first, second)
        assert (offset.seconds, offset.how, offset.certain) == (0, "none", False)
        assert why in offset.why
