"""The server's end of connections to browsers: of live streams, and of trials of the route."""

import asyncio
import importlib
import json
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pages.ui.live.stream import LiveStream

if TYPE_CHECKING:
    from streamlit_webrtc import WebRtcWorker

_MOST_BYTES = 65_536
_LONGEST_ANSWER_S = 10.0

# What a worker of streamlit-webrtc can do besides: sound, recordings and pictures made frame by frame in callbacks.
_NOT_USED: dict[str, Any] = dict.fromkeys(
    (
        "source_video_track",
        "source_audio_track",
        "sink_audio_track",
        "player_factory",
        "in_recorder_factory",
        "out_recorder_factory",
        "video_frame_callback",
        "audio_frame_callback",
        "queued_video_frames_callback",
        "queued_audio_frames_callback",
        "on_video_ended",
        "on_audio_ended",
        "video_processor_factory",
        "audio_processor_factory",
    )
)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in a browser's request.

    Raises:
        ValueError: if it is too long, or not an object.
    """
    given = json.loads(await read_body(request, _MOST_BYTES))
    if not isinstance(given, dict):
        raise ValueError("not an object")
    return given


async def read_body(request: Request, most_bytes: int) -> bytes:
    """What a browser sent.

    Raises:
        ValueError: if it is too long.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise ValueError("too long")
    return bytes(body)


async def accept(
    given: Mapping[str, Any], servers: Sequence[Mapping[str, Any]]
) -> tuple[RTCPeerConnection, dict[str, str]]:
    """Accept a browser's offer of a connection without a stream; return the connection and the answer.

    Args:
        given: the offer, with its ``sdp`` and ``type``.
        servers: STUN and TURN servers; none of them is asked unless it is here.

    Raises:
        Exception: whatever aiortc makes of a stranger's text.
    """
    peer = RTCPeerConnection(_configuration(servers))
    try:
        await peer.setRemoteDescription(RTCSessionDescription(sdp=str(given["sdp"]), type=str(given["type"])))
        await peer.setLocalDescription(await peer.createAnswer())
    except BaseException:
        await peer.close()
        raise
    return peer, _described(peer.localDescription)


async def join(stream: LiveStream, given: Mapping[str, Any], servers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Accept a browser's offer of a connection for a stream, each of which ends with the other; return the answer.

    Args:
        stream: a new one.
        given: the offer, as for ``accept``.
        servers: STUN and TURN servers, likewise.

    Raises:
        Exception: whatever streamlit-webrtc makes of a stranger's text.
    """
    sdp, kind = str(given["sdp"]), str(given["type"])
    await run_in_threadpool(importlib.import_module, "streamlit_webrtc")  # takes a while the first time
    worker = _new_worker(stream, servers)
    stream.connected = True
    # Not as the worker's source: its relay keeps the frames that the encoder is too slow for, however many.
    worker.pc.addTrack(stream.outgoing)
    stream.when_ended(lambda: threading.Thread(target=worker.stop, name="end of live", daemon=True).start())
    try:
        described = await run_in_threadpool(worker.process_offer, sdp, kind, _LONGEST_ANSWER_S)
    except BaseException:
        stream.end()
        raise
    return _described(described)


def _new_worker(stream: LiveStream, servers: Sequence[Mapping[str, Any]]) -> "WebRtcWorker[Any, Any]":
    from streamlit_webrtc import WebRtcMode, WebRtcWorker

    return WebRtcWorker(
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=_configuration(servers),
        sink_video_track=stream.incoming,
        sendback_video=False,
        sendback_audio=False,
        async_processing=True,
        video_receiver_size=1,
        audio_receiver_size=1,
        **_NOT_USED,
        loop=asyncio.get_running_loop(),
        relay=MediaRelay(),
    )


def _configuration(servers: Sequence[Mapping[str, Any]]) -> RTCConfiguration:
    asked = [RTCIceServer(server["urls"], server.get("username"), server.get("credential")) for server in servers]
    return RTCConfiguration(iceServers=asked)


def _described(description: RTCSessionDescription) -> dict[str, str]:
    return {"sdp": description.sdp, "type": description.type}
