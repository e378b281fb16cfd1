"""The choices that every page offers about the estimation."""

import streamlit as st

from pages.ui.figure import load_library
from pages.ui.models import load_model
from pages.ui.navigation import require_route
from posecore import PoseOptions

_MODELS = {
    "lite": "Lite: fastest",
    "full": "Full: recommended",
    "heavy": "Heavy: most accurate, slowest",
}


def page_head(title: str) -> PoseOptions:
    """The page's title with a Settings button beside it; the options are kept for the whole visit.

    The model that the options name is ready to use afterwards.

    Raises:
        ModelNotFound, ModelNotVerified: where the chosen model cannot be had.
    """
    require_route()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        options = _choose_options()
    load_library()
    load_model(options)
    return options


def _choose_options() -> PoseOptions:
    usual = PoseOptions()
    with st.popover("Settings", icon=":material/tune:"):
        model = st.radio(
            "Model",
            list(_MODELS),
            index=list(_MODELS).index(str(usual.model)),
            format_func=lambda name: _MODELS[name],
            key="model",
            persist_state="session",
            help="A larger model places landmarks better and takes longer. One that is not on this machine yet is "
            "downloaded first.",
        )
        people = st.number_input(
            "People, at most",
            min_value=1,
            max_value=10,
            value=usual.people,
            key="people",
            persist_state="session",
            help="One is the most precise: in clips the landmarks are then smoothed over time.",
        )
        min_detection = _score("Detection score", "How sure the detector must be that there is a person.", "detection")
        min_presence = _score("Presence score", "How sure the model must be that its landmarks show one.", "presence")
        min_tracking = _score(
            "Tracking score", "In clips: below this a followed person is searched for anew.", "tracking"
        )
    return PoseOptions(
        model=model,
        people=int(people),
        min_detection=min_detection,
        min_presence=min_presence,
        min_tracking=min_tracking,
    )


def _score(label: str, meaning: str, key: str) -> float:
    return st.slider(label, 0.1, 0.9, 0.5, 0.05, key=f"min_{key}", persist_state="session", help=meaning)
