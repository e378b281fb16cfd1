"""Whose hand it is: by the arms of bodies, and without bodies."""

import numpy as np
import pytest

from posecore.estimation.hands.arms import Arm, whose
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.hands.slots import blended, free_slot, is_sure_of_other, paired, side_of
from posecore.hands import HandSlot

LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")
OTHER_LEFT, OTHER_RIGHT = HandSlot(2, "left"), HandSlot(2, "right")


def hand_at(x: float, right: float = 0.5, length: float = 18) -> RegionHand:
    points = np.zeros((21, 3), np.float32)
    points[:, 0] = x
    points[12, 1] = -length
    return RegionHand(points, points, 1.0, right)


def arm_at(x: float, slot: HandSlot) -> Arm:
    return Arm(slot, np.float32([x, 0]), np.float32([x, 0]), pixels_per_m=100, searchable=True)


@pytest.mark.parametrize(
    ("hands", "before", "slots"),
    [
        pytest.param([hand_at(0), hand_at(98)], [None, None], [LEFT, RIGHT], id="nearest wrist"),
        pytest.param([hand_at(100), hand_at(3)], [None, None], [RIGHT, LEFT], id="in any order"),
        pytest.param([hand_at(50)], [None], [None], id="at no wrist"),
        pytest.param([hand_at(75)], [RIGHT], [RIGHT], id="its own wrist jumped away"),
        pytest.param([hand_at(75)], [None], [None], id="a new hand as far away"),
        pytest.param([hand_at(0), hand_at(2)], [None, None], [LEFT, None], id="two hands at one wrist"),
    ],
)
def test_a_hand_belongs_to_the_nearest_arm(hands, before, slots):
    assert whose(hands, [arm_at(0, LEFT), arm_at(100, RIGHT)], before) == slots


@pytest.mark.parametrize(
    ("rights", "before", "slots"),
    [
        pytest.param([0.9, 0.1], [None, None], [RIGHT, LEFT], id="by their shapes"),
        pytest.param([0.6, 0.4], [LEFT, RIGHT], [LEFT, RIGHT], id="as before, if the shapes are not clear"),
    ],
)
def test_folded_hands_are_told_apart(rights, before, slots):
    """Both hands are as near to both wrists."""
    hands = [hand_at(x, right) for x, right in zip((4, 6), rights, strict=True)]
    assert whose(hands, [arm_at(4, LEFT), arm_at(6, RIGHT)], before) == slots


def test_a_hand_too_large_for_the_bodies_is_nobodys():
    """It fills the picture, and the body was made up from it."""
    arms = [arm_at(0, LEFT), arm_at(100, RIGHT)]
    large = hand_at(0, right=0.9, length=45)
    assert whose([large], arms, [None]) == [RIGHT]
    assert whose([large], arms, [LEFT]) == [LEFT], "as before"
    assert whose([large, hand_at(99)], arms, [RIGHT, None]) == [OTHER_RIGHT, RIGHT]
    assert whose([hand_at(50, length=25)], arms, [None]) == [None]


def test_hands_without_bodies_are_paired_by_their_sides():
    assert paired([0.9, 0.1, 0.2, 0.7]) == [RIGHT, LEFT, OTHER_LEFT, OTHER_RIGHT]
    assert free_slot("left", [LEFT, OTHER_RIGHT]) == OTHER_LEFT
    assert paired([]) == []


def test_a_followed_hand_changes_sides_only_after_a_while():
    mean, frames = 0.1, 0
    while not is_sure_of_other("left", mean):
        mean, frames = blended(mean, 0.95), frames + 1
    assert 10 <= frames <= 15
    assert side_of(mean) == "right"
    assert not is_sure_of_other("left", blended(0.1, 0.99))
