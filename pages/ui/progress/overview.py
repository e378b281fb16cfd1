"""What became of it: key figures, weeks, trends and personal bests."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from pages.ui.progress.shown import Shown
from pages.ui.progress.words import exercise_title
from pages.ui.shared.figure import show_figure
from posecore import ExerciseSession
from posecore.view.progress_plots import plot_trend, plot_weeks

_HEIGHT_PX = 340
_LONG_S = 600  # seconds held are given in minutes from here on


def show_figures(shown: Shown) -> None:
    """Show the key figures."""
    weeks = shown.weeks
    monday = _monday(datetime.now(shown.zone))
    this, last = (weeks[weeks["week"] == day] for day in (monday, monday - timedelta(days=7)))
    held_s = sum(each.held_s for each in shown.sessions)
    with st.container(horizontal=True):
        st.metric("Sessions", len(shown.sessions), width="content", border=True)
        st.metric("Repetitions", f"{sum(each.count for each in shown.sessions):,}", width="content", border=True)
        if held_s:
            st.metric("Held", _lasting(held_s), width="content", border=True)
        for label, column in (("Sessions this week", "sessions"), ("Repetitions this week", "count")):
            now, before = (int(each[column].sum()) for each in (this, last))
            change = f"{now - before:+d} vs last week" if now != before else None
            st.metric(label, now, change, width="content", border=True)


def _monday(now: datetime) -> pd.Timestamp:
    return pd.Timestamp(now.date()) - pd.Timedelta(days=now.weekday())


def _lasting(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= _LONG_S else f"{seconds:.0f} s"


def show_weeks(shown: Shown) -> None:
    """Show what was done in each week."""
    columns = {"count": "Repetitions", "held_s": "Seconds held", "sessions": "Sessions"}
    choices = [name for name in columns if (shown.weeks[name] > 0).any()]
    column = _choose("By week", choices, columns, "progress_weeks")
    unit = columns[column]
    figure = plot_weeks(shown.weeks, column, title=f"{unit} by week", unit=unit.lower(), names=shown.exercises)
    total = f"{shown.weeks[column].sum():,.0f}"
    label = f"{unit} by week and exercise: {total} in {shown.weeks['week'].nunique()} weeks with a session"
    show_figure(figure, height=_HEIGHT_PX, label=label, key="progress_weeks_figure")


class _Trend(NamedTuple):
    """Something that is followed from session to session.

    Attributes:
        title: of the figure, and of the choice.
        unit: of its values.
        dots: the values in one session.
        line: column of the sessions' table that stands for the session.
        dot, session: what these are.
    """

    title: str
    unit: str
    dots: Callable[[ExerciseSession], Sequence[float]]
    line: str
    dot: str
    session: str


_TRENDS = {
    "range": _Trend("Range", "degrees", lambda each: each.ranges_deg, "range_deg", "repetition", "median of session"),
    "tempo": _Trend(
        "Tempo",
        "seconds per repetition",
        lambda each: [one.end_s - one.start_s for one in each.repetitions],
        "repetition_s",
        "repetition",
        "median of session",
    ),
    "count": _Trend(
        "Count", "repetitions", lambda each: [len(one) for one in each.sets], "count", "set", "whole session"
    ),
    "held": _Trend(
        "Held", "seconds", lambda each: [one.held_s for one in each.held], "held_s", "hold", "whole session"
    ),
}


def show_trend(shown: Shown) -> None:
    """Show how one exercise changed from session to session."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        titles = shown.exercises
        if st.session_state.get("progress_trend_of") not in titles:
            st.session_state.pop("progress_trend_of", None)
        exercise = st.selectbox(
            "Exercise",
            list(titles),
            format_func=titles.__getitem__,
            key="progress_trend_of",
            persist_state="session",
            width=280,
        )
        own = [each for each in shown.sessions if each.exercise == exercise]
        table = shown.table[shown.table["exercise"] == exercise]
        there = [name for name, trend in _TRENDS.items() if any(trend.dots(each) for each in own)]
        name = _choose("Trend", there, {name: trend.title for name, trend in _TRENDS.items()}, "progress_trend")
    trend = _TRENDS[name]
    joint = next((each.joint for each in reversed(own) if each.joint), None) if name == "range" else None
    title = f"{titles[exercise]}: {trend.title.lower()}{f' of the {_words(joint)}' if joint else ''}"
    figure = plot_trend(
        [each.started_at.astimezone(shown.zone) for each in own],
        [trend.dots(each) for each in own],
        table[trend.line].tolist(),
        title=title,
        unit=trend.unit,
        dot=trend.dot,
        session=trend.session,
    )
    described = f"a dot for each {trend.dot}, a line for the {trend.session}"
    label = f"{title}, in {trend.unit}, in {len(own)} sessions: {described}"
    show_figure(figure, height=_HEIGHT_PX, label=label, key="progress_trend_figure")


def _words(joint: str) -> str:
    return joint.replace("_", " ")


def _choose(label: str, choices: list[str], titles: dict[str, str], key: str) -> str:
    if st.session_state.get(key) not in (None, *choices):
        del st.session_state[key]
    chosen = st.segmented_control(
        label,
        choices,
        default=choices[0],
        required=True,
        format_func=titles.__getitem__,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )
    return str(chosen)


def show_bests(shown: Shown) -> None:
    """Show the personal bests."""
    st.header("Personal bests", anchor=False)
    rows = [
        {
            "Exercise": exercise_title(best.exercise),
            "Best": best.best.capitalize(),
            "Value": f"{round(best.value, 1):g}{' ' if best.unit == 's' else ''}{best.unit}",
            "Date": best.started_at.date(),
        }
        for best in shown.bests.itertuples()
    ]
    st.dataframe(rows, hide_index=True, column_config={"Date": st.column_config.DateColumn(format="D MMM YYYY")})
