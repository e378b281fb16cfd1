"""The chart of letters over time."""

import numpy as np

from posecore.view.letter_chart import plot_letters

TIMES = np.arange(8) / 10
LETTERS = ["A", "A", "A", "", "B", None, " ", " "]


def test_bars_last_as_long_as_their_letters_and_single_frames_are_left_out():
    letters, words = plot_letters(TIMES, LETTERS, [0.9] * 8, [("A", 0.0, 0.3)]).data
    assert (letters.y, letters.base, letters.x) == (("A",), (0.0,), (0.3,))
    assert letters.customdata[0][-1] == 0.0
    assert "score 0.90" in letters.customdata[0][0]
    assert (words.y, words.text) == (("Text",), ("A",))


def test_the_axes_have_names_and_units_and_missing_scores_no_nan():
    figure = plot_letters(TIMES, LETTERS, [np.nan] * 8)
    assert (figure.layout.title.text, figure.layout.xaxis.title.text) == ("Letters over time", "Time (s)")
    assert "NaN" not in figure.to_json()


def test_nothing_shown_gives_empty_axes():
    assert plot_letters([], [], []).data == ()
    assert plot_letters([0.0], [None], [0.0]).data == ()
