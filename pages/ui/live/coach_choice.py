"""The choice of a live coach: the exercise, and what is to be done of it."""

import streamlit as st

from pages.ui.live.coach import Coach
from pages.ui.live.sets import Target
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.table import EXERCISES

_KEY = "live_coach"
_TITLES = {name: each.title for name, each in EXERCISES.items() if isinstance(each, Exercise)}


def choose_coach() -> Coach | None:
    """Offer the coach, off by default. The same choice gives the visit's same coach, with its count."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.toggle(
            "Coach",
            False,
            key="webcam_coach",
            persist_state="session",
            help="Counts your repetitions in sets, in digits that you can read from afar. Starts when you are in view. "
            "It is not medical advice.",
        )
        if not on:
            st.session_state.pop(_KEY, None)
            return None
        with st.popover("Exercise and sets", icon=":material/exercise:"):
            exercise = st.selectbox(
                "Exercise",
                list(_TITLES),
                format_func=_TITLES.__getitem__,
                key="coach_exercise",
                persist_state="session",
            )
            target = Target(
                _number("Repetitions", 1, 100, 10, "coach_repetitions"),
                _number("Sets", 1, 20, 3, "coach_sets"),
                _number("Rest (s)", 0, 600, 30, "coach_rest"),
            )
            st.caption("A change starts over.")
    coach: Coach | None = st.session_state.get(_KEY)
    if coach is None or (coach.exercise, coach.target) != (exercise, target):
        coach = st.session_state[_KEY] = Coach(exercise, target)
    return coach


def _number(label: str, least: int, most: int, usual: int, key: str) -> int:
    return st.number_input(label, least, most, usual, key=key, persist_state="session")
