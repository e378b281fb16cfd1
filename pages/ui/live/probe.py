"""The server's end of a trial connection: whether, and by which route, this server and a browser reach each other.

Nothing heavy is imported here until somebody asks: the server imports this before any page.
"""

import asyncio
import json
import secrets
from contextlib import suppress
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.shared.served import root_of

_FOLDER = "route"
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_MOST_BYTES = 65_536
_MOST_AT_ONCE = 4
# A route is found within seconds or never; the browser reads then which it is.
_LONGEST_S = 25.0

_tokens: set[str] = set()
_going_on: set[asyncio.Task[None]] = set()


def offer() -> str:
    """Let a browser try; the token that is returned is part of the address, and cannot be guessed."""
    token = secrets.token_urlsafe(32)
    _tokens.add(token)
    return token


def withdraw(token: str) -> None:
    """No more trials of this token."""
    _tokens.discard(token)


def address(token: str, page: st.Page) -> str | None:
    """Where a browser that shows ``page`` tries; None where this server does not answer (see ``root_of``)."""
    root = root_of(page)
    return None if root is None else f"{root}/{_FOLDER}/{token}"


def routes() -> list[Route]:
    """What the server must be given, so that it answers."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer, methods=["GET", "POST"])]


async def _answer(request: Request) -> Response:
    if request.path_params["token"] not in _tokens:
        return PlainTextResponse("This page is over.", 404, _HEADERS)
    if request.method != "POST":
        return JSONResponse(await run_in_threadpool(_configuration), headers=_HEADERS)
    if len(_going_on) >= _MOST_AT_ONCE:
        return PlainTextResponse("Others are trying their connection. Try again in half a minute.", 503, _HEADERS)
    try:
        described = await _accept(await _read(request))
    except Exception as error:  # noqa: BLE001 - whatever aiortc makes of a stranger's text
        return PlainTextResponse(f"This is no offer of a connection ({type(error).__name__}).", 400, _HEADERS)
    return JSONResponse(described, headers=_HEADERS)


async def _read(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise ValueError("too long")
    given = json.loads(body)
    return {"sdp": str(given["sdp"]), "type": str(given["type"])}


def _configuration() -> dict[str, Any]:
    """The servers that the live picture of the browser goes by."""
    from streamlit_webrtc.component import enhance_frontend_rtc_configuration

    from pages.ui.live.ice_servers import browser_configuration

    return dict(enhance_frontend_rtc_configuration(browser_configuration()))


async def _accept(given: dict[str, str]) -> dict[str, str]:
    from aiortc import RTCPeerConnection, RTCSessionDescription
    from streamlit_webrtc.config import compile_rtc_configuration

    # The policy is the browser's alone: aiortc knows none.
    servers = {"iceServers": (await run_in_threadpool(_configuration))["iceServers"]}
    peer = RTCPeerConnection(compile_rtc_configuration(servers))
    try:
        await peer.setRemoteDescription(RTCSessionDescription(**given))
        await peer.setLocalDescription(await peer.createAnswer())
    except BaseException:
        await peer.close()
        raise
    task = asyncio.create_task(_close_later(peer))
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    return {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}


async def _close_later(peer: Any) -> None:
    done = asyncio.Event()

    def look() -> None:
        if peer.connectionState in ("failed", "closed"):
            done.set()

    peer.on("connectionstatechange", look)
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), _LONGEST_S)
    await peer.close()
