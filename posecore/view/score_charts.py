"""Figures of scores on labelled photos: how exact, by joint and by kind of photo, angles, and time."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from posecore.evaluation.angle_agreement import JOINT_ANGLES, agreement
from posecore.evaluation.case import CaseScores
from posecore.evaluation.correct_keypoints import THRESHOLDS
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.keypoints import COCO_17
from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import GREY, PEOPLE, SKY_BLUE, css

_DASHES = ("solid", "dash", "dot")
_SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up")
_PATTERNS = ("", "/", ".", "x")
_ROW_PX, _BAR_PX, _AROUND_PX = 10, 9, 100
_MOST_DOTS = 5_000


def plot_pck_curve(evaluation: Evaluation, threshold: float) -> go.Figure:
    """PCK in percent of each case, over the distance that counts as correct; ``threshold`` is marked."""
    curves = []
    for place, case in enumerate(evaluation.cases):
        shares = [100 * case.pck(at) for at in THRESHOLDS]
        if np.isnan(shares).all():
            continue
        curves.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _name(case),
                "x": list(THRESHOLDS),
                "y": np.round(shares, 1).tolist(),
                "line": {"color": _color(place), "width": 2, "dash": _DASHES[place // len(PEOPLE) % len(_DASHES)]},
                "marker": {"size": 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
                "hovertemplate": f"{_name(case)}<br>within %{{x:g}} of the torso: %{{y:.1f}}%<extra></extra>",
            }
        )
    marked = {
        "type": "line",
        "x0": threshold,
        "x1": threshold,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": css(GREY), "width": 2, "dash": "dash"},
        "layer": "below",
    }
    layout = chart_layout(
        "Correct points by how exact they must be",
        across=axis("Counts as correct within (share of the torso)", range=[0.03, 0.52], nticks=11),
        up=axis_with_grid("Correct points (%)", range=[0, 103], zeroline=False),
        shapes=[marked],
        **_legend(-0.25),
    )
    return go.Figure({"data": curves, "layout": layout})


def plot_joints(evaluation: Evaluation, threshold: float) -> go.Figure:
    """Bars of PCK in percent for each joint, all cases side by side."""
    by_case = [case.pck_by_joint(threshold) for case in evaluation.cases]
    joints = [joint for joint in COCO_17 if any(joint in shares for shares in by_case)]
    bars = [
        _bars(
            place,
            case,
            [joint.replace("_", " ") for joint in joints],
            [100 * shares.get(joint, np.nan) for joint in joints],
            f"%{{y}}: %{{x:.1f}}% within {threshold:g} of the torso",
        )
        for place, (case, shares) in enumerate(zip(evaluation.cases, by_case, strict=True))
    ]
    return _bar_figure(bars, f"Correct points by joint, within {threshold:g} of the torso", "Correct points (%)", 100)


def plot_domains(evaluation: Evaluation, threshold: float) -> go.Figure:
    """Bars of PCK in percent for each domain with their 95% intervals, all cases side by side."""
    domains = evaluation.cases[0].domains if evaluation.cases else ()
    bars = []
    for place, case in enumerate(evaluation.cases):
        parts = [case.in_domain(domain) for domain in domains]
        shares = np.array([100 * part.pck(threshold) for part in parts])
        edges = np.array([part.pck_interval(threshold) for part in parts]).reshape(-1, 2) * 100
        names = [
            f"{domain or 'not stated'} ({_people(len(part.people))})"
            for domain, part in zip(domains, parts, strict=True)
        ]
        bar = _bars(place, case, names, shares.tolist(), "%{y}: %{x:.1f}%%{customdata}")
        bar["customdata"] = [f" ({low:.0f} to {high:.0f})" if np.isfinite(low) else "" for low, high in edges]
        bar["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(edges[:, 1] - shares).clip(0).tolist(),
            "arrayminus": np.nan_to_num(shares - edges[:, 0]).clip(0).tolist(),
            "color": css(GREY),
            "thickness": 1.5,
            "width": 3,
        }
        bars.append(bar)
    title = f"Correct points by domain, within {threshold:g} of the torso"
    return _bar_figure(bars, title, "Correct points (%), with 95% interval", 100)


def plot_times(evaluation: Evaluation) -> go.Figure:
    """Bars of the median time of a photo of each case in which it is known."""
    known = [(place, case) for place, case in enumerate(evaluation.cases) if np.isfinite(case.milliseconds)]
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": [_name(case) for _, case in known],
        "x": [round(case.milliseconds, 1) for _, case in known],
        "text": [f"{case.milliseconds:,.0f} ms" for _, case in known],
        "textposition": "outside",
        "marker": {"color": [_color(place) for place, _ in known]},
        "hovertemplate": "%{y}<br>%{x:.0f} ms<extra></extra>",
        "showlegend": False,
    }
    room = 1.15 * max([case.milliseconds for _, case in known], default=1)  # for the texts beside the bars
    return _bar_figure([bar], "Median time of a photo, on one thread", "Milliseconds", room)


def bars_height(evaluation: Evaluation, rows: int) -> int:
    """Height in pixels of a figure with a bar for each case in each row, so that all of them can be read."""
    return _AROUND_PX + 14 * len(evaluation.cases) + rows * (_ROW_PX + _BAR_PX * max(2, len(evaluation.cases)))


def plot_angle_agreement(case: CaseScores, angle: str, *, in_3d: bool = False) -> go.Figure:
    """Bland and Altman's figure of one angle: estimate minus label over their mean, with bias and limits of agreement.

    Args:
        case: whose estimates are compared with the labels.
        angle: one of ``JOINT_ANGLES``.
        in_3d: the angle of the body in metres, instead of that in the photo.
    """
    measured, true = case.angle_pairs(in_3d=in_3d)[:, :, JOINT_ANGLES.index(angle)]
    photos = np.array([each.photo.file_name for each in case.people if each.found], object)
    known = np.flatnonzero(np.isfinite(measured) & np.isfinite(true))
    result = agreement(measured, true)
    step = max(1, -(-len(known) // _MOST_DOTS))
    shown = known[::step]
    differences, means = measured - true, (measured + true) / 2
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": np.round(means[shown], 1).tolist(),
        "y": np.round(differences[shown], 1).tolist(),
        "text": [_escaped(name) for name in photos[shown].tolist()],
        "customdata": np.round(np.column_stack([measured[shown], true[shown]]), 0).tolist(),
        "marker": {"color": css(SKY_BLUE), "size": 8, "opacity": 0.8},
        "hovertemplate": "%{text}<br>estimate %{customdata[0]:.0f}°, label %{customdata[1]:.0f}°"
        "<br>difference %{y:+.1f}°<extra></extra>",
        "showlegend": False,
    }
    lines = [
        (result.bias, "solid", f"bias {result.bias:+.1f}°"),
        (result.low, "dash", f"lower limit {result.low:+.1f}°"),
        (result.high, "dash", f"upper limit {result.high:+.1f}°"),
    ]
    drawn = [line for line in lines if np.isfinite(line[0])]
    heights = [0.0, *differences[known].tolist(), *(at for at, _, _ in drawn)]
    room = 0.08 * (max(heights) - min(heights)) + 1
    words = {"xref": "paper", "x": 1, "xanchor": "right", "yanchor": "bottom", "showarrow": False}
    layout = chart_layout(
        f"{_spoken(angle).capitalize()}{' in 3D' if in_3d else ' in the photo'}: estimate against label",
        across=axis("Mean of estimate and label (°)"),
        up=axis_with_grid("Estimate minus label (°)", zeroline=True, range=[min(heights) - room, max(heights) + room]),
        shapes=[
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "layer": "below"}
            | {"line": {"color": css(PEOPLE[-1]), "width": 2, "dash": dash}}
            for at, dash, _ in drawn
        ],
        annotations=[words | {"y": at, "text": text, "font": {"size": 12}} for at, _, text in drawn],
    )
    return go.Figure({"data": [dots], "layout": layout})


def _bars(place: int, case: CaseScores, names: list[str], values: list[float], hover: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": _name(case),
        "y": [_escaped(name) for name in names],
        "x": [round(value, 1) if np.isfinite(value) else None for value in values],
        "marker": {
            "color": _color(place),
            "pattern": {"shape": _PATTERNS[place // len(PEOPLE) % len(_PATTERNS)], "solidity": 0.35},
        },
        "hovertemplate": f"{_name(case)}<br>{hover}<extra></extra>",
    }


def _bar_figure(bars: list[dict[str, Any]], title: str, unit: str, most: float) -> go.Figure:
    layout = chart_layout(
        title,
        across=axis_with_grid(unit, side="bottom", zeroline=False, range=[0, most]),
        up={"autorange": "reversed", "showgrid": False, "automargin": True},
        barmode="group",
        bargap=0.25,
        # Below the axis and its title, whatever the height of the figure.
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        margin={"l": 10, "r": 10, "t": 40, "b": 55 + 14 * len(bars)},
    )
    return go.Figure({"data": bars, "layout": layout})


def _legend(y: float) -> dict[str, Any]:
    return {"showlegend": True, "legend": legend_below(y), "margin": {"l": 55, "r": 10, "t": 40, "b": 90}}


def _color(place: int) -> str:
    return css(PEOPLE[place % len(PEOPLE)])


def _name(case: CaseScores) -> str:
    return _escaped(str(case.name))


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _escaped(text: str) -> str:
    """Text from a file as Plotly shows it: it reads some HTML, and what is in braces in hover texts."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("%{", "%\u2060{")):
        text = text.replace(sign, entity)
    return text
