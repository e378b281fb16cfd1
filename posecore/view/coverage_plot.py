"""Where in the image a calibration board was seen, in all photos together."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from posecore.rigid.calibration import CELLS
from posecore.view.chart_layout import TRANSPARENT
from posecore.view.palette import GREY, SKY_BLUE, VERMILLION, css

_USED, _LEFT_OUT = "used", "not used"


def plot_coverage(
    used: Sequence[NDArray[np.float64]], left_out: Sequence[NDArray[np.float64]], size: tuple[int, int]
) -> go.Figure:
    """The corners that were seen, on an empty image with the cells that coverage counts.

    Args:
        used: of each photo that was used, (N, 2) pixels of the board's corners; NaN: not seen.
        left_out: of each other photo.
        size: (width, height) of the photos, pixels.
    """
    width, height = size
    figure = go.Figure()
    some_left_out = any(np.isfinite(corners).any() for corners in left_out)
    for name, photos, color, symbol in ((_USED, used, SKY_BLUE, "circle"), (_LEFT_OUT, left_out, VERMILLION, "x")):
        points = np.vstack([np.empty((0, 2)), *photos])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            figure.add_scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                name=name,
                marker={"color": css(color), "size": 5, "symbol": symbol},
                hoverinfo="skip",
            )
    line = {"color": css(GREY), "width": 1}
    for across in np.linspace(0, width, CELLS[0] + 1):
        figure.add_shape(type="line", x0=across, x1=across, y0=0, y1=height, line=line, layer="below", opacity=0.5)
    for down in np.linspace(0, height, CELLS[1] + 1):
        figure.add_shape(type="line", x0=0, x1=width, y0=down, y1=down, line=line, layer="below", opacity=0.5)
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
    figure.update_layout(
        xaxis={**bare, "range": [0, width], "constrain": "domain"},
        yaxis={**bare, "range": [height, 0], "scaleanchor": "x", "constrain": "domain"},
        showlegend=some_left_out,
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0},
        margin={"l": 4, "r": 4, "t": 4, "b": 30 if some_left_out else 4},
        dragmode=False,
        **TRANSPARENT,
    )
    return figure
