"""How far a job is, and the button that stops it."""

from typing import Any

import streamlit as st

from pages.ui.shared.jobs import Job, JobProgress, JobWords
from posecore.runs.preview import Preview

# So that on a laptop the whole picture is in view, below the head of the page.
_TALLEST_PX = 320

# A job that ends so soon is waited for, so that its result does not wait to be asked for.
_ENDS_SOON_S = 0.2


@st.fragment(run_every=0.25)
def show_progress(job: Job[Any]) -> None:
    """Show the progress and a stop button, until the job ends."""
    state, words = job.state, job.words
    if state.done.is_set():
        st.rerun()
    progress = state.progress
    if state.waiting:
        st.progress(0.0, "Waiting for other visitors' analyses to finish")
    elif progress is None:
        st.progress(0.0, words.begins)
    else:
        st.progress(progress.share or 0.0, progress_text(progress, words))
    if st.button(words.stops, icon=":material/stop_circle:", disabled=state.stop.is_set(), key=f"stop_{job.key}"):
        job.stop()
    _show_newest(job.preview)
    left_s = None if progress is None else progress.seconds_left
    if left_s is not None and left_s <= _ENDS_SOON_S and state.done.wait(_ENDS_SOON_S):
        st.rerun()


def _show_newest(preview: Preview) -> None:
    """Show the newest picture of a run, and ask for the next one: none is made while nobody looks."""
    preview.ask()
    picture = preview.newest
    if picture is None:
        return
    alt = f"Newest analysed frame, at {picture.time_s:.1f} s"
    if picture.people:
        alt += f", with the skeletons of {'one person' if picture.people == 1 else f'{picture.people} people'}"
    width, height = picture.size
    with st.container(width=round(width * min(1.0, _TALLEST_PX / height))):
        st.image(picture.jpeg, width="stretch", alt=alt)


def progress_text(progress: JobProgress, words: JobWords) -> str:
    """Progress in one line, such as "120 of 230 frames · 38 fps · 3 s left"."""
    of_all = f" of {progress.total:,}" if progress.total else ""
    facts = [f"{progress.task}{progress.count:,}{of_all} {words.things}"]
    if progress.per_second is not None:
        facts.append(f"{progress.per_second:.{0 if progress.per_second >= 5 else 1}f} {words.rate}")
    if progress.seconds_left is not None:
        facts.append(f"{time_text(progress.seconds_left)} left")
    return " · ".join(facts)


def time_text(seconds: float) -> str:
    """A length of time in seconds or minutes, such as "12 s"."""
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} minutes"
