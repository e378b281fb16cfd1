"""Scores of a clip, against figures worked out by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from posecore.errors import NotComparable
from posecore.evaluation.body_errors import aligned_mpjpe, mpjpe
from posecore.evaluation.body_fits import fit_each, fit_turn, fit_whole
from posecore.evaluation.clip_scores import score_clip
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.motion import Motion, motion_of_poses
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.evaluation.time_offset import given_offset
from posecore.skeletons import BLAZEPOSE_33
from tests.evaluation.conftest import STANDING
from tests.evaluation.motion_files.conftest import RATE, moving_figure, write_trc_points
from tests.motion.exercises.figure import figure

NOW = given_offset(0)
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]])


@pytest.fixture(scope="module")
def body() -> Motion:
    return motion_of_poses(moving_figure(12), 1, flat=False)


def flat_body(points: np.ndarray, rate: float = RATE) -> Motion:
    return Motion("a", "x", np.arange(len(points)) / rate, points, "px")


def test_fits_are_those_of_single_bodies(body):
    random = np.random.default_rng(4)
    found = body.points[:20] + random.normal(0, 0.03, (20, 17, 3))
    true = 1.3 * body.points[:20] @ TURN + random.normal(0, 2, (20, 1, 3))
    true[3, 5] = found[4, 12] = np.nan
    expected = [aligned_mpjpe(*pair) for pair in zip(found, true, strict=True)]
    np.testing.assert_allclose(np.nanmean(fit_each(found, true), axis=1), expected, rtol=1e-9)


def test_another_room_makes_no_difference(body):
    """Axes, place and, for PA-MPJPE, size of the truth are its own."""
    away = np.linspace(0, 3, len(body))[:, None, None] * [1, 0.2, 0] + [5, 6, 7]
    truth = replace(body, points=1.25 * body.points @ TURN + away)
    figures = score_clip(body, truth, offset=NOW).figures
    assert figures["pa_mpjpe"].value == pytest.approx(0, abs=1e-9)
    assert figures["pa_mpjpe_whole"].value == pytest.approx(0, abs=1e-9)
    sizes = np.linalg.norm(body.points - body.points[:, 11:13].mean(axis=1, keepdims=True), axis=-1)
    assert figures["mpjpe_turned"].value == pytest.approx(250 * sizes.mean(), rel=1e-9)
    assert figures["mpjpe_turned"].frames == 360
    assert figures["mpjpe_turned"].values == 360 * 17


def test_mpjpe_by_hand(body):
    """One wrist is 34 mm farther from the hips, which no turn makes better: the mean of 17 joints is 2 mm."""
    points = body.points.copy()
    points[:, 9] *= 1 + 0.034 / np.linalg.norm(points[:, 9], axis=-1, keepdims=True)
    scores = score_clip(body, replace(body, points=points), offset=NOW)
    assert scores.figures["mpjpe_turned"].value == pytest.approx(2, rel=1e-6)
    assert mpjpe(body.points[0], points[0]) == pytest.approx(0.002, rel=1e-6)
    assert scores.by_joint["left_wrist"]["mpjpe_turned"] == pytest.approx(34, rel=1e-6)
    assert scores.by_joint["left_knee"]["mpjpe_turned"] == pytest.approx(0, abs=1e-6)


def test_one_turn_for_the_clip_does_not_hide_a_body_that_turns(body):
    """Each frame's own fit hides that the truth turns by 90 degrees; the fit of the whole clip does not."""
    angles = np.linspace(0, np.pi / 2, len(body))
    turns = np.zeros((len(body), 3, 3))
    turns[:, 0, 0] = turns[:, 2, 2] = np.cos(angles)
    turns[:, 0, 2], turns[:, 2, 0] = np.sin(angles), -np.sin(angles)
    turns[:, 1, 1] = 1
    turning = np.einsum("tkj,tij->tki", body.points, turns)
    assert np.nanmax(fit_each(body.points, turning)) < 1e-9
    assert np.nanmean(fit_whole(body.points, turning)) > 0.02
    assert np.nanmean(fit_turn(body.points, turning, (11, 12))) > 0.02


def test_a_constant_bias_of_an_angle_is_exact():
    times = np.arange(90) / RATE
    knee = 40 + 30 * np.sin(times)
    ours, theirs = (
        motion_of_poses(figure(times, knee=each, hip=20), 1, flat=False) for each in (knee + 10, knee)
    )  # bent by 10 degrees more: 10 less of the included angle
    score = score_clip(ours, theirs, offset=NOW).angle_scores["left_knee"]
    assert score.agreement.pairs == 90
    assert score.agreement.bias == pytest.approx(-10, abs=1e-3)
    assert score.agreement.high - score.agreement.low == pytest.approx(0, abs=1e-2)
    assert (score.low, score.high) == pytest.approx((-10, -10), abs=1e-2)
    assert score.off == pytest.approx(10, abs=1e-3)
    assert score.correlation == pytest.approx(1, abs=1e-6)
    assert 0.5 < score.agreement.icc < 1


def test_in_the_picture_by_hand():
    """100 frames: everyone 10 px off, in 20 a wrist 30 px; in 10 more the person is not found. The torso is 100 px."""
    true = np.repeat(STANDING[None], 100, axis=0)
    found = true + np.array([6.0, 8.0])
    found[:20, 9] = true[:20, 9] + np.array([18.0, 24.0])
    found[90:] = np.nan
    scores = score_clip(flat_body(found), flat_body(true), offset=NOW)
    figures = scores.figures
    assert figures["px"].value == pytest.approx(10 + 20 * 20 / (90 * 17))
    assert (figures["px"].frames, figures["px"].values) == (90, 90 * 17)
    assert figures["pck"].value == pytest.approx((90 * 17 - 20) / (100 * 17))
    assert (figures["pck"].frames, figures["pck"].values) == (100, 1700)
    assert scores.frames == {"all": 100, "with_the_person": 90, "with_a_truth": 100, "compared": 90, "missed": 10}
    assert scores.by_joint["left_wrist"]["px"] == pytest.approx(10 + 20 * 20 / 90)
    assert scores.exchanged == 0
    assert figures["pck"].low < figures["pck"].value < figures["pck"].high


def test_intervals_are_as_wide_as_blocks_are_few():
    """A distance that changes from second to second: the interval is that of the mean of so many seconds."""
    random = np.random.default_rng(0)
    true = np.repeat(STANDING[None], 40 * RATE, axis=0)
    off = np.repeat(random.uniform(0, 20, 40), RATE)
    found = true + np.stack([off, 0 * off], axis=-1)[:, None]
    figure_ = score_clip(flat_body(found), flat_body(true), offset=NOW).figures["px"]
    expected = 1.96 * off.std() / np.sqrt(40)
    assert (figure_.high - figure_.low) / 2 == pytest.approx(expected, rel=0.15)


def test_exchanged_sides_are_noticed(body):
    scores = score_clip(body, body.with_sides_exchanged(), offset=NOW)
    assert scores.exchanged > 0.9
    assert any("Left and right seem to be exchanged in the whole clip" in note for note in scores.notes)
    points = STANDING + np.zeros((60, 17, 2))
    half = points.copy()
    half[:12] = flat_body(points).with_sides_exchanged().points[:12]
    scores = score_clip(flat_body(half), flat_body(points), offset=NOW)
    assert scores.exchanged == pytest.approx(0.2)
    assert any("exchanged in 20% of the frames" in note for note in scores.notes)


def test_jitter_is_of_the_frames_in_which_nobody_moves():
    random = np.random.default_rng(0)
    true = np.repeat(STANDING[None], 10 * RATE, axis=0)
    true[5 * RATE :, 9] += np.linspace(0, 300, 5 * RATE)[:, None]  # a wrist moves in the second half
    found = true + random.normal(0, 2, true.shape)
    scores = score_clip(flat_body(found), flat_body(true), offset=NOW)
    assert scores.still_frames[: 5 * RATE].all()
    assert not scores.still_frames[6 * RATE :].any()
    jitter = scores.jitter["found"]
    assert jitter.drift == pytest.approx(2 * np.sqrt(2), rel=0.05)
    assert jitter.step == pytest.approx(2 * 2, rel=0.05)
    assert jitter.unit == "px"
    assert scores.jitter["truth"].step == pytest.approx(0, abs=1)
    everywhere = score_clip(flat_body(found), flat_body(true), offset=NOW, still="all").jitter["found"]
    assert everywhere.frames == 300
    assert everywhere.drift > 20


def test_unknown_units_leave_only_angles(body):
    scores = score_clip(body, replace(body, points=17 * body.points, unit="unknown"), offset=NOW)
    assert scores.figures == {}
    assert len(scores.angle_scores) == 9
    assert any("only angles are scored" in note for note in scores.notes)
    assert scores.as_dict()["figures"] == {}


def test_the_truth_is_on_a_line_between_its_frames_and_nowhere_else():
    points = np.zeros((5, 17, 2)) + 10 * np.arange(5)[:, None, None]
    points[2, 3] = np.nan
    truth = Motion("a", "x", np.array([0, 0.1, 0.2, 0.3, 0.9]), points, "px")
    at = truth.at(np.array([-0.1, 0, 0.05, 0.1, 0.13, 0.3, 0.6, 0.9, 1.0]))
    nan = np.nan
    np.testing.assert_allclose(at[:, 0, 0], [nan, 0, 5, 10, 13, 30, nan, 40, nan])
    np.testing.assert_allclose(at[:, 3, 0], [nan, 0, 5, 10, nan, 30, nan, 40, nan])


def test_what_cannot_be_compared_is_said(body):
    with pytest.raises(NotComparable, match="but in 3D and in the picture"):
        score_clip(body, flat_body(np.zeros((3, 17, 2))))
    with pytest.raises(NotComparable, match=r"\(20\.00 to 31\.97 s with an offset of \+20\.00 s\)\. Give another"):
        score_clip(body, body, offset=given_offset(20))


def test_the_whole_is_ready_for_json(body):
    truth = replace(body, points=np.where(np.arange(17)[:, None] < 5, np.nan, body.points))
    content = json.loads(json.dumps(score_clip(body, truth, offset=NOW).as_dict(), allow_nan=False))
    assert content["figures"]["pa_mpjpe_mm"]["keypoints"] == 360 * 12
    assert content["angles"]["left_knee"]["icc_a1"] == pytest.approx(1)
    assert "neck" not in content["angles"]
    assert set(content["by_joint"]) == set(COCO_17[5:])


def test_real_truth_from_four_cameras(shared_data, tmp_path, cam01):
    """A person seen by four cameras; BlazePose from one of them is off by so much, and not by more."""
    points = np.load(shared_data / "clips/pose2sim/triangulated.npz")["points_m"]
    path = write_trc_points(tmp_path / "walk.trc", list(BLAZEPOSE_33.landmarks), points, rows_per_s=60)
    truth = read_motion(path, 60)
    found = motion_of_poses(cam01, 1, flat=False)
    scores = score_clip(found, truth)
    assert scores.offset.seconds == pytest.approx(0, abs=0.05)
    off = {name: score.off for name, score in scores.angle_scores.items()}
    assert 10 < off["left_knee"] < 16
    assert 10 < off["right_knee"] < 16
    assert 12 < off["left_elbow"] < 30
    assert 12 < off["right_elbow"] < 30
    assert 60 < scores.figures["pa_mpjpe"].value < 90
    assert 80 < scores.figures["mpjpe_turned"].value < 130
    later = score_clip(found, replace(truth, times_s=truth.times_s + 3))
    assert later.offset.seconds == pytest.approx(scores.offset.seconds - 3, abs=0.02)
