"""Figures of the report."""

import json
from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, HandSequence, HandSlot, InvalidPoses, PoseSequence
from posecore.motion.angles import ANGLES, measure_angles
from posecore.view.report_figures import (
    MOST_BARS,
    MOST_POINTS,
    MOST_STEPS,
    figure_json,
    plot_angles,
    plot_steps,
    plot_visibility_small,
    plot_when,
    safe_json,
)


@pytest.fixture
def sequence() -> PoseSequence:
    """200 frames at uneven times; person 2 is missing in frames 50 to 59, person 5 in all."""
    random = np.random.default_rng(1)
    frames = 200
    times = np.arange(frames) / 25 + 0.004 * np.sin(np.arange(frames))
    world = random.normal(0, 0.3, (frames, 2, 33, 3))
    arrays = {"xy": 200 + 100 * world[..., :2], "z": 100 * world[..., 2], "world": world}
    arrays |= {name: np.full((frames, 2, 33), 0.9) for name in ("visibility", "presence")}
    for array in arrays.values():
        array[50:60, 0] = np.nan
        array[:, 1] = np.nan
    return PoseSequence(**arrays, person_ids=[2, 5], times_s=times, size=(400, 400), fps=25, names={2: "<b>Ann"})


def curves_of(figure):
    return {(curve.name, index // 2): curve for index, curve in enumerate(figure.data)}


def test_a_short_clip_has_every_value_of_eight_joints(sequence):
    angles = measure_angles(sequence)[:, 0]
    curves = curves_of(plot_angles(angles, sequence.times_s))
    for row, joint in enumerate(("knee", "hip", "elbow", "shoulder")):
        for side in ("left", "right"):
            np.testing.assert_array_equal(curves[side, row].y, angles[:, list(ANGLES).index(f"{side}_{joint}")])
            np.testing.assert_allclose(curves[side, row].x, sequence.times_s, rtol=1e-6)
    assert np.isnan(curves["left", 0].y).sum() == 10
    assert [curve.name for curve in curves.values() if curve.showlegend] == ["left", "right"]


@pytest.mark.parametrize("frames", [MOST_POINTS + 1, 36_000, 36_001])
def test_a_long_clip_keeps_its_extremes_and_its_gaps(frames):
    times = np.arange(frames) / 30
    angles = np.full((frames, len(ANGLES)), 90, np.float32) + np.sin(np.arange(frames))[:, None].astype(np.float32)
    angles[700], angles[1500] = 10, 170
    angles[1100] = np.nan
    angles[-1] = 5
    curve = plot_angles(angles, times).data[0]
    assert len(curve.x) <= MOST_POINTS
    assert (np.diff(curve.x) > 0).all()
    at = {round(float(time) * 30): value for time, value in zip(curve.x, curve.y, strict=True)}
    assert (at[700], at[1500], at[frames - 1]) == (10, 170, 5)
    assert np.isnan(at[1100])


def test_no_line_goes_over_a_hole_in_the_clip():
    times = np.r_[np.arange(30) / 30, 20 + np.arange(30) / 30]
    curve = plot_angles(np.full((60, len(ANGLES)), 90, np.float32), times).data[0]
    assert np.flatnonzero(np.isnan(curve.y)).tolist() == [30]
    assert len(curve.y) == 61


def test_a_band_of_the_usual_error_is_around_each_stretch_of_a_curve(sequence):
    angles = measure_angles(sequence)[:, 0]
    errors = np.where(np.isnan(angles), np.nan, 12).astype(np.float32)
    left, right, *_ = plot_angles(angles, sequence.times_s, errors=errors).data
    assert (left.fill, left.fillcolor == right.fillcolor) == ("toself", False)
    known = angles[:, list(ANGLES).index("left_knee")]
    before = known[:50]
    kept = np.r_[0:50:2, 49]
    np.testing.assert_allclose(left.y[:26], np.minimum(before[kept] + 12, 180), atol=0.5)
    np.testing.assert_allclose(left.y[26:52], np.maximum(before[kept[::-1]] - 12, 0), atol=0.5)
    assert np.flatnonzero(np.isnan(left.x)).tolist() == [52, len(left.x) - 1], "a gap of the person is one of the band"


def test_an_angle_that_is_never_known_is_an_empty_curve():
    curve = plot_angles(np.full((5_000, len(ANGLES)), np.nan, np.float32), np.arange(5_000) / 30).data[0]
    assert np.isnan(curve.y).all()


def test_steps_are_frames_in_which_the_person_is_seen(sequence):
    steps = plot_steps(sequence, 2)
    frames = steps.data["frames"]
    assert len(frames) == MOST_STEPS
    assert (frames[0], frames[-1]) == (0, 199)
    assert not set(frames) & set(range(50, 60))
    assert max(np.diff(frames)) <= 4 + 10
    x, y, z = np.moveaxis(sequence.world[frames, 0], -1, 0)
    points = np.array(steps.data["points"]).reshape(-1, 33, 3) / 1000
    np.testing.assert_allclose(points, np.stack([x, z, -y], axis=-1), atol=6e-4)
    assert set(np.ravel(steps.data["visibility"])) == {90}
    pairs = [tuple(pair) for kind in steps.data["bones"] for pair in kind]
    assert sorted(pairs) == sorted(BLAZEPOSE_33.edges)
    assert [trace.uid for trace in steps.figure.data][1:4] == ["thick_bones_2", "thin_bones_2", "joints_2"]
    for trace, bones in zip(steps.figure.data[1:3], steps.data["bones"], strict=True):
        assert len(trace.line.color) == 3 * len(bones)


def test_of_few_frames_all_are_steps_and_a_missing_landmark_is_null(sequence):
    world = sequence.world[:3].copy()
    world[1, 0, 4] = np.nan
    arrays = {name: getattr(sequence, name)[:3] for name in ("xy", "z", "visibility", "presence", "times_s")}
    steps = plot_steps(replace(sequence, world=world, **arrays), 2)
    assert steps.data["frames"] == [0, 1, 2]
    assert steps.data["points"][1][12:15] == [None, None, None]
    assert "NaN" not in safe_json(steps.data)


def test_a_person_who_is_never_seen(sequence):
    with pytest.raises(InvalidPoses, match="seen in no frame"):
        plot_steps(sequence, 5)


def test_the_heat_map_is_made_small(sequence):
    [heat] = plot_visibility_small(sequence, 2).data
    assert heat.z.dtype == heat.x.dtype == np.float32
    assert heat.z.shape == (33, 200)
    assert np.isnan(heat.z[:, 50:60]).all()


def test_no_figure_carries_a_name(sequence):
    figures = (
        plot_angles(measure_angles(sequence)[:, 0], sequence.times_s),
        plot_visibility_small(sequence, 2),
        plot_steps(sequence, 2).figure,
    )
    for figure in figures:
        text = figure_json(figure)
        assert "Ann" not in text
        assert json.loads(text)["data"]


def test_bars_last_as_long_as_what_they_show():
    """One row, seen in frames 0 to 4 and 8 of ten at 10 fps by the left hand, from 3 on by the right one."""
    hands = HandSequence.empty(np.arange(10) / 10, [HandSlot(1, "left"), HandSlot(1, "right")], size=(64, 48), fps=10)
    there = np.zeros((10, 2, 2), bool)
    there[[0, 1, 2, 3, 4, 8], 0, 0] = True
    there[3:, 1, 1] = True
    figure = plot_when(["seen", "thumb up"], there, ["left", "right"], hands)
    left, right = figure.data
    assert left.x == pytest.approx((0, 0.5, None, 0.8, 0.9, None))
    assert right.x == pytest.approx((0.3, 1, None))
    assert [round(level) for level in (left.y[0], right.y[0])] == [0, 1]
    assert left.y[0] < 0 < right.y[0] - 1, "side by side in a row"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.ticktext) == ("Time (s)", ("seen ", "thumb up "))
    cut = plot_when(["seen"], there[:, :1, 1:] | True, ["right"], replace(hands.only([1]), cuts=[5]))
    assert cut.data[0].x == pytest.approx((0, 1, None)), "a gap that is too narrow to be seen is closed"


def test_a_long_video_has_few_bars():
    frames = 36_000
    hands = HandSequence.empty(np.arange(frames) / 30, [HandSlot(1, "left")], size=(64, 48), fps=30)
    [flicker] = plot_when(["seen"], (np.arange(frames) % 2 == 0)[:, None, None], ["left"], hands).data
    assert flicker.x == pytest.approx((0, frames / 30, None), abs=0.1)
    seldom = np.arange(frames) % 40 == 0
    [bars] = plot_when(["seen"], seldom[:, None, None], ["left"], hands).data
    assert len(bars.x) <= 3 * MOST_BARS


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "]]>", "&amp;", "\u2028"])
def test_json_cannot_leave_its_script(text):
    safe = safe_json({"name": text})
    assert not set(safe) & set("<>&\u2028")
    assert json.loads(safe) == {"name": text}
