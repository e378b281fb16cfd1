"""Photos without labels, the most doubtful first."""

import streamlit as st

from pages.ui.shared.visits import Visit


def show_doubts(visit: Visit) -> None:
    """Show the tab."""
    st.info("Coming soon.")
