"""Dances aligned in time: a figure whose other times are known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posecore import BLAZEPOSE_33, InvalidOption, NotComparable, PoseSequence, align_sequences
from posecore.motion.comparing import alignment as alignment_module
from posecore.motion.comparing.limbs import LIMBS
from tests.motion.comparing.dancing import dance, retimed
from tests.motion.exercises.figure import noisy, together, without

examples = settings(derandomize=True, deadline=None, max_examples=6)
TIMES = np.arange(0, 20, 1 / 30)
seeds = st.integers(0, 1000)

# Both are looked at 15 times a second: the same moment is found within two of its steps.
WITHIN_S = 2 / 15


def errors_of(first: PoseSequence, second: PoseSequence, when: Callable[[np.ndarray], np.ndarray], **given: float):
    """Seconds by which each moment of the second is missed; ``when`` gives the true time for one of the first."""
    alignment = align_sequences(first, second, **given)
    times_s = alignment.times_s
    assert (np.diff(times_s, axis=0) >= 0).all()
    return np.abs(times_s[:, 1] - when(times_s[:, 0])), alignment


@examples
@given(seeds, st.floats(0.6, 1.7), st.floats(-30, 30), st.floats(-90, 90))
def test_a_slower_or_faster_dance_seen_from_another_side_is_found(seed, tempo, later_s, turned):
    one = dance(TIMES, seed=seed)
    other = retimed(dance(TIMES, seed=seed, turned=turned), TIMES * tempo + later_s)
    missed, alignment = errors_of(one, other, lambda times: times * tempo + later_s)
    assert np.percentile(missed, 95) < WITHIN_S
    assert alignment.score > 93
    assert alignment.tempo == pytest.approx(tempo, rel=0.03)
    assert alignment.delay_s == pytest.approx(later_s + (tempo - 1) * 10, abs=0.3)


@examples
@given(seeds)
def test_a_dance_that_speeds_up_and_slows_down_is_found(seed):
    numbers = np.random.default_rng(seed)
    knots = np.linspace(0, 20, 9)
    paces = np.append(0, np.cumsum(np.diff(knots) * numbers.uniform(0.65, 1.5, 8)))
    other = retimed(dance(TIMES, seed=seed), np.interp(TIMES, knots, paces))
    missed, alignment = errors_of(dance(TIMES, seed=seed), other, lambda times: np.interp(times, knots, paces))
    assert np.percentile(missed, 95) < 1.5 * WITHIN_S
    assert alignment.score > 92


@examples
@given(seeds)
def test_noise_moves_moments_little(seed):
    one, other = (noisy(dance(TIMES, seed=seed), 0.03, seed=each) for each in (1, 2))
    missed, alignment = errors_of(one, other, lambda times: times)
    assert np.percentile(missed, 95) < 2 * WITHIN_S
    assert alignment.score > 70


@examples
@given(seeds, st.floats(3, 15), st.floats(0.5, 3))
def test_a_pause_is_found(seed, begins_s, lasts_s):
    one = dance(TIMES, seed=seed)
    standing = np.clip(TIMES, None, begins_s) + np.clip(TIMES - begins_s - lasts_s, 0, None)
    frames = np.round(standing * 30).astype(int)
    paused = replace(one, **{name: array[frames] for name, array in one.arrays.items()})
    alignment = align_sequences(one, paused)
    times_s = alignment.times_s
    before, after = times_s[times_s[:, 0] < begins_s - 0.5], times_s[times_s[:, 0] > begins_s + 0.5]
    assert np.abs(before[:, 1] - before[:, 0]).max(initial=0) < 2 * WITHIN_S
    # At its end, the first goes on alone.
    known = after[:, 1] < TIMES[-1] - 0.2
    assert np.abs(after[known, 1] - after[known, 0] - lasts_s).max(initial=0) < 2 * WITHIN_S


@examples
@given(seeds, st.floats(1, 4.5), st.booleans())
def test_a_dance_that_begins_or_ends_earlier_is_found(seed, cut_s, at_the_end):
    whole = dance(TIMES, seed=seed)
    kept = np.arange(len(TIMES)) < 600 - 30 * cut_s if at_the_end else np.arange(len(TIMES)) >= 30 * cut_s
    missed, alignment = errors_of(whole, whole.at(kept), lambda times: times)
    assert np.percentile(missed, 90) < WITHIN_S
    # A few moments at the end may be left out or waited through.
    assert alignment.times_s[0, 0] == pytest.approx(0 if at_the_end else cut_s, abs=0.7)
    assert alignment.score > 93
    closed = align_sequences(whole, whole.at(kept), open_s=0)
    assert closed.times_s[0, 0] == 0
    assert closed.score < alignment.score


@examples
@given(seeds)
def test_another_dance_is_less_alike_than_a_noisy_copy(seed):
    one = dance(TIMES, seed=seed)
    copy = align_sequences(one, noisy(one, 0.02)).score
    assert align_sequences(one, dance(TIMES, seed=seed + 1)).score < copy - 5


def test_a_mirrored_dance_is_found_if_mirrored():
    one = dance(TIMES)
    order = list(BLAZEPOSE_33.mirror)
    mirrored = replace(one, world=one.world[:, :, order] * np.float32([-1, 1, 1]))
    missed, alignment = errors_of(one, mirrored, lambda times: times, mirror="either")
    assert missed.max() == 0
    assert alignment.mirrored
    assert alignment.score == pytest.approx(100)
    assert align_sequences(one, mirrored).score < 90
    assert not align_sequences(one, one, mirror="either").mirrored


def test_scores_are_by_limb_and_by_moment():
    one = dance(TIMES)
    clumsy = dance(TIMES)
    wrist, elbow = (BLAZEPOSE_33.index(f"left_{joint}") for joint in ("wrist", "elbow"))
    world = clumsy.world.copy()
    late = TIMES > 10
    # From 10 s on, the left forearm points the other way.
    world[late, 0, wrist] = 2 * world[late, 0, elbow] - world[late, 0, wrist]
    alignment = align_sequences(one, replace(clumsy, world=world))
    assert alignment.score_by_limb["left_forearm"] == pytest.approx(50, abs=5)
    assert min(score for name, score in alignment.score_by_limb.items() if name != "left_forearm") > 95
    first_s = alignment.times_s[:, 0]
    assert alignment.scores[first_s < 9.8].min() > 95
    assert alignment.scores[first_s > 10.2].max() < 100 * 11 / 12 + 1


def test_ahead_and_behind_are_told_beyond_the_usual_delay():
    late = np.where(TIMES < 12, TIMES, TIMES + np.minimum(0.8, (TIMES - 12) * 0.5))
    alignment = align_sequences(dance(TIMES), retimed(dance(TIMES), late + 2))
    assert alignment.delay_s == pytest.approx(2, abs=0.1)
    first_s = alignment.times_s[:, 0]
    assert np.median(alignment.behind_s[first_s > 15]) == pytest.approx(0.8, abs=0.1)
    assert np.abs(alignment.behind_s[first_s < 11.5]).max() < WITHIN_S
    assert alignment.in_second([5, 16]) == pytest.approx([7, 18.8], abs=0.1)
    assert alignment.in_first([7, 18.8]) == pytest.approx([5, 16], abs=0.1)
    assert np.isnan(alignment.in_second([-1, 25])).all()


def test_gaps_are_not_judged_and_moments_around_them_are_found():
    one = dance(TIMES)
    away = (TIMES > 8) & (TIMES < 9.5)
    missed, alignment = errors_of(without(one, away), one, lambda times: times)
    inside = (alignment.times_s[:, 0] > 8.1) & (alignment.times_s[:, 0] < 9.4)
    assert np.isnan(alignment.degrees[inside]).all()
    assert np.isnan(alignment.scores[inside]).all()
    outside = (alignment.times_s[:, 0] < 7.8) | (alignment.times_s[:, 0] > 9.7)
    assert missed[outside].max() < WITHIN_S
    assert np.isfinite(alignment.scores[outside]).all()
    assert alignment.score > 98


def test_what_is_unseen_is_not_judged():
    one = dance(TIMES)
    visibility = one.visibility.copy()
    visibility[..., BLAZEPOSE_33.index("left_wrist")] = 0.2
    alignment = align_sequences(one, replace(one, visibility=visibility))
    assert np.isnan(alignment.score_by_limb["left_forearm"])
    assert alignment.as_dict()["limbs"]["left_forearm"] is None
    assert alignment.score == pytest.approx(100)


def test_a_cut_mixes_no_poses_and_gives_a_new_person():
    one, other = dance(TIMES), replace(dance(TIMES), person_ids=[2])
    late = TIMES >= 10
    clip = replace(together(without(one, late), without(other, ~late)), cuts=[int(late.argmax())])
    missed, alignment = errors_of(dance(TIMES), clip, lambda times: times)
    assert missed.max() < WITHIN_S
    assert alignment.score > 99


def test_a_person_is_chosen_by_id():
    clip = together(dance(TIMES), replace(dance(TIMES, seed=5), person_ids=[2]))
    assert align_sequences(clip, dance(TIMES, seed=5), first_person=2).score == pytest.approx(100)
    with pytest.raises(InvalidOption, match="but got 3"):
        align_sequences(clip, clip, second_person=3)


def test_the_result_is_plain_values():
    alignment = align_sequences(dance(TIMES), dance(TIMES))
    told = alignment.as_dict()
    assert list(told) == ["score", "limbs", "delay_s", "tempo", "mirrored", "moments"]
    assert told["moments"][0] == {"first_s": 0, "second_s": 0, "behind_s": 0, "score": 100}
    table = alignment.as_table()
    assert list(table) == ["first_s", "second_s", "behind_s", "score", *(f"{name}_score" for name in LIMBS)]
    assert len(table) == len(told["moments"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"turn": "up"}, "'up'"),
        ({"mirror": "maybe"}, "'maybe'"),
        ({"window_s": -1}, "'window_s'"),
        ({"open_s": float("nan")}, "'open_s'"),
        ({"min_visibility": -1}, "'min_visibility'"),
    ],
)
def test_options_out_of_range_are_rejected(given, message):
    with pytest.raises(InvalidOption, match=message):
        align_sequences(dance(TIMES), dance(TIMES), **given)


def test_what_is_too_long_or_too_short_or_empty_is_rejected(monkeypatch):
    clip = dance(TIMES)
    monkeypatch.setattr(alignment_module, "MOST_CELLS", 10_000)
    with pytest.raises(NotComparable, match=r"at most 10,000 pairs .* 2 and 0 minutes .* Compare shorter parts"):
        align_sequences(retimed(clip, TIMES * 6), clip)
    with pytest.raises(NotComparable, match=r"at least 0\.1 s in the second video"):
        align_sequences(clip, clip.at(slice(1)))
    with pytest.raises(NotComparable, match="Nobody is seen in the first video"):
        align_sequences(without(clip, TIMES >= 0), clip)
