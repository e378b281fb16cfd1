"""Figures of a clip's scores: an angle of result and truth over time, and how far they agree."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from posecore.errors import check_choice
from posecore.evaluation.angle_agreement import JOINT_ANGLES
from posecore.evaluation.clip_scores import ClipScores
from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import BLUE, GREY, VERMILLION, css

_MOST_POINTS = 3_000
_Doubles = NDArray[np.float64]


def plot_both_angles(scores: ClipScores, angle: str, *, title: str) -> go.Figure:
    """An angle of the result and of the truth over the time of the result, degrees; what is not known is a gap.

    A long video is shown with at most 3,000 points.

    Raises:
        InvalidOption: if the angle is not known in both.
    """
    ours, theirs = _both(scores, angle)
    step = -(-len(ours) // _MOST_POINTS)
    times_s = np.round(scores.found.times_s[::step], 3)
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": times_s,
            "y": np.round(values[::step], 1),
            "line": {"color": css(color), "width": 2, "dash": dash},
            "hovertemplate": "%{x:.2f} s: %{y:.0f}°",
        }
        for name, values, color, dash in (
            ("truth", theirs, BLUE, "dash"),
            ("result", ours, VERMILLION, "solid"),
        )
    ]
    layout = chart_layout(
        title,
        across=axis("Time of the result (s)"),
        up=axis_with_grid(f"{angle.replace('_', ' ').capitalize()} (°)", zeroline=False),
        legend=legend_below(),
    )
    return go.Figure({"data": lines, "layout": layout})


def plot_agreement(scores: ClipScores, angle: str, *, title: str) -> go.Figure:
    """Result minus truth over the mean of both, in each frame, with bias and limits of agreement (Bland and Altman).

    A long video is shown with at most 3,000 frames.

    Raises:
        InvalidOption: if the angle is not known in both.
    """
    ours, theirs = _both(scores, angle)
    known = np.flatnonzero(np.isfinite(ours) & np.isfinite(theirs))
    known = known[:: -(-len(known) // _MOST_POINTS)]
    agreed = scores.angle_scores[angle].agreement
    apart = ours[known] - theirs[known]
    low, high = min(agreed.low, apart.min(), -1.0), max(agreed.high, apart.max(), 1.0)  # no axis of thousandths
    margin = 0.06 * (high - low)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": np.round((ours[known] + theirs[known]) / 2, 1),
        "y": np.round(apart, 1),
        "customdata": np.round(scores.found.times_s[known], 3),
        "marker": {"color": css(BLUE), "size": 5, "opacity": 0.5},
        "hovertemplate": "%{customdata:.2f} s: %{y:+.0f}° at %{x:.0f}°<extra></extra>",
    }
    levels = [(agreed.bias, "bias", "solid"), (agreed.low, "limit", "dash"), (agreed.high, "limit", "dash")]
    layout = chart_layout(
        title,
        across=axis("Mean of both (°)"),
        up=axis_with_grid("Result \N{MINUS SIGN} truth (°)", range=[low - margin, high + margin]),
        showlegend=False,
        shapes=[_level(value, dash) for value, _, dash in levels],
        annotations=[_label(value, name) for value, name, _ in levels],
    )
    return go.Figure({"data": [dots], "layout": layout})


def _both(scores: ClipScores, angle: str) -> tuple[_Doubles, _Doubles]:
    check_choice("angle", angle, tuple(scores.angle_scores))
    place = JOINT_ANGLES.index(angle)
    ours, theirs = scores.angles
    return ours[:, place], theirs[:, place]


def _level(value: float, dash: str) -> dict[str, Any]:
    line = {"color": css(GREY), "width": 1.5, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}


def _label(value: float, name: str) -> dict[str, Any]:
    place = {"xref": "paper", "x": 1, "xanchor": "right", "y": value, "yanchor": "bottom", "showarrow": False}
    return {**place, "text": f"{name} {round(value) + 0:+d}°", "font": {"size": 11}}
