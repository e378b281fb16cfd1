"""What the server sends of Streamlit's own front-end: compressed, and kept by the browser where it is named by content.

Streamlit leaves its scripts as they are, since it would have to compress them anew for every visitor: 4 MB for a page.
Here each is compressed once.
"""

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache

import zstandard
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A fifth smaller than gzip; what is above takes longer for the same.
_ZSTD_LEVEL = 18
FOR_GOOD = "public, max-age=31536000, immutable"
_TEXTUAL = ("text/", "application/javascript", "application/json", "image/svg+xml")
# A component's files, as their build names them: by what is in them. Streamlit has them fetched anew with each page.
_COMPONENT_FILE = re.compile(r"/component/.+/assets/[^/]+-[\w-]{8}\.(js|css)$")


def encoding_for(headers: Mapping[str, str]) -> str | None:
    """The best encoding that whoever asks with these headers can read; None: none.

    Browsers offer zstd over https, and to the machine they run on; gzip always.
    """
    accepted = headers.get("Accept-Encoding", "")
    return next((encoding for encoding in ("zstd", "gzip") if encoding in accepted), None)


@lru_cache(maxsize=256)
def compressed(content: bytes, encoding: str) -> bytes:
    """The content in an encoding of ``encoding_for``, made once. Known by itself: a file can have many addresses."""
    if encoding == "gzip":
        return gzip.compress(content, mtime=0)
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)


class CompressFrontEnd:
    """ASGI middleware: compresses what never changes, and the pages' own HTML. Other answers pass through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any ASGI application is called."""
        if scope["type"] == "http" and scope["method"] == "GET":
            send = _Answer(scope, send).take
        await self._app(scope, receive, send)


class _Answer:
    """Takes an answer in parts, and sends it on."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._encoding = encoding_for(Headers(scope=scope))
        self._is_component_file = _COMPONENT_FILE.search(scope["path"]) is not None
        self._send = send
        self._start: Message | None = None  # held back while the parts of what is compressed come in
        self._body = b""

    async def take(self, message: Message) -> None:
        """One message of the answer, as the application sends it."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(raw=message["headers"])
            if self._is_component_file:
                headers["Cache-Control"] = FOR_GOOD
            if self._encoding and _is_to_be_compressed(headers):
                self._start = message
                return
        if self._start is None or self._encoding is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish(self._start, self._encoding)

    async def _finish(self, start: Message, encoding: str) -> None:
        body = await run_in_threadpool(compressed, self._body, encoding)
        headers = MutableHeaders(raw=start["headers"])
        headers["Content-Encoding"] = encoding
        headers["Content-Length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_to_be_compressed(headers: Headers) -> bool:
    kind = headers.get("Content-Type", "")
    lasting = "immutable" in headers.get("Cache-Control", "") or kind.startswith("text/html")
    return lasting and kind.startswith(_TEXTUAL) and "Content-Encoding" not in headers
