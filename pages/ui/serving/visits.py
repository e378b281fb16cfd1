"""The files of one visitor, deleted together shortly after they leave."""

import threading
import time
from typing import Protocol, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from posecore.limits import LIMITS

_KEY = "visit"

_RETURNS_S = 120
"""So long a visitor who left can return; Streamlit would let them longer, see ``.streamlit/config.toml``."""

_left_s: dict[str, float] = {}  # sessions of visitors who left, and when


class Closable(Protocol):
    """Something with files that a visit keeps."""

    def close(self) -> None:
        """Delete the files. Calling it again does nothing."""


Kind = TypeVar("Kind", bound=Closable)


class Visit:
    """What one visitor has, one object of each type. It is kept for a while after a lost connection, as many return."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self._kept: dict[type, Closable] = {}  # the newest last
        self._farewell: threading.Timer | None = None

    def keep(self, thing: Closable) -> None:
        """Keep an object in place of the last one of its type, which is deleted."""
        self.forget(type(thing))
        self._kept[type(thing)] = thing

    def get(self, kind: type[Kind]) -> Kind | None:
        """The object of a type, even if its files are deleted already, so that the page can say so."""
        thing = self._kept.get(kind)
        return thing if isinstance(thing, kind) else None

    def forget(self, kind: type) -> None:
        """Delete the object of a type."""
        thing = self._kept.pop(kind, None)
        if thing is not None:
            thing.close()

    def leave(self) -> None:
        """Delete everything soon unless the visitor returns, as their connection is gone."""
        self.stay()
        _left_s[self.session_id] = time.monotonic()
        self._farewell = threading.Timer(LIMITS.seconds_after_leaving, self._close_if_gone)
        self._farewell.daemon = True
        self._farewell.start()

    def stay(self) -> None:
        """Cancel the deletion, as the visitor is here."""
        _left_s.pop(self.session_id, None)
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None

    def _close_if_gone(self) -> None:
        # A browser that reconnects does not run the page again by itself, so ``stay`` was not called.
        if runtime.exists() and runtime.get_instance().is_active_session(self.session_id):
            self.leave()
        else:
            self.close()

    def close(self) -> None:
        """Delete all files. The newest object goes first, as it may still be reading the files of an older one."""
        for thing in reversed(self._kept.values()):
            thing.close()


def current_visit() -> Visit:
    """The visit of the current session."""
    if _KEY not in st.session_state:
        context = get_script_run_ctx()
        assert context is not None  # a page is running
        st.session_state[_KEY] = Visit(context.session_id)
    visit = st.session_state[_KEY]
    visit.stay()
    return _while_connected(id(visit), visit)


# Streamlit clears a session's cache when its connection ends, and gives no other sign of that. The visit itself is in
# the session state, which outlives a short loss of the connection.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Visit.leave)
def _while_connected(number: int, _visit: Visit) -> Visit:
    return _visit


def close_left_sessions() -> None:
    """Close the sessions of visitors who left too long ago to return; to be called on the server's event loop.

    Streamlit by itself drops the state of a session only when another visitor leaves.
    """
    now_s = time.monotonic()
    for session_id, left_s in list(_left_s.items()):
        server = runtime.get_instance()
        if server.is_active_session(session_id):  # connected again, though its page has not run since
            _left_s[session_id] = now_s
        elif now_s - left_s >= _RETURNS_S:
            server.close_session(session_id)
            _left_s.pop(session_id, None)
