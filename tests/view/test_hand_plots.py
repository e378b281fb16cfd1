"""The 3D figures of hands."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from posecore import BLAZEPOSE_33, HAND_21, FrameHands, FramePoses, HandSlot, InvalidHands, plot_hands_3d
from posecore.view.palette import FINGERS_ON_PAGE, css
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at, waving


def points_of(figure: go.Figure, slot: HandSlot) -> np.ndarray:
    """(21, 3) right, depth, up."""
    [trace] = [trace for trace in figure.data if trace.name == f"joints of the {slot}"]
    return np.column_stack((trace.x, trace.y, trace.z))


def texts(figure: go.Figure) -> list[str]:
    return [trace.text[0] for trace in figure.data if trace.mode == "text"]


def test_hands_are_side_by_side_in_centimetres_as_in_the_picture():
    hands = hands_at({LEFT: (450, 350), RIGHT: (150, 350)})  # seen from the front: the right one is on the left
    figure = plot_hands_3d(hands)
    left, right = points_of(figure, LEFT), points_of(figure, RIGHT)
    assert right[:, 0].max() < left[:, 0].min()
    x, y, z = 100 * hands.world[0].T
    np.testing.assert_allclose(left - left[0], np.column_stack((x - x[0], z - z[0], y[0] - y)), atol=1e-4)
    scene = figure.layout.scene
    assert [axis.title.text for axis in (scene.xaxis, scene.yaxis, scene.zaxis)] == [
        "right (cm)",
        "depth (cm)",
        "up (cm)",
    ]
    lengths = [np.ptp(axis.range) for axis in (scene.xaxis, scene.yaxis, scene.zaxis)]
    ratio = scene.aspectratio
    assert np.ptp(np.divide(lengths, (ratio.x, ratio.y, ratio.z))) < 1e-6  # one scale
    assert texts(figure) == ["right hand", "left hand"]
    assert "centimetres, each hand around its own centre" in figure.layout.title.text
    for part in HAND_21.parts:
        assert css(FINGERS_ON_PAGE[part]) in figure.layout.title.subtitle.text


def test_fingers_have_their_colours():
    [trace] = [trace for trace in plot_hands_3d(hands_at({LEFT: (450, 350)})).data if trace.mode == "markers"]
    scale = dict(trace.marker.colorscale)
    colors = [scale[value / trace.marker.cmax] for value in trace.marker.color]
    for part, indices in HAND_21.parts.items():
        assert {colors[index] for index in indices} == {css(FINGERS_ON_PAGE[part])}
    assert trace.text[8] == "index finger tip"


def test_hands_of_several_people_say_whose_they_are():
    figure = plot_hands_3d(hands_at({LEFT: (450, 350), HandSlot(-2, "left"): (150, 350)}))
    assert texts(figure) == ["left hand of person -2", "left hand of person 1"]
    assert all(re.fullmatch(r"\w+", trace.uid) for trace in figure.data)


def test_hands_are_put_on_the_wrists_of_their_bodies():
    world = np.zeros((1, 33, 3), np.float32)
    world[0, BLAZEPOSE_33.index("left_wrist")] = (0.4, -0.3, 0.1)
    world[0, BLAZEPOSE_33.index("right_wrist")] = np.nan
    poses = FramePoses(
        xy=np.zeros((1, 33, 2)),
        z=np.zeros((1, 33)),
        world=world,
        visibility=np.ones((1, 33)),
        presence=np.ones((1, 33)),
        person_ids=[1],
        time_s=0,
        size=SIZE,
    )
    hands = hands_at({LEFT: (450, 350), RIGHT: (150, 350), HandSlot(2, "left"): (50, 350)})
    figure = plot_hands_3d(hands, poses=poses)
    placed = points_of(figure, LEFT)
    np.testing.assert_allclose(placed[0], (0.4, 0.1, 0.3), atol=1e-6)
    assert np.ptp(placed[:, 2]) == pytest.approx(np.ptp(hands.world[0, :, 1]), abs=1e-6)  # metres
    shown = {trace.name for trace in figure.data}
    assert "joints of person 1" in shown
    assert not {f"joints of the {slot}" for slot in hands.slots[1:]} & shown
    [joints] = [trace for trace in figure.data if trace.name == "joints of person 1"]
    absent = {*BLAZEPOSE_33.landmarks} - {text.replace(" ", "_") for text in joints.text}
    assert absent == {"left_pinky", "left_index", "left_thumb", "right_wrist"}, "of the hand that is shown"


def test_without_hands_the_figure_says_so():
    figure = plot_hands_3d(FrameHands.nobody(SIZE))
    assert [note.text for note in figure.layout.annotations] == ["No hand was found in this frame."]
    with pytest.raises(InvalidHands, match="FrameHands of one frame, but got HandSequence"):
        plot_hands_3d(waving())
