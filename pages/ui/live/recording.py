"""The buttons of a recording: countdown, length, stop; the take then opens on the Video page."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from pages.ui.live.current import Live
from pages.ui.live.take import Recorder
from pages.ui.shared.navigation import VIDEO
from pages.ui.shared.visits import current_visit
from pages.ui.video.clip_run import RunOptions, keep_upload, new_run
from pages.ui.video.clip_source import show_upload
from pages.ui.video.uploads import Clip
from posecore.limits import LIMITS

_KEY = "live_recording"
_LENGTHS_S = [10, 30, 60, 120, 300, 600]
_COUNTDOWNS_S = [0, 3, 5, 10]


@dataclass
class _Recording:
    """One that was asked for.

    Attributes:
        live: what is recorded.
        recorder: is given the frames once the countdown is over.
        options: what the people are found with.
    """

    live: Live
    recorder: Recorder
    options: RunOptions

    @property
    def over(self) -> bool:
        return self.recorder.over or self.live.stream.ended


def open_finished_take() -> None:
    """End the recording where it is as long as it may be, or the picture is over, and go to the take.

    Called in a run of the whole page, of which no part runs by a clock: such a part may undo a change of page.
    """
    recording: _Recording | None = st.session_state.get(_KEY)
    if recording is not None and recording.over:
        _finish(recording)


def must_finish() -> bool:
    """Whether the page is to be run as a whole, so that ``open_finished_take`` can end the recording."""
    recording: _Recording | None = st.session_state.get(_KEY)
    return recording is not None and recording.over


def offer_recording(live: Live, options: RunOptions) -> None:
    """The buttons, while a picture is live. How far a recording is, the page's own script shows.

    Args:
        live: the picture.
        options: what the people of the take were found with.
    """
    recording: _Recording | None = st.session_state.get(_KEY)
    if recording is not None and recording.live is live:
        if st.button("Stop recording", icon=":material/stop_circle:", type="primary"):
            _finish(recording)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Record", icon=":material/radio_button_checked:", type="primary"):
            seconds, countdown_s = _chosen()
            recorder = Recorder(seconds, options.background)
            live.stream.record(recorder, time.monotonic() + countdown_s)
            st.session_state[_KEY] = _Recording(live, recorder, options)
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
            "Ends by itself after",
            lengths,
            default=lengths[-1],
            required=True,
            format_func=lambda seconds: f"{seconds} s" if seconds < 120 else f"{seconds // 60} min",
            key="take_length",
            persist_state="session",
        )


def _chosen() -> tuple[int, int]:
    length = st.session_state.get("take_length") or LIMITS.take_seconds
    return min(length, LIMITS.take_seconds), st.session_state.get("take_countdown") or 0


def _finish(recording: _Recording) -> None:
    st.session_state.pop(_KEY, None)
    recording.live.stream.record(None, 0.0)
    take = recording.recorder.finish()
    if take is None:
        st.session_state["live_recording_problem"] = recording.recorder.problem or "Nothing was recorded."
        st.rerun()
    visit = current_visit()
    name = f"recording {datetime.now():%Y-%m-%d %H.%M.%S}.mp4"
    clip = Clip(secrets.token_hex(8), name, take.film, take.folder)
    keep_upload(visit, clip)
    new_run(visit, clip).is_done(take.sequence, recording.options, missed=take.missed)
    show_upload()
    st.switch_page(VIDEO)


def tell_problem() -> None:
    """Say why there is no take, where there is none."""
    problem = st.session_state.pop("live_recording_problem", None)
    if problem:
        st.warning(problem, icon=":material/info:")
