"""Figures of rigid bodies: what they contain, and where."""

import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.rigid.camera import Camera
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
from posecore.view.rigid_plots import plot_rigid_3d, plot_rigid_over_time

CAMERA = Camera.from_fov((640, 480), 60)
TAG, HEAD = RigidSlot("36h11", 5), RigidSlot("head", 1)
POSE = RigidPose.from_euler((0, 0, 0), [0.1, 0.2, 1.0])


def trace(figure, uid):
    [found] = [each for each in figure.data if each.uid == uid]
    return found


def test_axes_are_where_the_body_is_with_up_upwards():
    figure = plot_rigid_3d(FrameRigid({TAG: POSE}, 0, (640, 480)), CAMERA, tag_sizes_m={"36h11": 0.2})
    down = trace(figure, "axis_y_0")
    np.testing.assert_allclose([down.x[0], down.y[0], down.z[0]], [0.1, 1.0, -0.2])
    assert down.z[1] < down.z[0]
    assert down.text == ("", "y")
    outline = trace(figure, "outline_0")
    assert np.ptp(outline.x) == pytest.approx(0.2)
    assert "tag 5" in trace(figure, "origin_0").text[0]


def test_all_axes_have_one_scale_and_hold_everything():
    poses = {TAG: POSE, HEAD: RigidPose.from_euler((30, 0, 0), [-1.2, -0.4, 3.0])}
    figure = plot_rigid_3d(FrameRigid(poses, 0, (640, 480)), CAMERA)
    scene = figure.layout.scene
    lengths = [abs(np.diff(scene[f"{letter}axis"].range)[0]) for letter in "xyz"]
    ratios = [scene.aspectratio[letter] for letter in "xyz"]
    np.testing.assert_allclose(np.divide(lengths, ratios), max(lengths))
    for each in figure.data:
        for letter in "xyz":
            low, high = sorted(scene[f"{letter}axis"].range)
            points = np.array(each[letter], float)
            assert np.nanmin(points) >= low - 1e-9
            assert np.nanmax(points) <= high + 1e-9


def test_the_camera_sees_as_much_as_its_field_of_view():
    outline = trace(plot_rigid_3d(FrameRigid({TAG: POSE}, 0, (640, 480)), CAMERA), "camera")
    x, depth = np.array(outline.x, float), np.array(outline.y, float)
    assert np.degrees(2 * np.arctan(np.nanmax(x) / np.nanmax(depth))) == pytest.approx(60, abs=0.2)


def test_nothing_is_said_in_words():
    figure = plot_rigid_3d(FrameRigid({}, 0, (640, 480)), CAMERA)
    assert figure.layout.annotations[0].text == "Nothing was found."


def video() -> RigidSequence:
    """A tag that turns through 180 degrees and is not seen in frame 3, uncertain in frames 5 and 6."""
    frames = []
    for index in range(10):
        pose = RigidPose(
            RigidPose.from_euler((170 + 5 * index, 0, 0), [0, 0, 1]).rotation, [0, 0, 1], 0.1, index in (5, 6)
        )
        frames.append(FrameRigid({} if index == 3 else {TAG: pose}, index / 10, (640, 480)))
    return RigidSequence.from_frames(frames, size=(640, 480), fps=10)


def test_curves_have_gaps_and_shades():
    figure = plot_rigid_over_time(video(), TAG, "turn")
    yaw = np.array(figure.data[0].y, float)
    assert figure.data[0].name == "yaw"
    assert np.isnan(yaw[3])
    assert np.nanmax(np.abs(np.diff(yaw))) < 10  # no line from 180 to -180
    [shade] = figure.layout.shapes
    assert (shade.x0, shade.x1) == (pytest.approx(0.45), pytest.approx(0.65))
    place = plot_rigid_over_time(video(), TAG, "place")
    assert [each.name for each in place.data] == ["x", "y", "z"]
    assert np.nanmean(place.data[2].y) == pytest.approx(1)


def test_an_unknown_body_is_an_error():
    with pytest.raises(InvalidOption, match="36h11 5"):
        plot_rigid_over_time(video(), HEAD, "turn")
