import numpy as np
import pytest

from posecore.motion.curve_summary import Turn, summarise_curve

WAVE = 90 - 60 * np.cos(
    np.linspace(0, 6 * np.pi, 91)
)  # three times from 30 up to 150 and back, with peaks at 15, 45, 75


def test_a_curve_in_numbers():
    summary = summarise_curve([np.nan, 10, 30, 20, np.nan, 5])
    assert summary[:6] == (4, 5.0, 5, 30.0, 2, 16.25)
    assert summary.range == 25


def test_peaks_and_valleys_of_a_movement_are_marked_in_order():
    turns = summarise_curve(WAVE).turns
    assert [(turn.frame, turn.is_high) for turn in turns] == [
        (15, True),
        (30, False),
        (45, True),
        (60, False),
        (75, True),
    ]
    assert turns[0].value == pytest.approx(150)


def test_jitter_is_not_marked_and_a_single_wild_frame_does_not_hide_the_turns():
    rng = np.random.default_rng(0)
    noisy = WAVE + rng.normal(0, 2, len(WAVE))
    high = [turn for turn in summarise_curve(noisy).turns if turn.is_high]
    assert [turn.frame for turn in high] == pytest.approx([15, 45, 75], abs=3)
    noisy[60] = 5000
    wild = [turn.frame for turn in summarise_curve(noisy).turns if turn.is_high]
    assert len(wild) == 4  # with the wild frame itself


def test_the_middle_of_a_flat_top_is_marked():
    assert summarise_curve([0, 1, 5, 5, 5, 1, 0]).turns == (Turn(3, 5.0, True),)


def test_neither_a_gap_nor_a_cut_is_a_turn():
    rising = np.arange(20.0)
    sawtooth = np.concatenate([rising, rising])
    assert [turn.frame for turn in summarise_curve(sawtooth).turns] == [19, 20]
    assert summarise_curve(sawtooth, cuts=[20]).turns == ()
    sawtooth[19:21] = np.nan
    assert summarise_curve(sawtooth).turns == ()


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_known_is_nothing_stated(values):
    summary = summarise_curve(values)
    assert (summary.known, summary.least_frame, summary.turns) == (0, -1, ())
    assert np.isnan([summary.least, summary.largest, summary.mean, summary.range]).all()


def test_a_curve_that_does_not_move_has_no_turns():
    assert summarise_curve([7.0] * 30).turns == ()


def test_the_numbers_are_those_of_the_player():
    """The same curve and numbers as in tests/js/curve_numbers.test.js."""
    at = np.arange(91)
    curve = (90 - 60 * np.cos(6 * np.pi * at / 90) + 8 * np.sin(1.7 * at)).astype(np.float32)
    summary = summarise_curve(curve)
    assert (summary.least_frame, summary.largest_frame) == (29, 75)
    assert (summary.range, summary.mean) == pytest.approx((132.98714, 89.437555), abs=1e-4)
    assert [turn.frame for turn in summary.turns] == [16, 29, 45, 62, 75]
    curve[40:43] = np.nan
    assert [turn.frame for turn in summarise_curve(curve, cuts=[60]).turns] == [16, 29, 75]
