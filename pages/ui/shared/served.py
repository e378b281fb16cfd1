"""Files for one visitor's browser, straight from disk, at addresses that nobody can guess.

``st.video`` and ``st.download_button`` read a whole file into the server's memory, and a film may be hundreds
of megabytes. A file that is served here is read piece by piece, as the browser asks for it.
"""

import asyncio
import mimetypes
import secrets
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_FOLDER = "files"
_GONE = "This file is not here any more: its clip was replaced or deleted. Open the Video page to make it again."
# Nobody but the visitor's own browser may keep it, and nothing may take it for another kind of file.
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class _Served(NamedTuple):
    path: Path
    name: str


_served: dict[str, _Served] = {}
_mounted = False


def serve(path: Path, name: str) -> str:
    """Let a file be fetched by whoever has the token that is returned.

    Args:
        path: the file; it need not be there yet.
        name: what it is called when it is downloaded.
    """
    token = secrets.token_urlsafe(32)
    _served[token] = _Served(path, name)
    return token


def withdraw(token: str) -> None:
    """Serve a file no longer."""
    _served.pop(token, None)


def address(token: str, page: st.Page) -> str | None:
    """Where a browser that shows ``page`` finds a file; None where this server does not serve files.

    That is so in tests without a server, and where the script was started by something else than ``st.App``.
    """
    root = root_of(page)
    return None if root is None else f"{root}/{_FOLDER}/{token}"


def root_of(page: st.Page) -> str | None:
    """Where the app itself is, for a browser that shows ``page``; None as for ``address``."""
    here = st.context.url
    if not _mounted or here is None:
        return None
    return here.removesuffix("/").removesuffix(page.url_path).removesuffix("/")


def routes() -> list[Route]:
    """What the server must be given, so that files are served."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer)]


async def _answer(request: Request) -> Response:
    served = _served.get(request.path_params["token"])
    if served is None or not served.path.is_file():
        return PlainTextResponse(_GONE, 404, _HEADERS)
    return _Answer(
        served.path,
        headers=_HEADERS,
        media_type=mimetypes.guess_type(served.path)[0],  # not from the name, which a visitor has chosen
        filename=served.name,
        content_disposition_type="attachment" if "download" in request.query_params else "inline",
    )


class _Answer(FileResponse):
    """A file, or the range of it that was asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Cancelled is what a server that stops does with an answer that a paused player leaves unfinished.
        with suppress(asyncio.CancelledError):
            await super().__call__(scope, receive, send)
