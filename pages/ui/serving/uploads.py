"""Uploads that browsers send: how many bytes of them the server has at once, and how many wait.

Streamlit keeps an upload in memory until its page has taken it. Here one that finds no room waits unread, which the
network holds back at its sender. Nothing heavy is imported here: the server imports this before any page.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from posecore.limits import LIMITS

_ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
_LOOKS_EVERY_S = 0.1  # pages take files without a word to anybody
_SILENT_S = 30

_TOO_MANY = "Not uploaded: too many files wait for the server now. Choose yours again in a few minutes."
_TOO_LONG = "Not uploaded: the server was busy with the files of others. Choose yours again in a minute."
_TOO_SLOW = "Not uploaded: the connection was too slow, and others wait. Choose the file again later."
_SILENT = "Not uploaded: nothing came over the connection for too long. Choose the file again."
_TOO_LARGE = (
    "Not all files were uploaded: those given at once may have {megabytes:,} MB in all. Add the others once these are "
    "here."
)

_refusals: dict[str, str] = {}


def take_refusal(session_id: str) -> str | None:
    """Why an upload of a visit was refused since this was last asked; None: none was."""
    return _refusals.pop(session_id, None)


@dataclass(eq=False)
class Upload:
    """An upload on its way, or in memory.

    Attributes:
        session_id, file_id: of its address.
        size: bytes that the browser announced.
        since_s: when it began to be read; None before.
        is_there: whether all of it is in memory.
    """

    session_id: str
    file_id: str
    size: int
    since_s: float | None = None
    is_there: bool = False


def _bytes_in_memory(upload: Upload) -> int:
    """Bytes that Streamlit still keeps of an upload; 0 if the page has taken it, or its visit is over."""
    files = runtime.get_instance().uploaded_file_mgr.get_files(upload.session_id, [upload.file_id])
    return sum(len(file.data) for file in files)


@dataclass
class UploadPlaces:
    """The uploads that are read or in memory, and those that wait, in the order in which they came.

    Attributes:
        most_bytes: of those that are read or in memory; one that is larger by itself is read when no other is.
        most_waiting: uploads that wait, half of them of one visit.
        patience_s: how long one waits.
        longest_s: time to read one, after which it ends if others wait.
        silent_s: time without a byte, after which it ends.
        bytes_in_memory: bytes that are kept of one that is read.
        clock: the time in seconds.
    """

    most_bytes: int = LIMITS.upload_megabytes * 1_000_000
    most_waiting: int = LIMITS.uploads_waiting
    patience_s: float = LIMITS.upload_wait_seconds
    longest_s: float = LIMITS.upload_seconds
    silent_s: float = _SILENT_S
    bytes_in_memory: Callable[[Upload], int] = _bytes_in_memory
    clock: Callable[[], float] = time.monotonic
    _here: list[Upload] = field(default_factory=list)
    _waiting: list[Upload] = field(default_factory=list)

    async def enter(self, upload: Upload) -> str | None:
        """Wait for room; otherwise why there is none, in a sentence."""
        of_visit = sum(each.session_id == upload.session_id for each in self._waiting)
        if len(self._waiting) >= self.most_waiting or of_visit >= max(1, self.most_waiting // 2):
            return _TOO_MANY
        self._waiting.append(upload)
        until_s = self.clock() + self.patience_s
        try:
            while self._waiting[0] is not upload or not self._has_room(upload):
                if self._has_too_much(upload):
                    return _TOO_LARGE.format(megabytes=self.most_bytes // 1_000_000)
                if self.clock() > until_s:
                    return _TOO_LONG
                await asyncio.sleep(_LOOKS_EVERY_S)
            upload.since_s = self.clock()
            self._here.append(upload)
        finally:
            self._waiting.remove(upload)
        return None

    async def read(self, upload: Upload, receive: Receive) -> Message | str:
        """The next message of an upload, or why it ends before, in a sentence."""
        if self._waiting and upload.since_s is not None and self.clock() - upload.since_s > self.longest_s:
            return _TOO_SLOW
        try:
            return await asyncio.wait_for(receive(), self.silent_s)
        except TimeoutError:
            return _SILENT

    def leave(self, upload: Upload) -> None:
        """Give the room of an upload back once nothing of it is in memory."""
        upload.is_there = True
        self._let_go()

    def _let_go(self) -> None:
        self._here = [each for each in self._here if not each.is_there or self.bytes_in_memory(each)]

    def _used(self, of: str | None = None) -> int:
        """Bytes of all that are read or in memory, or of those of one visit."""
        there = (each for each in self._here if of in (None, each.session_id))
        return sum(self.bytes_in_memory(each) if each.is_there else each.size for each in there)

    def _has_room(self, upload: Upload) -> bool:
        self._let_go()
        is_alone = all(each.is_there for each in self._here)
        return self._used() + upload.size <= self.most_bytes or (is_alone and upload.size > self.most_bytes)

    def _has_too_much(self, upload: Upload) -> bool:
        """Whether a visit's own uploads leave no room: its page takes none before the last one is over."""
        own = self._used(upload.session_id)
        return own > 0 and own + upload.size > self.most_bytes


class LimitUploads:
    """ASGI middleware that reads uploads only while there is room for them.

    For an upload that it refuses, it answers as if all were well, and the page says why it has no file, by
    ``take_refusal``. Of an error, Streamlit's uploader would show only the number, and only to one who points at it.
    """

    def __init__(self, app: ASGIApp, places: UploadPlaces | None = None) -> None:
        self._app = app
        self._places = places or UploadPlaces()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection, as any ASGI application."""
        upload = _upload_of(scope)
        if upload is None:
            await self._app(scope, receive, send)
            return
        why = await self._places.enter(upload) or await self._take(upload, scope, receive, send)
        if why is not None:
            _note(upload.session_id, why)
            await PlainTextResponse(why)(scope, receive, send)

    async def _take(self, upload: Upload, scope: Scope, receive: Receive, send: Send) -> str | None:
        """Have the app take an upload; otherwise why it ended before, in a sentence."""
        why: str | None = None

        async def receive_in_time() -> Message:
            nonlocal why
            message = await self._places.read(upload, receive)
            if isinstance(message, str):
                why = message
                return {"type": "http.disconnect"}
            return message

        try:
            await self._app(scope, receive_in_time, send)
        except ClientDisconnect:
            if why is None:
                raise
        finally:
            self._places.leave(upload)
        return why


def _upload_of(scope: Scope) -> Upload | None:
    """The upload that a request is; None if it is none, or of no visit, which Streamlit refuses without reading it."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    found = _ADDRESS.search(scope["path"])
    if found is None or not runtime.exists() or not runtime.get_instance().is_active_session(found[1]):
        return None
    announced = dict(scope["headers"]).get(b"content-length", b"")
    most = st.get_option("server.maxUploadSize") * 1024 * 1024
    return Upload(found[1], found[2], int(announced) if announced.isdigit() else most)


def _note(session_id: str, why: str) -> None:
    server = runtime.get_instance()
    for other in [*_refusals]:
        if not server.is_active_session(other):
            _refusals.pop(other, None)
    _refusals[session_id] = why
