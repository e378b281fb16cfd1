"""Captions drawn on a picture."""

import numpy as np
import pytest

from posecore.view.captions import draw_caption

GREY = 128


def drawn(text, size=(640, 360)):
    canvas = np.full((size[1], size[0], 3), GREY, np.uint8)
    draw_caption(canvas, text)
    return canvas


def box_of(canvas):
    rows, columns = np.nonzero((canvas != GREY).any(axis=2))
    return columns.min(), rows.min(), columns.max(), rows.max()


@pytest.mark.parametrize("text", ["help", "Grüße 世界", "several words that need more than one line " * 2, "x" * 200])
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (160, 120), (1280, 720)])
def test_white_letters_in_a_dark_box_at_the_bottom(text, size):
    canvas = drawn(text, size)
    left, top, right, bottom = box_of(canvas)
    assert left + right == pytest.approx(size[0], abs=3)
    assert top > 0.3 * size[1]
    assert 0.9 * size[1] < bottom < size[1]
    box = canvas[top : bottom + 1, left : right + 1]
    assert box.max() > 200
    assert np.median(box) < 70


def test_more_words_take_more_lines_but_at_most_three():
    tops = [box_of(drawn("word " * count))[1] for count in (3, 12, 20, 90, 200)]
    assert tops[0] > tops[1] > tops[2] == tops[3] == tops[4]


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_no_text_draws_nothing(text):
    assert (drawn(text) == GREY).all()
