"""The 3D figure of one moment, drawn by the page's own script: fast in every browser, and without Plotly's."""

from pathlib import Path

import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from pages.ui.shared.module_component import module_component

_CSS = ".posecore-solid { width: 100%; height: var(--solid, 460px); }\n"

_solid = module_component(
    "posecore_solid",
    html='<div class="posecore-solid"></div>',
    css=_CSS + (Path(__file__).parent / "skeleton3d.css").read_text(encoding="utf-8"),
    module="shared/solid.js",
)


def show_solid(figure: go.Figure, *, axes: str, label: str, key: str) -> None:
    """Draw a 3D figure, or redraw the one on the page that has this key. Its height is the CSS variable ``--solid``.

    Args:
        figure: as ``posecore.plot_pose_3d`` makes it.
        axes: identifies its axes; the camera of the visitor stays as long as these do.
        label: its description for screen readers.
        key: identifies this place on the page.
    """
    spec = figure.to_dict()
    spec["layout"].pop("template", None)  # 7 KB in every message; the page's theme takes its place
    _solid(key=key, data={"key": axes, "figure": to_json_plotly(spec), "label": label})
