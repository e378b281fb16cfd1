"""Which hand is read of several, and the commands among its letters."""

import json

import numpy as np
import pytest

from posecore import FrameHands, HandSequence, HandSlot
from posecore.signs.reading import SpellingHand, read_hands, read_video, spelled
from posecore.signs.spelling import SPACE
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at


def test_an_open_hand_is_a_space_unless_commands_are_off():
    hands = hands_at({RIGHT: (320, 400)})
    assert SpellingHand().read(hands).letter == SPACE
    assert SpellingHand(commands=False).read(hands).letter != SPACE


def test_without_hands_there_is_no_letter():
    shown = SpellingHand().read(FrameHands.nobody(SIZE))
    assert (shown.letter, shown.score, shown.slot) == (None, 0.0, None)
    assert read_hands(FrameHands.nobody(SIZE)) == []


def test_a_hand_with_missing_landmarks_counts_as_absent():
    hands = hands_at({LEFT: (200, 400), RIGHT: (420, 400)})
    xy = hands.xy.copy()
    xy[0, 5] = np.nan
    broken = FrameHands(**(hands.arrays | {"xy": xy}), slots=hands.slots, time_s=0, size=SIZE)
    assert [each.slot for each in read_hands(broken)] == [RIGHT]


@pytest.fixture(scope="module")
def spelling(shared_data) -> np.ndarray:
    """(325, 21, 3) landmarks in pixels of a hand that spells."""
    return np.array(json.loads((shared_data / "google-reference/asl_hand.full.json").read_text()))


def video(*hands: tuple[HandSlot, np.ndarray]) -> HandSequence:
    xyz = np.stack([points for _slot, points in hands], axis=1)
    count = xyz.shape[:2]
    slots = tuple(slot for slot, _points in hands)
    world, one = np.zeros_like(xyz), np.ones(count)
    return HandSequence(xyz[..., :2], xyz[..., 2], world, one, one, slots, np.arange(count[0]) / 25, (620, 1080), 25)


def test_the_word_of_a_hand_is_read_also_mirrored(spelling):
    mirrored = spelling * [-1, 1, 1] + [620, 0, 0]
    for side, points in (("right", spelling), ("left", mirrored)):
        [word] = spelled(read_video(video((HandSlot(1, side), points))))
        assert word.text == "INDNESS", "of KINDNESS; K is read at its end only"


def test_of_two_signers_the_larger_is_read(spelling):
    small = 0.3 * spelling[::-1]
    both = video((HandSlot(1, "right"), small), (HandSlot(2, "right"), spelling))
    shown = read_video(both)
    assert np.mean([each.slot == HandSlot(2, "right") for each in shown]) > 0.8
