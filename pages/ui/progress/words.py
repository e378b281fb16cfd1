"""Names of exercises, and times as the visitor's clock shows them."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from pages.ui.shared.exercise_titles import ANGLE_TITLES
from posecore.motion.exercises.choosing import ANGLE, ANY
from posecore.motion.exercises.table import EXERCISES


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
