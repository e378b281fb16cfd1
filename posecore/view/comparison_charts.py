"""Figures of comparisons: likeness by moment and limb, who is ahead, and the curves of two attempts."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from posecore.errors import check_choice
from posecore.motion.comparing.alignment import Alignment
from posecore.motion.comparing.attempts import PERCENT, ComparedAttempts
from posecore.motion.comparing.likeness import LikenessOverTime
from posecore.motion.comparing.limbs import LIMBS
from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import BLUE, GREY, PEOPLE, Color, css, likeness_scale

_MOST_COLUMNS = 1_500
_MOST_HELD = 150
_ALL = "all limbs"
_VERMILLION = PEOPLE[-1]
_Doubles = NDArray[np.float64]


def plot_likeness(compared: LikenessOverTime | Alignment, *, title: str) -> go.Figure:
    """Heat map of the score, 0 to 100: each limb, and all of them in the uppermost row, over time.

    Of an alignment the time is that of the first movement. What is not judged is blank. A long video is shown in at
    most 1,500 columns, each the mean of its moments.
    """
    if isinstance(compared, Alignment):
        times_s, scores = compared.times_s[:, 0], compared.scores
    else:
        times_s, scores = compared.times_s, compared.score
    columns, means = _columns(times_s, np.column_stack([scores, compared.limb_scores]))
    heat = {
        "type": "heatmap",
        "x": np.round(columns, 3),
        "y": [_ALL, *(name.replace("_", " ") for name in LIMBS)],
        "z": np.round(means.T, 1),
        "zmin": 0,
        "zmax": 100,
        "colorscale": likeness_scale(),
        # Below the map: beside it, it would take a third of a phone's width.
        "colorbar": {
            "title": {"text": "likeness (0\N{EN DASH}100)", "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "len": 0.5,
            "yanchor": "top",
            "y": -0.15,
        },
        "hovertemplate": "%{y}<br>%{x:.2f} s<br>likeness %{z:.0f}<extra></extra>",
    }
    layout = chart_layout(
        title,
        across=axis("Time (s)"),
        up={"autorange": "reversed", "showgrid": False, "tickfont": {"size": 10}},
        margin={"l": 110, "r": 0, "t": 40, "b": 110},
    )
    return go.Figure({"data": [heat], "layout": layout})


def plot_score(likeness: LikenessOverTime, *, title: str) -> go.Figure:
    """The score over time, 0 to 100, with the best moment marked and the times shaded in which the pose is held.

    A long video is shown with at most 1,500 points.

    Raises:
        NotComparable: if no frame is judged.
    """
    columns, means = _columns(likeness.times_s, likeness.score[:, None])
    best = likeness.best_frame
    hover = "%{x:.2f} s<br>likeness %{y:.0f}<extra></extra>"
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": np.round(columns, 3),
        "y": np.round(means[:, 0], 1),
        "line": {"color": css(BLUE), "width": 2},
        "hovertemplate": hover,
    }
    dot = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [round(likeness.best_s, 3)],
        "y": [round(float(likeness.score[best]), 1)],
        "text": ["best"],
        "textposition": "bottom center",
        "marker": {"color": css(_VERMILLION), "size": 9},
        "hovertemplate": hover,
    }
    held = [
        {
            "type": "rect",
            "yref": "paper",
            "x0": start_s,
            "x1": end_s,
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
            "fillcolor": css(GREY),
            "opacity": 0.2,
            "layer": "below",
        }
        for start_s, end_s in likeness.held()[:_MOST_HELD]
    ]
    layout = chart_layout(
        title,
        across=axis("Time (s)"),
        up=axis_with_grid("Likeness", range=[0, 104], zeroline=False, nticks=5),
        showlegend=False,
        shapes=held,
    )
    return go.Figure({"data": [line, dot], "layout": layout})


def plot_timing(alignment: Alignment, *, title: str) -> go.Figure:
    """How many seconds the second movement is behind the first (negative: ahead), over the time of the first.

    It is beyond the usual delay; see ``Alignment.behind_s``. A long video is shown with at most 1,500 points.
    """
    columns, means = _columns(alignment.times_s[:, 0], np.column_stack([alignment.behind_s, alignment.times_s[:, 1]]))
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": np.round(columns, 3),
        "y": np.round(means[:, 0], 3),
        "customdata": np.round(means[:, 1:], 2),
        "line": {"color": css(BLUE), "width": 2},
        "hovertemplate": "%{x:.2f} s, the second at %{customdata[0]:.2f} s<br>%{y:+.2f} s<extra></extra>",
    }
    layout = chart_layout(
        title,
        across=axis("Time of the first (s)"),
        up=axis_with_grid("Behind (+) or ahead (\N{MINUS SIGN}), s"),
    )
    return go.Figure({"data": [line], "layout": layout})


def plot_attempts(compared: ComparedAttempts, angle: str, *, title: str) -> go.Figure:
    """Mean curves of one angle in two attempts over the normalised repetition, each in a band of its spread.

    Args:
        compared: by ``compare_attempts``.
        angle: a name that either attempt has in ``angles``, such as ``"left_knee"``.
        title: of the figure.

    Raises:
        InvalidOption: if neither has this angle.
    """
    attempts = (("first", compared.first, BLUE, "solid"), ("second", compared.second, _VERMILLION, "dash"))
    names = tuple(dict.fromkeys(name for _, attempt, _, _ in attempts for name in attempt.angles))
    check_choice("angle", angle, names)
    data = []
    for name, attempt, color, dash in attempts:
        if angle in attempt.angles:
            label = f"{name} ({attempt.count} \N{MULTIPLICATION SIGN})"
            data += _mean_in_its_band(attempt.mean(angle), attempt.spread(angle), label, color, dash)
    layout = chart_layout(
        title,
        across=axis("Repetition (%; 50 is the turning point)"),
        up=axis_with_grid(f"{angle.replace('_', ' ').capitalize()} (°)", zeroline=False),
        legend=legend_below(),
    )
    return go.Figure({"data": data, "layout": layout})


def _columns(times_s: _Doubles, values: _Doubles) -> tuple[_Doubles, _Doubles]:
    """Times that increase, at most ``_MOST_COLUMNS``, and the means (N, ...) of what is known at each; else NaN."""
    distinct, place = np.unique(times_s, return_inverse=True)
    step = -(-len(distinct) // _MOST_COLUMNS) if len(distinct) else 1
    place = place // step
    count = place.max(initial=-1) + 1
    known = np.isfinite(values)
    sums, counts = np.zeros((2, count, values.shape[1]))
    np.add.at(sums, place, np.where(known, values, 0))
    np.add.at(counts, place, known)
    return distinct[::step], np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mean_in_its_band(mean: _Doubles, spread: _Doubles, name: str, color: Color, dash: str) -> list[dict[str, Any]]:
    edges = np.concatenate([mean + spread, (mean - spread)[::-1]])
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([PERCENT, PERCENT[::-1]]),
        "y": np.round(edges, 1),
        "fill": "toself",
        "fillcolor": css(color).replace("rgb", "rgba").replace(")", ", 0.2)"),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    told = [f"{value:.1f}" if np.isfinite(value) else "unknown" for value in spread]
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": PERCENT,
        "y": np.round(mean, 1),
        "customdata": told,
        "line": {"color": css(color), "width": 2, "dash": dash},
        "hovertemplate": "%{x:.0f}%: %{y:.0f}°, spread %{customdata}°",
    }
    return [band, line] if np.isfinite(spread).all() else [line]
