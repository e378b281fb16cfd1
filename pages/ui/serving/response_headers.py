"""Headers by which a browser holds the app's pages to what they need, whatever gets into one.

Nothing heavy is imported here: the server imports this before any page.
"""

import base64
import hashlib
import os
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from posecore.errors import InvalidOption

VARIABLE = "POSECORE_FRAMED_BY"
_ORIGIN = re.compile(r"https?://(\*\.)?[\w-]+(\.[\w-]+)*(:\d+)?")


def _hash_of(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


# The one script in the HTML of Streamlit's pages. If another version has another one, the browser tests fail.
_STREAMLITS_SCRIPT = "\n      window.prerenderReady = false\n    "
_POLICY = {
    "default-src": "'none'",
    # Streamlit makes a blob of a component's script. MediaPipe's runtime is WebAssembly.
    "script-src": f"'self' blob: 'wasm-unsafe-eval' 'sha256-{_hash_of(_STREAMLITS_SCRIPT)}'",
    "style-src": "'self' 'unsafe-inline'",  # Streamlit and Plotly make their style sheets as they run
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data:",  # Streamlit reads the photo of st.camera_input from one
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def security_headers(framed_by: str) -> dict[str, str]:
    """The headers of every response that does not bring its own.

    Args:
        framed_by: origins whose pages may show the app in a frame, separated by spaces; the app's own may always.

    Raises:
        InvalidOption: if one of them is no origin.
    """
    origins = framed_by.split()
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidOption(f"Expected origins such as https://example.org in {VARIABLE}, but got {origin!r}.")
    policy = _POLICY | {"frame-ancestors": " ".join(["'self'", *origins])}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


class AddSecurityHeaders:
    """ASGI middleware that adds ``security_headers``, with the frames that the host's environment allows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = security_headers(os.environ.get(VARIABLE, ""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection, as any ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_on)
