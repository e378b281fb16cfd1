from dataclasses import replace

import numpy as np
import pytest

from posecore import InvalidOption, PoseSequence
from posecore.motion.gaps import even_grid, fill_gaps, filled, patterns, stretches, usual_step_s

COORDINATES = ("xy", "z", "world")


def moving(times, *, people: int = 1, unseen=()) -> PoseSequence:
    """People whose landmarks all follow a slow sine; NaN in the (frame, person) slots of ``unseen``."""
    times = np.asarray(times, float)
    wave = 100 * np.sin(times)[:, None, None] * (1 + np.arange(people))[:, None] + np.arange(33)
    lead = wave.shape
    arrays = {
        "xy": np.repeat(wave[..., None], 2, axis=-1) + 500,
        "z": wave.copy(),
        "world": np.repeat(wave[..., None], 3, axis=-1) / 500,
        "visibility": np.tile(np.linspace(0.3, 0.9, 33), (*lead[:2], 1)),
        "presence": np.full(lead, 0.99),
    }
    for frame, person in unseen:
        for array in arrays.values():
            array[frame, person] = np.nan
    return PoseSequence(**arrays, person_ids=np.arange(1, people + 1), times_s=times, size=(1280, 720), fps=10)


EVEN = np.arange(10) / 10


@pytest.mark.parametrize(
    ("unseen", "longest_s", "expected"),
    [
        ([], 1.0, []),
        ([4], 0.0, []),
        ([4], 0.19, []),
        ([4], 0.2, [4]),
        ([4, 5, 6], 0.3, []),
        ([4, 5, 6], 0.4, [4, 5, 6]),
        ([2, 5, 6], 0.2, [2]),
        ([0, 1], 5.0, []),
        ([8, 9], 5.0, []),
        ([0, 4, 9], 5.0, [4]),
        (range(10), 5.0, []),
        (range(1, 10), 5.0, []),
        (range(1, 9), 5.0, list(range(1, 9))),
    ],
    ids=str,
)
def test_which_frames_are_filled(unseen, longest_s, expected):
    sequence = moving(EVEN, unseen=[(frame, 0) for frame in unseen])
    result = fill_gaps(sequence, longest_s)
    assert np.flatnonzero(filled(result)[:, 0]).tolist() == expected
    assert (result.seen == sequence.seen | filled(result)).all()
    for name in (*COORDINATES, "visibility", "presence"):
        np.testing.assert_array_equal(getattr(result, name)[sequence.seen], getattr(sequence, name)[sequence.seen])
    if not expected:
        assert result is sequence


def test_gaps_are_measured_in_the_clips_own_time():
    times = [0, 0.1, 0.2, 0.9, 1.6, 1.7, 1.8, 1.9, 2.0]
    sequence = moving(times, unseen=[(3, 0), (6, 0)])
    assert np.flatnonzero(filled(fill_gaps(sequence, 0.5))[:, 0]).tolist() == [6]


def test_what_a_filled_frame_holds():
    whole = moving(np.arange(60) / 30)
    sequence = moving(whole.times_s, unseen=[(frame, 0) for frame in (20, 21, 22)])
    visibility = sequence.visibility.copy()
    visibility[19, 0, 5], visibility[23, 0, 6] = 0.1, 0.2
    result = fill_gaps(replace(sequence, visibility=visibility), 0.5)
    np.testing.assert_allclose(result.xy, whole.xy, atol=0.05)
    np.testing.assert_allclose(result.world, whole.world, atol=1e-4)
    assert (result.presence[20:23] == 0).all()
    np.testing.assert_array_equal(result.visibility[20:23, 0, 5], np.float32([0.1] * 3))
    np.testing.assert_array_equal(result.visibility[20:23, 0, 6], np.float32([0.2] * 3))
    np.testing.assert_array_equal(result.visibility[20, 0, 7:], sequence.visibility[0, 0, 7:])


def test_it_never_overshoots_either_side():
    sequence = moving(EVEN, unseen=[(4, 0), (5, 0)])
    xy = sequence.xy.copy()
    xy[:, 0] = np.array([0, 0, 0, 0, np.nan, np.nan, 100, 100, 100, 100])[:, None, None]
    result = fill_gaps(replace(sequence, xy=xy), 1.0).xy[4:6]
    assert ((result > 0) & (result < 100)).all()


def test_people_are_filled_separately():
    sequence = moving(EVEN, people=3, unseen=[(4, 0), (4, 1), (5, 1), (0, 2)])
    result = fill_gaps(sequence, 0.2)
    assert np.argwhere(filled(result)).tolist() == [[4, 0]]
    np.testing.assert_array_equal(result.xy[:, 1:], sequence.xy[:, 1:])


def test_a_landmark_that_is_missing_by_itself_stays_missing():
    sequence = moving(EVEN, unseen=[(4, 0)])
    xy = sequence.xy.copy()
    xy[5, 0, 7] = np.nan
    result = fill_gaps(replace(sequence, xy=xy), 0.2)
    assert np.argwhere(np.isnan(result.xy[..., 0])).tolist() == [[4, 0, 7], [5, 0, 7]]
    assert np.isfinite(result.world).all()


@pytest.mark.parametrize("longest_s", [-0.1, np.inf, np.nan])
def test_an_invalid_length(longest_s):
    with pytest.raises(InvalidOption, match=r"Expected 'longest_s' to be 0 or more seconds, but got"):
        fill_gaps(moving(EVEN), longest_s)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (np.arange(100) / 25, 1 / 25),
        (np.round(np.arange(301) / 30, 3), 1 / 30),
        ([0, 0.1, 0.2, 5, 5.1], 0.1),
        ([0, 0.01, 1.01], 0.01),
        ([0, 2], 2),
    ],
)
def test_the_usual_step(times, expected):
    assert usual_step_s(np.asarray(times, float)) == pytest.approx(expected)


def test_one_frame_has_no_step():
    assert np.isnan(usual_step_s(np.zeros(1)))


@pytest.mark.parametrize(
    ("there", "times", "expected"),
    [
        ("1111", [0, 1, 2, 3], [(0, 4)]),
        ("0000", [0, 1, 2, 3], []),
        ("0110", [0, 1, 2, 3], [(1, 3)]),
        ("1011", [0, 1, 2, 3], [(0, 1), (2, 4)]),
        ("1111", [0, 1, 6, 7], [(0, 4)]),
        ("11111", [0, 1, 6.5, 7.5, 8.5], [(0, 2), (2, 5)]),
        ("1", [0], [(0, 1)]),
        ("", [], []),
    ],
)
def test_stretches(there, times, expected):
    runs = stretches(np.array([mark == "1" for mark in there], bool), np.asarray(times, float), [])
    assert [(run.start, run.stop) for run in runs] == expected


def test_patterns_group_landmarks_that_are_there_together():
    values = np.zeros((20, 33, 2), np.float32)
    values[3] = np.nan
    values[9, 5, 1] = np.nan
    groups = sorted(((landmarks.tolist(), there) for landmarks, there in patterns(values)), key=lambda pair: pair[0])
    assert [landmarks for landmarks, _ in groups] == [[k for k in range(33) if k != 5], [5]]
    assert [np.flatnonzero(~there).tolist() for _, there in groups] == [[3], [3, 9]]


@pytest.mark.parametrize(
    ("times", "frames"),
    [
        (np.arange(50) / 25, None),
        (np.round(np.arange(1, 300) / 60, 3), None),
        ([0, 0.04, 0.08, 0.16], 5),
        ([0, 0.001], 2),
    ],
)
def test_even_grid(times, frames):
    times = np.asarray(times, float)
    grid = even_grid(times, 1 / 60 if len(times) == 299 else 0.04)
    assert (grid is None) == (frames is None)
    if grid is not None:
        assert (len(grid), grid[0], grid[-1]) == (frames, times[0], times[-1])
