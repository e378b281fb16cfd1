"""The way by which landmarks come from a visitor's own device, and answers go back: one WebSocket of the visit."""

import asyncio
import logging
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import streamlit as st
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.ui.live.device_frames import RefusedFrames
from pages.ui.live.device_stream import ANSWER_S, STEP_EVERY_S, DeviceStream
from pages.ui.serving.idle import note_use
from pages.ui.serving.sockets import FAILED, FULL, REFUSED, RESTS, address, close, offer, withdraw
from posecore.limits import LIMITS

_LOG = logging.getLogger(__name__)
_KEY = "device"
PROTOCOL = "posecore.landmarks.v2"
IDLE_S = 30.0
"""A device that sends nothing for so long is disconnected; its page connects again with the next frame."""
RETURNS_S = 30.0
"""What follows the people goes on for so long if the connection is lost."""

_attended: "weakref.WeakSet[_Attending]" = weakref.WeakSet()
_turns: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]" = weakref.WeakKeyDictionary()
_pool = ThreadPoolExecutor(2, "device")  # only for visitors at this machine, who send to other programs


class Device:
    """The visit's own device."""

    def __init__(self) -> None:
        self._stream = DeviceStream()
        # A weak reference, so that a connection does not keep a finished visit alive.
        self._token = offer(partial(_attend, weakref.ref(self)), PROTOCOL)
        weakref.finalize(self, withdraw, self._token)

    @property
    def stream(self) -> DeviceStream:
        """What it finds; a new one that is followed by the same if the last one is over."""
        if self._stream.ended:
            self._stream = self._stream.successor()
        return self._stream

    @property
    def address(self) -> str | None:
        """Where the browser sends landmarks, relative to any page; None if nothing here needs them."""
        return address(self._token) if self.stream.is_followed else None


def device_of_visit() -> Device:
    """The visit's own device."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Device()
    device: Device = st.session_state[_KEY]
    return device


async def _attend(device: Callable[[], Device | None], socket: WebSocket) -> None:
    there = device()
    if there is None:
        return
    if len(_attended) >= LIMITS.device_viewers:
        await close(socket, FULL, f"All {LIMITS.device_viewers} places are taken.")
        return
    attending = _Attending(socket, there.stream)
    del there
    _attended.add(attending)
    try:
        await attending.run()
    finally:
        _attended.discard(attending)
        attending.end()


class _Attending:
    """One connection, on the event loop."""

    def __init__(self, socket: WebSocket, stream: DeviceStream) -> None:
        self._socket = socket
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._idle = self._loop.call_later(IDLE_S, self._end_if_idle)
        self._work: asyncio.Task[None] | None = None
        self._is_new = False
        self._later: asyncio.TimerHandle | None = None
        self._connection = stream.begin()

    async def run(self) -> None:
        """Take in what the browser sends until the connection ends."""
        stream = self._stream
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                self._heard_at = self._loop.time()
                data = message.get("bytes")
                if data is not None:
                    stream.take(data)
                else:
                    stream.hear(message.get("text") or "")
                self._wake()
        except RefusedFrames as error:
            await close(self._socket, REFUSED, str(error))

    def end(self) -> None:
        """Forget the connection; what follows the people ends too, unless the device comes back soon."""
        for timer in (self._idle, self._later):
            if timer is not None:
                timer.cancel()
        if self._work is not None:
            self._work.cancel()
        self._stream.leave(self._connection)
        self._loop.call_later(RETURNS_S, self._stream.end_unless_back, self._connection)

    def _wake(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._is_new = True
        if self._work is None or self._work.done():
            self._work = self._loop.create_task(self._answer())

    async def _answer(self) -> None:
        """Have all that is new digested, and say what came of it if that is news."""
        while self._is_new:
            self._is_new = False
            try:
                text = await self._digested()
            except Exception:  # noqa: BLE001 - the page is told
                _LOG.exception("The landmarks of a device could not be followed")
                await close(self._socket, FAILED, "These landmarks could not be followed.")
                return
            if text is None:
                wait_s = STEP_EVERY_S if self._stream.is_behind else ANSWER_S
                self._later = self._later or self._loop.call_later(wait_s, self._wake)
            elif text:
                with suppress(WebSocketDisconnect, RuntimeError):  # it was closed meanwhile
                    await self._socket.send_text(text)
            self._is_new = self._is_new or (text is not None and self._stream.is_behind)
            note_use()

    async def _digested(self) -> str | None:
        """What came of all that is new.

        A coach takes a few milliseconds. They pass here, on the event loop, one visit after the other with all other
        work in between: with threads, each read of a socket would wait for Python's lock, five milliseconds.
        """
        if self._stream.send_on is not None:
            return await self._loop.run_in_executor(_pool, self._stream.digest)
        async with _turns.setdefault(self._loop, asyncio.Lock()):
            text = self._stream.digest()
            await asyncio.sleep(0)
        return text

    def _end_if_idle(self) -> None:
        left_s = self._heard_at + IDLE_S - self._loop.time()
        if left_s > 0:
            self._idle = self._loop.call_later(left_s, self._end_if_idle)
        else:
            reason = "No landmarks came for a while; the connection rests."
            self._closing = self._loop.create_task(close(self._socket, RESTS, reason))
