"""Which hand is read of several, the commands among its letters, and those that are drawn in the air."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from posecore import FrameHands, HandSequence, HandSlot
from posecore.signs.reading import Shown, SpellingHand, letter_spans, read_hands, read_video, spelled
from posecore.signs.spelling import SPACE, SpellingLine
from tests.signs.drawing import SHAPES, drawn
from tests.signs.hand_figure import hand
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


def video(*hands: tuple[HandSlot, np.ndarray], fps: float = 25) -> HandSequence:
    xyz = np.stack([points for _slot, points in hands], axis=1)
    count = xyz.shape[:2]
    slots = tuple(slot for slot, _points in hands)
    world, one = np.zeros_like(xyz), np.ones(count)
    return HandSequence(xyz[..., :2], xyz[..., 2], world, one, one, slots, np.arange(count[0]) / fps, (620, 1080), fps)


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


def read_live(sequence: HandSequence) -> str:
    hand, line = SpellingHand(), SpellingLine()
    for index in range(len(sequence)):
        shown = hand.read(sequence.frame(index))
        line.feed(shown.time_s, shown.letter, shown.score, shown.place)
        if shown.drawn:
            line.draw(shown.drawn)
    return line.text


FPS = 20


def draws(letter: str) -> np.ndarray:
    """Held for 0.9 s before it is drawn in a second, and for 0.9 s afterwards."""
    return drawn(letter, fps=FPS, rest_s=0.9)[0]


def holds(shape: np.ndarray, seconds: float = 1) -> np.ndarray:
    return np.repeat(shape[None], round(seconds * FPS), axis=0)


I_HAND, D_HAND = SHAPES["J"], SHAPES["Z"]
L_HAND = hand(("index",), "out") * [-1, 1, 1]
NO_LETTER = hand((), "out", relaxed=("index", "middle", "ring", "pinky")) * [-1, 1, 1]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([holds(L_HAND), draws("J"), draws("J")], "LJJ"),
        ([draws("Z"), draws("Z"), holds(I_HAND)], "ZZI"),
        ([holds(I_HAND), holds(NO_LETTER, 0.6), draws("J")], "IJ"),
        ([holds(D_HAND), holds(NO_LETTER, 0.6), draws("Z")], "DZ"),
        ([draws("J"), holds(NO_LETTER, 0.6), holds(I_HAND)], "JI"),
        ([holds(I_HAND), holds(L_HAND)], "IL"),
    ],
)
def test_a_drawn_letter_counts_once_and_its_beginning_does_not(parts: Sequence[np.ndarray], text: str):
    sequence = video((HandSlot(1, "right"), np.concatenate(parts) * 100 + [300, 500, 0]), fps=FPS)
    assert "".join(word.text for word in spelled(read_video(sequence))) == text
    assert read_live(sequence) == text


def test_the_z_of_a_real_signer_are_read_live_and_in_a_video(shared_data: Path):
    with np.load(shared_data / "asl_letters" / "asl_landmarks_AZ.npz") as saved:
        chosen = saved["y"] == "Z"
        numbers = [int(name.split("_")[1].split(".")[0]) for name in saved["name"][chosen]]
        points = saved["X"][chosen][np.argsort(numbers)][:115]
    sequence = video((HandSlot(1, "left"), points * [1280, 720, 1280]), fps=15)
    assert read_live(sequence) == "ZZZZZ", "the first of six had begun before the recording"
    [word] = spelled(read_video(sequence))
    assert word.text == "ZZZZZ"


def test_letters_last_as_long_as_they_are_seen_and_drawn_ones_as_their_movement():
    parts = [holds(L_HAND), draws("Z")]
    shown = read_video(video((HandSlot(1, "right"), np.concatenate(parts) * 100 + [300, 500, 0]), fps=FPS))
    spans = letter_spans(shown)
    assert (spans[0].letter, spans[0].start_s) == ("L", 0.0)
    assert spans[0].end_s == pytest.approx(1, abs=1 / FPS)
    assert spans[-1].letter == "Z"
    assert (spans[-1].start_s, spans[-1].end_s) == (pytest.approx(1.9, abs=0.2), pytest.approx(2.9, abs=0.2))
    assert all(0 < span.score <= 1 for span in spans)


def test_letters_of_a_single_frame_and_commands_are_no_letters():
    letters = ["A", "A", "A", "", "B", None, SPACE, SPACE]
    shown = [Shown(index / 10, letter, 0.9, "none", 0, None, None) for index, letter in enumerate(letters)]
    assert letter_spans(shown) == [("A", 0.0, pytest.approx(0.3), pytest.approx(0.9))]
    assert letter_spans([]) == letter_spans(shown[4:6]) == []


def test_from_i_to_n_live_is_no_j(spelling):
    assert read_live(video((HandSlot(1, "right"), spelling[25:125]))) == "IN"


def test_the_window_of_a_stream_is_bounded():
    hand = SpellingHand()
    for index in range(2000):
        hand.read(FrameHands.nobody(SIZE, index / 1000))
    assert len(hand._drawing._window) == 256
    hand.read(FrameHands.nobody(SIZE, 1e6))
    assert len(hand._drawing._window) == 1
