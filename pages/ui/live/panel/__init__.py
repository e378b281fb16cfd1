"""The numbers of a live stream on the page: rates, 3D skeleton, angles, table. Its script fetches them itself."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from plotly.io.json import to_json_plotly

from pages.ui.shared.module_component import module_component
from pages.ui.shared.script_parts import HAND_LOOK, LANDMARK_TABLE, STYLES
from posecore import BLAZEPOSE_33, HandSlot, PoseSequence
from posecore.hands import SIDES
from posecore.motion.angles import ANGLES
from posecore.motion.facing import HIPS, SHOULDERS, STEADY_S, VIEWS, VIEWS_END_DEG
from posecore.motion.measuring import Space
from posecore.motion.usual_error import errors_of_angle
from posecore.view.stage import bones, plot_stage

_HERE = Path(__file__).parent
_SIZE = (640, 480)
_SIDES = ("left", "right")
_SETS = {
    "Main": [f"{side}_{joint}" for joint in ("elbow", "knee") for side in _SIDES],
    "Arms": [f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist") for side in _SIDES],
    "Legs": [f"{side}_{joint}" for joint in ("hip", "knee", "ankle") for side in _SIDES],
    "Trunk": ["neck", "trunk_lean", "pelvis_tilt"],
    "All": list(ANGLES),
}
_SURE = 0.5
_VIEWS = {
    "shoulders": SHOULDERS,
    "hips": HIPS,
    "ends_deg": VIEWS_END_DEG,
    "unknown": VIEWS.index("side"),
    "steady_s": STEADY_S,
}
# Height of a raised hand above the hips of a tall person; y points down.
_HIGHEST_M = (0.0, -1.2, 0.0)

_panel = module_component(
    "posecore_live",
    html=(_HERE / "panel.html").read_text(encoding="utf-8"),
    css=STYLES + (_HERE / "panel.css").read_text(encoding="utf-8"),
    module="live/panel.js",
)


def show_panel(people: int, *, mirror: bool, hands: bool, idle: str) -> None:
    """Show the numbers of the stream. The page is run again when a recording has ended.

    Args:
        people: maximum number of people.
        mirror: whether the 3D view is mirrored, like the video; the numbers are not.
        hands: whether hands are looked for.
        idle: text to show if no stream is live.
    """
    data = {
        "idle": idle,
        "people": people,
        "space": "picture" if people > 1 else "world",
        "stages": {space: _stage(people, space, mirror, hands) for space in ("world", "picture")},
        "size": _SIZE,
        "threshold": _SURE,
        "bones": bones(),
        "table": LANDMARK_TABLE,
        "hands": HAND_LOOK if hands else None,
        "landmarks": [name.replace("_", " ") for name in BLAZEPOSE_33.landmarks],
        "angles": [
            {"name": name, "title": angle.title, "errors": errors_of_angle(name)[: len(VIEWS)]}
            for name, angle in ANGLES.items()
        ],
        "views": _VIEWS,
        "sets": _SETS,
    }
    _panel(key="live_panel", data=data, on_recorded_change=lambda: None)  # rerunning the page is all that is needed


@lru_cache(maxsize=80)
def _stage(people: int, space: Space, mirror: bool, hands: bool) -> str:
    """Axes, and traces without points for this many people and, if wanted, for their hands."""
    nobody = PoseSequence.empty([0.0], np.arange(1, people + 1), size=_SIZE, fps=30.0)
    world, visibility = nobody.world.copy(), nobody.visibility.copy()
    world[:, :, 0], visibility[:, :, 0] = _HIGHEST_M, 1  # the extent of the axes
    sequence = replace(nobody, world=world, visibility=visibility)
    slots = [HandSlot(person, side) for person in range(1, people + 1) for side in SIDES] if hands else []
    figure: dict[str, Any] = plot_stage(sequence, coordinates=space, hand_slots=slots).to_dict()
    figure["layout"].pop("template", None)
    if mirror:
        axis = figure["layout"]["scene"]["xaxis"]
        axis["range"] = axis["range"][::-1]
    return to_json_plotly(figure)
