"""The figures of comparisons show the numbers of their results."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import (
    InvalidOption,
    align_sequences,
    attempt_of,
    compare_attempts,
    compare_to_pose,
    count_repetitions,
)
from posecore.motion.comparing.limbs import LIMBS
from posecore.view.comparison_charts import plot_attempts, plot_likeness, plot_score, plot_timing
from tests.motion.comparing.dancing import dance, retimed
from tests.motion.exercises.figure import bumps, figure, squats, times_for, without

TIMES = np.arange(0, 10, 1 / 30)


def test_likeness_to_a_pose_is_a_row_for_each_limb_and_blank_where_nobody_is():
    clip = squats([1])
    clip = without(clip, clip.times_s > 3)
    likeness = compare_to_pose(clip, clip.frame(0))
    drawn = plot_likeness(likeness, title="Likeness")
    [heat] = drawn.data
    assert list(heat.y) == ["all limbs", *(name.replace("_", " ") for name in LIMBS)]
    np.testing.assert_allclose(heat.z[0].astype(float), likeness.score, atol=0.06)
    np.testing.assert_allclose(heat.z[1:].astype(float), likeness.limb_scores.T, atol=0.06)
    assert np.isnan(heat.z[:, clip.times_s > 3].astype(float)).all()
    assert (drawn.layout.title.text, drawn.layout.xaxis.title.text) == ("Likeness", "Time (s)")
    assert heat.colorbar.title.text.startswith("likeness")


def test_the_score_over_time_marks_the_best_moment_and_shades_what_is_held():
    clip = squats([1, 1])
    likeness = compare_to_pose(clip, clip.frame(60))
    drawn = plot_score(likeness, title="Likeness")
    line, best = drawn.data
    np.testing.assert_allclose(line.y, likeness.score, atol=0.06)
    assert (best.x[0], best.y[0]) == (pytest.approx(likeness.best_s, abs=1e-3), pytest.approx(100, abs=0.1))
    assert [(shape.x0, shape.x1) for shape in drawn.layout.shapes] == list(likeness.held())


def test_the_times_of_an_alignment_increase():
    alignment = align_sequences(dance(TIMES), retimed(dance(TIMES), TIMES * 1.5))
    [heat] = plot_likeness(alignment, title="").data
    assert (np.diff(heat.x) > 0).all()
    assert heat.z.shape == (13, len(heat.x))
    [line] = plot_timing(alignment, title="Timing").data
    assert (np.diff(line.x) > 0).all()
    assert line.y.min() == pytest.approx(alignment.behind_s.min(), abs=0.05)
    assert line.y.max() == pytest.approx(alignment.behind_s.max(), abs=0.05)


def test_a_long_video_is_averaged_into_columns():
    short = figure(np.arange(4000) / 30)
    likeness = compare_to_pose(short, short.frame(0))
    uneven = replace(likeness, degrees=np.where(np.arange(4000)[:, None] % 3 == 1, 30.0, 0.0) + likeness.degrees * 0)
    [heat] = plot_likeness(uneven, title="").data
    assert heat.z.shape[1] <= 1_500
    np.testing.assert_allclose(heat.z[0, :-1], (100 + 50 + 100) / 3, atol=0.1)


def test_attempts_are_two_lines_each_in_its_band():
    times = times_for(3)
    shallow = 80 * bumps(times, [1, 0.9, 1])
    clips = squats([1, 1, 0.9]), figure(times, knee=shallow, hip=shallow)
    compared = compare_attempts(*(attempt_of(clip, count_repetitions(clip, "squat")) for clip in clips))
    drawn = plot_attempts(compared, "left_knee", title="Left knee")
    first_band, first, second_band, second = drawn.data
    np.testing.assert_allclose(first.y, compared.first.mean("left_knee"), atol=0.06)
    np.testing.assert_allclose(second.y, compared.second.mean("left_knee"), atol=0.06)
    upper = compared.first.mean("left_knee") + compared.first.spread("left_knee")
    np.testing.assert_allclose(first_band.y[:101], upper, atol=0.06)
    assert (first.name, second.name) == ("first (3 ×)", "second (3 ×)")
    assert first.line.dash != second.line.dash, "told apart by more than colour"
    assert second_band.fill == "toself"
    assert drawn.layout.yaxis.title.text == "Left knee (°)"
    assert drawn.layout.xaxis.title.text.startswith("Repetition (%")
    with pytest.raises(InvalidOption, match="'tail'"):
        plot_attempts(compared, "tail", title="")


def test_a_single_repetition_has_no_band():
    clip = squats([1])
    attempt = attempt_of(clip, count_repetitions(clip, "squat"))
    assert len(plot_attempts(compare_attempts(attempt, attempt), "left_knee", title="").data) == 2
