"""Show errors on a page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from posecore import PosecoreError

# What makes links, pictures, HTML, formulas and code of text. The rest only changes its look.
_MARKUP = re.compile(r"([\[\]<>$`])")


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show the message of a posecore error that is raised in the block."""
    try:
        yield
    except PosecoreError as error:
        show_problem(str(error))


def show_problem(text: str) -> None:
    """Show an error message in a box, with its line breaks; it may have names and words of a file in it."""
    st.error(_MARKUP.sub(r"\\\1", text).replace("\n", "  \n"), icon=":material/error:")
