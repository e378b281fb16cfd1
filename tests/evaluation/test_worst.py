"""The worst people come first, and what is wrong with them is said in words."""

import numpy as np
import pytest

from posecore.evaluation.case import CaseName, PersonScore, score_case
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPhoto
from posecore.evaluation.worst import what_is_wrong, worst_first, wrong_keypoints
from tests.evaluation.conftest import SIZE, STANDING, labelled_person

NOWHERE = np.full((17, 3), np.nan)


def score(found: np.ndarray | None, label: np.ndarray = STANDING, name: str = "a.png") -> PersonScore:
    """A labelled person of whom this was found; nothing if None. Their torso is 100 px."""
    photo = LabelledPhoto(1, name, SIZE, "", (labelled_person(label),))
    people = {} if found is None else {1: FoundPeople(found[None], np.ones(1), NOWHERE[None])}
    return score_case(CaseName("full"), [photo], people).people[0]


def moved(**by: float) -> np.ndarray:
    points = STANDING.copy()
    for joint, pixels in by.items():
        points[COCO_17.index(joint), 0] += pixels
    return points


def without(*joints: str) -> np.ndarray:
    points = STANDING.copy()
    points[[COCO_17.index(joint) for joint in joints]] = np.nan
    return points


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (score(None), "not found"),
        (score(STANDING), "all points within 0.2 of the torso"),
        (score(moved(left_knee=80)), "left knee 0.8 of the torso off"),
        (score(moved(left_knee=80, nose=-31)), "left knee 0.8 of the torso off, nose 0.3"),
        (score(moved(nose=30, left_eye=40, left_ear=50, left_hip=60, left_wrist=70)),
         "left wrist 0.7 of the torso off, left hip 0.6, left ear 0.5 and 2 more"),
        (score(without("left_ankle")), "left ankle missing"),
        (score(moved(left_ankle=12), without("left_hip")), "left ankle 12 px off"),
        (score(STANDING + 60), "not found: the nearest estimate is too far off"),
    ],
)  # fmt: skip
def test_what_is_wrong(person, words):
    assert what_is_wrong(person) == words


def test_the_threshold_decides_what_is_wrong():
    person = score(moved(left_knee=30, nose=15))
    assert [COCO_17[place] for place in np.flatnonzero(wrong_keypoints(person))] == ["left_knee"]
    assert wrong_keypoints(person, 0.1).sum() == 2
    assert what_is_wrong(person, 0.5) == "all points within 0.5 of the torso"
    assert not wrong_keypoints(score(moved(left_knee=30), without("left_hip"))).any()


def test_the_worst_person_comes_first_and_the_worst_joint_on_request():
    good, worse, missed = score(moved(nose=10)), score(moved(left_knee=90, nose=50)), score(None)
    assert worst_first([good, worse, missed]) == [missed, worse, good]
    assert worst_first([good, worse], "left_knee") == [worse, good]
    unlabelled = score(moved(nose=99), without("nose"))
    assert worst_first([good, unlabelled, worse], "nose") == [worse, good]
