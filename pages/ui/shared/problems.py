"""Show errors on a page."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from posecore import PosecoreError


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show the message of a posecore error that is raised in the block."""
    try:
        yield
    except PosecoreError as error:
        show_problem(str(error))


def show_problem(text: str) -> None:
    """Show an error message in a box, with its line breaks."""
    st.error(text.replace("\n", "  \n"), icon=":material/error:")
