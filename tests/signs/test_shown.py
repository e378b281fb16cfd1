"""What each hand shows, in photos and videos."""

from dataclasses import replace

import numpy as np

from posecore import FrameHands
from posecore.signs import shown
from posecore.signs.shown import gesture_notes, read_signs, sign_notes
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at, waving


def test_hands_of_a_photo_and_of_a_video_are_read_alike():
    hands = waving(8)
    signs = read_signs(hands)
    assert signs.gesture.tolist() == [["open_palm", "open_palm"]] * 4 + [["", "open_palm"]] * 4
    np.testing.assert_array_equal(np.isnan(signs.gesture_score), ~hands.seen)
    for frame in (2, 6):
        alone = read_signs(hands.frame(frame))
        seen = hands.seen[frame]
        assert alone.gesture.tolist() == signs[frame].gesture[seen].tolist()
        np.testing.assert_allclose(alone.gesture_score, signs[frame].gesture_score[seen])
    assert read_signs(FrameHands.nobody(SIZE)).gesture.shape == (0,)


def test_the_shape_of_the_picture_does_not_matter():
    hands = hands_at({RIGHT: (200, 400)})
    wide = replace(hands, size=(2000, 480))
    assert read_signs(wide).gesture_score == read_signs(hands).gesture_score


def test_a_long_video_is_read_in_blocks(monkeypatch):
    hands = waving(10)
    whole = read_signs(hands)
    monkeypatch.setattr(shown, "_BLOCK_FRAMES", 3)
    blocks = read_signs(hands)
    assert blocks.gesture.tolist() == whole.gesture.tolist()
    assert blocks.letter.tolist() == whole.letter.tolist()
    np.testing.assert_allclose(blocks.gesture_score, whole.gesture_score, rtol=1e-6)
    np.testing.assert_allclose(blocks.letter_score, whole.letter_score, rtol=1e-6)


def test_only_gestures_are_noted():
    hands = hands_at({LEFT: (450, 350), RIGHT: (150, 350)})
    signs = read_signs(hands)
    signs.gesture[:] = ["none", "thumb_up"]
    signs.letter[:] = ["B", ""]
    assert sign_notes(hands.slots, signs) == {RIGHT: "thumb up"}
    assert sign_notes(hands.slots, signs, "letter") == {LEFT: "B"}


def test_gestures_of_a_video_are_noted_without_reading_letters(monkeypatch):
    hands = waving(10)
    signs = read_signs(hands)
    expected = [sign_notes(hands.slots, signs[frame]) for frame in range(len(hands))]
    assert expected[0] == {LEFT: "open palm", RIGHT: "open palm"}
    assert expected[-1] == {RIGHT: "open palm"}

    def refuse(_hands):
        raise AssertionError("letters were read")

    monkeypatch.setattr(shown, "letters_of", refuse)
    monkeypatch.setattr(shown, "_BLOCK_FRAMES", 3)
    assert gesture_notes(hands) == expected
