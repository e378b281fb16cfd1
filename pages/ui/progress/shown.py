"""The sessions that the visitor looks at, by their filters, and the tables of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from pages.ui.progress.kept import Loaded
from pages.ui.progress.words import exercise_title, visitors_zone
from posecore import ExerciseSession
from posecore.progress.summaries import personal_bests, session_table, weekly_table

_KEYS = ("progress_exercises", "progress_from", "progress_to", "progress_text")


@dataclass(frozen=True)
class Shown:
    """Some sessions, in order of time, and tables of them in the visitor's time zone, made when needed.

    Attributes:
        sessions: in order of time.
        zone: time zone of the tables.
    """

    sessions: tuple[ExerciseSession, ...]
    zone: ZoneInfo

    @cached_property
    def table(self) -> pd.DataFrame:
        """As from ``session_table``."""
        return session_table(self.sessions, self.zone)

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """As from ``weekly_table``."""
        return weekly_table(self.sessions, self.zone)

    @cached_property
    def bests(self) -> pd.DataFrame:
        """As from ``personal_bests``."""
        return personal_bests(self.sessions, self.zone)

    @cached_property
    def exercises(self) -> dict[str, str]:
        """Titles of the exercises by name, the one most often done first."""
        names = [each.exercise for each in self.sessions]
        return {name: exercise_title(name) for name in sorted(dict.fromkeys(names), key=names.count, reverse=True)}


def choose_shown(loaded: Loaded) -> Shown:
    """Offer the filters, which are kept for the visit, and return what passes them."""
    titles = Shown(loaded.sessions, visitors_zone()).exercises
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Exercises that are gone are no choice any more.
        before = st.session_state.get(_KEYS[0])
        if before and not set(before) <= set(titles):
            st.session_state[_KEYS[0]] = [name for name in before if name in titles]
        exercises = st.multiselect(
            "Exercises",
            list(titles),
            format_func=titles.__getitem__,
            placeholder="All",
            key=_KEYS[0],
            persist_state="session",
            width=320,
        )
        begin = _day("From", _KEYS[1])
        end = _day("To", _KEYS[2])
        text = st.text_input(
            "Title contains", key=_KEYS[3], persist_state="session", icon=":material/search:", width=220
        )
        st.button(
            "Clear",
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=_clear,
            disabled=not (exercises or begin or end or text),
        )
    return _shown(
        loaded.number, tuple(exercises), begin, end, text.strip().casefold(), visitors_zone().key, loaded.sessions
    )


def _day(label: str, key: str) -> date | None:
    chosen: date | None = st.date_input(
        label, None, key=key, persist_state="session", min_value=date(1970, 1, 1), format="YYYY-MM-DD", width=160
    )
    return chosen


def _clear() -> None:
    st.session_state[_KEYS[0]] = []
    st.session_state[_KEYS[1]] = st.session_state[_KEYS[2]] = None
    st.session_state[_KEYS[3]] = ""


# Of the newest filters in a visit, so that its tables are not made again when the page runs again.
@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _shown(
    number: int,
    exercises: Collection[str],
    begin: date | None,
    end: date | None,
    text: str,
    zone: str,
    _sessions: Sequence[ExerciseSession],
) -> Shown:
    where = ZoneInfo(zone)

    def passes(each: ExerciseSession) -> bool:
        day = each.started_at.astimezone(where).date()
        return (
            (not exercises or each.exercise in exercises)
            and (begin is None or begin <= day)
            and (end is None or day <= end)
            and text in each.title.casefold()
        )

    return Shown(tuple(filter(passes, _sessions)), where)
