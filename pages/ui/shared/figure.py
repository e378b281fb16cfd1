"""A Plotly figure that is redrawn in place, keeps its camera, and is fast enough for a live stream.

``st.plotly_chart`` builds a new chart with a new WebGL scene for every change of its figure. In a browser without a
graphics processor that takes half a second each time, and the view jumps back. This component passes every figure to
``Plotly.react`` of the same chart instead.
"""

import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from pages.ui.shared.module_component import module_component

_CSS = """
.posecore-figure { width: 100%; overflow: hidden; touch-action: pan-y; }
"""

_figure = module_component(
    "posecore_figure", html='<div class="posecore-figure"></div>', css=_CSS, module="shared/figure.js"
)


def show_figure(figure: go.Figure, *, height: int, label: str, key: str, seeks: bool = False) -> None:
    """Draw a figure, or redraw the one on the page that has this key.

    Args:
        figure: its colours follow the page's theme unless it sets them.
        height: in pixels; the width is that of the column.
        label: its description for screen readers.
        key: identifies this place on the page.
        seeks: a click on a point moves the player of the page to its time: the last of the point's customdata, or else
            its x, in seconds.
    """
    spec = figure.to_dict()
    spec["layout"].pop("template", None)  # 7 KB in every message; the page's theme takes its place
    _figure(key=key, data={"figure": to_json_plotly(spec), "height": height, "label": label, "seeks": seeks})
