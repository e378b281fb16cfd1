"""A result as one page that stands alone: the app's own player, a small video, and all numbers, without a network."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pages.ui.explore.player.component import PLAYER_CSS, PLAYER_HTML
from pages.ui.explore.share.bundle import bundle
from pages.ui.explore.share.packed import Packed
from pages.ui.shared.script_parts import STYLES
from posecore.system import VERSION, whole_file
from posecore.view.report_figures import safe_json

# What needs a server or Plotly, and what takes its place.
_REPLACED = {
    "player/moments.js": "share/packed_moments.js",
    "shared/webgl.js": "share/flat.js",
}
_HERE = Path(__file__).parent
_TEMPLATES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_UNTIL = "<!-- until -->"


@dataclass(frozen=True)
class SharedResult:
    """What a page shows of a result.

    Attributes:
        title: of the page, such as the name of the video.
        stem: start of the names of files that the page saves.
        data: for the player, as ``player_data`` returns it.
        numbers: what it plays.
        link: what the player opens with, as a link to the moment would ask for it: "frame=12&space=world".
        verdicts: how reliable the result is, a sentence for each person.
        facts: names and values of what is known of it.
        part: what part of the video it is, in a sentence; None: all of it.
    """

    title: str
    stem: str
    data: Mapping[str, Any]
    numbers: Packed
    link: str
    verdicts: Sequence[str]
    facts: Sequence[tuple[str, str]]
    part: str | None = None


def write_share_page(shared: SharedResult, path: str | os.PathLike[str], *, film: Path | None) -> None:
    """Write the page; it appears whole or not at all. Nothing in it is requested from a network.

    Args:
        shared: what it shows.
        path: of the page.
        film: a video of exactly these frames, from 0 s; None: there is none.

    Raises:
        OSError: if the video cannot be read or the page cannot be written.
    """
    script = _script()
    data = {**shared.data, "film": None, "file": None, "stem": shared.stem, "moments": "", "link": shared.link}
    text = _TEMPLATES.get_template("share.html").render(
        title=shared.title,
        verdicts=shared.verdicts,
        facts=shared.facts,
        part=shared.part,
        made=f"Made on {day_in_words(datetime.now(UTC))} with posecore {VERSION}.",
        player=PLAYER_HTML,
        styles=STYLES + PLAYER_CSS,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=safe_json(data),
        numbers=shared.numbers.text,
        film="" if film is None else base64.b64encode(film.read_bytes()).decode(),
        until=_UNTIL,
    )
    with whole_file(path) as part:
        # Text read from a file may hold half a surrogate pair, which cannot be encoded.
        part.write_bytes(text.encode("utf-8", errors="replace"))


def with_end(page: bytes, until: datetime) -> bytes:
    """A page that says until when its address lives."""
    words = f"This address works until {day_in_words(until)}, {until:%H:%M} UTC."
    return page.replace(_UNTIL.encode(), words.encode(), 1)


def day_in_words(time: datetime) -> str:
    """As "6 December 2026"."""
    return f"{time.day} {time:%B %Y}"


@cache
def _script() -> str:
    return bundle("share/viewer.js", _REPLACED)
