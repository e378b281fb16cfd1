from dataclasses import replace

import numpy as np
import pytest

from posecore import InvalidOption, PoseSequence
from posecore.motion.resampling import at_times, measured_rate, to_even_times


def straight(times: np.ndarray, fps: float = 10.0) -> PoseSequence:
    """One person whose values all equal the time."""
    values = np.broadcast_to(np.asarray(times)[:, None, None], (len(times), 1, 33))
    return PoseSequence(
        xy=np.stack([values] * 2, axis=-1),
        z=values,
        world=np.stack([values] * 3, axis=-1),
        visibility=values,
        presence=values,
        person_ids=[1],
        times_s=times,
        size=(100, 100),
        fps=fps,
    )


MILLISECONDS = np.round(np.arange(200) * 1000 / 60) / 1000


@pytest.mark.parametrize(
    ("times", "stated", "rate"),
    [
        (np.arange(50) / 30, 1000, 30),  # what a browser's recording states
        (MILLISECONDS, 1000, 60),  # 16 and 17 ms: the median step alone would give 58.8
        (MILLISECONDS, 60, 60),
        (np.arange(50) * 1001 / 30000, 30000 / 1001, 30000 / 1001),
        (np.arange(20) * 60, 30, 1 / 60),  # a frame per minute
        (np.delete(np.arange(50) / 25, range(20, 45)), 10, 25),  # with a hole
        (np.arange(50) / 1000, 1000, 1000),  # a high-speed camera
        ([0.0], 24, 24),
        ([], 24, 24),
    ],
)
def test_the_rate_is_that_of_the_times(times, stated, rate):
    assert measured_rate(np.asarray(times, np.float64), stated) == pytest.approx(rate, rel=2e-3)


def test_even_times_stay_as_they_are():
    sequence = straight(2.5 + np.arange(20) / 10)
    assert to_even_times(sequence) is sequence


@pytest.mark.parametrize("rate", [None, 4, 10, 37.5])
def test_a_straight_line_stays_straight(rate):
    times = np.cumsum(np.random.default_rng(0).uniform(0.05, 0.15, 50))
    even = to_even_times(straight(times), rate)
    assert even.fps == (rate or 10)
    np.testing.assert_allclose(np.diff(even.times_s), 1 / even.fps)
    expected = even.times_s.clip(times[0], times[-1])  # the end values are held for half a step
    for name in ("z", "visibility", "presence"):
        np.testing.assert_allclose(getattr(even, name)[:, 0, 5], expected, rtol=1e-6)
    np.testing.assert_allclose(even.world[:, 0, 32, 2], expected, rtol=1e-6)
    assert abs(even.times_s[-1] - times[-1]) <= 0.5 / even.fps + 1e-9


def test_gaps_and_holes_stay_missing():
    times = np.array([0, 0.11, 0.2, 0.29, 0.4, 0.52, 0.6, 2.0, 2.1])
    sequence = straight(times)
    world = sequence.world.copy()
    world[3:5] = np.nan  # nobody there
    world[1, 0, 7] = np.nan  # one landmark lost
    even = to_even_times(replace(sequence, world=world))
    there = np.isfinite(even.world[:, 0, :, 0])
    assert np.flatnonzero(there[:, 0]).tolist() == [0, 1, 2, 5, 6, 20, 21]
    assert np.flatnonzero(there[:, 7]).tolist() == [0, 2, 5, 6, 20, 21]
    # The other arrays have values in the gap, but nothing has any in the hole of the clip.
    assert np.flatnonzero(np.isfinite(even.z[:, 0, 0])).tolist() == [0, 1, 2, 3, 4, 5, 6, 20, 21]


def test_clips_without_frames_and_with_one():
    assert len(to_even_times(straight(np.empty(0)))) == 0
    one = to_even_times(straight(np.array([3.0])), 5)
    assert (one.times_s.tolist(), one.fps, one.z[0, 0, 0]) == ([3.0], 5, 3.0)


@pytest.mark.parametrize(
    ("rate", "said"), [(0, "above zero"), (-1, "above zero"), (float("inf"), "above zero"), (1e6, "Give a lower rate")]
)
def test_impossible_rates(rate, said):
    with pytest.raises(InvalidOption, match=said):
        to_even_times(straight(np.arange(20) / 10), rate)


def test_frames_are_taken_at_the_times_of_a_film_beside_them():
    """Each film frame has the landmarks nearest to it; where the live page made none within a step, there is nobody."""
    sequence = replace(straight(np.delete(np.arange(20) / 10, range(8, 14))), cuts=[4])
    film_s = np.arange(21) / 10 + 0.012
    there = at_times(sequence, film_s)
    np.testing.assert_array_equal(there.times_s, film_s)
    assert there.cuts.tolist() == [4]
    assert there.fps == pytest.approx(10)
    expected = np.round(np.arange(21) / 10, 1)
    expected[[8, 9, 10, 11, 12, 20]] = np.nan
    expected[13] = 1.4  # 0.088 s later
    np.testing.assert_allclose(there.world[:, 0, 5, 1], expected)


def test_frames_of_nothing_are_at_no_time():
    with pytest.raises(InvalidOption, match="at least one frame"):
        at_times(PoseSequence.empty([], [], size=(4, 4), fps=30), np.arange(3.0))
