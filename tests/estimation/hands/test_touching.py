"""Hands that lie on each other, and one hand that is found twice."""

from itertools import islice

import numpy as np
import pytest

from posecore import FrameHands, HandOptions, HandSlot, PoseOptions
from posecore.estimation.engines import open_stream_estimator
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.hands.search import is_among
from posecore.estimation.hands.stream_estimator import StreamEstimator
from posecore.media.clips import open_clip

LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")
PALM = [0, 5, 9, 13, 17]


def hands_beside_bodies(path, start: int, end: int) -> list[FrameHands]:
    """Of the frames from start to end of a video."""
    bodies, hands = open_stream_estimator(PoseOptions()), StreamEstimator(HandOptions())
    with open_clip(path) as clip:
        return [
            hands.step(frame.pixels, frame.time_s, bodies.step(frame.pixels, frame.time_s))
            for frame in islice(clip, start, end)
        ]


def palms_apart(hands: FrameHands) -> float:
    """Between the middles of two palms, as a share of the longer one."""
    middles = hands.xy[:, PALM].mean(axis=1)
    length = np.linalg.norm(hands.xy[:, 9] - hands.xy[:, 0], axis=1).max()
    return float(np.linalg.norm(middles[0] - middles[1]) / length)


def test_a_hand_behind_another_is_not_that_one_again(shared_data):
    """The right fist is seen through the fingers of the left hand, which lay under it before."""
    frames = hands_beside_bodies(shared_data / "asl_words" / "help.mkv", 18, 41)
    for hands in frames[12:]:
        assert hands.slots == (LEFT, RIGHT)
        assert hands.right[0] < 0.1
        assert hands.right[1] > 0.9
        assert palms_apart(hands) > 0.7


def test_a_followed_hand_that_slid_onto_the_other_is_dropped(shared_data):
    """The right hand comes to lie behind the left one, so that only its fingers are seen."""
    frames = hands_beside_bodies(shared_data / "asl_words" / "school.mkv", 24, 37)
    assert RIGHT in frames[0].slots
    assert [hands.slots for hands in frames[4:]] == [(LEFT,)] * 9
    assert all(hands.right[0] < 0.2 for hands in frames[4:])


@pytest.mark.parametrize(("name", "first"), [("reps/arm_raise_seated.mp4", 14), ("asl_words/book.mkv", 21)])
def test_hands_pressed_together_stay_two(shared_data, name, first):
    frames = hands_beside_bodies(shared_data / name, first - 6, first + 7)[6:]
    assert [hands.slots for hands in frames].count((LEFT, RIGHT)) >= 5


def upright(x: float, right: float) -> RegionHand:
    """A hand whose palm is 100 pixels long, with its wrist at x."""
    points = np.zeros((21, 3), np.float32)
    points[[5, 9, 13, 17], :2] = [(-30, -100), (-10, -100), (10, -100), (30, -100)]
    points[:, 0] += x
    return RegionHand(points, points / 1000, 0.9, right)


@pytest.mark.parametrize(
    ("apart", "rights", "same"),
    [
        (0, (0.1, 0.1), True),
        (55, (0.1, 0.7), True),
        (65, (0.1, 0.1), False),
        (20, (0.1, 0.9), True),
        (30, (0.1, 0.9), False),
    ],
)
def test_which_hands_are_one(apart, rights, same):
    assert is_among(upright(0, rights[0]), [upright(apart, rights[1])]) is same
