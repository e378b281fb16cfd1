"""Figures of a whole video."""

import numpy as np
import plotly.graph_objects as go

from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33

_MOST_COLUMNS = 1_500


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
    layout = {
        "title": {"text": "Visibility of each landmark over time", "font": {"size": 15}, "x": 0},
        "xaxis": {"title": {"text": "Time (s)", "standoff": 4}, "showgrid": False},
        "yaxis": {"autorange": "reversed", "showgrid": False, "tickfont": {"size": 10}},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 110, "r": 0, "t": 40, "b": 110},
    }
    return go.Figure({"data": [heat], "layout": layout})
