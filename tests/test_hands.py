from dataclasses import replace

import numpy as np
import pytest

from posecore import FrameHands, HandSequence, HandSlot, InvalidHands, InvalidOption
from posecore.hands import HAND_ARRAYS, VALUES_PER_HAND, HandRecorder, pack_hands, unpack_hands

SIZE = (640, 480)
LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")
OTHER = HandSlot(2, "right")


def frame_of(time_s: float, *slots: HandSlot, value: float = 1.0, **changed) -> FrameHands:
    arrays = {name: np.full((len(slots), *tail), value) for name, tail in HAND_ARRAYS.items()}
    return FrameHands(**{**arrays, "slots": slots, "time_s": time_s, "size": SIZE, **changed})


def joined(*frames: FrameHands) -> HandSequence:
    return HandSequence.from_frames(frames, size=SIZE, fps=25)


def test_arrays_become_float32_and_read_only():
    hands = frame_of(0, LEFT)
    assert all(array.dtype == np.float32 for array in hands.arrays.values())
    with pytest.raises(ValueError, match="read-only"):
        hands.xy[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"z": np.zeros(21)}, r"Expected 'z' to have shape \(1, 21\), but got \(21,\)"),
        ({"xy": np.zeros((1, 33, 2))}, r"Expected 'xy' to have shape \(1, 21, 2\), but got \(1, 33, 2\)"),
        ({"world": np.zeros((2, 21, 3))}, r"Expected 'world' to have shape \(1, 21, 3\)"),
        ({"score": np.zeros((1, 21))}, r"Expected 'score' to have shape \(1,\)"),
        ({"size": (0, 480)}, r"Expected 'size' to be above zero in both dimensions, but got \(0, 480\)"),
    ],
)
def test_a_mismatched_array_is_named(changed, message):
    with pytest.raises(InvalidHands, match=message):
        frame_of(0, LEFT, **changed)


def test_slots_are_unique_and_have_a_side():
    with pytest.raises(InvalidHands, match="unique, but got left hand of person 1, left hand of person 1"):
        frame_of(0, LEFT, LEFT)
    with pytest.raises(InvalidHands, match="'side' to be one of 'left', 'right', but got 'upper'"):
        HandSlot(1, "upper")
    assert sorted([OTHER, RIGHT, LEFT]) == [LEFT, RIGHT, OTHER]


def test_frames_are_joined_by_slot():
    sequence = joined(
        frame_of(0.0, RIGHT), FrameHands.nobody(SIZE, 0.04), frame_of(0.08, OTHER, RIGHT, LEFT, value=3.0)
    )
    assert sequence.slots == (LEFT, RIGHT, OTHER)
    assert sequence.seen.tolist() == [[False, True, False], [False] * 3, [True] * 3]
    assert np.isnan(sequence.score[1]).all()
    assert len(sequence.frame(1)) == 0
    first = sequence.frame(0)
    assert (first.slots, first.score.tolist(), first.time_s) == ((RIGHT,), [1], 0)
    assert sequence.frame(2).slots == (LEFT, RIGHT, OTHER)
    assert len(joined().slots) == 0


def test_times_and_cuts_are_checked():
    with pytest.raises(InvalidHands, match="strictly increasing"):
        joined(frame_of(0.1, LEFT), frame_of(0.1, LEFT))
    with pytest.raises(InvalidHands, match="'cuts' to increase"):
        replace(joined(frame_of(0, LEFT)), cuts=[1])


def test_frames_can_be_selected_with_their_cuts():
    sequence = joined(*(frame_of(t / 25, LEFT, value=t, begins_shot=t == 3) for t in range(6)))
    assert (sequence.cuts.tolist(), sequence.frame(3).begins_shot) == ([3], True)
    some = sequence.at(slice(2, None))
    assert (some.cuts.tolist(), some.score[:, 0].tolist()) == ([1], [2, 3, 4, 5])
    assert sequence.at(slice(None, None, 2)).fps == 12.5
    assert sequence.at(np.array([0, 5])).times_s.tolist() == [0, 0.2]


def test_a_sequence_and_its_frames_are_resized_alike():
    sequence = joined(frame_of(0, LEFT, RIGHT, value=8.0))
    resized = sequence.resized((1280, 240))
    assert resized.xy[0, 0, 0].tolist() == [16, 4]
    assert (resized.z == 16).all()
    np.testing.assert_array_equal(resized.world, sequence.world)
    np.testing.assert_array_equal(resized.frame(0).xy, sequence.frame(0).resized((1280, 240)).xy)


def test_hands_are_selected_by_person():
    sequence = joined(frame_of(0, LEFT, RIGHT, OTHER))
    assert sequence.slot(2, "right") == 2
    with pytest.raises(InvalidOption, match="right hand of person 2\\), but got the left hand of person 2"):
        sequence.slot(2, "left")
    assert sequence.only([2, 7]).slots == (OTHER,)
    assert sequence.frame(0).only([1]).slots == (LEFT, RIGHT)


def test_a_recorder_gives_hands_the_ids_of_their_bodies():
    """Two shots: the bodies of person 1 became 1 and 2; in the second shot there are hands of nobody known."""
    recorder = HandRecorder()
    for time, begins, slots in [(0.0, False, [RIGHT]), (0.1, True, [LEFT, RIGHT]), (0.2, False, [OTHER])]:
        recorder.add(frame_of(time, *slots, value=10 * time, begins_shot=begins))
    sequence = HandSequence(**recorder.arrays({(0, 1): 1, (1, 1): 2}), size=SIZE, fps=10)
    assert sequence.slots == (RIGHT, HandSlot(2, "left"), HandSlot(2, "right"), HandSlot(3, "right"))
    assert sequence.cuts.tolist() == [1]
    assert sequence.seen.tolist() == [[True, False, False, False], [False, True, True, False], [False] * 3 + [True]]
    np.testing.assert_array_equal(sequence.frame(2).xy, np.full((1, 21, 2), 2, np.float32))
    alone = HandSequence(**recorder.arrays({}), size=SIZE, fps=10)
    assert [slot.person for slot in alone.slots] == [1, 2, 2, 3]


def test_a_recorder_keeps_many_frames_and_says_when_hands_are_left_out():
    recorder = HandRecorder(most_slots=2)
    for index in range(2000):
        recorder.add(frame_of(index / 25, LEFT, *([RIGHT, OTHER] if index > 1500 else []), value=index))
    sequence = HandSequence(**recorder.arrays(), size=SIZE, fps=25)
    assert sequence.slots == (LEFT, RIGHT)
    assert recorder.left_out
    np.testing.assert_array_equal(sequence.z[:, 0, 0], np.arange(2000))
    assert np.flatnonzero(sequence.seen[:, 1])[0] == 1501


@pytest.mark.parametrize("count", [0, 1, 3])
def test_packed_hands_unpack_unchanged(count):
    values = np.random.default_rng(count).normal(size=(count, VALUES_PER_HAND)).astype(np.float32)
    slots = tuple(HandSlot(person, "left") for person in range(count))
    hands = FrameHands(**unpack_hands(values), slots=slots, time_s=0, size=SIZE)
    np.testing.assert_array_equal(pack_hands(hands), values)


def test_an_empty_sequence_has_its_slots():
    empty = HandSequence.empty([0.0, 0.1], [LEFT, OTHER], size=SIZE, fps=30)
    assert empty.xy.shape == (2, 2, 21, 2)
    assert not empty.seen.any()
