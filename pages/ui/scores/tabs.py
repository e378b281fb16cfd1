"""Turning from one tab of the page to another."""

import streamlit as st

from pages.ui.scores.labelling import FIRST_KEY

TAB_KEY = "scores_tab"


def turn_to(tab: str) -> None:
    """Show another tab in the next run; called before the page runs."""
    st.session_state[TAB_KEY] = tab


def correct_label(photo: str) -> None:
    """Show a photo in the tab that labels photos, in the next run; called before the page runs."""
    st.session_state[FIRST_KEY] = [photo]
    turn_to("label")
