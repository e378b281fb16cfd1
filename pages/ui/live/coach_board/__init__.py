"""The live coach on the page: a large count, the current cue, and the result. The live panel's script feeds it."""

from pathlib import Path

from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent

_board = module_component(
    "posecore_coach",
    html=(_HERE / "coach_board.html").read_text(encoding="utf-8"),
    css=(_HERE / "coach_board.css").read_text(encoding="utf-8"),
    module="live/coach.js",
)


def show_board() -> None:
    """Show the board of the visit's coach. The page is run again when a session is over, and when another begins."""
    _board(key="coach_board", data={}, on_over_change=lambda: None)
