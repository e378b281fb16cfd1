"""A Plotly figure that is redrawn in place: its camera stays, and it keeps up with a live stream.

Streamlit's own ``st.plotly_chart`` builds a new chart, and a new WebGL scene, for every change of its
figure. In a browser without a graphics processor that takes half a second each time, and the view jumps
back. This component hands each figure to ``Plotly.react`` of one and the same chart instead.
"""

from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from plotly.io.json import to_json_plotly

# The library goes to the browser once for each visit, apart from the figures that use it.
_LIBRARY = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
_LIBRARY_JS = (
    f"if (!window.Plotly) {{\n{_LIBRARY}\nwindow.Plotly ??= self.moduleName;\n}}\nexport default function () {{}}\n"
)

_FIGURE_JS = (Path(__file__).parent / "figure.js").read_text(encoding="utf-8")
_FIGURE_CSS = """
.posecore-figure { width: 100%; overflow: hidden; touch-action: pan-y; }
"""

_library = st.components.v2.component("posecore_plotly_library", js=_LIBRARY_JS, isolate_styles=False)
_figure = st.components.v2.component(
    "posecore_figure", html='<div class="posecore-figure"></div>', css=_FIGURE_CSS, js=_FIGURE_JS, isolate_styles=False
)


def load_library() -> None:
    """Send Plotly to the browser. Called once in a page, before its figures and outside of any fragment."""
    _library(key="plotly_library")


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
