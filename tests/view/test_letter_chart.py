"""The chart of letters over time."""

from posecore.view.letter_chart import plot_letters


def test_a_row_for_each_letter_and_one_for_the_words():
    figure = plot_letters([("A", 0.0, 0.3, 0.9), ("J", 0.2, 0.9, 0.8)], [("AJ", 0.0, 0.9)], until_s=1.5)
    letters, words = figure.data
    assert (letters.y, letters.base, letters.x) == (("A", "J"), (0.0, 0.2), (0.3, 0.7))
    assert letters.customdata[1][-1] == 0.2
    assert "score 0.90" in letters.customdata[0][0]
    assert (words.y, words.text) == (("Text",), ("AJ",))
    assert figure.layout.yaxis.categoryarray == ("J", "A", "Text")
    assert figure.layout.xaxis.range == (0, 1.5)


def test_the_axes_have_names_and_units():
    figure = plot_letters([("A", 0.0, 0.3, 0.0)], until_s=1)
    assert (figure.layout.title.text, figure.layout.xaxis.title.text) == ("Letters over time", "Time (s)")
    assert len(figure.data) == 1
    assert figure.layout.uniformtext.minsize >= 9


def test_nothing_shown_gives_empty_axes():
    figure = plot_letters([], until_s=0)
    assert figure.data == ()
    assert figure.layout.xaxis.range == (0, 1)
