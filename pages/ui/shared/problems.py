"""How a page says that something did not work."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from posecore import PosecoreError


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show an error that posecore raises in the block as its sentence, where the page stopped."""
    try:
        yield
    except PosecoreError as error:
        show_problem(str(error))


def show_problem(text: str) -> None:
    """An error as a box; its line breaks stay."""
    st.error(text.replace("\n", "  \n"), icon=":material/error:")
