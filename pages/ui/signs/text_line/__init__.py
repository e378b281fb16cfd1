"""The line of text on the page: edited, spoken, remembered and saved in the browser."""

from collections.abc import Sequence
from pathlib import Path

from pages.ui.serving.addresses import address
from pages.ui.serving.visits import Visit
from pages.ui.shared.module_component import module_component
from pages.ui.signs.line_help import help_of
from posecore.signs.spelling import SpelledWord

_HERE = Path(__file__).parent

_line = module_component(
    "posecore_text_line",
    html=(_HERE / "text_line.html").read_text(encoding="utf-8"),
    css=(_HERE / "text_line.css").read_text(encoding="utf-8"),
    module="signs/text_line.js",
)


def show_text_line(visit: Visit, *, key: str, stem: str = "text", words: Sequence[SpelledWord] = ()) -> str | None:
    """Show the line; what the visitor typed stays.

    Args:
        visit: keeps the address that the line asks for suggested words and subtitles.
        key: identifies its content; another one starts with other words, and the browser keeps each for the visit.
        stem: name of its files, without the ending.
        words: what it starts with; with their times it has subtitles.

    Returns:
        Its text in the one run in which the visitor asks for a video with subtitles, None in all others.
    """
    line_help = help_of(visit)
    line_help.words = words
    data = {
        "key": key,
        "text": " ".join(word.text for word in words),
        "stem": stem,
        "help": address(line_help.token),
        "timed": bool(words),
    }
    asked = _line(key="text_line", data=data, on_film_change=lambda: None)
    return None if asked.film is None else str(asked.film)
