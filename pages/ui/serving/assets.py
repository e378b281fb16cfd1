"""The pages' scripts and Plotly, served at addresses with a content hash, so that browsers cache them for good."""

import hashlib
import posixpath
import re
from pathlib import Path

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.serving.compression import FOR_GOOD, compressed, encoding_for

_FOLDER = "assets"
_SCRIPTS = Path(__file__).parents[1] / "js"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
_IMPORTED = re.compile(r'^(?:import|export)\b[^;"]*"(\.\.?/[^"]+)";', re.MULTILINE)
_HEADERS = _NOSNIFF | {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
# A worker obeys the policy that its own script comes with. MediaPipe's runtime reports its use to a Google server each
# minute and at the end, and has no option to turn this off; from this worker it reaches nothing but the app.
_POLICIES = {"device/worker.js": "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'"}

# Read once, so that addresses and content match even if the files change later.
_files = {path.relative_to(_SCRIPTS).as_posix(): path.read_bytes() for path in sorted(_SCRIPTS.rglob("*.js"))}
_files[_PLOTLY.name] = _PLOTLY.read_bytes()
_version = hashlib.sha256(b"".join(name.encode() + content for name, content in _files.items())).hexdigest()[:16]


def asset(name: str) -> str:
    """The address of a file, relative to any page of the app; a script's name is its path in ``pages/ui/js``.

    Raises:
        KeyError: if there is no such file.
    """
    if name not in _files:
        raise KeyError(name)
    return f"{_FOLDER}/{_version}/{name}"


def with_imports(name: str) -> list[str]:
    """The addresses of a script and of all that it needs before it can run.

    Raises:
        KeyError: if there is no such file.
    """
    names = [name]
    for each in names:
        text = _files[each].decode()
        found = (posixpath.normpath(f"{posixpath.dirname(each)}/{path}") for path in _IMPORTED.findall(text))
        names += dict.fromkeys(path for path in found if path not in names)
    return [asset(each) for each in names]


def routes() -> list[Route]:
    """The routes that the server needs to serve them."""
    base = st.get_option("server.baseUrlPath").strip("/")
    # Not `async`: a file is compressed in a thread when it is first requested.
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{_version}/{{name:path}}", _answer)]


def _answer(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _files:
        return PlainTextResponse("There is no such file.", 404, _NOSNIFF)
    content, headers = _files[name], _HEADERS
    if policy := _POLICIES.get(name):
        headers = headers | {"Content-Security-Policy": policy}
    if encoding := encoding_for(request.headers):
        content, headers = compressed(content, encoding), headers | {"Content-Encoding": encoding}
    return Response(content, headers=headers, media_type="text/javascript")
