"""The choices that every page offers about the estimation."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from pages.ui.shared.figure import load_library
from pages.ui.shared.model_loading import load_model
from pages.ui.shared.navigation import require_route
from pages.ui.shared.problems import show_problem
from posecore import ModelNotFound, ModelNotVerified, PoseOptions
from posecore.estimation.object_detector import find_object_detector
from posecore.limits import LIMITS

_MODELS = {
    "lite": "Lite: fastest",
    "full": "Full: recommended",
    "heavy": "Heavy: most accurate, slowest",
}
_SEARCHES = {"fast": "Quick: one look at the whole picture", "thorough": "Thorough: also who is small or far away"}
_ENGINES = {"auto": "Fast: recommended", "mediapipe": "MediaPipe's own"}


def page_head(title: str) -> PoseOptions:
    """The page's title with a Settings button beside it; the options are kept for the whole visit.

    The model that the options name is ready to use afterwards; where it cannot be had, the usual one is.

    Raises:
        ModelNotFound, ModelNotVerified: where the chosen model cannot be had.
    """
    require_route()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        options = _choose_options()
    load_library()
    return _with_model_ready(options)


def _with_model_ready(options: PoseOptions) -> PoseOptions:
    """The options, their model loaded; with the usual model in place of one that cannot be had.

    The page goes on below the error: a visitor's upload would be lost with a page that stops.
    """
    usual = PoseOptions().model
    try:
        load_model(options)
    except (ModelNotFound, ModelNotVerified) as error:
        if options.model == usual:
            raise
        show_problem(f"{error}\nGoing on with the model {_MODELS[str(usual)]}.")
        options = replace(options, model=usual)
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
        engine = st.radio(
            "Engine",
            list(_ENGINES),
            format_func=lambda name: _ENGINES[name],
            key="engine",
            persist_state="session",
            help="Both run the same model and give the same numbers. MediaPipe's own is the reference and takes about "
            "twice the time.",
        )
        people = st.number_input(
            "People, at most",
            min_value=1,
            max_value=LIMITS.people,
            value=usual.people,
            key="people",
            persist_state="session",
            help="Each has a number and a colour. To ask for more than there are takes longer, as more are looked for.",
        )
        search = st.radio(
            "Looking for people",
            list(_SEARCHES),
            format_func=lambda name: _SEARCHES[name],
            key="search",
            persist_state="session",
            disabled=engine == "mediapipe",
            help="Thorough looks at parts of the picture too: of 12 people on four photographs it finds 11, the quick "
            "look 4. It takes about half a second a picture. In clips and live it goes on, a little in each frame, "
            "while fewer people are followed than wanted. MediaPipe's own engine cannot.",
        )
        detector = _choose_detector(disabled=engine == "mediapipe" or search == "fast")
        min_detection = _score("Detection score", "How sure the detector must be that there is a person.", "detection")
        min_presence = _score("Presence score", "How sure the model must be that its landmarks show one.", "presence")
        min_tracking = _score(
            "Tracking overlap",
            "In clips with several people: who is found anew and overlaps a followed one by this much is that person.",
            "tracking",
        )
    return PoseOptions(
        model=model,
        people=int(people),
        min_detection=min_detection,
        min_presence=min_presence,
        min_tracking=min_tracking,
        engine=engine,
        search="fast" if engine == "mediapipe" else search,
        object_detector=detector,
    )


def _choose_detector(*, disabled: bool) -> Path | None:
    """Offered only where its file is on this machine."""
    file = find_object_detector()
    if file is None:
        return None
    wanted = st.toggle(
        "Begin with the object detector",
        key="object_detector",
        persist_state="session",
        disabled=disabled,
        help=f"{file.name} proposes where people are, in place of BlazePose's own detector.",
    )
    return file if wanted and not disabled else None


def _score(label: str, meaning: str, key: str) -> float:
    return st.slider(label, 0.1, 0.9, 0.5, 0.05, key=f"min_{key}", persist_state="session", help=meaning)
