"""Styles that the theme in .streamlit/config.toml cannot express."""

import streamlit as st

_CSS = """
<style>
/* Streamlit leaves 6rem above a page for a header of 3rem. */
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
.st-key-missing_camera:has([hidden]) { display: none; }
</style>
"""


def use_less_room() -> None:
    """Start the page right below the navigation."""
    st.html(_CSS)
