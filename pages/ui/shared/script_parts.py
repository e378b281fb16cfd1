"""What several of the pages' scripts share: their styles, and the texts of the landmark table."""

from pathlib import Path
from typing import Any

from pages.ui.shared.hand_results import HAND_HEADINGS
from pages.ui.shared.results import HEADINGS, digits_of
from posecore import BLAZEPOSE_33, HAND_21
from posecore.tables import COLUMNS, HAND_COLUMNS, NAME

STYLES = "\n".join(
    (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("landmark_table.css", "skeleton3d.css")
)
"""CSS of ``landmark_table.js`` and ``skeleton3d.js`` in ``pages/ui/js/shared``."""

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

HAND_TABLE: dict[str, Any] = {
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
"""The same of the table of hands, see ``show_hands_table``."""
