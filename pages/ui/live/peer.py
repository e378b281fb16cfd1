"""The server's end of connections to browsers: of live streams, and of trials of the route."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from starlette.requests import Request

from pages.ui.live.stream import LiveStream

_MOST_BYTES = 65_536

# The event loop refers to a closing connection only weakly.
_closing: set[asyncio.Task[None]] = set()


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in a browser's request.

    Raises:
        ValueError: if it is too long, or not an object.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise ValueError("too long")
    given = json.loads(body)
    if not isinstance(given, dict):
        raise ValueError("not an object")
    return given


async def accept(
    given: Mapping[str, Any], servers: Sequence[Mapping[str, Any]], prepare: Callable[[RTCPeerConnection], None]
) -> tuple[RTCPeerConnection, dict[str, str]]:
    """Accept a browser's offer of a connection; return the connection and the answer for the browser.

    Args:
        given: the offer, with its ``sdp`` and ``type``.
        servers: STUN and TURN servers; none of them is asked unless it is here.
        prepare: called with the connection before the offer is read.

    Raises:
        Exception: whatever aiortc makes of a stranger's text.
    """
    asked = [RTCIceServer(server["urls"], server.get("username"), server.get("credential")) for server in servers]
    peer = RTCPeerConnection(RTCConfiguration(iceServers=asked))
    try:
        prepare(peer)
        await peer.setRemoteDescription(RTCSessionDescription(sdp=str(given["sdp"]), type=str(given["type"])))
        await peer.setLocalDescription(await peer.createAnswer())
    except BaseException:
        await peer.close()
        raise
    return peer, {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}


def join(stream: LiveStream, peer: RTCPeerConnection) -> None:
    """Let a stream run over a connection; each ends with the other. On the event loop."""
    loop = asyncio.get_running_loop()
    stream.connected = True
    peer.addTrack(stream.outgoing)

    def take(track: MediaStreamTrack) -> None:
        if track.kind == "video":
            stream.incoming.add_track(track)

    def follow() -> None:
        if peer.connectionState == "connected" and stream.incoming.has_track():
            stream.incoming.start()
        elif peer.connectionState in ("failed", "closed"):
            stream.incoming.stop()

    def close() -> None:
        task = loop.create_task(peer.close())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    def close_soon() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(close)

    peer.on("track", take)
    peer.on("connectionstatechange", follow)
    stream.when_ended(close_soon)
