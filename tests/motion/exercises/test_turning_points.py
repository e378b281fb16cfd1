"""Turning points and cycles of plain curves."""

import numpy as np
import pytest

from posecore.motion.exercises.turning_points import find_cycles, find_turns, usual_size


@pytest.mark.parametrize(
    ("values", "turns"),
    [
        ([0, 1, 0, 1, 0], [0, 1, 2, 3, 4]),
        ([0, 0.5, 1, 0.5, 0], [0, 2, 4]),
        ([0, 0.9, 0.8, 1, 0], [0, 3, 4]),  # a dip of 0.1 is no turn
        ([0.2, 0, 1, 0.1, 0.4], [1, 2, 3]),  # neither are small movements at the ends
        ([1, 0, 1], [0, 1, 2]),
        ([0, 0.3, 0], []),
        ([1, 1, 1], []),
        ([1], []),
    ],
)
def test_turns_are_at_least_so_large(values, turns):
    assert find_turns(np.array(values, float), 0.5) == turns


@pytest.mark.parametrize(
    ("sizes", "usual"),
    [([], 0), ([1, 1, 1], 1), ([0.1] * 9 + [1, 1.2, 1.1], 1.1), ([0.5, 1, 0.5, 1, 1], 1)],
)
def test_the_usual_size_is_that_of_the_large_ones(sizes, usual):
    assert usual_size(sizes) == pytest.approx(usual)


def test_a_cycle_goes_from_rest_to_rest():
    rise = np.linspace(0, 1, 15)
    values = np.concatenate([np.zeros(10), rise, np.ones(5), rise[::-1], np.zeros(10)])
    [cycle] = find_cycles(values, 0.5)
    assert (cycle.start, cycle.reached, cycle.left, cycle.end) == (11, 23, 31, 43)
    assert 24 <= cycle.extreme <= 30
    assert (cycle.size, cycle.whole) == (1, True)


def test_cycles_at_the_ends_are_unfinished():
    values = np.array([1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5, 1])
    cycles = find_cycles(values, 0.5)
    assert [(cycle.start, cycle.end, cycle.whole) for cycle in cycles] == [(0, 2, False), (2, 6, True), (6, 8, False)]
