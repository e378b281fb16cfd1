"""Raw photos that pages develop, each in its turn among the jobs of the server."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.serving.job_queue import QUEUE
from pages.ui.serving.job_records import JobRecord, Outcome, record
from pages.ui.shared.job_progress import full_text, queue_text
from posecore import PosecoreError
from posecore.media import raw_photos

_SHOWN_EVERY_S = 1.0


class ServerFull(PosecoreError):
    """Too many jobs wait for the server already."""


class _Turn:
    """A raw photo in the queue."""

    seconds_left: float | None = None
    frames_per_second = 0.0

    def __init__(self, visit: str) -> None:
        self.visit: str | None = visit
        self.begun = threading.Event()

    def begin(self) -> None:
        """Let the page go on, which waits."""
        self.begun.set()


def develop_in_turn() -> None:
    """Have the raw photos of pages wait in the queue of jobs from now on."""
    raw_photos.take_turn = turn


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a place in the queue, which the page shows, and keep it for the length of the block.

    Other threads have a place as a job, or prepare photos one by one: they wait for each other only.

    Raises:
        ServerFull: if too many wait.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        with raw_photos.usual_turn():
            yield
        return
    own = _Turn(context.session_id)
    if not QUEUE.enter(own):
        full = QUEUE.why_full(own)
        raise ServerFull("The server is full. Try again." if full is None else full_text(full))
    outcome: Outcome = "left"
    came_s = begun_s = time.monotonic()
    try:
        _wait(own)
        begun_s, outcome = time.monotonic(), "failed"
        yield
        outcome = "done"
    finally:
        if not QUEUE.leave(own):
            QUEUE.finish(own)
        now_s = time.monotonic()
        begun_s = now_s if outcome == "left" else begun_s
        record(JobRecord("raw photo", outcome, begun_s - came_s, now_s - begun_s, "photos", int(outcome == "done")))


def _wait(own: _Turn) -> None:
    """Wait until it begins; the page ends that if its visitor goes on."""
    if own.begun.is_set():
        return
    place = st.empty()
    while not own.begun.wait(_SHOWN_EVERY_S):
        with place.container():
            st.space("medium")  # where Streamlit draws that the photo is being opened, over what is there
            st.progress(0.0, queue_text(QUEUE.place(own), QUEUE.seconds_until(own)))
    place.empty()
