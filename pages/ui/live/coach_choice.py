"""The choice of a live coach: the exercise, and what is to be done of it."""

import streamlit as st

from pages.ui.live.coach import Coach
from pages.ui.live.finished import SAVES_BY_ITSELF
from pages.ui.live.sets import Target
from pages.ui.shared.exercise_titles import ANGLE_TITLES
from posecore.motion.exercises.choosing import ANGLE
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.table import EXERCISES

_KEY = "live_coach"
# Neither "auto" nor "any": docs/exercises.md says why.
_TITLES = {**{name: each.title for name, each in EXERCISES.items()}, ANGLE: "A joint angle"}


def choose_coach() -> Coach | None:
    """Offer the coach, off by default. The same choice gives the visit's same coach, with its count.

    ``?coach=squat`` in the address opens the page with the coach on, for that exercise.
    """
    asked = st.query_params.pop("coach", None)
    if asked in _TITLES:
        st.session_state["webcam_coach"], st.session_state["coach_exercise"] = True, asked
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        on = st.toggle(
            "Coach",
            False,
            key="webcam_coach",
            persist_state="session",
            help="Counts your repetitions in sets, or times what you hold, in digits that you can read from afar. "
            "Starts when you are in view. It is not medical advice.",
        )
        if not on:
            st.session_state.pop(_KEY, None)
            return None
        with st.popover("Exercise and sets", icon=":material/exercise:"):
            exercise = _choice("Exercise", _TITLES, "coach_exercise")
            if exercise == ANGLE:
                exercise += _choice("Angle", ANGLE_TITLES, "coach_angle")
            if isinstance(EXERCISES.get(exercise), Hold):
                amount = _number("Seconds to hold", 5, 600, 30, "coach_seconds")
            else:
                amount = _number("Repetitions", 1, 100, 10, "coach_repetitions")
            target = Target(
                amount, _number("Sets", 1, 20, 3, "coach_sets"), _number("Rest (s)", 0, 600, 30, "coach_rest")
            )
            st.caption("A change starts over.")
            st.toggle(
                "Save finished sessions by themselves",
                False,
                key=SAVES_BY_ITSELF,
                persist_state="session",
                help="To your progress, for the rest of this visit. Numbers and notes on form, no picture.",
            )
    coach: Coach | None = st.session_state.get(_KEY)
    if coach is None or (coach.exercise, coach.target) != (exercise, target):
        coach = st.session_state[_KEY] = Coach(exercise, target)
    return coach


def _choice(label: str, titles: dict[str, str], key: str) -> str:
    return st.selectbox(label, list(titles), format_func=titles.__getitem__, key=key, persist_state="session")


def _number(label: str, least: int, most: int, usual: int, key: str) -> int:
    return st.number_input(label, least, most, usual, key=key, persist_state="session")
