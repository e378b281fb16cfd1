"""Recordings of the live camera: countdown and length, and what becomes of one that is over."""

import secrets
from datetime import datetime

import streamlit as st

from pages.ui.live.current import Live, LiveRecording, RecordingNote
from pages.ui.serving.visits import current_visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.navigation import VIDEO, has_just_turned_here
from pages.ui.video.clip_run import RunOptions, keep_upload, new_run
from pages.ui.video.clip_source import show_upload
from posecore.limits import LIMITS

_LENGTHS_S = [10, 30, 60, 120, 300, 600]
_COUNTDOWNS_S = [0, 3, 5, 10]


def choose_recording() -> dict[str, int]:
    """Offer countdown and length; return both in seconds, as the camera's script takes them."""
    lengths = [seconds for seconds in _LENGTHS_S if seconds <= LIMITS.take_seconds] or [LIMITS.take_seconds]
    with st.popover("Timer", icon=":material/timer:", help="Countdown and length of recordings"):
        countdown_s = st.segmented_control(
            "Countdown before a recording",
            _COUNTDOWNS_S,
            default=0,
            required=True,
            format_func=lambda seconds: f"{seconds} s" if seconds else "None",
            key="take_countdown",
            persist_state="session",
        )
        longest_s = st.segmented_control(
            "Stop automatically after",
            lengths,
            default=lengths[-1],
            required=True,
            format_func=lambda seconds: f"{seconds} s" if seconds < 120 else f"{seconds // 60} min",
            key="take_length",
            persist_state="session",
        )
    return {"begin_in_s": countdown_s or 0, "longest_s": longest_s or lengths[-1]}


def keep_finished_recording(live: Live | None) -> None:
    """Make a recording that is over the video of the Video page.

    Args:
        live: the visit's camera as it was when the page was last shown; None if there was none.
    """
    if live is None:
        return
    turned = has_just_turned_here()
    if turned or live.recording is not None:
        live.note = None  # told before, or of the recording before
    if live.recording is not None:
        live.recording.left |= turned
        if live.recording.over:
            _keep(live, live.recording)


def show_finished_recording(live: Live) -> None:
    """Show where the last recording is, or why there is none."""
    note = live.note
    if note is None:
        return
    if not note.kept:
        st.warning(note.text, icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="live_recorded"):
        st.markdown(f":material/movie: {note.text}", width="content")
        st.page_link(VIDEO, label="Open on Video", icon=":material/arrow_forward:")


def _keep(live: Live, recording: LiveRecording) -> None:
    # Another run may interrupt this one wherever it reads or writes the session state: before anything is done.
    visit = current_visit()
    show_upload()
    recording.stop()
    finished = recording.recorder.finish()
    live.recording = None
    if finished is None:
        live.note = RecordingNote(recording.recorder.problem or "Nothing was recorded.", kept=False)
        return
    name = f"recording {datetime.now():%Y-%m-%d %H.%M.%S}.mp4"
    clip = Clip(secrets.token_hex(8), name, finished.film, finished.folder)
    keep_upload(visit, clip)
    run = new_run(visit, clip)
    options = recording.options
    run.is_done(
        finished.sequence,
        RunOptions(options.pose, background=options.background, hands=options.hands),
        missed=finished.missed,
        hands=finished.hands,
    )
    why = "The recording ended when you left this page" if recording.left else "Recorded"
    live.note = RecordingNote(f"{why}: {recording.recorder.seconds:.0f} s.", kept=True)
