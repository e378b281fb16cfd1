"""Nothing that looks at neighbouring frames reaches across a hard cut."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.angles import angular_speed
from posecore.motion.curves import CURVES, measure_curves
from posecore.motion.gaps import fill_gaps
from posecore.motion.measuring import rate_of_change
from posecore.motion.resampling import to_even_times
from posecore.motion.root import place_person
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.motion.smoothing_effect import compare
from posecore.motion.trust import judge, trust_table

FRAMES, CUT, FPS = 60, 30, 30.0


@pytest.fixture(scope="module")
def person() -> PoseSequence:
    """One id on both sides of a cut: a body that sways, then the same 400 px and 0.5 m away, with sides exchanged."""
    numbers = np.random.default_rng(2)
    times = np.arange(FRAMES) / FPS
    sway = 0.1 * np.sin(2 * np.pi * times)[:, None, None]
    body = numbers.uniform(-0.5, 0.5, (33, 3)) + sway
    world = np.where((np.arange(FRAMES) < CUT)[:, None, None], body, body[:, list(BLAZEPOSE_33.mirror)] + 0.5)
    xy = 300 * world[..., :2] + 400
    xy[CUT:] += 400
    arrays = {"xy": xy, "z": 300 * world[..., 2], "world": world}
    arrays |= {name: np.full((FRAMES, 33), 0.9) for name in ("visibility", "presence")}
    return PoseSequence(
        **{name: array[:, None] for name, array in arrays.items()},
        person_ids=[1],
        times_s=times,
        size=(1280, 720),
        fps=FPS,
        cuts=[CUT],
    )


def halves(sequence: PoseSequence) -> list[PoseSequence]:
    return [sequence.at(shot) for shot in sequence.shots]


@pytest.mark.parametrize("method", ["butterworth", "savitzky-golay", "one-euro"])
def test_smoothing_is_that_of_each_shot_by_itself(person, method):
    smoothed = smooth_sequence(person, Smoothing(method))
    assert smoothed.cuts.tolist() == [CUT]
    for shot, alone in zip(person.shots, halves(person), strict=True):
        np.testing.assert_array_equal(smoothed.world[shot], smooth_sequence(alone, Smoothing(method)).world)


def test_the_effect_of_smoothing_leaves_the_cut_out(person):
    [whole] = compare(person, smooth_sequence(person, Smoothing()))
    each = [compare(alone, smooth_sequence(alone, Smoothing()))[0].jitter_before for alone in halves(person)]
    assert min(each) <= whole.jitter_before <= max(each)


def test_speeds_are_those_of_each_shot_by_itself(person):
    angles = np.where(np.arange(FRAMES) < CUT, 10.0, 170.0)
    assert not angular_speed(angles, person.times_s, person.cuts).any()
    assert rate_of_change(angles, person.times_s)[CUT] == pytest.approx(160 * FPS / 2)
    moving = [name for name in CURVES if "speed" in name]
    curves = measure_curves(person, moving)
    for shot, alone in zip(person.shots, halves(person), strict=True):
        for name, values in measure_curves(alone, moving).items():
            np.testing.assert_array_equal(curves[name][shot], values, err_msg=name)


def test_a_gap_over_a_cut_is_not_filled(person):
    def without(frames) -> PoseSequence:
        unseen = {name: array.copy() for name, array in person.arrays.items()}
        for array in unseen.values():
            array[frames] = np.nan
        return replace(person, **unseen)

    over = without([CUT - 1, CUT])
    assert fill_gaps(over, 1.0) is over
    beside = fill_gaps(without([CUT - 3, CUT + 2]), 1.0)
    assert beside.seen.all()
    np.testing.assert_allclose(beside.xy, person.xy, atol=1)


@pytest.mark.parametrize("rate", [10.0, 29.5, 60.0])
def test_resampling_mixes_no_shots(person, rate):
    flat = replace(person, z=np.where(np.arange(FRAMES) < CUT, 1.0, 5.0)[:, None, None] * np.ones((1, 1, 33)))
    even = to_even_times(flat, rate)
    [cut] = even.cuts
    assert even.times_s[cut] == pytest.approx(CUT / FPS, abs=1 / rate)
    assert {*even.z[:cut][np.isfinite(even.z[:cut])].tolist()} == {1.0}
    assert {*even.z[cut:][np.isfinite(even.z[cut:])].tolist()} == {5.0}


def test_the_path_through_the_room_starts_again(person):
    path = place_person(person, 1)[:, [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]]
    for shot, alone in zip(person.shots, halves(person), strict=True):
        hips = place_person(alone, 1)[:, [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]]
        np.testing.assert_allclose(path[shot][..., [0, 2]], hips[..., [0, 2]], atol=1e-5)


def test_a_cut_is_neither_a_jump_nor_a_swap(person):
    [with_cut], [without] = judge(person), judge(replace(person, cuts=[]))
    assert len(without.jumps) == 1
    assert len(with_cut.jumps) == 0
    assert [len(frames) for frames in with_cut.swaps.values()] == [0, 0]
    assert with_cut.shots.tolist() == [1, 2]


def test_the_verdict_says_where_it_holds(person):
    [verdict] = trust_table(person)["verdict"]
    assert "within each shot, not from one to the next (seen in 2 of 2)" in verdict
    second = {name: array.copy() for name, array in person.arrays.items()}
    for array in second.values():
        array[:CUT] = np.nan
    [verdict] = trust_table(replace(person, **second))["verdict"]
    assert "within shot 2 of 2" in verdict
    assert "shot" not in trust_table(person.at(slice(CUT)))["verdict"][0]
