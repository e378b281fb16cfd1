"""The live ways of the tabs: spelling and practice, words, and recorded examples."""

import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.signs.book import TaughtSigns
from pages.ui.signs.live import watch
from pages.ui.signs.live_spelling import LiveSpelling
from pages.ui.signs.live_words import LiveLesson, LiveWords
from pages.ui.signs.text_line import show_text_line

_SPELLING, _WORDS, _LESSON = "live_spelling", "live_words", "live_lesson"


def show_live_spelling(visit: Visit) -> None:
    """Show the camera with the letters, and the line that they go to."""
    spelling: LiveSpelling = st.session_state.setdefault(_SPELLING, LiveSpelling())
    left, right = st.columns([1, 1], gap="medium")
    with left:
        practice = st.toggle(
            "Practice: asks for letters",
            False,
            key="spell_practice",
            persist_state="session",
            help="Asks for one letter after the other, shows its hand and counts how it goes. Those that you missed "
            "come more often. Nothing is added to the text meanwhile.",
        )
        spelling.practise(practice)
        watch(spelling, bodies=False)
    with right:
        show_text_line(visit, key="live")
        st.caption(
            "Hold each letter for half a second. For a double letter, move the hand a little to the side. An open "
            "hand, or no hand for a second, is a space; a thumb down deletes."
        )


def show_live_words(visit: Visit, signs: TaughtSigns) -> None:
    """Show the camera with the signs that are found, and the line that they go to."""
    words: LiveWords = st.session_state.setdefault(_WORDS, LiveWords(signs))
    left, right = st.columns([1, 1], gap="medium")
    with left:
        watch(words, bodies=True)
    with right:
        show_text_line(visit, key="live")


def record_examples(signs: TaughtSigns, text: str) -> None:
    """Show the camera and record examples of a sign."""
    lesson: LiveLesson = st.session_state.setdefault(_LESSON, LiveLesson(signs))
    lesson.text = text
    watch(lesson, bodies=True)
