import math
from dataclasses import replace

import numpy as np
import pytest

from posecore import InvalidOption, InvalidPoses, PoseSequence
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.motion.smoothing_effect import compare

SPACES = ("world", "picture")


def walking(times, *, late_s: float = 0.0, noise_m: float = 0.0, people: int = 1, seed: int = 0) -> PoseSequence:
    """Landmarks that swing at 0.5 to 1.2 Hz by 0.1 m, 20 pixels; ``late_s`` later; each with white noise."""
    times = np.asarray(times, float)
    shape = (len(times), people, 33, 3)
    phases = 2 * np.pi * np.linspace(0.5, 1.2, 99).reshape(33, 3) * (times - late_s)[:, None, None, None]
    noise = np.random.default_rng(seed).normal(0, noise_m, shape)
    world = np.broadcast_to(0.1 * np.sin(phases + np.arange(33)[:, None]), shape) + noise
    ones = np.ones(shape[:3])
    return PoseSequence(
        xy=600 + 200 * world[..., :2], z=200 * world[..., 2], world=world, visibility=ones, presence=ones,
        person_ids=np.arange(1, people + 1), times_s=times, size=(1280, 720), fps=30,
    )  # fmt: skip


def uneven(rate: float) -> np.ndarray:
    return np.cumsum(np.random.default_rng(1).uniform(0.6, 1.4, round(8 * rate))) / rate


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("late_ms", [0, 5, 40, 110, -40])
@pytest.mark.parametrize("rate", [10, 25, 60])
def test_a_known_delay_is_found(rate, late_ms, space):
    times = np.arange(8 * rate) / rate
    [effect] = compare(walking(times), walking(times, late_s=late_ms / 1000), space=space)
    assert effect.lag_ms == pytest.approx(late_ms, abs=1.0)


@pytest.mark.parametrize("late_ms", [0, 40, 110])
def test_a_known_delay_is_found_at_uneven_times_and_in_noise(late_ms):
    times = uneven(30)
    late = walking(times, late_s=late_ms / 1000, noise_m=0.01, seed=5)
    [effect] = compare(walking(times, noise_m=0.01), late)
    assert effect.lag_ms == pytest.approx(late_ms, abs=3)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize(
    ("method", "low", "high"), [("butterworth", -1, 1), ("savitzky-golay", -1, 1), ("one-euro", 5, 200)]
)
@pytest.mark.parametrize("times", [np.arange(240) / 30, uneven(30)], ids=["even", "uneven"])
def test_only_causal_filters_lag(times, method, low, high, space):
    raw = walking(times, noise_m=0.005)
    [effect] = compare(raw, smooth_sequence(raw, Smoothing(method, beta=5)), space=space)
    assert low < effect.lag_ms < high
    assert 10 < effect.jitter_removed < 100


@pytest.mark.parametrize(("space", "unit"), [("world", 1000), ("picture", 200)])
def test_jitter_is_the_distance_from_the_straight_line(space, unit):
    times = np.array([0, 1, 3, 4, 5, 6, 7, 8]) / 10
    raw = walking(times)
    world = np.zeros_like(raw.world)
    world[..., 0] = times[:, None, None]  # 1 m/s
    world[1::2, ..., 1] = 0.003  # up and down: 3 mm from the line at each frame
    moved = replace(raw, world=world, xy=200 * world[..., :2])
    [effect] = compare(
        moved, replace(moved, world=world * np.float32([1, 0, 1]), xy=moved.xy * np.float32([1, 0])), space=space
    )
    assert effect.jitter_before == pytest.approx(0.003 * unit, rel=1e-3)
    assert effect.jitter_after == pytest.approx(0, abs=1e-3)
    assert effect.jitter_removed == pytest.approx(100, abs=0.1)


def test_an_unchanged_sequence_is_neither_steadier_nor_later():
    raw = walking(np.arange(90) / 30, noise_m=0.005)
    [effect] = compare(raw, raw)
    assert effect.jitter_removed == 0
    assert effect.lag_ms == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("noise_m", [0, 0.005])
def test_a_motionless_person_has_no_lag(noise_m):
    raw = walking(np.arange(300) / 30, noise_m=noise_m)
    noise = np.random.default_rng(3).normal(0, noise_m, raw.world.shape)
    still = replace(raw, world=0.3 + noise, xy=600 + 200 * noise[..., :2])
    for space in SPACES:
        [effect] = compare(still, smooth_sequence(still, Smoothing("one-euro")), space=space)
        assert math.isnan(effect.lag_ms)


def without(sequence: PoseSequence, frames, person: int = 0) -> PoseSequence:
    arrays = {name: getattr(sequence, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[list(frames), person] = np.nan
    return replace(sequence, **arrays)


def test_people_are_compared_in_order_and_filled_frames_do_not_count():
    raw = without(walking(np.arange(240) / 30, people=2, noise_m=0.005), range(100, 104))
    raw = without(raw, range(240), person=1)
    first, second = compare(raw, smooth_sequence(raw, Smoothing(fill_gaps_s=1)))
    assert (first.person, second.person) == (1, 2)
    assert first.lag_ms == pytest.approx(0, abs=1)
    assert first.jitter_removed > 50
    assert all(math.isnan(value) for value in (second.jitter_before, second.jitter_removed, second.lag_ms))


def test_a_landmark_missing_now_and_then_does_no_harm():
    raw = walking(np.arange(240) / 30, noise_m=0.005)
    world = raw.world.copy()
    world[50:60, 0, 4] = np.nan
    [effect] = compare(replace(raw, world=world), smooth_sequence(replace(raw, world=world), Smoothing()))
    assert effect.lag_ms == pytest.approx(0, abs=1)


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 5])
def test_short_clips(frames):
    raw = walking(np.arange(frames) / 30)
    [effect] = compare(raw, smooth_sequence(raw, Smoothing()))
    assert math.isnan(effect.jitter_before) == (frames < 3)
    assert math.isnan(effect.lag_ms) or abs(effect.lag_ms) < 34


def test_sequences_that_do_not_match():
    raw = walking(np.arange(9) / 30)
    with pytest.raises(InvalidPoses, match="the same 'times_s'"):
        compare(raw, walking(np.arange(9) / 25))
    with pytest.raises(InvalidPoses, match="the same 'person_ids'"):
        compare(raw, replace(raw, person_ids=np.array([2])))
    with pytest.raises(InvalidOption, match="Expected 'space' to be 'world' or 'picture', but got 'moon'"):
        compare(raw, raw, space="moon")


def test_a_real_clip(raw_sample):
    for space in SPACES:
        [back_and_forth] = compare(raw_sample, smooth_sequence(raw_sample, Smoothing()), space=space)
        [only_back] = compare(raw_sample, smooth_sequence(raw_sample, Smoothing("one-euro", beta=5)), space=space)
        assert back_and_forth.lag_ms == pytest.approx(0, abs=1)
        assert only_back.lag_ms > 10
        assert back_and_forth.jitter_removed > 30
