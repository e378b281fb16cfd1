"""Subtitles of a video: texts with their times, such as signs and spelled words, as SubRip (SRT) or WebVTT.

Both forms hold plain text in UTF-8. WebVTT escapes what would be read as a tag. SubRip has no escape, so an invisible
character parts what players take for one.
"""

import html
import os
import re
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from posecore.errors import InvalidOption, check_choice
from posecore.system import whole_file

LINE = 42
"""Characters of a line, after which it is wrapped; the usual limit for subtitles in Latin letters."""
SHOWN_S = 1.0
"""A text is shown for at least this time, unless the next one comes earlier: shorter ones cannot be read."""

_WORD_JOINER = "\u2060"  # invisible
_TAGS = re.compile(r"<(?=/?(?:b|i|u|s|font)\b)|{(?=\\)|--(?=>)", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


class Subtitle(NamedTuple):
    """A text and when it is shown, in seconds of the video."""

    text: str
    start_s: float
    end_s: float


def arrange(texts: Iterable[tuple[Any, ...]]) -> list[Subtitle]:
    """Subtitles as they are shown: wrapped, in order of time, none at the time of another, see ``to_srt``.

    Raises:
        InvalidOption: as ``to_srt``.
    """
    by_start: dict[float, Subtitle] = {}
    for text, start_s, end_s, *_ in sorted(texts, key=lambda each: each[1]):
        if not 0 <= start_s <= end_s < np.inf:
            raise InvalidOption(f"Expected times 0 <= start <= end of {text!r}, but got {start_s} and {end_s} s.")
        lines = _lines(str(text))
        if lines:
            start = round(float(start_s), 3)
            together = by_start.get(start, Subtitle("", start, start))
            by_start[start] = Subtitle(
                "\n".join(filter(None, [together.text, lines])), start, max(together.end_s, float(end_s))
            )
    starts = [*sorted(by_start), np.inf]
    return [
        by_start[start]._replace(end_s=min(next_start, max(by_start[start].end_s, start + SHOWN_S)))
        for start, next_start in pairwise(starts)
    ]


def to_srt(texts: Iterable[tuple[Any, ...]]) -> str:
    """Subtitles in the SubRip form.

    Args:
        texts: (text, start_s, end_s) of each, as ``spell`` and ``SignBook.spot`` return them; what follows is ignored.
            They are put in order of time. A text ends when the next one begins; texts that begin together are
            shown together. Texts without characters are left out.

    Raises:
        InvalidOption: if a time is negative or not a number, or an end is before its start.
    """
    cues = enumerate(arrange(texts), start=1)
    return "\n".join(
        f"{number}\n{_time(start_s, ',')} --> {_time(end_s, ',')}\n{_TAGS.sub(_parted, text)}\n"
        for number, (text, start_s, end_s) in cues
    )


def to_vtt(texts: Iterable[tuple[Any, ...]]) -> str:
    """Subtitles in the WebVTT form, which browsers show; see ``to_srt``.

    Raises:
        InvalidOption: as ``to_srt``.
    """
    cues = (
        f"\n{_time(start_s, '.')} --> {_time(end_s, '.')}\n{html.escape(text, quote=False)}\n"
        for text, start_s, end_s in arrange(texts)
    )
    return "".join(["WEBVTT\n", *cues])


def write_subtitles(texts: Iterable[tuple[Any, ...]], path: str | os.PathLike[str]) -> None:
    """Write subtitles to a file, which appears whole or not at all; its ending, .srt or .vtt, gives the form.

    Args:
        texts: as for ``to_srt``.
        path: of the file. Players find it if it is called as the video is.

    Raises:
        InvalidOption: as ``to_srt``, or if the file has another ending.
        OSError: if the file cannot be written.
    """
    ending = Path(path).suffix.lower()
    check_choice("ending", ending, (".srt", ".vtt"))
    written = (to_srt if ending == ".srt" else to_vtt)(texts)
    with whole_file(path) as part:
        part.write_text(written, encoding="utf-8", newline="\n")


def _lines(text: str) -> str:
    """The text in lines of at most ``LINE`` characters, without empty ones, which would end it."""
    plain = _NOT_TEXT.sub("", text)
    return "\n".join(line for given in plain.splitlines() for line in textwrap.wrap(given, LINE))


def _time(seconds: float, point: str) -> str:
    minutes, milliseconds = divmod(round(1000 * seconds), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"


def _parted(start_of_tag: re.Match[str]) -> str:
    return start_of_tag.group() + _WORD_JOINER
