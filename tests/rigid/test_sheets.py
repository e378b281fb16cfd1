import re

import numpy as np
import pytest

from posecore.errors import InvalidOption
from posecore.rigid.board import Board
from posecore.rigid.sheets import preview_tag_sheet, write_board_sheet, write_tag_sheet
from posecore.rigid.tags import TagDetector

PX_PER_MM = 10
MM_PER_POINT = 25.4 / 72


def pages_of(path):
    """The pages of a PDF as pictures, 10 pixels per millimetre: its filled rectangles, read from its text."""
    content = path.read_bytes().decode("latin-1")
    width, height = (
        float(side) * MM_PER_POINT for side in re.search(r"/MediaBox \[ 0 0 (\S+) (\S+) \]", content).groups()
    )
    for stream in re.findall(r"stream\n(.*?)endstream", content, re.DOTALL):
        picture = np.full((round(height * PX_PER_MM), round(width * PX_PER_MM)), 255, np.uint8)
        for numbers in re.findall(r"(\S+) (\S+) (\S+) (\S+) re f", stream):
            left, low, wide, high = (float(number) * MM_PER_POINT for number in numbers)
            edges = [height - low - high, height - low, left, left + wide]
            top, bottom, start, end = (round(edge * PX_PER_MM) for edge in edges)
            picture[top:bottom, start:end] = 0
        yield np.repeat(picture[..., None], 3, axis=2)


@pytest.mark.parametrize("page", ["a4", "letter"])
def test_the_board_is_on_the_sheet_in_exact_millimetres(tmp_path, page):
    board = Board(5, 7, 0.03)
    write_board_sheet(tmp_path / "board.pdf", board, page=page)
    [picture] = pages_of(tmp_path / "board.pdf")
    seen = board.find(picture)
    assert np.isfinite(seen).all()
    expected = board.corners_m[:, :2] * 1000 * PX_PER_MM
    np.testing.assert_allclose(seen - seen[0], expected - expected[0], atol=1.2)  # both rounded to a pixel, 0.1 mm


@pytest.mark.parametrize(("family", "size_m"), [("36h11", 0.05), ("16h5", 0.04), ("6x6_250", 0.08)])
def test_tags_are_on_their_sheets_in_exact_millimetres(tmp_path, family, size_m):
    numbers = list(range(14))
    write_tag_sheet(tmp_path / "tags.pdf", family, numbers, size_m)
    seen = [tag for page in pages_of(tmp_path / "tags.pdf") for tag in TagDetector(family).find(page)]
    assert sorted(tag.id for tag in seen) == numbers
    for tag in seen:
        sides = np.linalg.norm(tag.corners - np.roll(tag.corners, 1, axis=0), axis=1)
        np.testing.assert_allclose(sides / PX_PER_MM, 1000 * size_m, atol=0.15)
        assert tag.corners[0, 0] < tag.corners[1, 0]  # upright
        assert tag.corners[0, 1] < tag.corners[3, 1]


def test_the_same_sheet_is_the_same_file(tmp_path):
    for name in ("one.pdf", "two.pdf"):
        write_tag_sheet(tmp_path / name, "25h9", [3], 0.1)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("36h11", [587], 0.05), "0 to 586"),
        (("36h11", [], 0.05), "0 to 586"),
        (("36h11", [1], 0.3), "too large"),
        (("36h11", [1], -1), "above 0"),
        (("nothing", [1], 0.05), "36h11"),
    ],
)
def test_tags_that_cannot_be_drawn_are_refused(tmp_path, arguments, message):
    with pytest.raises(InvalidOption, match=message):
        write_tag_sheet(tmp_path / "tags.pdf", *arguments)
    assert not list(tmp_path.iterdir())


def test_a_board_that_is_too_large_is_refused(tmp_path):
    with pytest.raises(InvalidOption, match="fits on a page"):
        write_board_sheet(tmp_path / "board.pdf", Board(5, 7, 0.05))
    with pytest.raises(InvalidOption, match="page"):
        write_board_sheet(tmp_path / "board.pdf", Board(), page="a9")


def test_the_preview_is_the_first_page():
    picture = preview_tag_sheet("36h11", list(range(14)), 0.08, page="a4")
    assert picture.shape == (1123, 794, 3)  # A4 at 96 dots per inch
    assert [tag.id for tag in TagDetector("36h11").find(picture)] == [0, 1]
    with pytest.raises(InvalidOption, match="too large"):
        preview_tag_sheet("36h11", [1], 0.3)
