"""The heat map of visibility."""

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, InvalidPoses, PoseSequence
from posecore.view.charts import plot_visibility


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
