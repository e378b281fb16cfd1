"""What a link to a moment of a visitor's own file needs where it is opened."""

import streamlit as st

_LONGEST_NAME = 100


def say_what_a_link_needs() -> None:
    """Say which file the page's address is about, if it names one; called while there is none."""
    name = st.query_params.get("file")
    if name:
        st.info(
            "Your files are kept only during a visit, which ends when the page is loaded again. To see the moment of "
            "this link, choose this file again:"
        )
        st.text(name[:_LONGEST_NAME])  # anyone can write an address, so this is only text
