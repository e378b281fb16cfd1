"""Choices of settings for what is in view, such as one person or a group."""

from dataclasses import dataclass

import streamlit as st

from posecore.estimation.pose_options import SearchChoice

PEOPLE_KEY, SEARCH_KEY = "people", "search"
_KEY = "preset"


@dataclass(frozen=True)
class _Preset:
    """What a preset sets."""

    people: int
    search: SearchChoice


_PRESETS = {
    "One person": _Preset(1, "fast"),
    "A group": _Preset(10, "thorough"),
    "Small or far away": _Preset(1, "thorough"),
}


def choose_preset() -> None:
    """Offer the presets above the settings that they change; none is marked while those differ from all of them."""
    usual = _PRESETS["One person"]
    now = _Preset(st.session_state.get(PEOPLE_KEY, usual.people), st.session_state.get(SEARCH_KEY, usual.search))
    st.session_state[_KEY] = next((title for title, preset in _PRESETS.items() if preset == now), None)
    st.segmented_control(
        "Who is in view?",
        list(_PRESETS),
        key=_KEY,
        on_change=_use_chosen,
        help="Sets Maximum people and Person search. **A group**: up to 10 people. **Small or far away**: a person who "
        "takes up less than a third of the image's height, who is easily overlooked.",
    )


def _use_chosen() -> None:
    if preset := _PRESETS.get(st.session_state[_KEY]):
        st.session_state[PEOPLE_KEY] = preset.people
        st.session_state[SEARCH_KEY] = preset.search
