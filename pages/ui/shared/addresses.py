"""Addresses that nobody can guess, each for one visitor: of a film, of a live picture's numbers, of a trial connection.

Nothing heavy is imported here: the server imports this before any page.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_FOLDER = "private"
_GONE = "This is not here any more: it was replaced or deleted, or its visit is over. Open the page again."
# Nobody but the visitor's own browser may keep it, and nothing may take it for another kind of file.
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}

Handler = Callable[[Request], Awaitable[Response | None]]
"""Answers a request; None: what was asked for is gone."""


class _Offer(NamedTuple):
    handler: Handler
    methods: tuple[str, ...]


_offers: dict[str, _Offer] = {}
_mounted = False


def offer(handler: Handler, *more_methods: str) -> str:
    """Let a browser ask a handler, until ``withdraw``; the token that is returned is part of the address.

    Args:
        handler: called on the server's loop, and must not hold it up.
        more_methods: that it answers beside GET and HEAD, as ``"POST"``.
    """
    token = secrets.token_urlsafe(32)
    _offers[token] = _Offer(handler, ("GET", "HEAD", *more_methods))
    return token


def withdraw(token: str) -> None:
    """Answer no longer. Calling it again does nothing."""
    _offers.pop(token, None)


def address(token: str) -> str | None:
    """Where a browser asks, relative to any page of the app; None where this server does not answer.

    That is so in tests without a server, and where the script was started by something else than ``st.App``.
    """
    return f"{_FOLDER}/{token}" if _mounted else None


def routes() -> list[Route]:
    """What the server must be given, so that it answers."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer, methods=["GET", "POST"])]


async def _answer(request: Request) -> Response:
    offered = _offers.get(request.path_params["token"])
    if offered is None:
        answer: Response | None = None
    elif request.method not in offered.methods:
        answer = PlainTextResponse("This is only to be read.", 405, {"Allow": ", ".join(offered.methods)})
    else:
        answer = await offered.handler(request)
    if answer is None:
        answer = PlainTextResponse(_GONE, 404)
    answer.headers.update(_HEADERS)
    return answer
