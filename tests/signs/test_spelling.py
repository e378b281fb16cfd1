"""Letters put together to text, frame by frame, with the flicker of real hands."""

import json

import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.signs.fingerspelling import letters
from posecore.signs.spelling import DELETE, SPACE, HandPlace, SpelledWord, SpellingLine, spell
from posecore.signs.words import suggest_words

FPS = 20


def shown(*parts):
    """(letters, scores) of frames: each part is a letter, "" or None, and its seconds."""
    return [letter for letter, seconds in parts for _ in range(round(seconds * FPS))]


def line_of(letters, line=None, places=None):
    line = line or SpellingLine()
    for index, letter in enumerate(letters):
        line.feed(index / FPS, letter, 1.0, places[index] if places else None)
    return line


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("A", 0.8)], "A"),
        ([("A", 0.3)], ""),
        ([("A", 0.8), ("M", 0.15), ("B", 0.8)], "AB"),  # M is passed through
        ([("L", 0.8), ("", 0.3), ("L", 0.8)], "LL"),
        ([("L", 0.8), ("", 0.1), ("L", 0.8)], "L"),  # misread, not let go
        ([("L", 0.8), ("", 0.3), ("L", 0.3), ("O", 0.8)], "LO"),
        ([("L", 1.7)], "L"),
        ([("L", 2.3)], "LL"),
        ([("L", 9)], "LL"),
        ([("A", 0.8), (None, 0.8), ("B", 0.8)], "AB"),
        ([("A", 0.8), (None, 1.2), ("B", 0.8)], "A B"),
        ([("A", 0.8), (None, 9), ("B", 0.8)], "A B"),
        ([(None, 3), ("A", 0.8)], "A"),
        ([("A", 0.8), (SPACE, 3), (None, 2), ("A", 0.8)], "A A"),
        ([("A", 0.8), ("B", 0.8), (DELETE, 3), ("C", 0.8)], "AC"),
        ([("", 5)], ""),
        ([("D", 0.2), ("", 0.2), ("D", 0.15), ("", 0.1), ("D", 0.1)], "D"),  # not read for sure in every frame
        ([("D", 0.2), ("", 0.5), ("D", 0.1)], ""),
    ],
)
def test_line(parts, text):
    assert line_of(shown(*parts)).text.rstrip() == text


@pytest.mark.parametrize("fps", [6, 12, 30, 60])
def test_letters_are_taken_at_every_frame_rate_though_one_in_ten_frames_is_misread(fps):
    line = SpellingLine()
    for index in range(4 * fps):
        line.feed(index / fps, "X" if index % 10 == 4 else "CATS"[index // fps])
    assert line.text == "CATS"


def test_an_unsure_letter_is_none():
    line = SpellingLine()
    for index in range(40):
        line.feed(index / FPS, "A", 0.1 if index < 20 else float("nan"))
    assert line.text == ""


def test_a_hand_that_shifts_with_its_letter_doubles_it_once():
    letters = shown(("L", 1.4))
    shifts = [0] * 14 + [60] * 14
    assert line_of(letters, places=[HandPlace(300 + x, 200, 80) for x in shifts]).text == "LL"
    assert line_of(letters, places=[HandPlace(300 + x / 4, 200, 80) for x in shifts]).text == "L"
    assert line_of(letters, places=[HandPlace(300, 200 + x, 80) for x in shifts]).text == "L"


def test_edits_are_undone_one_by_one():
    line = line_of(shown(("H", 0.8), ("I", 0.8)))
    line.space()
    line.delete()
    line.complete("HELLO")
    assert line.text == "HELLO "
    assert line.last_word == ""
    line.clear()
    texts = []
    for _ in range(8):
        line.undo()
        texts.append(line.text)
    assert texts == ["HELLO ", "HI", "HI ", "HI", "H", "", "", ""]


def test_progress_rises_until_a_letter_is_taken():
    line, seen = SpellingLine(), []
    for index in range(12):
        if line.feed(index / FPS, "A"):
            break
        seen.append(line.progress)
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert line.progress == 1


def test_frames_out_of_order_are_left_out_and_no_time_is_refused():
    line = line_of(shown(("A", 0.8)))
    assert line.feed(0.2, "B") == ""
    with pytest.raises(InvalidOption, match="time_s"):
        line.feed(float("nan"), "B")
    with pytest.raises(InvalidOption, match="pause_s"):
        SpellingLine(pause_s=0)


def test_words_of_a_video():
    letters = shown(("", 0.5), ("N", 0.8), ("O", 0.8), ("", 0.5), (None, 2), ("G", 1), (DELETE, 0.8), ("I", 1.0))
    words = spell(np.arange(len(letters)) / FPS, letters)
    assert [word.text for word in words] == ["NO", "I"]
    assert words[0] == SpelledWord("NO", pytest.approx(0.5), pytest.approx(2.05))
    assert words[1].end_s == pytest.approx((len(letters) - 1) / FPS)
    assert spell([], []) == []
    with pytest.raises(InvalidOption, match="3, 2, 3"):
        spell([0, 1, 2], ["A", "B"])


def test_a_real_hand_spells_kindness(shared_data):
    reference = json.loads((shared_data / "google-reference" / "asl_hand.full.json").read_text())
    pixels = np.array(reference, np.float64)  # (frames, 21, 3) of 620 x 1080
    shown, scores = letters(pixels / [620, 1080, 620], ["Right"] * len(pixels), aspect=620 / 1080)
    palms = np.linalg.norm(pixels[:, 9, :2] - pixels[:, 0, :2], axis=1)
    places = [HandPlace(x, y, palm) for (x, y, _), palm in zip(pixels[:, 0], palms, strict=True)]
    [word] = spell(np.arange(len(pixels)) / 25, shown, scores, places=places)
    # The network does not read this K for sure.
    assert word.text == "INDNESS"
    assert 1.9 < word.start_s < 2.3
    assert word.end_s > 12.5
    assert suggest_words(word.text)[0] == "KINDNESS"
