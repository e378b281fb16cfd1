"""Signs: finger-spelled letters and taught signs in; text, speech and subtitles out."""

import streamlit as st

from pages.ui.serving.visits import Visit, current_visit
from pages.ui.shared.navigation import require_route
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.sources import choose_source
from pages.ui.signs.clip import choose_clip, finished_run
from pages.ui.signs.letter_hands import show_letter_hands
from pages.ui.signs.live_tabs import show_live_spelling
from pages.ui.signs.notice import show_notice
from pages.ui.signs.photo import show_photo
from pages.ui.signs.sample import ABOUT, replay_sample, sample_clip
from pages.ui.signs.spelled_clip import show_spelled
from pages.ui.signs.spotting import show_words
from pages.ui.signs.teaching import show_teaching

SPELL, WORDS, TEACH = "Spell", "Words", "Teach"
CAMERA, VIDEO, PHOTO, SAMPLE = "Camera", "Video", "Photo", "Sample"
_TAB_KEY = "signs_tab"
_TABS = {SPELL: "spell", WORDS: "words", TEACH: "teach"}


def choose_tab() -> str:
    """Offer the tabs; ``?tab=...`` in the address opens the page with one of them."""
    names = {name: tab for tab, name in _TABS.items()}
    if _TAB_KEY not in st.session_state:
        st.session_state[_TAB_KEY] = names.get(st.query_params.get("tab", ""), SPELL)
    chosen = str(
        st.segmented_control(
            "Tab", list(_TABS), required=True, key=_TAB_KEY, persist_state="session", label_visibility="collapsed"
        )
    )
    st.query_params["tab"] = _TABS[chosen]
    if chosen != SPELL:
        st.query_params.pop("sample", None)
    return chosen


def turn_to_teaching() -> None:
    """Open the tab in which signs are taught; called before the page runs."""
    st.session_state[_TAB_KEY] = TEACH


def show_spelling(visit: Visit) -> None:
    """Show the tab for letters, from the choice of a source to their text."""
    sources = [CAMERA, VIDEO, PHOTO, SAMPLE]
    source = choose_source("Source", sources, sample=SAMPLE, address="spelled", key="spell_source")
    if source == CAMERA:
        show_live_spelling(visit)
    elif source == PHOTO:
        show_photo()
    elif source == SAMPLE:
        if run := finished_run(visit, sample_clip(), of_bodies=False, find=replay_sample):
            show_spelled(visit, run, about=ABOUT)
    else:
        clip = choose_clip(visit)
        if clip is None:
            st.info(
                "Upload a video of a hand that spells, or try the sample. Its text appears here.",
                icon=":material/movie:",
            )
        elif run := finished_run(visit, clip, of_bodies=False):
            show_spelled(visit, run)
    show_letter_hands()


def show_page() -> None:
    """Show the page: the notice, and the chosen tab."""
    st.title("Signs", anchor=False)
    show_notice()
    tab = choose_tab()
    visit = current_visit()
    if tab == SPELL:
        show_spelling(visit)
    elif tab == WORDS:
        show_words(visit, teach=turn_to_teaching)
    else:
        show_teaching(visit)


require_route()
with problems_shown():
    show_page()
