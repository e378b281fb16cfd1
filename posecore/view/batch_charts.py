"""Figures of many videos side by side."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from posecore.view.chart_layout import axis, axis_with_grid, chart_layout
from posecore.view.palette import GREEN, GREY, SIDES_ON_PAGE, css

_LONGEST_NAME = 28
_MOST_TICKS = 10


class Spread(NamedTuple):
    """Values of one angle in a video, degrees.

    Attributes:
        least, largest: of all values.
        low, high: 5th and 95th percentile.
    """

    least: float
    low: float
    high: float
    largest: float


def plot_spreads(videos: Sequence[str], sides: Mapping[str, Sequence[Spread | None]], *, title: str) -> go.Figure:
    """How far an angle goes in each video: a bar between its percentiles, and a line from its smallest to its largest.

    Args:
        videos: their names, from top to bottom.
        sides: of each of ``"left"``, ``"right"`` or ``"middle"``, the values in each video; None: not known.
        title: of the figure.
    """
    up = _videos_axis(shortened(videos))
    layout = chart_layout(title, across=axis_with_grid("degrees"), up=up, barmode="group", bargap=0.3)
    bars = [_bars(side, videos, spreads) for side, spreads in sides.items()]
    return go.Figure({"data": bars, "layout": layout | _frame(len(sides))})


def _bars(side: str, videos: Sequence[str], spreads: Sequence[Spread | None]) -> dict[str, Any]:
    known = [(place, spread) for place, spread in enumerate(spreads) if spread is not None]
    return {
        "type": "bar",
        "orientation": "h",
        "name": side.capitalize(),
        "y": [place for place, _ in known],
        "base": [spread.low for _, spread in known],
        "x": [spread.high - spread.low for _, spread in known],
        "customdata": [[videos[place], *spread, spread.high - spread.low] for place, spread in known],
        "hovertemplate": "%{customdata[0]}<br>5th to 95th percentile: %{customdata[2]:.0f} to %{customdata[3]:.0f}° "
        "(range %{customdata[5]:.0f}°)<br>smallest %{customdata[1]:.0f}°, largest %{customdata[4]:.0f}°"
        f"<extra>{side}</extra>",
        "marker": {"color": css(SIDES_ON_PAGE[side])},
        # Plotly draws this line from the end of a bar, not from its base.
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [spread.largest - spread.high for _, spread in known],
            "arrayminus": [spread.high - spread.least for _, spread in known],
            "color": css(GREY),
            "thickness": 1.5,
            "width": 3,
        },
    }


def plot_counts(videos: Sequence[str], counts: Sequence[float | None], *, title: str, unit: str) -> go.Figure:
    """A bar for each video; None: not known.

    Args:
        videos: their names, from top to bottom.
        counts: one for each.
        title: of the figure.
        unit: what is counted, the title of the axis.
    """
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(videos))),
        "x": list(counts),
        "text": ["" if count is None else f"{count:g}" for count in counts],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": list(videos),
        "hovertemplate": f"%{{customdata}}<br>%{{x:g}} {unit}<extra></extra>",
        "marker": {"color": css(GREEN)},
    }
    whole = {"dtick": 1} if max((count or 0 for count in counts), default=0) <= _MOST_TICKS else {}
    across = axis_with_grid(unit, rangemode="tozero", **whole)
    layout = chart_layout(title, across=across, up=_videos_axis(shortened(videos)), bargap=0.4, **_frame(1))
    return go.Figure({"data": [bars], "layout": layout})


def shortened(names: Sequence[str]) -> list[str]:
    """The names with the middle of long ones left out."""
    half = (_LONGEST_NAME - 1) // 2
    return [name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}" for name in names]


def _videos_axis(names: Sequence[str]) -> dict[str, Any]:
    # By number: two shortened names may be the same.
    return axis(
        "",
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.4, -0.6],
        automargin=True,
    )


def _frame(series: int) -> dict[str, Any]:
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1, "xanchor": "right", "x": 1}
    return {"showlegend": series > 1, "legend": legend, "margin": {"l": 10, "r": 20, "t": 60, "b": 50}}
