"""The server's end of a trial connection: whether, and by which route, this server and a browser reach each other.

Nothing heavy is imported until it is used, since most visitors never use it.
"""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

_MOST_AT_ONCE = 4
# A route is found within seconds or never; after that, the browser reads which one it is.
_LONGEST_S = 25.0

_going_on: set[asyncio.Task[None]] = set()


async def answer(request: Request) -> Response:
    """Return the ICE servers (GET), or answer a browser's offer of a connection (POST)."""
    if request.method != "POST":
        return JSONResponse(await run_in_threadpool(_configuration))
    if len(_going_on) >= _MOST_AT_ONCE:
        return PlainTextResponse("Other visitors are checking their connection. Try again in half a minute.", 503)
    try:
        described = await _accept(request)
    except Exception as error:  # noqa: BLE001 - whatever aiortc makes of a stranger's text
        return PlainTextResponse(f"This is not an offer of a connection ({type(error).__name__}).", 400)
    return JSONResponse(described)


def _configuration() -> dict[str, Any]:
    """The configuration that the browser uses for its live stream."""
    from pages.ui.live.ice_servers import browser_configuration

    return browser_configuration()


async def _accept(request: Request) -> dict[str, str]:
    from pages.ui.live.peer import accept, read_json

    given = await read_json(request)
    # Only the browser has a policy: aiortc has none.
    servers = (await run_in_threadpool(_configuration))["iceServers"]
    peer, answer = await accept(given, servers)
    task = asyncio.create_task(_close_later(peer))
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    return answer


async def _close_later(peer: Any) -> None:
    done = asyncio.Event()

    def look() -> None:
        if peer.connectionState in ("failed", "closed"):
            done.set()

    peer.on("connectionstatechange", look)
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), _LONGEST_S)
    await peer.close()
