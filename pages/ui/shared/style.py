"""The little of the look that the theme in .streamlit/config.toml cannot say."""

import streamlit as st

_CSS = """
<style>
/* Streamlit leaves six rem above a page for a header that is three high. */
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
/* The element that carries Plotly's code has nothing to show, and needs no room for it. */
.st-key-plotly_library { display: none; }
.st-key-missing_camera:has([hidden]) { display: none; }
</style>
"""


def use_less_room() -> None:
    """Begin the page right under the navigation."""
    st.html(_CSS)
