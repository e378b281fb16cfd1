"""The controls of a recording: countdown, length and stop. A finished recording opens on the Video page."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.ui.live.current import Live
from pages.ui.live.gesture_buttons import RECORD_KEY
from pages.ui.live.recorder import Recorder
from pages.ui.shared.clips import Clip
from pages.ui.shared.navigation import VIDEO, has_just_turned_here
from pages.ui.shared.visits import current_visit
from pages.ui.video.clip_run import RunOptions, keep_upload, new_run
from pages.ui.video.clip_source import show_upload
from posecore.limits import LIMITS

_KEY = "live_recording"
_LEFT_KEY = "live_recording_left"
_LENGTHS_S = [10, 30, 60, 120, 300, 600]
_COUNTDOWNS_S = [0, 3, 5, 10]


@dataclass
class _Running:
    """A recording in progress.

    Attributes:
        live: the recorded stream.
        recorder: gets the frames once the countdown is over.
        options: of the live analysis.
        left: whether the visitor has been on another page since.
    """

    live: Live
    recorder: Recorder
    options: RunOptions
    left: bool = False

    @property
    def over(self) -> bool:
        return self.recorder.over or self.live.stream.ended


def open_finished_recording() -> None:
    """Open the recording on the Video page if it reached its length or its stream ended.

    Leaving this page ends a recording. A visitor who comes back stays here, and is told where it is.
    Called in a run of the whole page, since a fragment that runs periodically could undo a change of page.
    """
    running: _Running | None = st.session_state.get(_KEY)
    back = has_just_turned_here()
    if running is not None:
        running.left |= back
        if running.over:
            _keep(running)
            if not running.left:
                st.switch_page(VIDEO)
            st.session_state[_LEFT_KEY] = True
    elif back:
        st.session_state.pop(_LEFT_KEY, None)  # told before
    if st.session_state.get(_LEFT_KEY):
        st.info("The recording ended when you left this page. It is on the Video page.", icon=":material/movie:")
        st.page_link(VIDEO, label="Open the recording")


def is_recording(live: Live) -> bool:
    """Whether this stream is being recorded."""
    running: _Running | None = st.session_state.get(_KEY)
    return running is not None and running.live is live


def offer_recording(live: Live, options: RunOptions) -> None:
    """Show the buttons while a stream is live. The live panel's script shows the progress of a recording.

    Args:
        live: the stream.
        options: of the live analysis.
    """
    if is_recording(live):
        if st.button("Stop recording", icon=":material/stop_circle:", type="primary", key=RECORD_KEY):
            _keep(st.session_state[_KEY])
            st.switch_page(VIDEO)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Record", icon=":material/radio_button_checked:", type="primary", key=RECORD_KEY):
            seconds = st.session_state.get("take_length") or LIMITS.take_seconds
            countdown_s = st.session_state.get("take_countdown") or 0
            recorder = Recorder(
                min(seconds, LIMITS.take_seconds), options.background, with_hands=options.hands is not None
            )
            live.stream.record(recorder, time.monotonic() + countdown_s)
            st.session_state[_KEY] = _Running(live, recorder, options)
            st.session_state.pop(_LEFT_KEY, None)
            st.rerun()
        _choose()


def _choose() -> None:
    lengths = [seconds for seconds in _LENGTHS_S if seconds <= LIMITS.take_seconds] or [LIMITS.take_seconds]
    with st.popover("Countdown and length", icon=":material/timer:"):
        st.segmented_control(
            "Countdown",
            _COUNTDOWNS_S,
            default=0,
            required=True,
            format_func=lambda seconds: f"{seconds} s" if seconds else "None",
            key="take_countdown",
            persist_state="session",
        )
        st.segmented_control(
            "Stop automatically after",
            lengths,
            default=lengths[-1],
            required=True,
            format_func=lambda seconds: f"{seconds} s" if seconds < 120 else f"{seconds // 60} min",
            key="take_length",
            persist_state="session",
        )


def _keep(running: _Running) -> None:
    """End the recording and make it the video of the Video page; start over, with the reason, if there is none."""
    st.session_state.pop(_KEY, None)
    running.live.stream.record(None, 0.0)
    recording = running.recorder.finish()
    if recording is None:
        st.session_state["live_recording_problem"] = running.recorder.problem or "Nothing was recorded."
        st.rerun()
    visit = current_visit()
    name = f"recording {datetime.now():%Y-%m-%d %H.%M.%S}.mp4"
    clip = Clip(secrets.token_hex(8), name, recording.film, recording.folder)
    keep_upload(visit, clip)
    run = new_run(visit, clip)
    run.is_done(recording.sequence, running.options, missed=recording.missed, hands=recording.hands)
    show_upload()


def show_problem() -> None:
    """Show why the last recording failed, if it did."""
    problem = st.session_state.pop("live_recording_problem", None)
    if problem:
        st.warning(problem, icon=":material/info:")
