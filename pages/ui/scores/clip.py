"""The scores of a video against motion capture or another program."""

import streamlit as st

from pages.ui.shared.visits import Visit


def show_clip_scores(visit: Visit) -> None:
    """Show the tab."""
    st.info("Coming soon.")
