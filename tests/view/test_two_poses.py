"""Two poses drawn on each other: the reference lies on the pose as it was compared."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import FramePoses, compare_poses
from posecore.view.palette import GREY, LIKENESS, css, likeness_color
from posecore.view.two_poses import plot_two_poses
from tests.motion.exercises.figure import figure


def pose(**given: float) -> FramePoses:
    return figure([0.0], **given).frame(0)


@pytest.mark.parametrize("turn", ["vertical", "any"])
def test_the_reference_is_turned_scaled_and_mirrored_onto_the_pose(turn):
    one = pose(left_shoulder=150, knee=40)
    world = pose(right_shoulder=150, knee=40).world @ Rotation.from_euler("y", 70, degrees=True).as_matrix().T
    other = replace(one, world=1.7 * world)
    likeness = compare_poses(one, other, turn=turn, mirror="either")
    drawn = plot_two_poses(one, other, likeness, turn=turn)
    [reference] = [trace for trace in drawn.data if trace.name == "reference"]
    limbs = [trace for trace in drawn.data if ": 100" in trace.name]
    assert len(limbs) == 12
    for axis in "xyz":
        ends = [value for limb in limbs for value in limb[axis]]
        np.testing.assert_allclose(np.array(reference[axis], float)[: len(ends)], np.array(ends, float), atol=0.01)


def test_limbs_have_the_colour_of_their_likeness_and_say_it():
    one, other = pose(left_elbow=10), pose(left_elbow=100)
    likeness = compare_poses(one, other, turn="none")
    colors = {trace.name: trace.line.color for trace in plot_two_poses(one, other, likeness, turn="none").data}
    assert colors["left forearm: 0, 90° apart"] == css(LIKENESS[0])
    assert colors["right forearm: 100, 0° apart"] == css(LIKENESS[-1])


@pytest.mark.parametrize(
    ("score", "color"),
    [(0, LIKENESS[0]), (50, LIKENESS[1]), (100, LIKENESS[2]), (-5, LIKENESS[0]), (float("nan"), GREY)],
)
def test_a_score_has_its_colour_between_the_ends_of_the_scale(score, color):
    assert likeness_color(score) == color
