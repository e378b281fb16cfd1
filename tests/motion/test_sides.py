"""Left and right over time, of a real person whose landmarks are changed as a model, a camera or a filter would."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.body import fit_bodies
from posecore.motion.facing import find_sides
from posecore.motion.trust import judge

MIRROR = list(BLAZEPOSE_33.mirror)
LEGS = [
    BLAZEPOSE_33.index(f"{side}_{joint}")
    for joint in ("knee", "ankle", "heel", "foot_index")
    for side in ("left", "right")
]


def with_xy(sequence: PoseSequence, xy: np.ndarray) -> PoseSequence:
    return replace(sequence, xy=xy.astype(np.float32))


def exchanged(sequence: PoseSequence, frames: slice) -> PoseSequence:
    arrays = {name: np.array(array) for name, array in sequence.arrays.items()}
    for array in arrays.values():
        array[frames] = array[frames][:, :, MIRROR]
    return replace(sequence, **arrays)


def turned_aside(sequence: PoseSequence, shown: float, landmarks: list[int] | None = None) -> PoseSequence:
    """Both sides of these landmarks (None: of all) apart by only this share, as in a view from the side."""
    middle = (sequence.xy + sequence.xy[:, :, MIRROR]) / 2
    nearer = middle + shown * (sequence.xy - middle)
    these = np.isin(np.arange(len(MIRROR)), range(len(MIRROR)) if landmarks is None else landmarks)
    return with_xy(sequence, np.where(these[:, None], nearer, sequence.xy))


def noisy(sequence: PoseSequence, px: float) -> PoseSequence:
    return with_xy(sequence, sequence.xy + np.random.default_rng(0).normal(scale=px, size=sequence.xy.shape))


def smoothed(sequence: PoseSequence, frames: int) -> PoseSequence:
    return with_xy(sequence, uniform_filter1d(sequence.xy, frames, axis=0))


def mirrored(sequence: PoseSequence) -> PoseSequence:
    return with_xy(sequence, (sequence.xy * [-1, 1] + [sequence.size[0], 0])[:, :, MIRROR])


def backwards(sequence: PoseSequence) -> PoseSequence:
    arrays = {name: array[::-1] for name, array in sequence.arrays.items()}
    return replace(sequence, **arrays)


CHANGES = {
    "rounded to a ten-thousandth": lambda sequence: noisy(sequence, 1e-4),
    "half a pixel off": lambda sequence: noisy(sequence, 0.5),
    "whole pixels": lambda sequence: with_xy(sequence, np.round(sequence.xy)),
    "smoothed": lambda sequence: smoothed(sequence, 3),
    "mirrored": mirrored,
    "backwards": backwards,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_verdict_does_not_tip(cam01, change):
    given = exchanged(cam01, slice(35, 65))
    [before], [after] = judge(given), judge(change(given))
    sides = find_sides(change(given))
    assert abs(int(sides.exchanged.sum()) - 30) <= 4, "at its ends a filter mixes the sides"
    assert not sides.unclear.any()
    assert abs(len(after.exchanged) - len(before.exchanged)) <= 4
    assert not np.any(find_sides(change(cam01)), axis=0).any()


def test_legs_that_change_places_in_a_view_from_the_side_do_not_exchange_the_body(cam01):
    """As those of a man who walks past the camera: what is left and right of the trunk hardly shows there."""
    upper = [place for place in range(len(MIRROR)) if place not in LEGS]
    for shown in (0.1, 0.3):
        xy = np.array(turned_aside(cam01, shown, upper).xy)
        xy[50:, :, LEGS] = xy[50:, :, [MIRROR[leg] for leg in LEGS]]
        assert not find_sides(with_xy(cam01, xy)).exchanged.any()


def test_what_is_not_clear_is_said_and_left_as_it_is(cam01):
    given = exchanged(turned_aside(cam01, 0.2), slice(40, 70))
    sides = find_sides(given)
    assert not sides.exchanged.any()
    assert np.flatnonzero(sides.unclear).tolist() == list(range(40, 70))
    assert not fit_bodies(given).mended.any()
    [trust] = judge(given)
    assert "cannot be told apart in frames 40 to 69 (30 frames)" in trust.verdict
    assert "exchanged" not in trust.verdict


def test_of_two_halves_nobody_knows_which_is_right(cam01):
    for frames in (slice(0, 50), slice(50, 100), slice(0, 45)):
        given = exchanged(cam01, frames)
        sides = find_sides(given)
        assert sides.unclear.all()
        assert not sides.exchanged.any()
        assert "cannot be told apart in frames 0 to 99 (100 frames)" in judge(given)[0].verdict
