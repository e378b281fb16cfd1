"""How the app begins and ends as a server."""

import signal
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import streamlit as st
import uvicorn

# How long a server that is told to stop waits for what browsers are still fetching.
_PATIENCE_S = 3
_EVERY_ADDRESS = ("", "0.0.0.0", "::")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Around the server's life: it opens a browser where there is a screen, and can be stopped properly."""
    # Streamlit does not hand out the server that it makes; the one that runs has a method set for signals.
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        _stop_on_signals(server)
    if not st.get_option("server.headless"):
        webbrowser.open(_address())
    yield


def _stop_on_signals(server: uvicorn.Server) -> None:
    """Let the process end in the usual way, so that what visitors gave is deleted on the way out.

    uvicorn waits without end for answers that a browser does not take, as one that shows a paused film does.
    Then it raises the signal once more, which ends Python at once and leaves visitors' files behind.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.force_exit = server.should_exit  # told a second time: do not wait at all
        server.should_exit = True

    server.config.timeout_graceful_shutdown = _PATIENCE_S
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _address() -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host = st.get_option("server.address") or ""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{scheme}://{'localhost' if host in _EVERY_ADDRESS else host}:{st.get_option('server.port')}/{base}"
