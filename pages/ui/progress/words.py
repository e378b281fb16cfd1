"""Names of exercises, and times as the visitor's clock shows them."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from pages.ui.shared.exercise_titles import ANGLE_TITLES
from posecore.motion.exercises.choosing import ANGLE, ANY
from posecore.motion.exercises.table import EXERCISES

_FIRST = datetime(1969, 12, 31)  # 1970 in UTC, anywhere


def exercise_title(name: str) -> str:
    """How an exercise is called; of one that this version does not know, its name."""
    if name in EXERCISES:
        return EXERCISES[name].title
    if name == ANY:
        return "Whatever repeats"
    angle = name.removeprefix(ANGLE)
    return ANGLE_TITLES.get(angle, angle.replace("_", " ").capitalize())


def visitors_zone() -> ZoneInfo:
    """The time zone of the visitor's browser; UTC if it names none that is known."""
    with suppress(KeyError, ValueError, OSError):  # a name that is unknown, no name, or that of a folder
        return ZoneInfo(st.context.timezone or "UTC")
    return ZoneInfo("UTC")


def when(time: datetime) -> str:
    """A time as the visitor reads it, such as "28 Nov 2026, 18:05"."""
    return f"{time.astimezone(visitors_zone()):%d %b %Y, %H:%M}"


def choose_time(time: datetime, *, key: str, is_kept: bool = False) -> datetime | None:
    """Offer the time of a session, at first ``time``; return it by the visitor's clock, without a time zone.

    ``is_kept``: for the visit, even while the widget is not shown.
    """
    first = time.astimezone(visitors_zone()).replace(tzinfo=None)
    tomorrow = datetime.now(visitors_zone()).replace(tzinfo=None) + timedelta(days=1)
    chosen: datetime | None = st.datetime_input(
        "Done at",
        first,
        min_value=_FIRST,
        max_value=max(first, tomorrow),  # by itself, it would be ten years after the first
        key=key,
        persist_state="session" if is_kept else None,
    )
    return chosen
