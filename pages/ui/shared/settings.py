"""The settings of the analysis that every page offers."""

from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.shared.model_loading import load_model
from pages.ui.shared.navigation import require_route
from pages.ui.shared.presets import PEOPLE_KEY, SEARCH_KEY, choose_preset
from pages.ui.shared.problems import show_problem
from posecore import ModelNotFound, ModelNotVerified, PoseOptions
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.object_detector import find_object_detector
from posecore.estimation.pose_options import EngineChoice, SearchChoice
from posecore.limits import LIMITS

_MODELS = {
    "lite": "Lite: fastest",
    "full": "Full: recommended",
    "heavy": "Heavy: most accurate, slowest",
}
_SEARCHES: dict[SearchChoice, str] = {
    "fast": "Quick: one pass over the whole image",
    "thorough": "Thorough: also finds small or distant people",
}
_ENGINES: dict[EngineChoice, str] = {"auto": "Fast: recommended", "mediapipe": "MediaPipe: reference, slower"}


def page_head(title: str) -> PoseOptions:
    """Show the title with a Settings button beside it, and return the options, which are kept for the whole visit.

    Their model is loaded; if it cannot be, the default model takes its place.

    Raises:
        ModelNotFound, ModelNotVerified: if the default model cannot be loaded.
    """
    return _page_head(title, offer_hands=False)[0]


def page_head_with_hands(title: str) -> tuple[PoseOptions, HandOptions | None]:
    """As ``page_head``, with a setting for hands; their options are None while it is off."""
    options, with_hands = _page_head(title, offer_hands=True)
    return options, _hand_options(options, with_hands)


def settings_with_hands(place: DeltaGenerator) -> tuple[PoseOptions, HandOptions | None]:
    """Show only the Settings button, in a place, and return as ``page_head_with_hands``."""
    with place:
        options, with_hands = _choose_options(offer_hands=True)
    options = _with_model_ready(options)
    return options, _hand_options(options, with_hands)


def settings(place: DeltaGenerator) -> PoseOptions:
    """Show only the Settings button, in a place, and return as ``page_head``."""
    with place:
        options, _ = _choose_options(offer_hands=False)
    return _with_model_ready(options)


def _hand_options(options: PoseOptions, wanted: bool) -> HandOptions | None:
    return HandOptions(hands=2 * options.people, engine=options.engine) if wanted else None


def _page_head(title: str, *, offer_hands: bool) -> tuple[PoseOptions, bool]:
    require_route()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        options, with_hands = _choose_options(offer_hands)
    return _with_model_ready(options), with_hands


def set_people(number: int) -> None:
    """Choose a maximum number of people for the visitor; called before the page runs."""
    st.session_state[PEOPLE_KEY] = number


def _with_model_ready(options: PoseOptions) -> PoseOptions:
    """Load the model of the options; return them with the default model if theirs cannot be loaded.

    The page continues below the error: if it stopped, the visitor's upload would be lost.
    """
    usual = PoseOptions().model
    try:
        load_model(options)
    except (ModelNotFound, ModelNotVerified) as error:
        if options.model == usual:
            raise
        show_problem(f"{error}\nUsing the {usual} model instead.")
        options = replace(options, model=usual)
        load_model(options)
    return options


def _choose_options(offer_hands: bool) -> tuple[PoseOptions, bool]:
    """The options, and whether hands are wanted, which is kept for the pages that offer them."""
    usual = PoseOptions()
    with st.popover("Settings", icon=":material/tune:"):
        choose_preset()
        people = st.number_input(
            "Maximum people",
            min_value=1,
            max_value=LIMITS.people,
            value=usual.people,
            key=PEOPLE_KEY,
            persist_state="session",
            help="Each person gets a number and a colour. A maximum above the real number takes longer, as the search "
            "continues.",
        )
        with_hands = offer_hands and st.toggle(
            "Hands",
            key="hands",
            persist_state="session",
            help="21 points on each hand, and gestures. A second model finds the fingers, from the wrists of the body, "
            "so that small hands are found too. It adds 0.1 to 0.3 s to a photo; a video takes two to three times "
            "as long, and fewer live frames per second are analysed.",
        )
        model = st.radio(
            "Model",
            list(_MODELS),
            index=list(_MODELS).index(str(usual.model)),
            format_func=lambda name: _MODELS[name],
            key="model",
            persist_state="session",
            help="Larger models are more accurate and take longer. A model that is not on this server yet is "
            "downloaded first.",
        )
        with st.expander("More settings"):
            engine = st.radio(
                "Engine",
                list(_ENGINES),
                format_func=lambda name: _ENGINES[name],
                key="engine",
                persist_state="session",
                help="Both run the same model and give the same numbers. MediaPipe is the reference and takes about "
                "twice as long.",
            )
            search = _choose_search(disabled=engine == "mediapipe")
            detector = _choose_detector(disabled=engine == "mediapipe" or search == "fast")
            min_detection, min_presence, min_tracking = _choose_confidences()
    options = PoseOptions(
        model=model,
        people=int(people),
        min_detection=min_detection,
        min_presence=min_presence,
        min_tracking=min_tracking,
        engine=engine,
        search="fast" if engine == "mediapipe" else search,
        object_detector=detector,
    )
    return options, with_hands


def _choose_search(*, disabled: bool) -> SearchChoice:
    return st.radio(
        "Person search",
        list(_SEARCHES),
        format_func=lambda name: _SEARCHES[name],
        key=SEARCH_KEY,
        persist_state="session",
        disabled=disabled,
        help="Thorough also searches parts of the image: of 12 people in four photos it finds 11, the quick search "
        "4. It takes about half a second per photo. In videos and live it continues, a little in each frame, "
        "until the maximum number of people is found. Not available with the MediaPipe engine.",
    )


def _choose_detector(*, disabled: bool) -> Path | None:
    """Offer the object detector, if its file is on this machine."""
    file = find_object_detector()
    if file is None:
        return None
    wanted = st.toggle(
        "Use the object detector",
        key="object_detector",
        persist_state="session",
        disabled=disabled,
        help=f"{file.name} suggests where people are, instead of BlazePose's own detector.",
    )
    return file if wanted and not disabled else None


def _choose_confidences() -> tuple[float, float, float]:
    """How sure the detector, the landmarks and the tracking must be."""
    return (
        _score("Detection confidence", "How sure the detector must be that it found a person.", "detection"),
        _score("Presence confidence", "How sure the model must be that its landmarks show a person.", "presence"),
        _score(
            "Tracking overlap",
            "In videos with several people: a detection that overlaps a tracked person by this much is that person.",
            "tracking",
        ),
    )


def _score(label: str, meaning: str, key: str) -> float:
    return st.slider(label, 0.1, 0.9, 0.5, 0.05, key=f"min_{key}", persist_state="session", help=meaning)
