"""The moving picture at the top of the Home page: what the app does, without a word."""

from pathlib import Path

import streamlit as st

from pages.ui.home.preparing import preparation
from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent
_ALT = (
    "A man walks on a treadmill and keeps his balance. His skeleton is drawn on the video. Beside it, the same "
    "skeleton turns in 3D, and the angles of both knees are drawn as curves, in step with the video."
)

_picture = module_component(
    "posecore_moving_picture",
    html=(_HERE / "moving.html").read_text(encoding="utf-8"),
    css=(_HERE / "moving.css").read_text(encoding="utf-8"),
    module="home/moving.js",
)


def show_moving_picture() -> None:
    """Show the moving picture, or what stands in for it while it is being made."""
    if preparation().is_over or preparation().moving:
        _show()
    else:
        _wait()


@st.fragment(run_every=2)
def _wait() -> None:
    if preparation().is_over or preparation().moving:
        st.rerun(scope="app")
    _show()


def _show() -> None:
    moving = preparation().moving
    data = {"alt": _ALT} if moving is None else {"alt": _ALT, "film": moving.film, "still": moving.still}
    _picture(key="moving_picture", data=data)
