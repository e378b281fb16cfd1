"""Scores: how good the landmarks are on the visitor's own photos and videos."""

import streamlit as st

from pages.ui.scores.clip import show_clip_scores
from pages.ui.scores.doubts import show_doubts
from pages.ui.scores.labelling import show_labelling
from pages.ui.scores.photos import show_photo_scores
from pages.ui.scores.tabs import TAB_KEY
from pages.ui.serving.visits import current_visit
from pages.ui.shared.navigation import require_route
from pages.ui.shared.problems import problems_shown

_TABS = {
    "photos": ("Score photos", show_photo_scores),
    "label": ("Label photos", show_labelling),
    "doubts": ("Find doubtful photos", show_doubts),
    "clip": ("Score a video", show_clip_scores),
}


def choose_tab() -> str:
    """Offer the tabs; ``?tab=...`` in the address opens the page with one of them."""
    if st.session_state.get(TAB_KEY) not in _TABS:
        asked = st.query_params.get("tab", "")
        st.session_state[TAB_KEY] = asked if asked in _TABS else "photos"
    chosen = st.segmented_control(
        "Tab",
        list(_TABS),
        required=True,
        format_func=lambda tab: _TABS[tab][0],
        key=TAB_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.query_params["tab"] = str(chosen)
    return str(chosen)


require_route()
with problems_shown():
    st.title("Scores", anchor=False)
    _TABS[choose_tab()][1](current_visit())
