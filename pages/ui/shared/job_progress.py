"""How far a job is, and the button that stops it."""

from typing import Any

import streamlit as st

from pages.ui.serving.job_queue import QUEUE, Full
from pages.ui.serving.jobs import Job, JobProgress, JobState, JobWords, time_for_a_job, time_text
from posecore.runs.preview import Preview

# So that on a laptop the whole picture is in view, below the head of the page.
_TALLEST_PX = 320

# A job that ends so soon is waited for, so that its result does not wait to be asked for.
_ENDS_SOON_S = 0.2


# Each time takes 7 ms of the server's only interpreter, of which all visitors who wait would take half.
_WORKING_S, _WAITING_S = 0.25, 1.0
_MANY = 4


def show_progress(job: Job[Any]) -> None:
    """Show the progress and a stop button, or its place in the queue and how to leave it, until the job ends."""
    waits = job.state.waiting
    st.fragment(_show_state, run_every=asks_every_s(waits, QUEUE.waiting))(job, waits)


def asks_every_s(waits: bool, waiting: int) -> float:
    """After how many seconds a page asks again how far its job is: half as often while many jobs wait.

    Args:
        waits: whether its own job waits.
        waiting: number of all that do.
    """
    return (_WAITING_S if waits else _WORKING_S) * (2 if waiting > _MANY else 1)


def _show_state(job: Job[Any], waited: bool) -> None:
    state, words = job.state, job.words
    if state.done.is_set() or waited != state.waiting:
        st.rerun()
    if state.is_refused:
        _show_refused(job)
        return
    progress = state.progress
    if state.waiting:
        st.progress(0.0, queue_text(state.place, state.seconds_until))
    elif progress is None:
        st.progress(0.0, words.begins)
    else:
        st.progress(progress.share or 0.0, progress_text(progress, words))
    stops = "Leave the queue" if state.waiting else words.stops
    st.button(
        stops,
        icon=":material/stop_circle:",
        disabled=state.stop.is_set(),
        key=f"stop_{job.key}",
        on_click=job.stop,
    )
    _show_newest(job.preview)
    left_s = None if progress is None else progress.seconds_left
    if left_s is not None and left_s <= _ENDS_SOON_S and state.done.wait(_ENDS_SOON_S):
        st.rerun()


def _show_refused(job: Job[Any]) -> None:
    """Say that the job cannot even wait, and offer to try again."""
    full = job.state.why_full
    st.warning("There is a place in the queue now." if full is None else full_text(full), icon=":material/groups:")
    with st.container(horizontal=True):
        st.button(
            "Try again",
            type="secondary" if full else "primary",
            icon=":material/refresh:",
            key=f"again_{job.key}",
            on_click=job.try_again,
        )
        st.button("Cancel", icon=":material/close:", key=f"stop_{job.key}", on_click=job.stop)


def queue_text(place: int | None, seconds: float | None) -> str:
    """The place of a job in the queue, such as "Place 3 in the queue, about 2 minutes"."""
    if place is None:  # its turn comes at this moment
        return "Starting"
    return f"Place {place} in the queue{_about(', about {}', seconds)}"


def full_text(full: Full) -> str:
    """Why a job cannot enter the queue, in sentences."""
    again = f"Try again{_about(' in about {}', full.seconds)}."
    if full.of_visit:
        wait = "One analysis of yours waits" if full.waiting == 1 else f"{full.waiting} analyses of yours wait"
        return f"{wait} already, and more cannot. {again}"
    wait = "one analysis waits" if full.waiting == 1 else f"{full.waiting} analyses wait"
    return f"The server is full: {wait} already. {again} What you uploaded is kept."


def _about(words: str, seconds: float | None) -> str:
    """Words with a time, in steps that do not pretend to be exact; empty if it is unknown."""
    return "" if seconds is None else words.format(time_text(max(5, 5 * round(seconds / 5))))


def partial_text(state: JobState[Any], frames: int, total: int | None = None) -> str:
    """What a visitor should know of the result of a job that was ended before all frames were done."""
    of_all = f"{frames} of {total}" if total else f"{frames}"
    return f"Stopped after {of_all} frames{why_stopped(state)}. This is a partial result."


def why_stopped(state: JobState[Any]) -> str:
    """The end of a sentence that says why a job was ended; empty if the visitor did it."""
    return f", as others wait and it had the {time_for_a_job()} of one job" if state.is_out_of_time else ""


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
