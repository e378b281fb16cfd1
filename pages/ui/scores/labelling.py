"""The labelling tool."""

import streamlit as st

from pages.ui.shared.visits import Visit


def show_labelling(visit: Visit) -> None:
    """Show the tab."""
    st.info("Coming soon.")
