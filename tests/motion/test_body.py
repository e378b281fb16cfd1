from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, PoseSequence
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.body import fit, fit_bodies, fitting
from posecore.motion.body.banded import solve_over_time
from posecore.motion.height import standing_heights_m
from posecore.motion.rotations import shortest_rotation
from posecore.motion.smoothing import Smoothing, smooth_sequence
from tests.walkers import walk

CAMERA_UP = np.array([0.0, -1.0, 0.0])
MIRROR = list(BLAZEPOSE_33.mirror)
BONES = [
    [BLAZEPOSE_33.index(f"{side}_{end}") for end in ends]
    for side in ("left", "right")
    for ends in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"))
]


def with_arrays(sequence: PoseSequence, change) -> PoseSequence:
    arrays = {name: np.array(array) for name, array in sequence.arrays.items()}
    for name, array in arrays.items():
        change(name, array)
    return replace(sequence, **arrays)


def exchanged(sequence: PoseSequence, frames: slice) -> PoseSequence:
    def change(_name, array):
        array[frames] = array[frames][:, :, MIRROR]

    return with_arrays(sequence, change)


def lengths(sequence: PoseSequence, person: int = 0) -> np.ndarray:
    starts, ends = np.array(BONES).T
    return np.linalg.norm(sequence.world[:, person, starts] - sequence.world[:, person, ends], axis=-1)


def far_from(sequence: PoseSequence, truth: np.ndarray) -> float:
    """Mean distance of the joints of arms and legs, from the hips, of (T, 33, 3) with y up."""
    hips = truth[:, [23, 24]].mean(axis=1, keepdims=True)
    joints = [*range(11, 17), *range(23, 29)]
    return float(np.linalg.norm(sequence.world[:, 0] - (truth - hips) * [1, -1, -1], axis=-1)[:, joints].mean())


@pytest.fixture(scope="module")
def noisy():
    """Somebody who walks, seen by a camera that looks down, with errors of 5 cm."""
    return walk(noise_m=0.05, pitch_deg=20)


@pytest.fixture(scope="module")
def fitted(noisy):
    return fit_bodies(noisy.sequence)


def test_elimination_over_time_solves_the_whole_system():
    rng = np.random.default_rng(0)
    frames, size = 6, 3
    blocks = rng.normal(size=(frames, size, size))
    blocks = blocks @ np.swapaxes(blocks, 1, 2) + 9 * np.eye(size)
    beside, right = rng.normal(size=(frames, 2, size)), rng.normal(size=(frames, size, 2))
    whole = np.zeros((frames, size, frames, size))
    for frame in range(frames):
        whole[frame, :, frame] = blocks[frame]
        for back in (1, 2):
            if frame >= back:
                whole[frame, :, frame - back] = whole[frame - back, :, frame] = np.diag(beside[frame, back - 1])
    expected = np.linalg.solve(whole.reshape(frames * size, -1), right.reshape(-1, 2))
    np.testing.assert_allclose(solve_over_time(blocks, beside, right).reshape(-1, 2), expected, atol=1e-12)


def test_bones_keep_their_length_and_the_body_is_nearer_to_the_truth(noisy, fitted):
    sides = lengths(fitted.sequence)
    assert np.ptp(sides, axis=0).max() < 0.001
    half = len(BONES) // 2
    np.testing.assert_allclose(sides[0, :half], sides[0, half:], atol=0.001)
    assert far_from(fitted.sequence, noisy.points) < 0.6 * far_from(noisy.sequence, noisy.points)
    assert not fitted.mended.any()


def test_the_distance_is_that_of_a_person_and_standing_feet_stand(noisy, fitted):
    fps = noisy.sequence.fps
    in_room = fitted.sequence.world[:, 0] + (fitted.path[:, 0] @ shortest_rotation(CAMERA_UP, fitted.up)[0])[:, None]
    feet = np.linalg.norm(np.diff(in_room[:, [29, 30]], axis=0), axis=-1) * fps
    assert np.median(feet[noisy.planted[1:] & noisy.planted[:-1]]) < 0.25
    pitch = np.radians(20)
    true = (noisy.points[:, [23, 24]].mean(axis=1) - [0, 1, 4]) @ [0, -np.sin(pitch), -np.cos(pitch)]
    assert np.sqrt(np.mean(np.gradient(fitted.path[:, 0, 2] - true) ** 2)) * fps < 0.1


def test_up_is_found_under_a_camera_that_looks_down(noisy, fitted):
    true = np.array([0, -np.cos(np.radians(20)), -np.sin(np.radians(20))])
    assert np.degrees(np.arccos(fitted.up[0] @ true)) < 7
    trunk = list(ANGLES).index("trunk_lean")  # the walker's own is upright
    before, after = (np.median(measure_angles(each)[:, 0, trunk]) for each in (noisy.sequence, fitted.sequence))
    assert after < 6 < before


def test_exchanged_sides_are_mended_across_a_gap(cam01):
    """Of a real person who is seen obliquely: from the side nothing would tell them apart."""

    def gone(_name, array):
        array[60:66] = np.nan

    given = with_arrays(exchanged(cam01, slice(30, 45)), gone)
    found, expected = fit_bodies(given), fit(with_arrays(cam01, gone))
    assert np.flatnonzero(found.mended[:, 0]).tolist() == list(range(30, 45))
    assert np.array_equal(found.sequence.seen, given.seen)
    assert np.isnan(found.sequence.world[60:66]).all()
    np.testing.assert_array_equal(found.sequence.world, expected.world)
    as_seen = np.where(given.seen[..., None], cam01.visibility, np.nan)
    np.testing.assert_array_equal(found.sequence.visibility, as_seen)


def test_legs_or_arms_that_are_exchanged_alone_are_mended(noisy, fitted):
    ends = [
        BLAZEPOSE_33.index(f"{side}_{end}")
        for side in ("left", "right")
        for end in ("knee", "ankle", "heel", "foot_index")
    ]

    def swapped(_name, array):
        array[53:63, :, ends] = array[53:63][:, :, [MIRROR[end] for end in ends]]

    found = fit_bodies(with_arrays(noisy.sequence, swapped))
    assert np.flatnonzero(found.limbs_mended[:, 0, 1]).tolist() == list(range(53, 63))
    assert not found.limbs_mended[..., 0].any()
    assert not found.mended.any()
    np.testing.assert_array_equal(found.sequence.world, fitted.sequence.world)
    assert not fitted.limbs_mended.any()


def test_two_people_are_fitted_each_by_themselves_and_scaled_to_their_heights(noisy, fitted):
    twice = with_arrays(noisy.sequence, lambda _name, _array: None)
    arrays = {name: np.concatenate([array, array], axis=1) for name, array in twice.arrays.items()}
    arrays["xy"][:, 1] = np.nan
    arrays["xy"][40:, 1] = noisy.sequence.xy[40:, 0]
    for name in ("z", "world", "visibility", "presence"):
        arrays[name][:40, 1] = np.nan
    both = PoseSequence(**arrays, person_ids=[1, 2], times_s=twice.times_s, size=twice.size, fps=twice.fps)
    found = fit(both, heights={1: 1.5})
    assert standing_heights_m(found)[0] == pytest.approx(1.5, abs=1e-3)
    assert standing_heights_m(found)[1] == pytest.approx(standing_heights_m(both)[1], abs=1e-3)
    scale = 1.5 / standing_heights_m(fitted.sequence)[0]
    apart = np.abs(found.world[:, 0] - scale * fitted.sequence.world[:, 0])
    assert apart.mean() < 0.02, "somebody else who stands there changes no more than what is up"


def test_what_is_not_finite_hidden_or_too_little_stays_apart(noisy, fitted):
    def spoilt(name, array):
        if name in ("xy", "world", "z"):
            array[10:20, :, 15] = np.nan  # a wrist
            array[50, :, [23, 24]] = np.nan
            array[70, 0, 13] = 1e6

    found = fit(with_arrays(noisy.sequence, spoilt))
    assert np.abs(found.world - fitted.sequence.world)[30:45, 0, 11:17].max() < 0.05
    assert np.isfinite(found.world[70]).all()
    assert np.abs(found.world[69:72]).max() < 2
    for frames in (slice(0, 0), slice(0, 1), slice(0, 2)):
        few = noisy.sequence.at(frames)
        assert np.isfinite(fit(few).world).all()
    nobody = PoseSequence.empty(np.arange(3) / 30, [1], size=(64, 48), fps=30)
    assert np.isnan(fit(nobody).world).all()
    with pytest.raises(InvalidOption, match="field_of_view_deg"):
        fit(noisy.sequence, field_of_view_deg=180)


def test_a_long_video_is_fitted_in_windows_that_fit_together_and_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(fitting, "_WINDOW", 96)
    long = walk(seconds=4, speed=0, noise_m=0.03).sequence
    told: list[tuple[int, int]] = []
    found = smooth_sequence(long, Smoothing("solid"), on_progress=lambda *each: told.append(each))
    assert told[-1] == (120, 120)
    assert len(told) == 2
    steps = np.linalg.norm(np.diff(found.world[:, 0], axis=0), axis=-1).max(axis=1)
    assert steps.max() < 3 * np.median(steps)
    assert np.ptp(lengths(found), axis=0).max() < 0.001

    def stop(_done: int, _total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fit(long, on_progress=stop)


def test_a_cut_is_not_bridged(noisy):
    moved = with_arrays(noisy.sequence, lambda _name, _array: None)
    arrays = {name: np.concatenate([array[:45], array[:45]]) for name, array in moved.arrays.items()}
    cut = replace(moved, **arrays, cuts=[45])
    found = fit_bodies(cut)
    assert found.up.shape == (2, 3)
    assert np.abs(found.sequence.world[:45] - found.sequence.world[45:]).max() < 1e-6


def test_a_real_person_has_better_angles(cam01, solid_cam01, shared_data):
    truth = np.load(shared_data / "clips/pose2sim/triangulated.npz")["points_m"]
    true = replace(cam01, world=truth[:, None].astype(np.float32))
    off = [
        np.abs(measure_angles(each, min_visibility=0)[:, 0] - measure_angles(true, min_visibility=0)[:, 0]).mean(axis=0)
        for each in (cam01, solid_cam01)
    ]
    names = list(ANGLES)
    for joint, most in (("elbow", 14), ("knee", 12), ("shoulder", 11)):
        before, after = (np.mean([each[names.index(f"{side}_{joint}")] for side in ("left", "right")]) for each in off)
        assert after < most
        assert after < before
