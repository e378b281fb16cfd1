"""Styles that the theme in .streamlit/config.toml cannot express."""

import streamlit as st

_CSS = """
<style>
/* Streamlit leaves 6rem above a page for a header of 3rem. */
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
/* What is still loading must not move what is below it: the click of a quick visitor would miss. */
.st-key-missing_camera:not(:has(.posecore-camera:not([hidden]))) { display: none; }
.st-key-live_stream { min-height: 160px; }
/* Streamlit writes what is chosen in the primary colour. No colour that carries white letters is bright enough for that
   on a dark page (4.5:1); border and ground show it as well. */
[data-testid="stButtonGroup"] button[data-selected]:not([data-disabled]),
[data-testid="stSlider"] [data-testid="stSliderThumbValue"] { color: inherit; }
</style>
"""


def use_less_room() -> None:
    """Start the page right below the navigation."""
    st.html(_CSS)
