"""Buttons that lead the player from one repetition, or hold, to the next, and let it loop one: for the keyboard too."""

from pathlib import Path

from pages.ui.shared.module_component import module_component
from posecore import Counted

_HERE = Path(__file__).parent

_steps = module_component(
    "posecore_repetition_steps",
    html=(_HERE / "repetition_steps.html").read_text(encoding="utf-8"),
    css=(_HERE / "repetition_steps.css").read_text(encoding="utf-8"),
    module="player/repetition_steps.js",
)


def show_steps(counted: Counted, *, key: str) -> None:
    """Show the buttons and, once one is pressed, which repetition the player shows.

    Args:
        counted: with at least one repetition or hold.
        key: identifies this place on the page.
    """
    held = [{"time": each.start_s, "start": each.start_s, "end": each.end_s} for each in counted.held]
    done = [{"time": each.extreme_s, "start": each.start_s, "end": each.end_s} for each in counted.repetitions]
    _steps(key=key, data={"name": "hold" if held else "repetition", "moments": held or done})
