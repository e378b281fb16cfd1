"""Figures of a whole video."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from posecore.motion.exercises.results import Counted
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import BLUE, GREY, SIDES_ON_PAGE, css

_MOST_COLUMNS = 1_500
_MOST_POINTS = 20_000


def plot_visibility(sequence: PoseSequence, person_id: int) -> go.Figure:
    """Heat map of one person's visibility: 33 landmarks over time. Frames without the person are blank.

    A long video is shown in at most 1,500 columns, each the mean of its frames.

    Raises:
        InvalidOption: if nobody has this id.
        InvalidPoses: if this person is never seen.
    """
    slot = sequence.slot(person_id)
    step = max(1, -(-len(sequence) // _MOST_COLUMNS))
    starts = np.arange(0, len(sequence), step)
    visibility = sequence.visibility[:, slot]
    there = np.isfinite(visibility)
    counts = np.add.reduceat(there.astype(np.float64), starts)
    sums = np.add.reduceat(np.where(there, visibility, 0).astype(np.float64), starts)
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    heat = {
        "type": "heatmap",
        "x": sequence.times_s[starts],
        "y": [name.replace("_", " ") for name in BLAZEPOSE_33.landmarks],
        "z": np.round(means.T, 3),
        "zmin": 0,
        "zmax": 1,
        "colorscale": "Cividis",
        # Below the map: beside it, it would take a third of a phone's width.
        "colorbar": {
            "title": {"text": "visibility (0\N{EN DASH}1)", "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "len": 0.5,
            "yanchor": "top",
            "y": -0.1,
        },
        "hovertemplate": "%{y}<br>%{x:.2f} s<br>visibility %{z:.2f}<extra></extra>",
    }
    layout = chart_layout(
        "Visibility of each landmark over time",
        across=axis("Time (s)"),
        up={"autorange": "reversed", "showgrid": False, "tickfont": {"size": 10}},
        margin={"l": 110, "r": 0, "t": 40, "b": 110},
    )
    return go.Figure({"data": [heat], "layout": layout})


def plot_repetitions(counted: Counted, *, title: str) -> go.Figure:
    """The movement over time, with the repetitions shaded and numbered, and what was not counted hatched.

    The movement is in percent of the person's usual one: 0 at rest, about 100 at the extreme. A long video is shown
    with at most 20,000 points. The last of a bar's customdata is the time to go to: the extreme of a repetition, or the
    start of what was not counted.
    """
    curves = [_curve(counted, side) for side in ("both", "left", "right")]
    lines = [curve for curve in curves if curve]
    heights = [value for line in lines for value in line["y"] if value is not None]
    low, high = min([0, *heights]), max([100, *heights])
    spans = [(each.start_s, each.end_s) for each in counted.repetitions]
    numbers = [str(place) for place in range(1, len(spans) + 1)]
    lasting = [f"repetition {number}, {end - start:.1f} s" for number, (start, end) in zip(numbers, spans, strict=True)]
    skipped = [(each.start_s, each.end_s) for each in counted.not_counted]
    reasons = [f"not counted: {each.reason}" for each in counted.not_counted]
    bars = [
        {
            **_stretches(spans, low, 1.12 * high, lasting, [each.extreme_s for each in counted.repetitions]),
            "name": "counted",
            "marker": {"color": css(BLUE), "opacity": 0.3},
        },
        {
            **_stretches(skipped, low, high, reasons, [start for start, _ in skipped]),
            "name": "not counted",
            "marker": {
                "color": "rgba(0, 0, 0, 0)",
                "line": {"color": css(GREY), "width": 1},
                "pattern": {"shape": "/", "fgcolor": css(GREY), "size": 8, "solidity": 0.15},
            },
        },
    ]
    # Beside the bars, whose own text would be white.
    labels = {
        "type": "scatter",
        "mode": "text",
        "x": bars[0]["x"],
        "y": [1.06 * high] * len(spans),
        "text": numbers,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    times = [time for line in lines for time in line["x"] if time is not None]
    times += [time for span in [*spans, *skipped] for time in span]
    layout = chart_layout(
        title,
        across=axis("Time (s)", range=[min(times, default=0), max(times, default=1)]),
        up=axis_with_grid("Movement (% of the usual one)", range=[low, 1.14 * high], zeroline=False),
        barmode="overlay",
        legend=legend_below(),
    )
    return go.Figure({"data": [*(bar for bar in bars if bar["x"]), *lines, labels], "layout": layout})


def _curve(counted: Counted, side: str) -> dict[str, Any] | None:
    """The line of a side, with gaps between the stretches in which the person is seen; None if it has none."""
    parts = [each for each in counted.curves if each.side == side]
    if not parts:
        return None
    step = -(-sum(len(each.times_s) for each in counted.curves) // _MOST_POINTS)
    times: list[float | None] = []
    percent: list[float | None] = []
    for part in parts:
        times += [*np.round(part.times_s[::step], 3).tolist(), None]
        percent += [*np.round(100 * part.progress[::step], 1).tolist(), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "movement" if side == "both" else f"{side} side",
        "x": times,
        "y": percent,
        "line": {
            "color": css(SIDES_ON_PAGE.get(side, GREY)),
            "width": 2,
            "dash": "dot" if side == "right" else "solid",
        },
        "hovertemplate": "%{x:.2f} s, %{y:.0f}%<extra></extra>",
    }


def _stretches(
    spans: list[tuple[float, float]], low: float, high: float, said: list[str], goto_s: list[float]
) -> dict[str, Any]:
    """Bars over stretches of time, each with what is said of it, and the time to go to."""
    told = zip(spans, said, goto_s, strict=True)
    return {
        "type": "bar",
        "x": [(start + end) / 2 for start, end in spans],
        "width": [end - start for start, end in spans],
        "base": low,
        "y": [high - low] * len(spans),
        "customdata": [[f"{start:.1f}", f"{end:.1f}", text, round(time, 3)] for (start, end), text, time in told],
        "hovertemplate": "%{customdata[2]}<br>%{customdata[0]} to %{customdata[1]} s<extra></extra>",
    }
