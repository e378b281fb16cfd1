"""A video with its words as captions."""

from collections.abc import Iterable
from pathlib import Path

from pages.ui.shared.module_component import module_component
from posecore.export.subtitle_file import to_vtt

_HERE = Path(__file__).parent

_film = module_component(
    "posecore_sign_film",
    html=(_HERE / "film.html").read_text(encoding="utf-8"),
    css=(_HERE / "film.css").read_text(encoding="utf-8"),
    module="signs/film.js",
)


def show_film(film: str, words: Iterable[tuple[str, float, float]], *, key: str) -> None:
    """Show the video; a click in a chart that seeks moves it.

    Args:
        film: its address.
        words: (text, start_s, end_s) of each caption.
        key: identifies this place on the page.
    """
    _film(key=key, data={"film": film, "vtt": to_vtt(words)})
