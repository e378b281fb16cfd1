"""The board beside the live picture: the letter or sign that is shown, what is wrong, and practice."""

from pathlib import Path

from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent

_board = module_component(
    "posecore_sign_board",
    html=(_HERE / "board.html").read_text(encoding="utf-8"),
    css=(_HERE / "board.css").read_text(encoding="utf-8"),
    module="signs/board.js",
)


def show_board(address: str | None, *, key: str, idle: str) -> None:
    """Show the board, which fetches by itself what the camera sees.

    The page is run again when a recording of an example is over.

    Args:
        address: of the live stream's signs; None while there is no stream.
        key: identifies this place on the page.
        idle: what it says without a stream.
    """
    _board(key=key, data={"address": address, "idle": idle}, on_over_change=lambda: None)
