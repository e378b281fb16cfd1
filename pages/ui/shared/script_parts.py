"""What several of the pages' scripts share: their styles, the texts of the landmark table, hands, and angles."""

from pathlib import Path
from typing import Any

from pages.ui.shared.hand_results import HAND_HEADINGS
from pages.ui.shared.results import HEADINGS, digits_of
from posecore import BLAZEPOSE_33, HAND_21
from posecore.motion.angles import AngleDefinition
from posecore.tables import COLUMNS, HAND_COLUMNS, NAME
from posecore.view.hand_drawing import COARSE
from posecore.view.palette import FINGERS, HAND_BONE_PARTS, HAND_PARTS, SIDES, css

STYLES = "\n".join(
    (Path(__file__).parent / name).read_text(encoding="utf-8")
    for name in ("landmark_table.css", "skeleton3d.css", "measuring.css")
)
"""CSS of ``landmark_table.js`` and ``skeleton3d.js`` in ``pages/ui/js/shared``, and of ``pages/ui/js/measuring``."""

LANDMARK_TABLE: dict[str, Any] = {
    "columns": [
        {
            "name": name,
            "heading": heading,
            "help": COLUMNS.get(name, "The name you entered."),
            "digits": None if name in (NAME, "landmark") else digits_of(name),
        }
        for name, heading in HEADINGS.items()
    ],
    "parts": dict(BLAZEPOSE_33.parts),
    "least": {"name": "visibility", "label": "Minimum visibility"},
}
"""The texts of the landmark table: the columns, with their digits (None for text), and body parts of ``show_table``."""

_HAND_TABLE: dict[str, Any] = {
    "columns": [
        {
            "name": name,
            "heading": heading,
            "help": HAND_COLUMNS.get(name, "The name you entered."),
            "digits": None if name in (NAME, "hand", "landmark") else digits_of(name),
        }
        for name, heading in HAND_HEADINGS.items()
    ],
    "parts": {part.removesuffix("_finger"): members for part, members in HAND_21.parts.items()},
    "least": {"name": "score", "label": "Minimum score"},
}

HAND_LOOK: dict[str, Any] = {
    "landmarks": [
        {"name": name.replace("_", " "), "color": css(FINGERS[part]), "page": "", "small": True}
        for name, part in zip(HAND_21.landmarks, HAND_PARTS, strict=True)
    ],
    "bones": [
        {"from": start, "to": end, "thin": True, "color": css(FINGERS[part])}
        for (start, end), part in zip(HAND_21.edges, HAND_BONE_PARTS, strict=True)
    ],
    "coarse": COARSE,
    "wrists": {side: BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right")},
    "tags": {side: css(SIDES[side]) for side in ("left", "right")},
    "table": _HAND_TABLE,
}
"""How hands are drawn, which landmarks of the body they replace and on which they are in 3D, and the texts of
``show_hands_table``."""


def angle_for_scripts(definition: AngleDefinition) -> dict[str, Any]:
    """What a script needs to measure an angle, or to draw it."""
    points = [[BLAZEPOSE_33.index(name) for name in point] for point in definition.points]
    return {"name": definition.name, "kind": definition.kind, "points": points}
