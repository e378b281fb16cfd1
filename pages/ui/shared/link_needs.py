"""What a link to a moment of a visitor's own file needs where it is opened."""

import streamlit as st

_LONGEST_NAME = 100


def say_what_a_link_needs() -> None:
    """Say which file the page's address is about, if it names one; called while there is none."""
    name = st.query_params.get("file")
    if name:
        st.info("This link shows a moment of a file that is not stored here. Choose the same file to see it:")
        st.text(name[:_LONGEST_NAME])  # anyone can write an address, so this is only text
