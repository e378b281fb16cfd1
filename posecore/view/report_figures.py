"""Figures of the one-page report, as plain values for plotly's script in a page without network access.

None of them contains a name given by a user: plotly interprets some HTML, links in particular. Colours of text and
lines are left to the page, which knows whether it is light or dark.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from posecore.hands import Side
from posecore.motion.angles import ANGLES
from posecore.motion.gaps import BoolArray, stretches, usual_step_s
from posecore.poses import FloatArray, PoseSequence
from posecore.values import FramesInTime
from posecore.view.chart_layout import TRANSPARENT
from posecore.view.charts import plot_visibility
from posecore.view.error_bands import band_of
from posecore.view.palette import SIDES_ON_PAGE, css
from posecore.view.plots import THIN_BONES
from posecore.view.stage import bones, plot_stage

MOST_POINTS = 2_000
"""Most points of one curve: more than a screen has columns."""
MOST_STEPS = 60
"""Most frames of the 3D figure."""
MOST_BARS = 600
"""Most bars of one row: narrower gaps than this share of the video would not be seen."""

_JOINTS = {"knee": "Knees", "hip": "Hips", "elbow": "Elbows", "shoulder": "Shoulders"}
_ROW_PX = 165
_BAR_ROW_PX, _BAR_PX, _LETTER_PX = 26, 8, 7
_APART = 0.19  # of a row: the left hand's bars are so far above its middle, the right one's below


@dataclass(frozen=True)
class Steps:
    """One person's landmarks in selected frames, for a figure that shows one frame at a time.

    Attributes:
        figure: still empty; its traces 1, 2 and 3 are thick bones, thin bones and joints.
        data: plain values: ``frames`` and ``times_s`` of the N steps, ``points`` (N, 33 * 3) whole millimetres in the
            axes of the figure, ``visibility`` (N, 33) percent, and ``bones`` as pairs of landmarks, first the thick
            and then the thin ones.
    """

    figure: go.Figure
    data: dict[str, Any]


def plotly_script() -> str:
    """The whole plotly script, to be put into a page once."""
    return str(get_plotlyjs())


def figure_json(figure: go.Figure) -> str:
    """The figure as JSON that is safe inside an HTML page."""
    return safe_json(json.loads(figure.to_json()))


def safe_json(value: Any) -> str:
    """JSON without "<", ">" and "&", so that nothing in it can end the script element around it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plot_angles(
    angles: FloatArray, times_s: NDArray[np.float64], cuts: ArrayLike = (), errors: FloatArray | None = None
) -> go.Figure:
    """Plot one person's knee, hip, elbow and shoulder angles over time, left and right together; NaN leaves gaps.

    A curve has at most ``MOST_POINTS``: in a long video, the lowest and highest of each group of frames.

    Args:
        angles: (T, A) degrees, in the order of ``ANGLES``.
        times_s: (T,).
        cuts: (C,), those of the sequence.
        errors: (T, A) degrees, the usual errors, as bands around the curves; None: there are none.
    """
    names = list(ANGLES)
    # NaN at each cut and in each hole of the video, so that no line is drawn across it.
    holes = [stretch.start for stretch in stretches(np.ones(len(times_s), bool), times_s, cuts)[1:]]
    times_s = np.insert(times_s, holes, times_s[holes])
    angles = np.insert(angles, holes, np.nan, axis=0)
    errors = np.full_like(angles, np.nan) if errors is None else np.insert(errors, holes, np.nan, axis=0)
    figure = make_subplots(
        rows=len(_JOINTS), cols=1, shared_xaxes=True, vertical_spacing=0.06, subplot_titles=list(_JOINTS.values())
    )
    for row, joint in enumerate(_JOINTS, start=1):
        curves, bands = [], []
        for side in ("left", "right"):
            column = names.index(f"{side}_{joint}")
            kept = _kept(angles[:, column])
            times, values, off = times_s[kept], angles[kept, column], errors[kept, column]
            if np.isfinite(off).any():
                bands.append(band_of(times, values, off, SIDES_ON_PAGE[side]) | {"legendgroup": side})
            curve = {
                "type": "scatter",
                "mode": "lines",
                "x": times.astype(np.float32),
                "y": values.astype(np.float32),
                "name": side,
                "legendgroup": side,
                "showlegend": row == 1,
                "line": {"color": css(SIDES_ON_PAGE[side]), "width": 1.8},
                "hovertemplate": f"{side} {joint} %{{y:.0f}}°<br>%{{x:.2f}} s<extra></extra>",
            }
            curves.append(curve)
        for trace in (*bands, *curves):
            figure.add_trace(trace, row=row, col=1)
    figure.update_yaxes(range=[0, 185], tickvals=[0, 60, 120, 180], fixedrange=True)
    figure.update_xaxes(title={"text": "Time (s)"}, row=len(_JOINTS))
    figure.update_annotations(font_size=13, x=0, xanchor="left")
    figure.update_layout(
        height=len(_JOINTS) * _ROW_PX,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 45, "r": 10, "t": 45, "b": 45},
        **TRANSPARENT,
    )
    return figure


def plot_when(names: Sequence[str], there: BoolArray, sides: Sequence[Side], frames: FramesInTime) -> go.Figure:
    """Plot when each hand of a person is seen or shows something: bars over time, in a row for each name.

    Args:
        names: of the N rows, from top to bottom.
        there: (T, N, H), whether what a row is named after is read from a hand in a frame.
        sides: of the H hands.
        frames: the sequence that has the T frames.
    """
    figure = go.Figure()
    for index, side in enumerate(sides):
        across, down, texts = [], [], []
        for row, name in enumerate(names):
            level = row + (0 if len(sides) == 1 else _APART if side == "right" else -_APART)
            for start_s, end_s in _bars(there[:, row, index], frames):
                across += [round(start_s, 3), round(end_s, 3), None]
                down += [level, level, None]
                texts += [f"{side} hand, {name}"] * 3
        figure.add_trace(
            {
                "type": "scatter",
                "mode": "lines",
                "x": across,
                "y": down,
                "name": f"{side} hand",
                "showlegend": True,
                "line": {"color": css(SIDES_ON_PAGE[side]), "width": _BAR_PX},
                "text": texts,
                "hovertemplate": "%{text}<br>%{x:.2f} s<extra></extra>",
            }
        )
    last_s = float(frames.times_s[-1]) + _step_s(frames)
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[f"{name} " for name in names],
        range=[len(names) - 0.5, -0.5],
        fixedrange=True,
        zeroline=False,
    )
    figure.update_xaxes(title={"text": "Time (s)"}, range=[float(frames.times_s[0]), last_s])
    figure.update_layout(
        height=100 + len(names) * _BAR_ROW_PX,
        hovermode="closest",
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 20 + _LETTER_PX * max(map(len, names)), "r": 10, "t": 35, "b": 45},
        **TRANSPARENT,
    )
    return figure


def _bars(there: BoolArray, frames: FramesInTime) -> list[tuple[float, float]]:
    """Start and end in seconds of each stretch in which something is there; those too close to be told apart as one."""
    times_s, step_s = frames.times_s, _step_s(frames)
    least_s = (float(times_s[-1] - times_s[0]) + step_s) / MOST_BARS
    bars: list[tuple[float, float]] = []
    for stretch in stretches(there, times_s, frames.cuts):
        start_s, end_s = float(times_s[stretch.start]), float(times_s[stretch.stop - 1]) + step_s
        if bars and start_s - bars[-1][1] < least_s:
            start_s = bars.pop()[0]
        bars.append((start_s, max(end_s, start_s + least_s)))
    return bars


def _step_s(frames: FramesInTime) -> float:
    """How long a frame is shown."""
    return usual_step_s(frames.times_s) if len(frames) > 1 else 1 / frames.fps


def plot_visibility_small(sequence: PoseSequence, person_id: int) -> go.Figure:
    """``plot_visibility`` without a title and in half the bytes; raises the same errors."""
    figure = plot_visibility(sequence, person_id)
    figure.update_layout(title=None, height=540, margin={"l": 105, "r": 0, "t": 10, "b": 45})
    [heat] = figure.data
    heat.update(x=np.asarray(heat.x, np.float32), z=np.asarray(heat.z, np.float32))
    heat.colorbar.update(title={"text": None}, thickness=8, len=0.6, tickvals=[0, 0.5, 1])
    return figure


def plot_steps(sequence: PoseSequence, person_id: int) -> Steps:
    """One person in 3D, in up to ``MOST_STEPS`` evenly chosen frames out of those the person is seen in.

    Raises:
        InvalidOption: if nobody has this id.
        InvalidPoses: if this person is never seen.
    """
    seen = np.flatnonzero(sequence.seen[:, sequence.slot(person_id)])
    frames = seen[np.unique(np.linspace(0, len(seen) - 1, min(MOST_STEPS, len(seen))).round().astype(int))]
    one_person = sequence.only([person_id]).named({})
    figure = plot_stage(one_person, coordinates="world")
    figure.update_layout(title={"text": None, "subtitle": {"text": None}}, height=460, margin={"t": 0})
    x, y, z = np.moveaxis(one_person.world[frames, 0], -1, 0)
    pairs = np.array([(bone["from"], bone["to"]) for bone in bones()])
    data = {
        "frames": frames.tolist(),
        "times_s": sequence.times_s[frames].round(3).tolist(),
        "points": _whole(np.stack((x, z, -y), axis=-1), 1000),
        "visibility": _whole(one_person.visibility[frames, 0], 100),
        "bones": [pairs[~THIN_BONES].tolist(), pairs[THIN_BONES].tolist()],
    }
    return Steps(figure, data)


def _whole(values: FloatArray, per_unit: int) -> list[list[int | None]]:
    """A flat list of scaled whole numbers for each step; None for NaN."""
    rows = values.reshape(len(values), -1) * per_unit
    return [[round(value) if np.isfinite(value) else None for value in row] for row in rows.tolist()]


def _kept(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """The lowest, the highest and the first unknown value of each bucket of frames, so that gaps stay gaps: places."""
    if len(values) <= MOST_POINTS:
        return np.arange(len(values))
    unknown = np.isnan(values)
    size = -(-3 * len(values) // MOST_POINTS)
    starts = np.arange(0, len(values), size)
    padding = starts[-1] + size - len(values)

    def places(of: NDArray[Any], fill: float, pick: Any) -> NDArray[np.intp]:
        rows = np.pad(of, (0, padding), constant_values=fill).reshape(-1, size)
        return np.asarray(starts + pick(rows, axis=1))

    lowest = places(np.where(unknown, np.inf, values), np.inf, np.argmin)
    highest = places(np.where(unknown, -np.inf, values), -np.inf, np.argmax)
    # For a bucket without NaN this is its first frame, which does no harm.
    first_unknown = places(unknown, False, np.argmax)
    return np.unique(np.concatenate([lowest, highest, first_unknown]))
