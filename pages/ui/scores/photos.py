"""The scores of labelled photos."""

import streamlit as st

from pages.ui.shared.visits import Visit


def show_photo_scores(visit: Visit) -> None:
    """Show the tab."""
    st.info("Coming soon.")
