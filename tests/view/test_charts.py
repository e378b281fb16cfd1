"""The heat map of visibility, and the chart of repetitions."""

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, Counted, InvalidOption, InvalidPoses, PoseSequence, count_repetitions
from posecore.view.charts import plot_repetitions, plot_visibility
from tests.motion.exercises.figure import bumps, figure, squats, times_for, without


def sequence(frames: int) -> PoseSequence:
    """Two people; the first leaves after the first half, the last is never seen."""
    values = np.random.default_rng(0).random((7, frames, 2, 33)).astype(np.float32)
    values[:, frames // 2 :, 0] = np.nan
    values[:, :, 1] = np.nan
    return PoseSequence(
        xy=np.moveaxis(values[:2], 0, -1),
        z=values[2],
        world=np.moveaxis(values[3:6], 0, -1),
        visibility=values[6],
        presence=values[6],
        person_ids=[3, 7],
        times_s=np.arange(frames) / 25,
        size=(100, 100),
        fps=25,
    )


def test_each_landmark_is_a_row_and_absence_is_blank():
    clip = sequence(50)
    [heat] = plot_visibility(clip, 3).data
    assert [name.replace(" ", "_") for name in heat.y] == list(BLAZEPOSE_33.landmarks)
    np.testing.assert_allclose(heat.z[:, :25], clip.visibility[:25, 0].T, atol=6e-4)
    assert np.isnan(heat.z[:, 25:].astype(float)).all()
    np.testing.assert_allclose(heat.x, clip.times_s)


def test_a_long_clip_is_averaged_into_columns():
    clip = sequence(4_000)
    [heat] = plot_visibility(clip, 3).data
    assert heat.z.shape[1] <= 1_500
    np.testing.assert_allclose(heat.z[:, 10], clip.visibility[30:33, 0].mean(axis=0), atol=6e-4)


def test_axes_have_titles_with_units():
    layout = plot_visibility(sequence(10), 3).layout
    assert layout.title.text
    assert layout.xaxis.title.text == "Time (s)"


def test_an_absent_person_is_rejected():
    with pytest.raises(InvalidOption):
        plot_visibility(sequence(10), 4)
    with pytest.raises(InvalidPoses):
        plot_visibility(sequence(10), 7)


def test_repetitions_are_shaded_numbered_and_explained():
    counted = count_repetitions(squats([1, 1, 0.45, 1]), "squat")
    figure = plot_repetitions(counted, title="Squat: movement over time")
    repetitions, skipped, line, numbers = figure.data
    np.testing.assert_allclose(repetitions.x, [(each.start_s + each.end_s) / 2 for each in counted.repetitions])
    np.testing.assert_allclose(repetitions.width, [each.end_s - each.start_s for each in counted.repetitions])
    assert list(numbers.text) == ["1", "2", "3"]
    assert [told[-1] for told in repetitions.customdata] == [round(each.extreme_s, 3) for each in counted.repetitions]
    [(start, end, reason, goto_s)] = skipped.customdata
    assert goto_s == pytest.approx(float(start), abs=0.05)
    assert float(start) < 7 < float(end)
    assert reason == f"not counted: {counted.not_counted[0].reason}"
    assert skipped.marker.pattern.shape == "/", "told apart by more than colour"
    percent = np.array(line.y, float)
    assert np.nanmin(percent) == pytest.approx(0, abs=5)
    assert np.nanmax(percent) == pytest.approx(100, abs=5)
    layout = figure.layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("Time (s)", "Movement (% of the usual one)")


def test_each_arm_has_a_curve_and_an_absence_is_a_gap():
    times = times_for(4)
    p, later = bumps(times, [1] * 4), bumps(times, [1] * 4, start_s=2.2)
    clip = figure(times, left_elbow=10 + 110 * p, right_elbow=10 + 110 * later, turned=30)
    away = (times > 3.6) & (times < 5.2)
    traces = plot_repetitions(count_repetitions(without(clip, away), "biceps_curl"), title="").data
    lines = {trace.name: trace for trace in traces if trace.type == "scatter" and trace.mode == "lines"}
    assert list(lines) == ["left side", "right side"]
    assert all(None in line.y[:-1] for line in lines.values())


def test_nothing_counted_is_an_empty_chart():
    assert [trace.mode for trace in plot_repetitions(Counted("squat"), title="Squat").data] == ["text"]
