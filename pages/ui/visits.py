"""What one visitor has on the server's disk: the clip that was given, and its run."""

import threading

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages.ui.live.take import Take
from pages.ui.opened import Opened, open_result
from pages.ui.runs import ClipRun, RunOptions
from pages.ui.uploads import Clip, of_take, to_disk
from posecore.limits import LIMITS

_KEY = "visit"


class Visit:
    """The upload and the run of one visitor. They outlive the connection by a while, since many come back."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        # Before the upload, so that it also ends before the upload is deleted.
        self.run: ClipRun | None = None
        self.upload: Clip | None = None
        self.opened: Opened | None = None
        self._farewell: threading.Timer | None = None

    def take(self, file: UploadedFile) -> None:
        """Keep an upload, in place of the one before."""
        self.forget()
        self.upload = to_disk(file)

    def keep(self, take: Take, options: RunOptions) -> None:
        """Keep a recording as if it were an upload that was worked on already, in place of the one before."""
        self.forget()
        self.upload = of_take(take)
        self._end_run()
        self.run = ClipRun(self.upload)
        self.run.is_done(take.sequence, options, missed=take.missed)

    def open(self, file: UploadedFile) -> None:
        """Read a saved result, and keep it in place of the one before.

        Raises:
            UnreadableResult: where it is none; the one before stays.
        """
        opened = open_result(file)
        self.forget_opened()
        self.opened = opened

    def forget_opened(self) -> None:
        """Delete the opened result."""
        if self.opened is not None:
            self.opened.folder.close()
            self.opened = None

    def forget(self) -> None:
        """Delete the upload and what was made of it."""
        if self.upload is None:
            return
        if self.run is not None and self.run.clip is self.upload:
            self._end_run()
        self.upload.delete()
        self.upload = None

    def run_of(self, clip: Clip) -> ClipRun:
        """The run of a clip: the one there is, going on or finished, or else a new one."""
        if self.run is None or self.run.closed or self.run.clip.key != clip.key:
            return self.new_run(clip)
        return self.run

    def new_run(self, clip: Clip) -> ClipRun:
        """A run of a clip, not started yet; the run before ends, and its files with it."""
        self._end_run()
        self.run = ClipRun(clip)
        return self.run

    def _end_run(self) -> None:
        if self.run is not None:
            self.run.close()
            self.run = None

    def leave(self) -> None:
        """The connection is gone: delete everything, unless the visitor is back soon."""
        self.stay()
        self._farewell = threading.Timer(LIMITS.seconds_after_leaving, self._go)
        self._farewell.daemon = True
        self._farewell.start()

    def stay(self) -> None:
        """The visitor is here, or here again."""
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None

    def _go(self) -> None:
        # A browser that is connected again does not run the page again by itself, so nobody called ``stay``.
        if runtime.exists() and runtime.get_instance().is_active_session(self.session_id):
            self.leave()
        else:
            self.close()

    def close(self) -> None:
        """Delete everything. What it was is still known, so that the visitor can be told."""
        if self.run is not None:
            self.run.close()
        if self.upload is not None:
            self.upload.delete()
        self.forget_opened()


def current_visit() -> Visit:
    """What the visitor who sees this page has here."""
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
