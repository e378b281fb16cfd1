"""Choices of settings for what is in view, such as one person or a group."""

from dataclasses import dataclass

import streamlit as st

from posecore.estimation.pose_options import SearchChoice

PEOPLE_KEY, SEARCH_KEY = "people", "search"


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
    st.markdown(
        "Who is in view?",
        help="Sets Maximum people and Person search. **A group**: up to 10 people. **Small or far away**: a person who "
        "takes up less than a third of the image's height, who is easily overlooked.",
    )
    with st.container(horizontal=True, gap="xsmall"):
        # Buttons, not a choice that is kept: a browser that is a moment behind would choose its old value again.
        for title, preset in _PRESETS.items():
            st.button(
                title,
                key=f"preset_{title}",
                type="primary" if preset == now else "secondary",
                on_click=_use,
                args=(preset,),
            )


def _use(preset: _Preset) -> None:
    st.session_state[PEOPLE_KEY] = preset.people
    st.session_state[SEARCH_KEY] = preset.search
