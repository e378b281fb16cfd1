"""Sheets to print, as PDF in exact millimetres: tags, and the board that cameras are calibrated with.

A ruler on each page shows whether a printer scaled it: print at 100 %, "actual size".
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont
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
    with _pdf(path, page) as (sheet, width, height):
        _draw_tags(sheet, width, height, family, numbers, size_m)


def preview_tag_sheet(family: str, numbers: Sequence[int], size_m: float, *, page: str = "a4") -> np.ndarray:
    """The first page of ``write_tag_sheet`` as (H, W, 3) uint8, at 96 dots per inch; it is not for printing.

    Raises:
        InvalidOption: as ``write_tag_sheet``.
    """
    width, height = _page_mm(page)
    picture = _Picture(width, height)
    _draw_tags(picture, width, height, family, numbers, size_m)
    return picture.rgb


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
    with _pdf(path, page) as (sheet, width, height):
        _draw_board(sheet, width, height, board)


class _Surface(Protocol):
    """What is drawn on, in millimetres from the upper left corner: the pages of a PDF, or a picture of the first."""

    def black(self, left: float, top: float, width: float, height: float) -> None:
        """Fill a rectangle."""

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw a thin line."""

    def write(self, left: float, base: float, text: str, *, centred: bool = False) -> None:
        """Write to the right of a place, or around it."""

    def next_page(self) -> None:
        """Go to the next page."""


class _Pdf:
    """The pages of a file."""

    def __init__(self, canvas: Canvas, height_mm: float) -> None:
        self._canvas = canvas
        self._height_mm = height_mm

    def black(self, left: float, top: float, width: float, height: float) -> None:
        bottom = self._height_mm - top - height
        self._canvas.rect(left * mm, bottom * mm, width * mm, height * mm, stroke=0, fill=1)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._canvas.setLineWidth(0.5)
        (x1, y1), (x2, y2) = start, end
        self._canvas.line(x1 * mm, (self._height_mm - y1) * mm, x2 * mm, (self._height_mm - y2) * mm)

    def write(self, left: float, base: float, text: str, *, centred: bool = False) -> None:
        self._canvas.setFont("Helvetica", _LABEL_POINTS)
        draw = self._canvas.drawCentredString if centred else self._canvas.drawString
        draw(left * mm, (self._height_mm - base) * mm, text)

    def next_page(self) -> None:
        self._canvas.showPage()


class _Picture:
    """A picture of the first page."""

    _PX_PER_MM = 96 / 25.4

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self._image = Image.new("L", (round(width_mm * self._PX_PER_MM), round(height_mm * self._PX_PER_MM)), 255)
        self._pen = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(_LABEL_POINTS / 72 * 96)
        self._is_first = True

    @property
    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8."""
        return np.asarray(self._image.convert("RGB"))

    def black(self, left: float, top: float, width: float, height: float) -> None:
        if self._is_first:
            start, end = self._at(left, top), self._at(left + width, top + height)
            self._pen.rectangle((*map(round, start), round(end[0]) - 1, round(end[1]) - 1), fill=0)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        if self._is_first:
            self._pen.line([self._at(*start), self._at(*end)], fill=0)

    def write(self, left: float, base: float, text: str, *, centred: bool = False) -> None:
        if self._is_first:
            self._pen.text(self._at(left, base), text, fill=0, font=self._font, anchor="ms" if centred else "ls")

    def next_page(self) -> None:
        self._is_first = False

    def _at(self, left: float, top: float) -> tuple[float, float]:
        return left * self._PX_PER_MM, top * self._PX_PER_MM


def _page_mm(page: str) -> tuple[float, float]:
    check_choice("page", page, tuple(PAGES))
    width, height = PAGES[page]
    return width / mm, height / mm


@contextmanager
def _pdf(path: str | os.PathLike[str], page: str) -> Iterator[tuple[_Pdf, float, float]]:
    """The pages of a file, with the width and height of a page in millimetres."""
    width, height = _page_mm(page)
    with whole_file(path) as part:
        # Without the time, so that the same sheet is the same file.
        canvas = Canvas(str(part), pagesize=PAGES[page], invariant=1, pageCompression=0)
        yield _Pdf(canvas, height), width, height
        canvas.save()


def _draw_tags(
    sheet: _Surface, width: float, height: float, family: str, numbers: Sequence[int], size_m: float
) -> None:
    check_choice("family", family, tuple(FAMILIES))
    tag_points(size_m)
    dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES[family])
    count = len(dictionary.bytesList)
    wrong = [number for number in numbers if not 0 <= number < count]
    if wrong or not numbers:
        raise InvalidOption(f"Expected numbers of tags from 0 to {count - 1}, but got {wrong[0] if wrong else 'none'}.")
    size = 1000 * size_m
    # One cell of white is part of a tag; a second one keeps its neighbours and the scissors away.
    margin = 2 * size / (dictionary.markerSize + 2)
    step_across, step_down = size + margin, size + margin + _LABEL_MM
    across = int((width - 2 * _EDGE_MM) // step_across)
    down = int((height - _EDGE_MM - _FOOT_MM) // step_down)
    if not across or not down:
        raise InvalidOption(f"Expected tags that fit on a page, but {size:g} mm are too large for this one.")
    for place, number in enumerate(numbers):
        index = place % (across * down)
        if place and not index:
            sheet.next_page()
        if not index:
            _foot(sheet, height, f"{family}, side of the black square {size:g} mm")
        row, column = divmod(index, across)
        left = _EDGE_MM + column * step_across + margin / 2
        top = _EDGE_MM + row * step_down + margin / 2
        _tag(sheet, dictionary, number, left, top, size)
        sheet.write(left + size / 2, top + size + margin / 2 + 3, f"{family} {number}", centred=True)


def _draw_board(sheet: _Surface, width: float, height: float, board: Board) -> None:
    wide, high = (1000 * side for side in board.size_m)
    square = 1000 * board.square_m
    if wide > width - 2 * _EDGE_MM or high > height - _EDGE_MM - _FOOT_MM:
        raise InvalidOption(f"Expected a board that fits on a page, but {wide:g} x {high:g} mm do not on this one.")
    left, top = (width - wide) / 2, _EDGE_MM
    for row in range(board.rows):
        for column in range(row % 2, board.columns, 2):
            sheet.black(left + column * square, top + row * square, square, square)
    for number, corner, side in board.tags():
        x, y = 1000 * corner
        _tag(sheet, board.dictionary, number, left + x, top + y, 1000 * side)
    _foot(sheet, height, f"Board of {board.columns} x {board.rows} squares of {square:g} mm, tags {board.family}")


def _tag(
    sheet: _Surface, dictionary: "cv2.aruco.Dictionary", number: int, left: float, top: float, size: float
) -> None:
    """Draw a tag, all in millimetres.

    Its black cells are drawn in rows, and once more in columns: viewers leave hairlines between neighbours.
    """
    cells = dictionary.markerSize + 2
    black = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, cells)) == 0
    cell = size / cells
    for row, start, length in _runs(black):
        sheet.black(left + start * cell, top + row * cell, length * cell, cell)
    for column, start, length in _runs(black.T):
        sheet.black(left + column * cell, top + start * cell, cell, length * cell)


def _runs(black: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Each run of black cells as row, first column and length."""
    for row, line in enumerate(black):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        yield from ((row, int(start), int(end - start)) for start, end in ends.reshape(-1, 2))


def _foot(sheet: _Surface, height: float, text: str) -> None:
    """What the page is, and a ruler."""
    level = height - _EDGE_MM
    sheet.line((_EDGE_MM, level), (_EDGE_MM + _RULER_MM, level))
    for tick in range(0, _RULER_MM + 1, 10):
        sheet.line((_EDGE_MM + tick, level), (_EDGE_MM + tick, level - 1.5))
    sheet.write(_EDGE_MM + _RULER_MM + 3, level, f"{_RULER_MM} mm. {text}")
