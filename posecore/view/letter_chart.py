"""Figure of the letters that a hand shows over time."""

from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from posecore.view.chart_layout import axis, axis_with_grid, chart_layout
from posecore.view.palette import BLUE, GREY, css

_WORDS = "Text"


def plot_letters(
    letters: Iterable[tuple[str, float, float, float]],
    words: Iterable[tuple[str, float, float]] = (),
    *,
    until_s: float,
) -> go.Figure:
    """The letters of a hand over time, a row for each letter, and the words that came of them above.

    The stronger a bar's colour, the surer the letter. The last of a bar's customdata is the time at which it begins.

    Args:
        letters: (letter, start_s, end_s, score) of each, as ``posecore.signs.reading.letter_spans`` returns them; the
            score is 0..1.
        words: (text, start_s, end_s) of each word.
        until_s: length of the video.
    """
    seen = list(letters)
    said = [(str(text), start_s, end_s) for text, start_s, end_s, *_ in words]
    sure = {"color": css(BLUE), "opacity": [round(0.25 + 0.75 * score, 2) for *_, score in seen]}
    texts = [text for text, *_ in said]
    bars = [
        _bars([(letter, f"{letter}, score {score:.2f}", start, end) for letter, start, end, score in seen])
        | {"name": "letter", "marker": sure},
        _bars([(_WORDS, *each) for each in said])
        | {"name": "word", "marker": {"color": css(GREY)}, "text": texts}
        | {"textposition": "inside", "insidetextanchor": "start", "textangle": 0},
    ]
    rows = sorted({letter for letter, *_ in seen}, reverse=True) + [_WORDS] * bool(said)
    return go.Figure({"data": [bar for bar in bars if bar["y"]], "layout": _layout(rows, until_s)})


def _bars(spans: Sequence[tuple[str, str, float, float]]) -> dict[str, Any]:
    """Bars from (row, text to show, start_s, end_s) of each."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": [round(start, 3) for *_, start, _ in spans],
        "x": [round(end - start, 3) for *_, start, end in spans],
        "y": [row for row, *_ in spans],
        "customdata": [[text, f"{start:.2f}", f"{end:.2f}", round(start, 3)] for _, text, start, end in spans],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} to %{customdata[2]} s<extra></extra>",
    }


def _layout(rows: Sequence[str], until_s: float) -> dict[str, Any]:
    return chart_layout(
        "Letters over time",
        across=axis("Time (s)", range=[0, until_s or 1]),
        up=axis_with_grid(
            "Letter",
            type="category",
            categoryorder="array",
            categoryarray=rows,
            range=[-0.5, max(1, len(rows)) - 0.5],
            dtick=1,
        ),
        barmode="overlay",
        uniformtext={"minsize": 9, "mode": "hide"},  # a long text would shrink until nobody can read it
        showlegend=False,
        margin={"l": 55, "r": 0, "t": 40, "b": 45},  # no legend below
    )
