"""The live camera of the visit, and what the browser asks of it."""

import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st
from aiortc import MediaStreamTrack
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from pages.ui.live.ice_servers import ice_servers
from pages.ui.live.numbers import report
from pages.ui.live.peer import join, read_body, read_json
from pages.ui.live.places import FULL, TIME, has_place, is_full, why_over
from pages.ui.live.recorder import Recorder
from pages.ui.live.snapshots import Snapshots
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.serving.addresses import offer, withdraw
from posecore.errors import PosecoreError
from posecore.limits import LIMITS

_KEY = "live"
_SNAPSHOTS_KEY = "live_snapshots"
_LONGEST_COUNTDOWN_S = 60.0
_MOST_SNAPSHOT_BYTES = 16_000_000


class LiveRecording:
    """A recording of one stream, in progress or over.

    Attributes:
        stream: the recorded stream.
        recorder: gets the frames once the countdown is over.
        options: of the analysis, as the recording began.
        left: whether the visitor has turned the page since.
    """

    def __init__(self, stream: LiveStream, longest_s: float, begin_in_s: float) -> None:
        self.stream = stream
        self.options = stream.options
        self.left = False
        with_hands = self.options.hands is not None
        self.recorder = Recorder(longest_s, self.options.background, with_hands=with_hands)
        stream.record(self.recorder, time.monotonic() + begin_in_s)

    @property
    def over(self) -> bool:
        """Whether no frame is added any more: it has its length, was stopped, or its stream has ended."""
        return self.recorder.over or self.stream.ended or self.stream.recording is None

    def stop(self) -> None:
        """Add no more frames; from any thread."""
        self.stream.record(None, 0.0)


class RecordingNote(NamedTuple):
    """What became of a recording, and whether it was kept."""

    text: str
    kept: bool


class Live:
    """The visit's live camera, or a video in its place: its streams, one after the other.

    Args:
        source: name of its source.
        stream: the first stream.
        snapshots: those of the visit.

    Attributes:
        source: name of its source.
        stream: the current stream, or else the last one, or the first before it begins.
        snapshots: those of the visit.
        token: token in the address at which the browser connects, and asks for numbers.
        recording: what is recorded, or was and is not kept yet; None if there is no such thing.
        note: what became of the last recording; None if there is nothing to say.
    """

    def __init__(self, source: str, stream: LiveStream, snapshots: Snapshots) -> None:
        self.source = source
        self.stream = stream
        self.snapshots = snapshots
        self.recording: LiveRecording | None = None
        self.note: RecordingNote | None = None
        # A weak reference, so that requests from browsers do not keep the camera of a finished visit alive.
        self.token = offer(partial(_answer, weakref.ref(self)), "POST")
        weakref.finalize(self, withdraw, self.token)

    @property
    def playing(self) -> bool:
        """Whether a browser is connected, or connecting."""
        return self.stream.connected and not self.stream.ended

    async def connect(self, given: dict[str, object]) -> dict[str, str]:
        """Answer a browser's offer of a connection, with a new stream if one has been; on the event loop."""
        servers = await run_in_threadpool(ice_servers)
        if self.stream.connected or self.stream.ended:
            last, self.stream = self.stream, self.stream.successor()
            last.end()
        return await join(self.stream, given, servers)

    def record(self, longest_s: float, begin_in_s: float) -> None:
        """Record the current stream, as it is analysed now; from any thread."""
        longest_s = min(max(1.0, longest_s), LIMITS.take_seconds)
        self.recording = LiveRecording(self.stream, longest_s, min(max(0.0, begin_in_s), _LONGEST_COUNTDOWN_S))


def live_from(source: str, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> Live:
    """The visit's live camera with this source and these options.

    Args:
        source: name of the source; a new source gets a new camera.
        options: applied from the next frame on.
        open_track: as for ``LiveStream``.
    """
    live: Live | None = st.session_state.get(_KEY)
    if live is None or live.source != source:
        last = live
        snapshots: Snapshots = st.session_state.setdefault(_SNAPSHOTS_KEY, Snapshots())
        live = st.session_state[_KEY] = Live(source, LiveStream(options, open_track), snapshots)
        if last is not None:
            last.stream.end()
            withdraw(last.token)
            live.recording, live.note = last.recording, last.note
    live.stream.options = options
    return live


def last_live() -> Live | None:
    """The visit's live camera as the page was last shown; None if it has not been."""
    return st.session_state.get(_KEY)


def place_is_there() -> bool:
    """Whether the visit has one of the server's places for live streams, or would get one."""
    live: Live | None = st.session_state.get(_KEY)
    return not is_full() or (live is not None and has_place(live.stream))


def why_last_is_over(live: Live) -> str | None:
    """Why the server ended the last stream, if its time was over; None otherwise."""
    return why_over(TIME) if live.stream.over == TIME else None


def snapshot_of(number: int) -> np.ndarray | None:
    """The frame of a snapshot of the visit as it arrived, (H, W, 3) uint8; None if it is not kept."""
    snapshots: Snapshots | None = st.session_state.get(_SNAPSHOTS_KEY)
    return None if snapshots is None else snapshots.frame(number)


async def _answer(live: Callable[[], Live | None], request: Request) -> Response | None:
    there = live()
    if there is None:
        return None
    if request.method == "POST":
        return await _do(there, request)
    if picture := request.query_params.get("picture"):
        kept = there.snapshots.picture(int(picture)) if picture.isdecimal() else None
        return None if kept is None else Response(kept, media_type="image/jpeg")
    # Rerunning the page for each of five tables per second would take the processor that the video needs. So the
    # page's own script requests them.
    text = await run_in_threadpool(report, there.stream, dict(request.query_params))
    return Response(text, media_type="application/json")


async def _do(live: Live, request: Request) -> Response:
    """What a button of the camera asks for: a connection, or one of the few things below."""
    if request.headers.get("content-type", "").startswith("image/"):
        return await _keep_sent(live, request)
    try:
        given = await read_json(request)
        if "sdp" in given:
            if is_full() and not has_place(live.stream):
                return PlainTextResponse(why_over(FULL), 503)
            return JSONResponse(await live.connect(given))
        wish, stream = given["do"], live.stream
        if wish == "end":
            stream.end()
        elif wish == "record" and live.playing and stream.recording is None:
            live.record(float(given["longest_s"]), float(given["begin_in_s"]))
        elif wish == "stop" and live.recording is not None:
            live.recording.stop()
        elif wish == "snapshot" and (frame := stream.held or stream.latest) is not None:
            await run_in_threadpool(live.snapshots.take, frame)
    except Exception as error:  # noqa: BLE001 - whatever aiortc makes of a stranger's text
        return PlainTextResponse(f"This is not a request of the live page ({type(error).__name__}).", 400)
    return JSONResponse({"snapshots": live.snapshots.numbers})


async def _keep_sent(live: Live, request: Request) -> Response:
    """Keep a snapshot that the visitor's own device took, as the visitor opens it on another page."""
    try:
        picture = await read_body(request, _MOST_SNAPSHOT_BYTES)
        await run_in_threadpool(live.snapshots.keep, picture)
    except (ValueError, PosecoreError) as error:
        return PlainTextResponse(f"The snapshot was not taken: {error}", 400)
    return JSONResponse({"snapshots": live.snapshots.numbers})
