"""Figures of exercise sessions over weeks and months."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd
import plotly.graph_objects as go

from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import PEOPLE, SKY_BLUE, Color, css

_WEEK = pd.Timedelta(days=7)
_FEWEST_WEEKS = 8
_MOST_TICKS = 10
_MOST_DOTS = 20_000
# The dates above it are tilted where there is little room.
_LEGEND = {"showlegend": True, "legend": legend_below(-0.25), "margin": {"l": 55, "r": 0, "t": 40, "b": 80}}


def plot_weeks(
    weeks: pd.DataFrame, column: str, *, title: str, unit: str, names: Mapping[str, str] | None = None
) -> go.Figure:
    """Stacked bars by week, one colour for each exercise. Weeks without a session stay empty.

    Args:
        weeks: rows with ``week`` (its Monday), ``exercise`` and ``column``.
        column: of the numbers to add.
        title: of the figure.
        unit: of the numbers, the title of their axis.
        names: how exercises are called, in the order of their colours; None: as in ``weeks``.
    """
    names = names or {name: name for name in weeks["exercise"].unique()}
    bars = []
    for place, (exercise, name) in enumerate(names.items()):
        own = weeks[(weeks["exercise"] == exercise) & (weeks[column] > 0)]
        if own.empty:
            continue
        color, shape = _look(place)
        bars.append(
            {
                "type": "bar",
                "name": name,
                "x": [_date(monday + _WEEK / 2) for monday in own["week"]],
                "y": own[column].round(1).tolist(),
                "width": 0.8 * _WEEK / pd.Timedelta(milliseconds=1),
                "customdata": [f"{monday:%d %b %Y}" for monday in own["week"]],
                "hovertemplate": f"{name}<br>week of %{{customdata}}<br>%{{y:.4g}} {unit}<extra></extra>",
                "marker": {"color": css(color), "pattern": {"shape": shape, "solidity": 0.35}},
            }
        )
    last = weeks["week"].max() + _WEEK
    first = min(weeks["week"].min(), last - _FEWEST_WEEKS * _WEEK)
    step = -(-int((last - first) / _WEEK) // _MOST_TICKS)
    # Each label stands in the middle of its week, below its bar.
    mondays = [first + number * _WEEK for number in range(0, int((last - first) / _WEEK), step)]
    across = axis(
        "Week from",
        type="date",
        range=[_date(first), _date(last)],
        tickvals=[_date(monday + _WEEK / 2) for monday in mondays],
        ticktext=[f"{monday:%d %b}" for monday in mondays],
        tickangle=0,
    )
    up = axis_with_grid(unit, rangemode="tozero")
    return go.Figure({"data": bars, "layout": chart_layout(title, across=across, up=up, barmode="stack", **_LEGEND)})


def plot_trend(
    times: Sequence[datetime],
    dots: Sequence[Sequence[float]],
    line: Sequence[float],
    *,
    title: str,
    unit: str,
    dot: str,
    session: str,
) -> go.Figure:
    """A value over the sessions: a dot for each time it was measured, and a line through the sessions' own values.

    Args:
        times: of the sessions, in order, as they are to be read; time zones are not shown.
        dots: of each session, its values. At most 20,000 are drawn.
        line: of each session, the value that stands for it; NaN leaves it out.
        title: of the figure.
        unit: of the values, the title of their axis.
        dot: what a dot is, such as ``"repetition"``.
        session: what the line is, such as ``"median of the session"``.
    """
    x = [_date(time) for time, own in zip(times, dots, strict=True) for _ in own]
    y = [round(float(value), 2) for own in dots for value in own]
    step = max(1, -(-len(x) // _MOST_DOTS))
    there = [(_date(time), round(float(value), 2)) for time, value in zip(times, line, strict=True) if value == value]
    # In front of the dots only where few sessions are close together, so it is thin.
    curves = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": dot,
            "x": x[::step],
            "y": y[::step],
            "marker": {"color": css(SKY_BLUE), "size": 7, "opacity": 0.55},
            "hovertemplate": f"%{{x|%d %b %Y, %H:%M}}<br>%{{y:.4g}} {unit}<extra>{dot}</extra>",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": session,
            "x": [time for time, _ in there],
            "y": [value for _, value in there],
            "line": {"color": css(PEOPLE[0]), "width": 2},
            "marker": {"size": 8, "symbol": "diamond"},
            "hovertemplate": f"%{{x|%d %b %Y, %H:%M}}<br>%{{y:.4g}} {unit}<extra>{session}</extra>",
        },
    ]
    across = axis("Date", type="date")
    if len(set(times)) == 1:  # Plotly would show milliseconds around it
        across["range"] = [_date(times[0] - _WEEK / 2), _date(times[0] + _WEEK / 2)]
    layout = chart_layout(title, across=across, up=axis_with_grid(unit), **_LEGEND)
    return go.Figure({"data": [curve for curve in curves if curve["x"]], "layout": layout})


def _date(time: datetime) -> str:
    """For Plotly, which knows no time zones: the time as it is to be read."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def _look(place: int) -> tuple[Color, str]:
    """Colour and pattern: from the sixth on, the colours come again, with a pattern."""
    return PEOPLE[place % len(PEOPLE)], ("", "/", ".", "x")[place // len(PEOPLE) % 4]
