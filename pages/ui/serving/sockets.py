"""Unguessable addresses of WebSockets, each for one visit and one connection at a time.

Nothing heavy is imported here: the server imports this before any page.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlparse

import streamlit as st
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config, url_util
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.ui.serving.idle import note_use

FOLDER = "socket"
MOST_BYTES = 65_536
"""Of a message that a browser sends: two seconds of landmarks of one person. See ``server.SmallSockets``."""
REFUSED, FAILED, FULL, GONE, RESTS, REPLACED = 1008, 1011, 1013, 4001, 4002, 4003
"""Codes with which a connection is closed: what came was wrong; the server failed; it is full; the visit is over;
nothing came for long; the visit has connected again."""

_GONE = "This connection is no longer available: the visit has ended. Open the page again."
_REPLACED = "The page was connected again elsewhere."

Handler = Callable[[WebSocket], Awaitable[None]]
"""Attends to an accepted connection until it ends; if it returns before, the connection is closed."""


class _Offer(NamedTuple):
    handler: Handler
    protocol: str


class _Open(NamedTuple):
    socket: WebSocket
    loop: asyncio.AbstractEventLoop


_offers: dict[str, _Offer] = {}
_open: dict[str, _Open] = {}
_mounted = False


def offer(handler: Handler, protocol: str) -> str:
    """Offer connections at a new address until ``withdraw``, and return the address's token.

    Args:
        handler: called on the server's event loop, which it must not block.
        protocol: name of the subprotocol that the browser must ask for.
    """
    token = secrets.token_hex(32)
    _offers[token] = _Offer(handler, protocol)
    return token


def withdraw(token: str) -> None:
    """Offer no more connections, and close one that is open; from any thread. Calling it again does nothing."""
    _offers.pop(token, None)
    there = _open.get(token)
    if there is not None and not there.loop.is_closed():
        asyncio.run_coroutine_threadsafe(close(there.socket, GONE, _GONE), there.loop)


def address(token: str) -> str | None:
    """The address, relative to any page of the app; None if this server does not serve it, as for ``addresses``."""
    return f"{FOLDER}/{token}" if _mounted else None


def number_open() -> int:
    """Number of open connections."""
    return len(_open)


def routes() -> list[WebSocketRoute]:
    """The routes that the server needs to serve the addresses."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [WebSocketRoute(f"{'/' if base else ''}{base}/{FOLDER}/{{token}}", _answer)]


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Close a connection, unless it is closed already."""
    with suppress(RuntimeError, WebSocketDisconnect):  # so Starlette says that it is
        await socket.close(code, reason)


def _is_own_page(socket: WebSocket) -> bool:
    """Whether the connection is from a page of this app.

    Any web page in any tab can try to connect, and its browser says whose page it is; programs say nothing. The rule is
    that of Streamlit's own WebSocket, which allows other pages of the same machine too and asks a server on the
    internet for the machine's address.
    """
    host, origin = socket.headers.get("host"), socket.headers.get("origin")
    if not is_host_allowed(host):
        return False
    if origin is None or urlparse(origin).netloc == host or not st.get_option("server.enableCORS"):
        return True
    allowed = [*st.get_option("server.corsAllowedOrigins")]
    if config.is_manually_set("browser.serverAddress"):
        allowed.append(st.get_option("browser.serverAddress"))
    return url_util.get_hostname(origin) in map(url_util.get_hostname, allowed)


async def _answer(socket: WebSocket) -> None:
    note_use()
    token = socket.path_params["token"]
    offered = _offers.get(token)
    if not _is_own_page(socket) or (offered is not None and offered.protocol not in socket.scope["subprotocols"]):
        await socket.close()  # HTTP status 403
        return
    if offered is None:
        # Accepted only to say why: a browser hides the status of a refused connection from the page.
        await socket.accept(subprotocol=next(iter(socket.scope["subprotocols"]), None))
        await close(socket, GONE, _GONE)
        return
    await socket.accept(subprotocol=offered.protocol)
    before = _open.get(token)
    if before is not None:
        await close(before.socket, REPLACED, _REPLACED)
    here = _open[token] = _Open(socket, asyncio.get_running_loop())
    try:
        await offered.handler(socket)
    finally:
        if _open.get(token) is here:
            del _open[token]
        await close(socket, 1000, "")
