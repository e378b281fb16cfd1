"""What a live picture tells the browser while it runs: asked for by the page's own script, not by a run of the page.

A run of the page for each of five tables a second would take the processor that the picture needs. Nothing heavy is
imported here: the server imports this before any page.
"""

import secrets
from collections.abc import Callable, Mapping

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.shared.served import root_of

_FOLDER = "live"
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}

Answer = Callable[[Mapping[str, str]], str]
"""Makes JSON from what is asked; called in a thread of its own."""

_answers: dict[str, Answer] = {}


def offer(answer: Answer) -> str:
    """Let a browser ask; the token that is returned is part of the address, and cannot be guessed."""
    token = secrets.token_urlsafe(32)
    _answers[token] = answer
    return token


def withdraw(token: str) -> None:
    """Answer no longer."""
    _answers.pop(token, None)


def address(token: str, page: st.Page) -> str | None:
    """Where a browser that shows ``page`` asks; None where this server does not answer (see ``root_of``)."""
    root = root_of(page)
    return None if root is None else f"{root}/{_FOLDER}/{token}"


def routes() -> list[Route]:
    """What the server must be given, so that it answers."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer)]


async def _answer(request: Request) -> Response:
    answer = _answers.get(request.path_params["token"])
    if answer is None:
        return PlainTextResponse("This live picture is over.", 404, _HEADERS)
    text = await run_in_threadpool(answer, dict(request.query_params))
    return Response(text, media_type="application/json", headers=_HEADERS)
