"""The pages with their names and addresses."""

import streamlit as st

HOME = "pages/home.py"
IMAGE = "pages/image.py"
VIDEO = "pages/video.py"
EXPLORE = "pages/explore.py"
COMPARE = "pages/compare.py"
WEBCAM = "pages/webcam.py"
BATCH = "pages/batch.py"
SIGNS = "pages/signs.py"
RIGID = "pages/rigid.py"
PROGRESS = "pages/progress.py"
SCORES = "pages/scores.py"

_ROUTED_KEY = "routed"
_SHOWN_KEY = "page_shown"
_TURNED_KEY = "page_turned"


def route() -> st.Page:
    """The page at the current address. Called by the app's entry script in every run.

    Each run makes its own page objects: they remember whether they may be run, so visitors must not share them.
    """
    st.session_state[_ROUTED_KEY] = True
    # No icons: for the tab, Streamlit would have every visitor's browser fetch them from a Google server.
    page = st.navigation(
        {
            "": [
                st.Page(HOME, title="Home", default=True),
                st.Page(IMAGE, title="Image", url_path="image"),
                st.Page(VIDEO, title="Video", url_path="video"),
                st.Page(WEBCAM, title="Webcam", url_path="webcam"),
                st.Page(EXPLORE, title="Explore", url_path="explore"),
                st.Page(COMPARE, title="Compare", url_path="compare"),
                st.Page(PROGRESS, title="Progress", url_path="progress"),
                st.Page(SIGNS, title="Signs", url_path="signs"),
            ],
            "Advanced": [
                st.Page(BATCH, title="Batch", url_path="batch"),
                st.Page(RIGID, title="Rigid pose", url_path="rigid"),
                st.Page(SCORES, title="Scores", url_path="scores"),
            ],
        },
        position="top",
    )
    last = st.session_state.get(_SHOWN_KEY)
    st.session_state[_SHOWN_KEY] = page.url_path
    st.session_state[_TURNED_KEY] = last is not None and last != page.url_path
    return page


def has_just_turned_here() -> bool:
    """Whether the visitor was on another page until this run."""
    return bool(st.session_state.get(_TURNED_KEY))


def require_route() -> None:
    """Start over with the app's entry script if a page was run without it.

    Until the entry script has run once on a server, Streamlit treats the folder ``pages`` as its older kind of
    multipage app and runs the page of a deep link directly. Calling ``st.navigation`` ends that.
    """
    if not st.session_state.get(_ROUTED_KEY):
        route()
        st.rerun()
