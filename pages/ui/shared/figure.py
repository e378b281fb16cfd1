"""A Plotly figure that is redrawn in place: its camera stays, and it keeps up with a live stream.

Streamlit's own ``st.plotly_chart`` builds a new chart, and a new WebGL scene, for every change of its
figure. In a browser without a graphics processor that takes half a second each time, and the view jumps
back. This component hands each figure to ``Plotly.react`` of one and the same chart instead.
"""

import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from pages.ui.shared.component import module_component

_CSS = """
.posecore-figure { width: 100%; overflow: hidden; touch-action: pan-y; }
"""

_figure = module_component(
    "posecore_figure", html='<div class="posecore-figure"></div>', css=_CSS, module="shared/figure.js"
)


def show_figure(figure: go.Figure, *, height: int, label: str, key: str) -> None:
    """Draw a figure, or redraw it where one with this key is already on the page.

    Args:
        figure: its colours follow the page's theme where it does not set them.
        height: in pixels; the width is that of the column.
        label: what a screen reader says of it.
        key: of this place on the page.
    """
    spec = figure.to_dict()
    spec["layout"].pop("template", None)  # plotly's default look, 7 KB in every message; the theme stands in for it
    _figure(key=key, data={"figure": to_json_plotly(spec), "height": height, "label": label})
