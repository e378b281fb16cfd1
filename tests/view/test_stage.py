"""The empty 3D figure of a whole video."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import PoseSequence
from posecore.view.palette import FINGERS_ON_PAGE, css
from posecore.view.stage import plot_stage
from tests.synthetic_hands import LEFT, RIGHT, waving

HANDS = waving(12)
NOBODY = PoseSequence.empty(HANDS.times_s, [], size=HANDS.size, fps=25)


def ranges(figure) -> np.ndarray:
    """(3, 2) of right, depth and down, each from its low to its high end."""
    scene = figure.layout.scene
    return np.sort([scene.xaxis.range, scene.yaxis.range, scene.zaxis.range], axis=1)


def test_hands_without_bodies_fill_the_axes_of_the_image():
    figure = plot_stage(NOBODY, coordinates="picture", hands=HANDS)
    x, y = HANDS.xy.reshape(-1, 2).T
    ends = [[np.nanmin(values), np.nanmax(values)] for values in (x, HANDS.z, y)]
    assert (ranges(figure)[:, 0] <= np.array(ends)[:, 0]).all()
    assert (ranges(figure)[:, 1] >= np.array(ends)[:, 1]).all()
    assert (np.ptp(ranges(figure), axis=1) <= np.ptp(ends, axis=1) + 200).all()
    assert css(FINGERS_ON_PAGE["index_finger"]) in figure.layout.title.subtitle.text
    assert {trace.uid for trace in figure.data if trace.uid} >= {"hand_bones_1_left", "hand_joints_1_right"}


@pytest.mark.parametrize("hands", [HANDS, None])
def test_with_a_body_the_axes_are_the_whole_image(hands):
    body = PoseSequence.empty(HANDS.times_s, [1], size=HANDS.size, fps=25)
    figure = plot_stage(body, coordinates="picture", hands=hands, hand_slots=[LEFT, RIGHT])
    assert ranges(figure)[[0, 2]].tolist() == [[0, 640], [0, 480]]
    assert "left" in figure.layout.title.subtitle.text
    assert sum("hand_joints" in (trace.uid or "") for trace in figure.data) == 2


def test_hands_that_are_never_seen_leave_the_whole_image():
    unseen = replace(HANDS, xy=np.full_like(HANDS.xy, np.nan))
    assert ranges(plot_stage(NOBODY, coordinates="picture", hands=unseen))[[0, 2]].tolist() == [[0, 640], [0, 480]]
