"""The pages with their names and addresses."""

import streamlit as st

# No icons: for the tab, Streamlit would have every visitor's browser fetch them from a Google server.
HOME = st.Page("pages/home.py", title="Home", default=True)
IMAGE = st.Page("pages/image.py", title="Image", url_path="image")
VIDEO = st.Page("pages/video.py", title="Video", url_path="video")
EXPLORE = st.Page("pages/explore.py", title="Explore", url_path="explore")
WEBCAM = st.Page("pages/webcam.py", title="Webcam", url_path="webcam")

_ROUTED_KEY = "routed"


def route() -> st.Page:
    """The page at the current address. Called by the app's entry script in every run."""
    st.session_state[_ROUTED_KEY] = True
    return st.navigation([HOME, IMAGE, VIDEO, EXPLORE, WEBCAM], position="top")


def require_route() -> None:
    """Start over with the app's entry script if a page was run without it.

    Until the entry script has run once on a server, Streamlit takes the folder ``pages`` for an app of its older
    kind and runs the page of a deep link directly. Calling ``st.navigation`` ends that.
    """
    if not st.session_state.get(_ROUTED_KEY):
        route()
        st.rerun()
