"""Files for all visitors that are made or found while the server runs, at addresses that browsers cache for good."""

import hashlib
import mimetypes
import threading
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.serving.compression import FOR_GOOD, compressed, encoding_for
from posecore.media.files import file_sha256

_FOLDER = "made"
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}

_TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}  # which not every system knows

_files: dict[str, Path] = {}
_contents: dict[str, bytes] = {}
# In memory, as a response of its own for each visitor would be if the file were compressed as it is sent.
_compressed: dict[tuple[str, str], bytes] = {}
_mounted = False


def is_serving() -> bool:
    """Whether this server serves such files; not in tests without a server, or if it was not started by ``st.App``."""
    return _mounted


def publish(path: Path, *, compress: bool = False) -> str:
    """Serve a file as long as the server runs, and return its address, relative to any page of the app.

    Args:
        path: the file.
        compress: send it compressed to browsers that accept that, as soon as it is, which happens in the background.

    Raises:
        UnreadableMedia: if the file cannot be read.
    """
    name = f"{file_sha256(path)[:16]}{path.suffix}"
    if compress and name not in _files:
        threading.Thread(target=_compress, args=(name, path.read_bytes()), daemon=True).start()
    _files[name] = path
    return f"{_FOLDER}/{name}"


def publish_content(content: bytes, suffix: str) -> str:
    """Serve a small file that is only in memory as ``publish`` does one on disk, and return its address.

    Args:
        content: of the file.
        suffix: of its name, such as ``".jpg"``, by which browsers know its type.
    """
    name = f"{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
    _contents[name] = content
    return f"{_FOLDER}/{name}"


def _compress(name: str, content: bytes) -> None:
    for encoding in ("zstd", "gzip"):
        _compressed[name, encoding] = compressed(content, encoding)


def routes() -> list[Route]:
    """The routes that the server needs to serve them."""
    global _mounted
    _mounted = True
    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{name}}", _answer)]


def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    headers = _NOSNIFF | {"Cache-Control": FOR_GOOD}
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    if (content := _contents.get(name)) is not None:
        return Response(content, headers=headers, media_type=kind)
    path = _files.get(name)
    if path is None or not path.is_file():
        return PlainTextResponse("There is no such file.", 404, _NOSNIFF)
    encoding = encoding_for(request.headers) or ""
    if content := _compressed.get((name, encoding)):
        headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        return Response(content, headers=headers, media_type=kind)
    return _Answer(path, headers=headers, media_type=kind)


class _Answer(FileResponse):
    """A response in few pieces: each is read in a thread, which takes longer than sending it."""

    chunk_size = 1 << 20
