"""J and Z drawn by hands that are moved along them, and by a real signer."""

from pathlib import Path

import numpy as np
import pytest

from posecore.errors import InvalidHands, InvalidOption
from posecore.hands import HandSequence, HandSlot
from posecore.signs import MovedLetter, moved_letters, moved_letters_of
from tests.signs.drawing import PATHS, SHAPES, drawn
from tests.signs.hand_figure import hand


@pytest.mark.parametrize("letter", ["J", "Z"])
@pytest.mark.parametrize("fps", [12, 30, 60])
@pytest.mark.parametrize("seconds", [0.6, 1.6])
def test_a_drawn_letter_is_found_when_it_is_drawn(letter, fps, seconds):
    points, times = drawn(letter, fps=fps, seconds=seconds)
    (found,) = moved_letters(points, times, "Right")
    assert found.letter == letter
    assert found.score > 0.85
    assert abs(found.start_s - 0.5) < 0.35
    assert abs(found.end_s - 0.5 - seconds) < 0.35


@pytest.mark.parametrize("letter", ["J", "Z"])
def test_neither_size_nor_place_nor_the_hand_matters(letter):
    points, times = drawn(letter)
    (found,) = moved_letters(points, times, "Right")
    in_shares = (points * 0.05 + [0.4, 0.4, 0]) * [9 / 16, 1, 9 / 16]
    (small,) = moved_letters(in_shares, times, "Right", aspect=16 / 9)
    (left,) = moved_letters(points * [-1, 1, 1], times, "Left")
    assert (small.letter, left.letter) == (letter, letter)
    assert small.score == pytest.approx(found.score, abs=1e-6)
    assert left == found


def test_two_letters_are_found_in_order():
    first, second = drawn("Z"), drawn("J")
    points, times = np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1] + first[1][-1] + 0.04])
    assert [found.letter for found in moved_letters(points, times, "Right")] == ["Z", "J"]


@pytest.mark.parametrize(
    ("letter", "changes"),
    [
        ("J", {"path": [(0, 0), (0, 0)]}),
        ("J", {"path": [(0, 0), (0, 1.5)]}),
        ("J", {"path": [(0, 0), (0, 0.7), (-0.1, 0.95), (-0.3, 1.05), (-0.5, 0.9)]}),
        ("J", {"path": np.array(PATHS["J"]) * 0.3}),
        ("J", {"shape": SHAPES["Z"]}),
        ("J", {"shape": hand(("pinky",), "out") * [-1, 1, 1]}),
        ("Z", {"path": [(0, 0), (-1.5, 0)]}),
        ("Z", {"path": [(0, 0), (-1.5, 0), (0, 0), (-1.5, 0), (0, 0)]}),
        ("Z", {"path": [(0, 0), (1.2, 0), (0, 1), (1.2, 1)]}),
        ("Z", {"path": [(0, 0), (-1.2, 0), (-1.2, 1.2), (0, 1.2), (0, 0)]}),
        ("Z", {"path": np.array(PATHS["Z"]) * 0.2}),
        ("Z", {"shape": SHAPES["J"]}),
        ("Z", {"shape": hand(("index", "middle", "ring", "pinky"), "out") * [-1, 1, 1]}),
    ],
    ids=[
        *("J at rest", "J straight", "J to the wrong side", "J tiny", "J by the index finger", "J by a Y"),
        *("Z one stroke", "Z to and fro", "Z as S", "Z as a square", "Z tiny", "Z by an I", "Z by an open palm"),
    ],
)
def test_what_is_not_drawn_as_a_letter_is_none(letter, changes):
    assert moved_letters(*drawn(letter, **changes), "Right") == []


def test_a_short_gap_is_bridged_and_a_long_one_is_not():
    points, times = drawn("Z", seconds=1.2)
    middle = np.abs(times - 1.1)
    short, long = points.copy(), points.copy()
    short[middle < 0.07] = np.nan
    long[middle < 0.25] = np.nan
    assert [found.letter for found in moved_letters(short, times, "Right")] == ["Z"]
    assert moved_letters(long, times, "Right") == []


def test_hours_between_two_frames_take_no_memory():
    points, times = drawn("Z")
    later = np.where(np.arange(len(times)) < 5, times - 1e7, times)
    assert [found.letter for found in moved_letters(points, later, "Right")] == ["Z"]


def test_hands_of_a_video_are_told_apart_and_end_at_cuts():
    right, times = drawn("Z")
    left = drawn("J")[0] * [-1, 1, 1]
    both = np.stack([left, right], axis=1) * 100
    shape = both.shape[:2]
    rest = {"world": np.zeros((*shape, 21, 3)), "score": np.ones(shape), "right": np.tile([0.0, 1.0], (len(both), 1))}
    slots = (HandSlot(3, "left"), HandSlot(3, "right"))
    video = {"xy": both[..., :2], "z": both[..., 2], **rest, "slots": slots, "times_s": times, "fps": 30}
    found = moved_letters_of(HandSequence(**video, size=(640, 480)))
    assert {(each.letter, each.slot) for each in found} == {("J", slots[0]), ("Z", slots[1])}
    assert moved_letters_of(HandSequence(**video, size=(640, 480), cuts=[len(times) // 2])) == []


def test_a_real_signer_draws_z_and_no_other_letter_of_hers_is_one(shared_data: Path):
    with np.load(shared_data / "asl_letters" / "asl_landmarks_AZ.npz") as saved:
        numbers = np.array([int(name.split("_")[1].split(".")[0]) for name in saved["name"]])
        found = {}
        for letter in "ZDLXIY":
            chosen = saved["y"] == letter
            points = saved["X"][chosen][np.argsort(numbers[chosen])]
            # Consecutive frames; how many there were in a second is not on record.
            found[letter] = moved_letters(points, np.arange(len(points)) / 15, "Left", aspect=16 / 9)
    # By eye about 20 in the tracks of the fingertip.
    assert 16 <= len(found["Z"]) <= 22
    assert {each.letter for each in found["Z"]} == {"Z"}
    assert [found[letter] for letter in "DLXIY"] == [[]] * 5


def test_nothing_gives_no_letters():
    assert moved_letters(np.zeros((0, 21, 3)), [], "Right") == []
    assert moved_letters(np.full((50, 21, 3), np.nan), np.arange(50) / 30, "Right") == []
    assert moved_letters(np.zeros((50, 21, 3)), np.arange(50) / 30, "Right") == []


@pytest.mark.parametrize(
    ("points", "times", "side", "error", "message"),
    [
        (np.zeros((4, 33, 3)), range(4), "Left", InvalidHands, r"\(N, 21, 3\), but got \(4, 33, 3\)"),
        (np.zeros((4, 21, 3)), range(3), "Left", InvalidHands, r"4 increasing times, but got shape \(3,\)"),
        (np.zeros((4, 21, 3)), [0, 1, 1, 2], "Left", InvalidHands, "4 increasing times"),
        (np.zeros((4, 21, 3)), range(4), "both", InvalidOption, "'Left' or 'Right'"),
    ],
)
def test_what_cannot_be_read_is_refused(points, times, side, error, message):
    with pytest.raises(error, match=message):
        moved_letters(points, times, side)


def test_a_moved_letter_is_a_plain_value():
    assert MovedLetter("J", 0, 1, 0.9) == MovedLetter("J", 0, 1, 0.9, None)
