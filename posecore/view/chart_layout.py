"""The look that all charts over time share."""

from typing import Any

from posecore.view.palette import GREY, css

TRANSPARENT = {"paper_bgcolor": "rgba(0, 0, 0, 0)", "plot_bgcolor": "rgba(0, 0, 0, 0)"}
"""Of a figure that takes the background of its page, light or dark."""


def chart_layout(title: str, *, across: dict[str, Any], up: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Plotly layout with a title, two axes and no background.

    Args:
        title: of the figure, at its upper left.
        across: the x axis, by ``axis``.
        up: the y axis, by ``axis`` or ``axis_with_grid``.
        more: other parts of the layout, which win over these.
    """
    return {
        "title": {"text": title, "font": {"size": 15}, "x": 0},
        "xaxis": across,
        "yaxis": up,
        "hovermode": "closest",
        **TRANSPARENT,
        "margin": {"l": 55, "r": 0, "t": 40, "b": 70},
        **more,
    }


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis without lines across the chart; its title tells the unit."""
    return {"title": {"text": title, "standoff": 4}, "showgrid": False, "zeroline": False, **more}


def axis_with_grid(title: str, **more: Any) -> dict[str, Any]:
    """An axis with faint lines across the chart, of which that at zero is stronger."""
    lines = {"gridcolor": "rgba(138, 143, 152, 0.25)", "zerolinecolor": css(GREY)}
    return {"title": {"text": title, "standoff": 4}, **lines, **more}


def legend_below(y: float = -0.2) -> dict[str, Any]:
    """A legend in one row below the chart, as a share ``y`` of its height."""
    return {"orientation": "h", "yanchor": "top", "y": y, "x": 0}
