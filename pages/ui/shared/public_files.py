"""Files for all visitors that are made while the server runs, at addresses that browsers cache for good."""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.shared.compression import FOR_GOOD
from posecore.media.files import file_sha256

_FOLDER = "made"
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}

_files: dict[str, Path] = {}
_mounted = False


def is_serving() -> bool:
    """Whether this server serves such files; not in tests without a server, or if it was not started by ``st.App``."""
    return _mounted


def publish(path: Path) -> str:
    """Serve a file as long as the server runs, and return its address, relative to any page of the app.

    Raises:
        UnreadableMedia: if the file cannot be read.
    """
    name = f"{file_sha256(path)[:16]}{path.suffix}"
    _files[name] = path
    return f"{_FOLDER}/{name}"


def routes() -> list[Route]:
    """The routes that the server needs to serve them."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{name}}", _answer)]


def _answer(request: Request) -> Response:
    path = _files.get(request.path_params["name"])
    if path is None or not path.is_file():
        return PlainTextResponse("There is no such file.", 404, _NOSNIFF)
    return FileResponse(path, headers=_NOSNIFF | {"Cache-Control": FOR_GOOD})
