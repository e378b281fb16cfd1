"""The labelling tool: photos on which the visitor puts people's joints right, with the mouse, fingers or keys."""

from pathlib import Path

from pages.ui.scores.labeller.desk import LabelDesk
from pages.ui.shared.module_component import module_component
from posecore.view.palette import SIDES, css

_HERE = Path(__file__).parent

_labeller = module_component(
    "posecore_labeller",
    html=(_HERE / "labeller.html").read_text(encoding="utf-8"),
    css=(_HERE / "labeller.css").read_text(encoding="utf-8"),
    module="scores/labeller.js",
)


def show_labeller(desk: LabelDesk) -> None:
    """Show the tool for these photos."""
    photos = desk.listed()
    places = {photo["name"]: place for place, photo in enumerate(photos)}
    _labeller(
        key="labeller",
        data={
            "key": desk.key,
            "address": desk.address,
            "photos": photos,
            "first": [places[name] for name in desk.asked_for if name in places],
            "asked": desk.times_asked,
            "domains": desk.domains(),
            "colors": {side: css(color) for side, color in SIDES.items()},
        },
    )
