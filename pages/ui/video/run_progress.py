"""Before a run and while it goes on: what it would take, and how far it is."""

from typing import Protocol

import streamlit as st

from pages.ui.video.clip_run import ClipRun, RunOptions, RunState
from pages.ui.video.run_choices import cost
from pages.ui.video.uploads import Clip
from posecore import Progress


class Running(Protocol):
    """A run of a video, of whatever is found in it."""

    @property
    def state(self) -> RunState:
        """How far it is."""

    @property
    def clip(self) -> Clip:
        """The video."""

    def stop(self) -> None:
        """End it after the current frame."""


# A video that takes no longer than this is processed without asking.
_AT_ONCE_S = 20.0


def may_start(run: ClipRun, chosen: RunOptions, *, less: str) -> bool:
    """Whether to start: a short run starts by itself, a long one once the visitor agrees to its cost.

    Args:
        run: not started yet.
        chosen: its options.
        less: what to do for a cheaper run, such as "see **Trim and video options**".
    """
    expected = run.expect(chosen)
    if expected.seconds is None or expected.seconds <= _AT_ONCE_S:
        return True
    st.info(f"{run.name}: {cost(expected)} For less, {less}.", icon=":material/timer:")
    return st.button("Start", type="primary", icon=":material/play_arrow:", key=f"start_{run.clip.key}")


@st.fragment(run_every=0.5)
def show_progress(run: Running) -> None:
    """Show the progress and a stop button, until the run ends."""
    if run.state.done.is_set():
        st.rerun()
    progress = run.state.progress
    if run.state.waiting:
        st.progress(0.0, "Waiting for other visitors' videos to finish")
    elif progress is None:
        st.progress(0.0, "Starting to draw" if run.state.drawing else "Loading the model and opening the video")
    else:
        st.progress(progress.share or 0.0, f"{run.state.task}{progress_text(progress)}")
    label = "Stop making the file" if run.state.drawing else "Stop and keep the result so far"
    if st.button(label, icon=":material/stop_circle:", disabled=run.state.stop.is_set(), key=f"stop_{run.clip.key}"):
        run.stop()


def progress_text(progress: Progress) -> str:
    """Progress in one line, such as "120 of 230 frames · 38 fps · 3 s left"."""
    of_all = f" of {progress.total}" if progress.total else ""
    rest = "" if progress.seconds_left is None else f" · {progress.seconds_left:.0f} s left"
    return f"{progress.frames}{of_all} frames · {progress.frames_per_second:.0f} fps{rest}"
