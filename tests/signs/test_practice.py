"""Practice of letters: what is asked, and what counts as shown."""

from itertools import pairwise

import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.signs.practice import LetterPractice


def show(practice, letter, start_s, seconds=0.8):
    """Feed a letter at 20 frames a second; the answers, and the time after it."""
    times = start_s + np.arange(round(seconds * 20)) / 20
    return [answer for time in times if (answer := practice.feed(time, letter)) is not None], start_s + seconds


def test_the_right_letter_goes_on_and_a_wrong_one_is_noted():
    practice = LetterPractice("ABC", seed=1)
    first = practice.asked
    wrong = next(letter for letter in "ABC" if letter != first)
    _, time = show(practice, "", 0, 1.0)
    answers, time = show(practice, wrong, time)
    assert answers == [False]
    assert (practice.asked, practice.wrong) == (first, wrong)
    answers, time = show(practice, first, time, 3.0)  # held on: no answer to the next one
    assert answers == [True]
    assert practice.asked != first
    assert practice.wrong == ""
    result = practice.results[first]
    assert (result.asked, result.at_once, result.wrong) == (1, 0, {wrong: 1})
    assert result.seconds == [pytest.approx(1.8)]
    practice.skip()
    summary = practice.summary
    assert (summary.asked, summary.at_once, summary.skipped) == (2, 0, 1)
    assert summary.mean_s == pytest.approx(1.8)
    assert set(summary.missed) == {letter for letter in "ABC" if practice.results[letter].asked}


def test_missed_letters_are_asked_more_often_and_never_twice_in_a_row():
    practice, time, asked = LetterPractice("ABCDEF", seed=2, hold_s=0.1), 0.0, []
    for _ in range(300):
        asked.append(practice.asked)
        if practice.asked == "C":
            practice.skip()
        else:
            _, time = show(practice, practice.asked, time, 0.2)
            _, time = show(practice, "", time, 0.2)
    assert all(one != other for one, other in pairwise(asked))
    assert asked.count("C") > 2 * asked.count("A")
    assert practice.summary.missed == ("C",)
    assert practice.summary.at_once == 300 - asked.count("C")


def test_the_same_seed_asks_the_same():
    def first_letters(seed):
        practice = LetterPractice(seed=seed)
        return [(practice.asked, practice.skip())[0] for _ in range(20)]

    assert first_letters(3) == first_letters(3) != first_letters(4)


@pytest.mark.parametrize("letters", ["A", "AA", ["A", ""]])
def test_letters_that_cannot_be_practised(letters):
    with pytest.raises(InvalidOption, match="two or more different letters"):
        LetterPractice(letters)


def test_nothing_shown_has_no_time():
    assert np.isnan(LetterPractice().summary.mean_s)
