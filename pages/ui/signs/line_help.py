"""What the text line asks the server for while the visitor types: suggested words, and subtitles of its text."""

import json
import weakref
from collections.abc import Callable, Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from pages.ui.serving.addresses import offer, withdraw
from pages.ui.serving.visits import Visit
from pages.ui.signs.corrected import retime
from posecore.export.subtitle_file import to_srt, to_vtt
from posecore.signs.spelling import MOST_LETTERS, SpelledWord
from posecore.signs.words import suggest_words

_FORMS = {"srt": to_srt, "vtt": to_vtt}
_MOST_BYTES = 8 * MOST_LETTERS


class LineHelp:
    """Answers the text line of one visit.

    Attributes:
        token: of its address.
        words: what was spelled in the video, with times; empty without a video.
    """

    def __init__(self) -> None:
        self.words: Sequence[SpelledWord] = ()
        # A weak reference, so that requests from browsers do not keep what a finished visit had.
        self.token = offer(partial(_answer, weakref.ref(self)), "POST")

    def close(self) -> None:
        """Answer no more."""
        withdraw(self.token)


def help_of(visit: Visit) -> LineHelp:
    """The help for the visit's text line."""
    there = visit.get(LineHelp)
    if there is None:
        there = LineHelp()
        visit.keep(there)
    return there


async def _answer(there: Callable[[], LineHelp | None], request: Request) -> Response | None:
    line = there()
    if line is None:
        return None
    body = await _short_body(request)
    asked = body and _read(body)
    if not asked:
        return PlainTextResponse("Expected JSON with the text of one line.", 400)
    if word := asked.get("suggest"):
        return JSONResponse(await run_in_threadpool(suggest_words, word))
    form = _FORMS.get(asked.get("file", ""))
    if form is None:
        return PlainTextResponse(f"Expected a file of {', '.join(_FORMS)}.", 400)
    return PlainTextResponse(form(retime(line.words, asked.get("text", ""))))


async def _short_body(request: Request) -> bytes:
    """The body, or nothing if it is longer than any line."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return b""
    return body


def _read(body: bytes) -> dict[str, str]:
    """The fields of the request that are text."""
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(asked, dict):
        return {}
    return {name: value for name, value in asked.items() if isinstance(value, str)}
