"""The pages, their names and their addresses, and the way to them."""

import streamlit as st

# No icons: Streamlit would have every visitor's browser fetch them from a server of Google's for the tab.
HOME = st.Page("pages/home.py", title="Home", default=True)
IMAGE = st.Page("pages/image.py", title="Image", url_path="image")
VIDEO = st.Page("pages/video.py", title="Video", url_path="video")
EXPLORE = st.Page("pages/explore.py", title="Explore", url_path="explore")
WEBCAM = st.Page("pages/webcam.py", title="Webcam", url_path="webcam")

_ROUTED_KEY = "routed"


def route() -> st.Page:
    """The page that the address asks for. Called by the entry of the app, in every run."""
    st.session_state[_ROUTED_KEY] = True
    return st.navigation([HOME, IMAGE, VIDEO, EXPLORE, WEBCAM], position="top")


def require_route() -> None:
    """Start over through the entry of the app, where a page was run without it.

    Until the entry has run once in a server's life, Streamlit takes the folder ``pages`` for its older
    kind of app and runs the page of a deep link by itself. Calling ``st.navigation`` ends that.
    """
    if not st.session_state.get(_ROUTED_KEY):
        route()
        st.rerun()
