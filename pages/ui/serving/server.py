"""Start and stop of the app's server."""

import asyncio
import signal
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import streamlit as st
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from pages.ui.serving import job_records, server_state, sockets, temporary
from pages.ui.serving.idle import free_memory_when_idle
from posecore.system import share_heaps

# Seconds that a stopping server waits for browsers that are still fetching something.
_PATIENCE_S = 3
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # only compared  # nosec B104


class SmallSockets(WebSocketsSansIOProtocol):
    """WebSockets, of which the app's own take small messages only, and these without compression.

    Streamlit's takes 200 MB and is compressed. Landmarks hardly get smaller by that.
    """

    def handle_connect(self, event: Any) -> None:
        """Begin a connection."""
        if f"/{sockets.FOLDER}/" in event.path:
            self.conn.available_extensions = None
            self.conn.max_message_size = sockets.MOST_BYTES
        super().handle_connect(event)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open a browser if there is a screen, and make the server stop cleanly."""
    # Streamlit does not give access to its server, but one of its methods is set as the signal handler.
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        _stop_on_signals(server)
        if server.config.ws_protocol_class is WebSocketsSansIOProtocol:
            server.config.ws_protocol_class = SmallSockets
    if not st.get_option("server.headless"):
        webbrowser.open(_address())
    share_heaps()
    job_records.log_to_errors()
    server_state.count_jobs()
    temporary.begin_own_folder()
    threading.Thread(target=temporary.delete_what_was_left, daemon=True).start()
    idle = asyncio.create_task(free_memory_when_idle())
    yield
    idle.cancel()


def _stop_on_signals(server: uvicorn.Server) -> None:
    """Let the process end normally, so that visitors' files are deleted.

    By itself uvicorn waits forever for a browser that does not read its answer, such as one with a paused video. It
    then raises the signal again, which ends Python at once and leaves visitors' files behind.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.force_exit = server.should_exit  # on a second signal: do not wait at all
        server.should_exit = True

    server.config.timeout_graceful_shutdown = _PATIENCE_S
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _address() -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host = st.get_option("server.address") or ""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{scheme}://{'localhost' if host in _EVERY_ADDRESS else host}:{st.get_option('server.port')}/{base}"
