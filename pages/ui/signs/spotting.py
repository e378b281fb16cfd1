"""The tab for words: the taught signs that are found in a video."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import plain
from pages.ui.signs.book import TaughtSigns, signs_of
from pages.ui.signs.clip import choose_clip, finished_run
from pages.ui.signs.live_tabs import show_live_words
from pages.ui.signs.sign_run import SignRun
from pages.ui.signs.spelled_clip import show_clip, show_line_of
from posecore.signs.spelling import SpelledWord
from posecore.signs.taught import SpottedSign

CAMERA, VIDEO = "Camera", "Video"


def show_words(visit: Visit, *, teach: Callable[[], None]) -> None:
    """Show the tab.

    Args:
        visit: of the visitor.
        teach: turns to the tab in which signs are taught; called before the page runs.
    """
    signs = signs_of(visit)
    if not len(signs.book):
        st.info(
            "Words are signs that you taught. Teach a few first, or open a file with signs.",
            icon=":material/sign_language:",
        )
        st.button("Teach signs", icon=":material/school:", type="primary", on_click=teach)
        return
    st.caption("Signs that can be found: " + ", ".join(f"**{plain(sign.text)}**" for sign in signs.book.signs))
    source = st.segmented_control(
        "Source", [CAMERA, VIDEO], default=CAMERA, required=True, key="words_source", persist_state="session"
    )
    if source == CAMERA:
        show_live_words(visit, signs)
        return
    clip = choose_clip(visit)
    if clip is None:
        st.info("Upload a video of a person who signs. The words found appear here.", icon=":material/movie:")
    elif run := finished_run(visit, clip, of_bodies=True):
        _show_spotted(visit, signs, run)


def _show_spotted(visit: Visit, signs: TaughtSigns, run: SignRun) -> None:
    spotted = _spot(run.film_token, signs.version, signs, run)
    words = [SpelledWord(each.text, each.start_s, each.end_s) for each in spotted]
    if not words:
        _say_why_none(signs, run)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_clip(run, words, words, key="words_film")
    with right:
        show_line_of(visit, run, words, key=f"words {signs.version}")
        if spotted:
            _show_table(spotted)


# Only the newest: another video or another list of signs replaces it.
@st.cache_resource(scope="session", max_entries=1, show_spinner="Looking for signs")
def _spot(run: str, version: int, _signs: TaughtSigns, _run: SignRun) -> Sequence[SpottedSign]:
    return _signs.book.spot(*_run.bodies_and_hands)


def _say_why_none(signs: TaughtSigns, run: SignRun) -> None:
    guess = signs.book.recognise(*run.bodies_and_hands)
    if not guess.nearest:
        text = (
            "No movement of raised hands was found in this video. The upper body has to be in view, with the hands "
            "down or still before and after each sign."
        )
    else:
        text = (
            f"No taught sign was recognised. The nearest one is “{plain(guess.nearest)}”, at {100 * guess.score:.0f}% "
            "likeness. More examples, by the person in this video, help."
        )
    st.warning(text, icon=":material/sign_language:")


def _show_table(spotted: Sequence[SpottedSign]) -> None:
    rows = [
        {"Sign": each.text, "From (s)": each.start_s, "To (s)": each.end_s, "Likeness": each.score} for each in spotted
    ]
    seconds = st.column_config.NumberColumn(format="%.2f")
    likeness = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    st.dataframe(rows, hide_index=True, column_config={"From (s)": seconds, "To (s)": seconds, "Likeness": likeness})
