"""Poses compared with a reference: figures of known truth, and labelled photos."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from posecore import (
    BLAZEPOSE_33,
    FramePoses,
    InvalidOption,
    NotComparable,
    PoseSequence,
    compare_poses,
    compare_to_pose,
)
from posecore.motion.comparing.limbs import LIMBS, degrees_apart, mean_over_limbs, scores_of
from posecore.motion.comparing.limbs import Figure as Body
from tests.motion.exercises.figure import bumps, figure, squats, times_for, together, without

examples = settings(derandomize=True, deadline=None, max_examples=40)
degrees = st.floats(-180, 180)


def pose(**given: float) -> FramePoses:
    return figure([0.0], **given).frame(0)


def moved(poses: FramePoses, *, scale: float = 1, by_m: float = 0, turn: Rotation | None = None) -> FramePoses:
    world = poses.world.astype(np.float64) * scale + by_m
    return replace(poses, world=world if turn is None else world @ turn.as_matrix().T)


def hide(poses: FramePoses, *names: str) -> FramePoses:
    visibility = poses.visibility.copy()
    visibility[:, [BLAZEPOSE_33.index(name) for name in names]] = 0.4
    return replace(poses, visibility=visibility)


SQUAT = {"knee": 90, "hip": 100, "left_shoulder": 80, "right_elbow": 60}


@examples
@given(st.floats(0.1, 10), st.floats(-5, 5), degrees)
def test_likeness_is_free_of_scale_place_and_turn_about_the_vertical(scale, by_m, angle):
    turn = Rotation.from_euler("y", angle, degrees=True)
    likeness = compare_poses(pose(**SQUAT), moved(pose(**SQUAT), scale=scale, by_m=by_m, turn=turn))
    assert likeness.score == pytest.approx(100, abs=0.1)
    assert np.cos(np.radians(likeness.turned_deg + angle)) == pytest.approx(1, abs=1e-5)
    assert likeness.not_judged == {}


@examples
@given(st.tuples(degrees, degrees, degrees))
def test_likeness_is_free_of_any_turn_if_asked_for(angles):
    turned = moved(pose(**SQUAT), turn=Rotation.from_euler("xyz", angles, degrees=True))
    assert compare_poses(pose(**SQUAT), turned, turn="any").score == pytest.approx(100, abs=0.1)


def test_a_body_that_lies_is_not_one_that_stands():
    standing, lying = pose(), pose(lying=90)
    assert compare_poses(standing, lying).score < 20
    assert compare_poses(standing, lying, turn="any").score == pytest.approx(100, abs=0.1)
    assert compare_poses(pose(turned=70), pose(), turn="none").score < compare_poses(pose(turned=70), pose()).score


@examples
@given(st.floats(0, 90), degrees)
def test_a_limb_is_as_many_degrees_apart_as_it_was_moved(angle, turned):
    bent = pose(left_elbow=angle, turned=turned)
    likeness = compare_poses(pose(left_elbow=0), bent)
    # The turn that makes all limbs most alike may hide a part of it, and adds it to the others.
    assert likeness.degrees["left_forearm"] == pytest.approx(angle, abs=0.2 * angle + 0.1)
    assert likeness.scores["left_forearm"] == pytest.approx(max(0, 100 - likeness.degrees["left_forearm"] / 0.6))
    others = [value for name, value in likeness.degrees.items() if name != "left_forearm"]
    assert max(others) <= 0.2 * angle + 0.1
    assert likeness.score == pytest.approx(np.mean(list(likeness.scores.values())))


@pytest.mark.parametrize("side", ["left", "right"])
def test_straight_arms_do_not_turn_a_body_round(side):
    # Arms to the front and to the back are half a turn apart.
    front, back = (pose(left_shoulder=angle, right_shoulder=angle) for angle in (90, -90))
    likeness = compare_poses(front, back)
    assert abs(likeness.turned_deg) < 30
    assert likeness.scores[f"{side}_upper_arm"] == 0


def test_lying_on_the_back_is_not_lying_on_the_belly():
    likeness = compare_poses(pose(lying=90), pose(lying=-90))
    assert likeness.degrees["shoulders"] == likeness.degrees["hips"] == pytest.approx(180)
    assert likeness.degrees["trunk"] == pytest.approx(0, abs=1)


def test_a_mirrored_pose_is_alike_only_if_mirrored():
    left, right = pose(left_shoulder=150), pose(right_shoulder=150)
    assert compare_poses(left, right).scores["left_upper_arm"] == 0
    for mirror in ("yes", "either"):
        likeness = compare_poses(left, right, mirror=mirror)
        assert likeness.score == pytest.approx(100, abs=0.1)
        assert likeness.mirrored
    assert not compare_poses(left, left, mirror="either").mirrored


def test_what_is_unseen_is_not_judged():
    likeness = compare_poses(hide(pose(), "left_wrist"), hide(pose(), "right_knee", "left_wrist"))
    assert likeness.not_judged == {
        "left_forearm": "not in sight in both",
        "right_thigh": "not in sight in the reference",
        "right_shin": "not in sight in the reference",
    }
    assert np.isnan(likeness.degrees["left_forearm"])
    assert likeness.score == pytest.approx(100, abs=0.1)
    assert likeness.as_dict()["limbs"]["left_forearm"] == {"degrees": None, "score": None}


def test_fewer_than_half_of_the_limbs_tell_no_pose():
    portrait = hide(pose(), "left_hip", "right_hip", "left_wrist", "right_wrist", "left_elbow")
    likeness = compare_poses(portrait, pose())
    assert np.isnan(likeness.score)
    assert likeness.not_judged["pose"] == "fewer than half of the limbs are in sight in both"
    assert likeness.as_dict()["score"] is None


def test_the_largest_person_is_compared_unless_another_is_asked_for():
    small = figure([0.0], left_shoulder=170, person=2)
    small = replace(small, xy=small.xy / 3)
    people = together(small, figure([0.0])).frame(0)
    assert compare_poses(people, pose()).score == pytest.approx(100, abs=0.1)
    assert compare_poses(people, pose(), person=2).scores["left_upper_arm"] == 0


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"turn": "up"}, InvalidOption, "'up'"),
        ({"mirror": "maybe"}, InvalidOption, "'maybe'"),
        ({"min_visibility": 2}, InvalidOption, "but got 2"),
        ({"person": 9}, InvalidOption, "but got 9"),
        ({"reference": FramePoses.nobody((10, 10))}, NotComparable, "Nobody is seen in the reference"),
    ],
)
def test_what_cannot_be_compared_is_rejected(given, error, message):
    with pytest.raises(error, match=message):
        compare_poses(**{"pose": pose(), "reference": pose(), **given})


def test_the_best_moment_and_the_times_held_are_found():
    clip = squats([1, 1])
    deepest = int(np.argmax(bumps(clip.times_s, [1, 1])))
    likeness = compare_to_pose(clip, clip.frame(deepest))
    assert likeness.best_s == pytest.approx(clip.times_s[deepest], abs=0.05)
    assert likeness.score[likeness.best_frame] == pytest.approx(100, abs=0.1)
    first, second = likeness.held(90)
    assert first[0] < 2 < first[1]
    assert second[0] < 4.5 < second[1]
    assert likeness.held(90, shortest_s=5) == ()
    table = likeness.as_table()
    assert list(table)[:3] == ["time_s", "score", "head_deg"]
    assert len(table) == len(clip)
    told = likeness.as_dict()
    assert told["best"]["time_s"] == pytest.approx(likeness.best_s, abs=1e-3)
    assert len(told["held"]) == 2


def test_each_frame_has_the_likeness_of_its_pose():
    clip = squats([1])
    likeness = compare_to_pose(clip, pose())
    for frame in (0, 45, 60):
        one = compare_poses(clip.frame(frame), pose())
        assert likeness.score[frame] == pytest.approx(one.score)
        np.testing.assert_allclose(likeness.degrees[frame], list(one.degrees.values()))


def test_an_absence_is_not_judged_and_a_cut_ends_what_is_held():
    times = times_for(2)
    clip = figure(times)
    away = (times > 1) & (times < 1.2)
    likeness = compare_to_pose(without(clip, away), pose())
    assert np.isnan(likeness.score[away]).all()
    assert len(likeness.held()) == 1, "a short absence is bridged"
    assert len(compare_to_pose(replace(clip, cuts=[60]), pose()).held()) == 2


def test_after_a_cut_the_person_has_another_id():
    one, other = figure(times_for(1)), figure(times_for(1), person=2)
    late = one.times_s > 2
    clip = replace(together(without(one, late), without(other, ~late)), cuts=[int(late.argmax())])
    assert np.isfinite(compare_to_pose(clip, pose()).score).all()
    assert np.isnan(compare_to_pose(clip, pose(), person=1).score[late]).all()


def test_no_judged_frame_has_no_best_moment():
    clip = squats([1])
    hidden = replace(clip, visibility=clip.visibility * 0)
    with pytest.raises(NotComparable, match="fewer than half"):
        compare_to_pose(hidden, pose()).as_dict()


def test_labelled_poses_are_more_alike_than_others(shared_data: Path):
    table = pd.read_csv(shared_data / "exercise" / "fitness_pose_samples.csv", header=None).iloc[::3]
    places = table.iloc[:, 2:].to_numpy(float).reshape(-1, 33, 3)
    label, photo = table[1].to_numpy(str), table[0].to_numpy(str)
    limbs = Body(places, np.ones(places.shape[:2])).directions(0.5)
    one, other = np.triu_indices(len(limbs), 1)
    # The same file name may be of frames of one video.
    apart = photo[one] != photo[other]
    one, other = one[apart], other[apart]
    same = label[one] == label[other]
    accuracy = {}
    for turn in ("vertical", "any", "none"):
        score = mean_over_limbs(scores_of(degrees_apart(limbs[one], limbs[other], turn)[0]))
        places_of = score.argsort().argsort() + 1
        pairs = same.sum() * (~same).sum()
        # Chance that two photos of one pose score higher than two of different poses.
        accuracy[turn] = (places_of[same].sum() - same.sum() * (same.sum() + 1) / 2) / pairs
    assert accuracy["vertical"] > 0.8
    assert accuracy["vertical"] > max(accuracy["any"], accuracy["none"]) + 0.1


def test_the_limbs_are_those_of_both_sides():
    assert [name for name in LIMBS if not name.startswith(("left", "right"))] == ["head", "trunk", "shoulders", "hips"]
    assert len(LIMBS) == 12


def empty() -> PoseSequence:
    return PoseSequence.empty([0, 1], [1], size=(10, 10), fps=1)


def test_a_video_with_nobody_is_rejected():
    with pytest.raises(NotComparable, match="Nobody is seen in the video"):
        compare_to_pose(empty(), pose())
