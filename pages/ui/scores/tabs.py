"""Turning from one tab of the page to another."""

import streamlit as st

TAB_KEY = "scores_tab"
FIRST_KEY = "label_first"
"""Session state: names of photos to be labelled next, until the tab that labels photos has taken them."""


def turn_to(tab: str) -> None:
    """Show another tab in the next run; called before the page runs."""
    st.session_state[TAB_KEY] = tab


def correct_label(photo: str) -> None:
    """Show a photo in the tab that labels photos, in the next run; called before the page runs."""
    st.session_state[FIRST_KEY] = [photo]
    turn_to("label")
