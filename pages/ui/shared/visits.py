"""What one visitor has on the server's disk, deleted together shortly after they leave."""

import threading
from typing import Protocol, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from posecore.limits import LIMITS

_KEY = "visit"


class Closable(Protocol):
    """Something of a visit that has files."""

    def close(self) -> None:
        """Delete them. Calling it again does nothing."""


Kind = TypeVar("Kind", bound=Closable)


class Visit:
    """The things of one visitor, one of each kind. They outlive the connection by a while, since many come back."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self._kept: dict[type, Closable] = {}  # the newest last
        self._farewell: threading.Timer | None = None

    def keep(self, thing: Closable) -> None:
        """Keep something, and delete what there was of its kind."""
        self.forget(type(thing))
        self._kept[type(thing)] = thing

    def get(self, kind: type[Kind]) -> Kind | None:
        """What is kept of a kind, also after its files were deleted, so that the visitor can be told what it was."""
        thing = self._kept.get(kind)
        return thing if isinstance(thing, kind) else None

    def forget(self, kind: type) -> None:
        """Delete what there is of a kind."""
        thing = self._kept.pop(kind, None)
        if thing is not None:
            thing.close()

    def leave(self) -> None:
        """Delete everything soon, unless the visitor is back: the connection is gone."""
        self.stay()
        self._farewell = threading.Timer(LIMITS.seconds_after_leaving, self._close_if_gone)
        self._farewell.daemon = True
        self._farewell.start()

    def stay(self) -> None:
        """The visitor is here, or here again."""
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None

    def _close_if_gone(self) -> None:
        # A browser that is connected again does not run the page again by itself, so nobody called ``stay``.
        if runtime.exists() and runtime.get_instance().is_active_session(self.session_id):
            self.leave()
        else:
            self.close()

    def close(self) -> None:
        """Delete all files. The newest goes first: it may still be reading those of an older one."""
        for thing in reversed(self._kept.values()):
            thing.close()


def current_visit() -> Visit:
    """The visit of the person who sees this page."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Visit(get_script_run_ctx().session_id)
    visit = st.session_state[_KEY]
    visit.stay()
    return _while_connected(id(visit), visit)


# Streamlit clears such a cache when the browser's connection ends, which is the one sign it gives of that.
# The visit itself is in the session's state, which outlives a short loss of the connection.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Visit.leave)
def _while_connected(number: int, _visit: Visit) -> Visit:
    return _visit
