"""Metres in true scale from a person's height, against people of known size."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, PoseSequence, scaled_to_height
from posecore.errors import InvalidOption
from posecore.motion.height import (
    GivenHeight,
    fit_heights,
    height_facts,
    heights_of,
    metres_in_words,
    scaled,
    standing_heights_m,
    unscaled,
    unused_in_words,
)
from posecore.motion.root import estimate_root
from tests.motion.exercises.figure import squats

# Drillis & Contini's man of 1.80 m, seen from the front in metres, y down: heights are shares of the stature.
HEIGHTS = {"shoulder": 0.818, "hip": 0.530, "knee": 0.285, "ankle": 0.039}


def standing(tall_m: float, frames: int = 9) -> PoseSequence:
    """A person of these proportions who stands still; what has no place in them is at the hips."""
    world = np.zeros((frames, 1, 33, 3))
    for joint, share in HEIGHTS.items():
        for side, across in (("left", 0.1), ("right", -0.1)):
            world[:, 0, BLAZEPOSE_33.index(f"{side}_{joint}")] = across, (0.530 - share) * tall_m, 0
    sure = np.ones(world.shape[:3])
    empty = PoseSequence.empty(np.arange(frames) / 30, [1], size=(640, 480), fps=30)
    xy = 320 + 100 * world[..., :2]
    return replace(empty, world=world, xy=xy, z=world[..., 2], visibility=sure, presence=sure)


def test_the_standing_height_is_that_of_published_proportions():
    assert standing_heights_m(standing(1.80)) == pytest.approx([1.80], abs=1e-6)
    assert standing_heights_m(standing(1.80).frame(0)) == pytest.approx([1.80], abs=1e-6)


def test_it_hardly_depends_on_the_pose():
    """The figure squats without changing its size."""
    [all_of_it], [first] = standing_heights_m(squats([1, 1])), standing_heights_m(squats([1, 1]).frame(0))
    assert all_of_it == pytest.approx(first, rel=0.01)


def test_frames_in_which_the_body_is_hidden_do_not_count_beside_others():
    seen = standing(1.80)
    hidden = np.where(np.arange(9) < 6, 0.1, 1.0)[:, None, None]
    shrunk = seen.world * np.where(hidden < 1, 0.5, 1)[..., None]
    assert standing_heights_m(replace(seen, world=shrunk, visibility=hidden * seen.visibility)) == pytest.approx([1.8])
    assert np.isnan(standing_heights_m(replace(seen, visibility=0.1 * seen.visibility)))


def test_only_people_whose_height_is_given_are_scaled():
    one = standing(1.6)
    both = PoseSequence.from_frames(
        [
            replace(
                one.frame(index),
                **{name: np.concatenate([array[index]] * 2) for name, array in one.arrays.items()},
                person_ids=[1, 2],
            )
            for index in range(9)
        ],
        size=one.size,
        fps=30,
    )
    given = scaled_to_height(both, {2: 2.0, 7: 1.7})
    np.testing.assert_array_equal(given.world[:, 0], both.world[:, 0])
    np.testing.assert_allclose(given.world[:, 1], both.world[:, 1] * 1.25, rtol=1e-6)
    np.testing.assert_array_equal(given.xy, both.xy)
    assert scaled_to_height(both, {}) is both


def test_the_path_through_the_room_takes_the_scale():
    before, after = squats([1]), scaled_to_height(squats([1]), {1: 1.2})
    factor = fit_heights(before, {1: 1.2})[0].factor
    np.testing.assert_allclose(estimate_root(after).path, factor * estimate_root(before).path, rtol=1e-4)


def test_scaling_can_be_undone_and_a_person_who_is_never_seen_is_left_out():
    one = standing(1.6)
    given = fit_heights(one, {1: 1.9})
    np.testing.assert_allclose(unscaled(scaled(one, given), given).world, one.world, atol=1e-6)
    nobody = PoseSequence.empty([0.0], [1], size=(9, 9), fps=1)
    assert fit_heights(nobody, {1: 1.9}) == ()
    assert "height of person 1 cannot be used" in str(unused_in_words((), {1: 1.9}, nobody))
    assert unused_in_words(given, {1: 1.9}, one) is None


@pytest.mark.parametrize("height_m", [0.3, 3.0, float("nan"), -1])
def test_a_height_that_nobody_has_is_refused(height_m):
    with pytest.raises(InvalidOption, match=r"a height from 0\.5 to 2\.6 m"):
        scaled_to_height(standing(1.6), {1: height_m})


def test_facts_say_what_metres_are_and_can_be_read_back():
    one = standing(1.6)
    given = fit_heights(one, {1: 1.75})
    facts = height_facts(given, one)
    assert facts["metres"] == "Metres are scaled to the given height of 1.75 m."
    assert heights_of(facts) == given
    assert height_facts((), one) == {"metres": "Metres are the model's guess.", "heights": []}
    two = [GivenHeight(1, 1.75, 1.1), GivenHeight(2, 1.6, 1.0)]
    assert metres_in_words(two, {1: "Ann"}, [1, 2, 3]) == (
        "Metres are scaled to the given heights (Ann: 1.75 m, person 2: 1.60 m). Those of the others are the model's "
        "guess."
    )


@pytest.mark.parametrize(
    "rows",
    [None, 5, [7], [{"person": 1}], [{"person": "1", "height_m": 1.7, "factor": 1}]]
    + [[{"person": 1, "height_m": tall, "factor": by}] for tall, by in ((99, 1), (1.7, 0), (1.7, float("nan")))],
)
def test_facts_of_any_file_do_no_harm(rows):
    assert heights_of({"heights": rows}) == ()


def test_a_given_height_makes_lengths_true(shared_data, cam01):
    """Four cameras measured this man's joints; his crown is 1.65 m above the beam that he walks on."""
    joints = [
        BLAZEPOSE_33.index(f"{side}_{joint}") for joint in (*HEIGHTS, "elbow", "wrist") for side in ("left", "right")
    ]
    true = np.load(shared_data / "clips/pose2sim/triangulated.npz")["points_m"][:, joints]
    model = scaled_to_height(cam01, {1: 1.66}).world[:, 0, joints]

    def spread(body: np.ndarray) -> np.ndarray:
        return np.sqrt(((body - body.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2)))

    assert np.median(spread(model) / spread(true)) == pytest.approx(1, abs=0.03)
    halved = replace(cam01, world=0.5 * cam01.world)  # as if the model had taken him for a child
    np.testing.assert_allclose(scaled_to_height(halved, {1: 1.66}).world[:, 0, joints], model, rtol=1e-5)
