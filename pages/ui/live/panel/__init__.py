"""The numbers of a live picture on the page: figures, 3D skeleton, angles, table. Its script asks the server itself."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from plotly.io.json import to_json_plotly

from pages.ui.shared.assets import asset
from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.angles import ANGLES
from posecore.motion.measuring import Space
from posecore.view.stage import bones, plot_stage

_HERE = Path(__file__).parent
_SCRIPTS = (
    _HERE.parents[1] / "shared" / "telling.js",
    _HERE.parents[1] / "explore" / "player" / "3_skeleton.js",
    _HERE / "1_connection.js",
    _HERE / "2_delay.js",
    _HERE / "3_panel.js",
)
_SIZE = (640, 480)
_USUAL = ("left_elbow", "right_elbow")
_SURE = 0.5
# A hand held up, from the hips of somebody tall; y points down.
_HIGHEST_M = (0.0, -1.2, 0.0)

_panel = st.components.v2.component(
    "posecore_live",
    html=(_HERE / "panel.html").read_text(encoding="utf-8"),
    css=(_HERE / "panel.css").read_text(encoding="utf-8"),
    js=f'const shared = import(new URL("{asset("shared/plotly.js")}", document.baseURI).href);\n'
    + "".join(script.read_text(encoding="utf-8") for script in _SCRIPTS),
    isolate_styles=False,
)


def show_panel(address: str | None, people: int, *, camera: bool, mirror: bool, idle: str) -> int | None:
    """The numbers of the picture, and the frame that the visitor holds them at.

    Args:
        address: where the browser asks for them; None: no picture is live.
        people: so many at most.
        mirror: the 3D view is seen as in a mirror, like the picture; the numbers are not.
        camera: the picture is from the visitor's own camera, so that its delay can be measured.
        idle: what is said then.

    Returns:
        The number of the frame, see ``Moment``; None where nothing is held.
    """
    data = {
        "address": address,
        "idle": idle,
        "camera": camera,
        "people": people,
        "space": "picture" if people > 1 else "world",
        "stages": {space: _stage(people, space, mirror) for space in ("world", "picture")},
        "size": _SIZE,
        "threshold": _SURE,
        "bones": bones(),
        "landmarks": [name.replace("_", " ") for name in BLAZEPOSE_33.landmarks],
        "angles": [{"name": name, "title": angle.title} for name, angle in ANGLES.items()],
        "usual": _USUAL,
    }
    result = _panel(
        key="live_panel",
        data=data,
        default={"frozen": None, "recorded": None},
        on_frozen_change=_nothing,
        on_recorded_change=_nothing,
    )
    return result.frozen if isinstance(result.frozen, int) and address is not None else None


def _nothing() -> None:
    """The page reads it when it runs; nothing else happens."""


@lru_cache(maxsize=40)
def _stage(people: int, space: Space, mirror: bool) -> str:
    """Axes and traces for so many people, of whom nobody is there yet."""
    nobody = PoseSequence.empty([0.0], np.arange(1, people + 1), size=_SIZE, fps=30.0)
    world, visibility = nobody.world.copy(), nobody.visibility.copy()
    world[:, :, 0], visibility[:, :, 0] = _HIGHEST_M, 1  # so far the axes shall reach
    sequence = replace(nobody, world=world, visibility=visibility)
    figure: dict[str, Any] = plot_stage(sequence, coordinates=space).to_dict()
    figure["layout"].pop("template", None)
    if mirror:
        axis = figure["layout"]["scene"]["xaxis"]
        axis["range"] = axis["range"][::-1]
    return to_json_plotly(figure)
