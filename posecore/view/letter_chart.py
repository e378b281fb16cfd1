"""Figure of the letters that a hand shows over time."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from posecore.view.palette import BLUE, GREY, css

_LEAST_FRAMES = 2
_WORDS = "Text"


def plot_letters(
    times_s: ArrayLike,
    letters: Sequence[str | None],
    scores: ArrayLike,
    words: Iterable[tuple[str, float, float]] = (),
) -> go.Figure:
    """The letters of a hand over time, a row for each letter, and the words that came of them above.

    A letter that is seen in a single frame is left out. The stronger a bar's colour, the surer the letter. The last of
    a bar's customdata is the time at which it begins.

    Args:
        times_s: (T,) seconds, increasing.
        letters: (T,) what each frame shows; None or "" for nothing, other than letters are left out.
        scores: (T,) 0..1, how sure that is.
        words: (text, start_s, end_s) of each word.
    """
    times, sure = np.asarray(times_s, np.float64), np.nan_to_num(np.asarray(scores, np.float64))
    runs = [list(run) for _letter, run in groupby(range(len(letters)), key=lambda index: letters[index])]
    shown = [run for run in runs if len(run) >= _LEAST_FRAMES and str(letters[run[0]] or "").isalpha()]
    spans = [(times[run[0]], times[min(run[-1] + 1, len(times) - 1)]) for run in shown]
    rows = [str(letters[run[0]]) for run in shown]
    means = [float(sure[run].mean()) for run in shown]
    said = [f"{letter}, score {mean:.2f}" for letter, mean in zip(rows, means, strict=True)]
    texts = [(str(text), float(start_s), float(end_s)) for text, start_s, end_s, *_ in words]
    bars = [
        {
            **_bars(spans, rows, said),
            "name": "letter",
            "marker": {"color": css(BLUE), "opacity": [round(0.25 + 0.75 * mean, 2) for mean in means]},
        },
        {
            **_bars([(start, end) for _, start, end in texts], [_WORDS] * len(texts), [text for text, _, _ in texts]),
            "name": "word",
            "text": [text for text, _, _ in texts],
            "textposition": "inside",
            "insidetextanchor": "start",
            "textangle": 0,
            "marker": {"color": css(GREY)},
        },
    ]
    order = [*sorted(set(rows), reverse=True), *([_WORDS] if texts else [])]
    layout = {
        "title": {"text": "Letters over time", "font": {"size": 15}, "x": 0},
        "xaxis": {
            "title": {"text": "Time (s)", "standoff": 4},
            "range": [float(times[0]), float(times[-1])] if len(times) > 1 else [0, 1],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "title": {"text": "Letter", "standoff": 4},
            "type": "category",
            "categoryorder": "array",
            "categoryarray": order,
            "range": [-0.5, max(1, len(order)) - 0.5],
            "dtick": 1,
            "gridcolor": "rgba(138, 143, 152, 0.25)",
        },
        "barmode": "overlay",
        "hovermode": "closest",
        "showlegend": False,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 55, "r": 0, "t": 40, "b": 45},
    }
    return go.Figure({"data": [bar for bar in bars if bar["y"]], "layout": layout})


def _bars(spans: Sequence[tuple[float, float]], rows: list[str], said: list[str]) -> dict[str, Any]:
    told = zip(spans, said, strict=True)
    return {
        "type": "bar",
        "orientation": "h",
        "base": [round(start, 3) for start, _ in spans],
        "x": [round(end - start, 3) for start, end in spans],
        "y": rows,
        "customdata": [[text, f"{start:.2f}", f"{end:.2f}", round(start, 3)] for (start, end), text in told],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} to %{customdata[2]} s<extra></extra>",
    }
