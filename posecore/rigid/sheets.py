"""Sheets to print, as PDF in exact millimetres: tags, and the board that cameras are calibrated with.

A ruler on each page shows whether a printer scaled it: print at 100 %, "actual size".
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from reportlab.lib.pagesizes import A3, A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from posecore.errors import InvalidOption, check_choice
from posecore.rigid.board import Board
from posecore.rigid.tags import FAMILIES, tag_points
from posecore.system import naming_missing_library, whole_file

with naming_missing_library():
    import cv2

PAGES: Mapping[str, tuple[float, float]] = {"a4": A4, "a3": A3, "letter": LETTER}
"""Sizes of pages by name: (width, height) in points, upright."""

# Printers leave an edge of up to 5 mm white.
_EDGE_MM = 8.0
_FOOT_MM = 16.0
_RULER_MM = 100
_LABEL_MM = 5.0
_LABEL_POINTS = 8


def write_tag_sheet(
    path: str | os.PathLike[str], family: str, numbers: Sequence[int], size_m: float, *, page: str = "a4"
) -> None:
    """Write tags as a PDF, as many on a page as fit, each with a white margin and its number below.

    Args:
        path: of the file, which appears whole or not at all.
        family: one of ``FAMILIES``.
        numbers: of the tags.
        size_m: side of the black square, metres.
        page: one of ``PAGES``.

    Raises:
        InvalidOption: if there is no such family, tag or page, no tag is wanted, or one is too large for the page.
        OSError: if the file cannot be written.
    """
    check_choice("family", family, tuple(FAMILIES))
    tag_points(size_m)
    dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES[family])
    count = len(dictionary.bytesList)
    if not numbers or not all(0 <= number < count for number in numbers):
        raise InvalidOption(f"Expected numbers of tags from 0 to {count - 1}, but got {list(numbers)}.")
    size = 1000 * size_m
    # One cell of white is part of a tag; a second one keeps its neighbours and the scissors away.
    margin = 2 * size / (dictionary.markerSize + 2)
    step_across, step_down = size + margin, size + margin + _LABEL_MM
    with _pdf(path, page) as (canvas, width, height):
        across = int((width - 2 * _EDGE_MM) // step_across)
        down = int((height - _EDGE_MM - _FOOT_MM) // step_down)
        if not across or not down:
            raise InvalidOption(f"Expected tags that fit on a page, but {size:g} mm are too large for {page}.")
        for place, number in enumerate(numbers):
            index = place % (across * down)
            if place and not index:
                canvas.showPage()
            if not index:
                _foot(canvas, f"{family}, side of the black square {size:g} mm")
            row, column = divmod(index, across)
            left = _EDGE_MM + column * step_across + margin / 2
            top = height - _EDGE_MM - row * step_down - margin / 2
            _tag(canvas, dictionary, number, left, top, size)
            canvas.setFont("Helvetica", _LABEL_POINTS)
            canvas.drawCentredString((left + size / 2) * mm, (top - size - margin / 2 - 3) * mm, f"{family} {number}")


def write_board_sheet(path: str | os.PathLike[str], board: Board, *, page: str = "a4") -> None:
    """Write a board as a PDF of one page.

    Args:
        path: of the file, which appears whole or not at all.
        board: what to draw.
        page: one of ``PAGES``.

    Raises:
        InvalidOption: if there is no such page, or the board is too large for it.
        OSError: if the file cannot be written.
    """
    wide, high = (1000 * side for side in board.size_m)
    square = 1000 * board.square_m
    with _pdf(path, page) as (canvas, width, height):
        if wide > width - 2 * _EDGE_MM or high > height - _EDGE_MM - _FOOT_MM:
            raise InvalidOption(f"Expected a board that fits on a page, but {wide:g} x {high:g} mm do not on {page}.")
        left, top = (width - wide) / 2, height - _EDGE_MM
        for row in range(board.rows):
            for column in range(row % 2, board.columns, 2):
                _black(canvas, left + column * square, top - row * square, square, square)
        for number, corner, side in board.tags():
            x, y = 1000 * corner
            _tag(canvas, board.dictionary, number, left + x, top - y, 1000 * side)
        _foot(canvas, f"Board of {board.columns} x {board.rows} squares of {square:g} mm, tags {board.family}")


@contextmanager
def _pdf(path: str | os.PathLike[str], page: str) -> Iterator[tuple[Canvas, float, float]]:
    """A canvas for the pages of a file, with the width and height of a page in millimetres."""
    check_choice("page", page, tuple(PAGES))
    size = PAGES[page]
    with whole_file(path) as part:
        # Without the time, so that the same sheet is the same file.
        canvas = Canvas(str(part), pagesize=size, invariant=1, pageCompression=0)
        yield canvas, size[0] / mm, size[1] / mm
        canvas.save()


def _tag(canvas: Canvas, dictionary: "cv2.aruco.Dictionary", number: int, left: float, top: float, size: float) -> None:
    """Draw a tag, all in millimetres.

    Its black cells are drawn in rows, and once more in columns: viewers leave hairlines between neighbours.
    """
    cells = dictionary.markerSize + 2
    black = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, cells)) == 0
    cell = size / cells
    for row, start, length in _runs(black):
        _black(canvas, left + start * cell, top - row * cell, length * cell, cell)
    for column, start, length in _runs(black.T):
        _black(canvas, left + column * cell, top - start * cell, cell, length * cell)


def _runs(black: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Each run of black cells as row, first column and length."""
    for row, line in enumerate(black):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        yield from ((row, int(start), int(end - start)) for start, end in ends.reshape(-1, 2))


def _black(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    canvas.rect(left * mm, (top - height) * mm, width * mm, height * mm, stroke=0, fill=1)


def _foot(canvas: Canvas, text: str) -> None:
    """What the page is, and a ruler."""
    canvas.setFont("Helvetica", _LABEL_POINTS)
    level = _EDGE_MM * mm
    canvas.setLineWidth(0.5)
    start = _EDGE_MM * mm
    canvas.line(start, level, start + _RULER_MM * mm, level)
    for tick in range(0, _RULER_MM + 1, 10):
        canvas.line(start + tick * mm, level, start + tick * mm, level + 1.5 * mm)
    canvas.drawString(start + (_RULER_MM + 3) * mm, level, f"{_RULER_MM} mm. {text}")
