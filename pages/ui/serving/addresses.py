"""Unguessable addresses, each for one visitor: of a file, of a live stream's numbers, of a trial connection.

Nothing heavy is imported here: the server imports this before any page.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.serving.idle import note_use

_FOLDER = "private"
_GONE = "This is no longer available: it was replaced or deleted, or the visit has ended. Open the page again."
# Only the visitor's own browser may cache it, and it must not guess another type.
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}

Handler = Callable[[Request], Awaitable[Response | None]]
"""Answers a request, or returns None if what was asked for is gone."""


class _Offer(NamedTuple):
    handler: Handler
    methods: tuple[str, ...]


_offers: dict[str, _Offer] = {}
_mounted = False


def offer(handler: Handler, *more_methods: str) -> str:
    """Serve a handler at a new address until ``withdraw``, and return the address's token.

    Args:
        handler: called on the server's event loop, which it must not block.
        more_methods: methods that it answers besides GET and HEAD, such as ``"POST"``.
    """
    token = secrets.token_hex(32)  # without underscores: two in a row are not allowed in the key of a component
    _offers[token] = _Offer(handler, ("GET", "HEAD", *more_methods))
    return token


def withdraw(token: str) -> None:
    """Stop serving. Calling it again does nothing."""
    _offers.pop(token, None)


def address(token: str) -> str | None:
    """The address, relative to any page of the app; None if this server does not serve it.

    That is so in tests without a server, and if the script was not started by ``st.App``.
    """
    return f"{_FOLDER}/{token}" if _mounted else None


def routes() -> list[Route]:
    """The routes that the server needs to serve the addresses."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer, methods=["GET", "POST"])]


async def _answer(request: Request) -> Response:
    note_use()
    offered = _offers.get(request.path_params["token"])
    if offered is None:
        answer: Response | None = None
    elif request.method not in offered.methods:
        answer = PlainTextResponse("This method is not allowed here.", 405, {"Allow": ", ".join(offered.methods)})
    else:
        answer = await offered.handler(request)
    if answer is None:
        answer = PlainTextResponse(_GONE, 404)
    answer.headers.update(_HEADERS)
    return answer
