"""Sheets of tags to print."""

import re
from functools import lru_cache

import streamlit as st

from pages.ui.shared.problems import show_problem
from pages.ui.shared.results import offer_download, written
from posecore import PosecoreError
from posecore.errors import InvalidOption
from posecore.media.pictures import encode_png
from posecore.rigid.sheets import PAGES, preview_tag_sheet, write_tag_sheet
from posecore.rigid.tags import FAMILIES

_PAGE_NAMES = {"a4": "A4", "a3": "A3", "letter": "Letter"}
_MOST_TAGS = 500
_PART = re.compile(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?")


def offer_tag_sheets() -> None:
    """Offer tags as a PDF: their family, numbers, size and paper, with a picture of the first page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        family = st.selectbox(
            "Family",
            list(FAMILIES),
            key="sheet_family",
            persist_state="session",
            width=150,
            help="36h11 is AprilTag's usual one, and hardly ever seen by mistake. Families with fewer cells are read "
            "from further away.",
        )
        ids = st.text_input("Numbers", "0-5", max_chars=200, key="sheet_ids", persist_state="session", width=150)
        size_cm = st.number_input(
            "Side of the black square (cm)", 0.5, 40.0, 5.0, 0.5, key="sheet_size", persist_state="session", width=200
        )
        paper = st.segmented_control(
            "Paper",
            list(PAGES),
            default="a4",
            required=True,
            format_func=lambda name: _PAGE_NAMES[name],
            key="sheet_paper",
            persist_state="session",
        )
    try:
        numbers = numbers_in(ids)
        preview = _preview(family, tuple(numbers), size_cm / 100, paper)
    except PosecoreError as error:
        show_problem(str(error))
        return
    name = f"tags_{family}_{10 * size_cm:g}mm.pdf"
    offer_download(
        "Tags to print (PDF)",
        lambda: written(lambda path: write_tag_sheet(path, family, numbers, size_cm / 100, page=paper)),
        name,
        "application/pdf",
    )
    st.warning(
        "Print at 100 % (actual size), then check with a ruler: the line at the foot of the page must be 100 mm long. "
        "If it is not, measure the black square of a tag and enter that size when looking for tags. Distances are "
        "wrong by as much as the size is.",
        icon=":material/straighten:",
    )
    st.image(preview, "First page", width=300, alt=f"First page of the sheet: tags {ids} of {family}")


@lru_cache(maxsize=20)  # for all visitors: most see the sheet that is offered first
def _preview(family: str, numbers: tuple[int, ...], size_m: float, paper: str) -> bytes:
    return encode_png(preview_tag_sheet(family, numbers, size_m, page=paper))


def numbers_in(text: str) -> list[int]:
    """The numbers in a text such as "0-5, 8", each once.

    Raises:
        InvalidOption: if it is no such text, or has more than 500 numbers.
    """
    numbers: dict[int, None] = {}
    for part in text.split(","):
        matched = _PART.fullmatch(part.strip())
        if matched is None:
            raise InvalidOption(f"Expected numbers of tags such as 0-5, 8, but got {text!r}.")
        first = int(matched[1])
        numbers |= dict.fromkeys(range(first, int(matched[2] or first) + 1))
    if not 1 <= len(numbers) <= _MOST_TAGS:
        raise InvalidOption(f"Expected 1 to {_MOST_TAGS} numbers of tags, but got {len(numbers)}.")
    return list(numbers)
