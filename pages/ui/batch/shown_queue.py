"""The queue of a batch: what becomes of each video, how far it is, and the buttons that start, stop and remove."""

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.batch.batches import Batch
from pages.ui.batch.pace import Progress
from pages.ui.batch.queue import Entry, State
from pages.ui.serving.jobs import time_text
from pages.ui.shared.job_progress import queue_text
from pages.ui.shared.problems import show_problem
from posecore.batch.analysis import Analysis
from posecore.runs.expected import expect_run

_STATES: dict[State, str] = {
    "waiting": "Waiting",
    "in line": "In the queue",
    "analysing": "Analysing",
    "done": "Done",
    "skipped": "Skipped: done before",
    "failed": "Failed",
    "stopped": "Stopped",
}
_OVER = ("done", "skipped", "failed")
_ROW_PX, _MOST_ROWS = 35, 8
_EVERY_S = 0.7


def offer_run(batch: Batch, analysis: Analysis, *, below: DeltaGenerator) -> None:
    """Show the button that starts or goes on, and the cost below it, unless there is nothing to do."""
    queue = batch.queue
    entries = queue.entries
    is_new = queue.analysis is not None and queue.analysis != analysis
    open_ones = [each for each in entries if is_new or each.is_open]
    failed = [each for each in entries if each.state == "failed"]
    has_begun = queue.analysis is not None
    if open_ones:
        many = _videos(len(open_ones))
        label = "Run again with the new settings" if is_new else f"{'Go on with' if has_begun else 'Analyse'} {many}"
        icon = ":material/refresh:" if is_new else ":material/resume:" if has_begun else ":material/play_arrow:"
        pressed = st.button(label, type="primary", icon=icon, key="batch_start_run")
        below.caption(_cost(open_ones, analysis, queue.at_once))
    elif failed:
        pressed = st.button(
            f"Try {_videos(len(failed))} again",
            icon=":material/refresh:",
            key="batch_again",
            help="Those that failed.",
        )
    else:
        return
    if pressed:
        queue.start(analysis, again=not open_ones)
        st.rerun()


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count:,} videos"


def _cost(entries: list[Entry], analysis: Analysis, at_once: int) -> str:
    """Such as "Together 1 min 20 s: about 30 s"."""
    infos = [each.info for each in entries if each.info is not None]
    if not all(each.is_measured for each in entries):
        return "Looking at the videos"
    seconds = sum(info.duration_s or 0 for info in infos)
    expected = [expect_run(info, analysis.part, film=analysis.film).seconds for info in infos]
    takes = sum(each or 0 for each in expected) / at_once
    return f"{time_text(seconds)} of video: about {time_text(max(1, takes))}."


class _Seen(NamedTuple):
    """What the whole page was last drawn for; it is drawn again once this changes."""

    is_running: bool
    is_measured: bool
    has_results: bool


def _seen(batch: Batch) -> _Seen:
    entries = batch.queue.entries
    has_results = any(each.state in ("done", "skipped") for each in entries)
    return _Seen(batch.queue.is_running, all(each.is_measured for each in entries), has_results)


def show_queue(batch: Batch) -> None:
    """Show the videos with what becomes of them, kept up to date while a run goes on or lengths are looked up."""
    seen = _seen(batch)
    is_alive = seen.is_running or not seen.is_measured
    show = st.fragment(_show, run_every=_EVERY_S if is_alive else None)
    states = {each.state for each in batch.queue.entries}
    if is_alive or not states <= {*_OVER} or not seen.has_results:
        show(batch, seen)
        return
    is_wrong = batch.queue.error is not None or "failed" in states
    with st.expander("Videos", icon=":material/video_library:", expanded=is_wrong):
        show(batch, seen)


def _show(batch: Batch, seen: _Seen) -> None:
    queue = batch.queue
    if _seen(batch) != seen:
        st.rerun()
    entries = queue.entries
    if queue.is_running:
        progress = queue.progress()
        st.progress(progress.share, _progress_text(progress, len(entries)))
        st.button(
            "Stop and keep the results so far",
            icon=":material/stop_circle:",
            disabled=queue.is_stopping,
            key="batch_stop",
            help="A video that has only begun goes on where it was, if its engine can.",
            on_click=queue.stop,
        )
    if queue.error is not None:
        show_problem(queue.error)
    _show_table(batch, entries)


def _progress_text(progress: Progress, total: int) -> str:
    """Such as "2 of 5 videos · 1 failed · 20 s left"."""
    counts = progress.counts
    facts = [f"{sum(counts.get(state, 0) for state in _OVER):,} of {_videos(total)}"]
    facts += [f"{counts[state]} {state}" for state in ("skipped", "failed") if counts.get(state)]
    if counts.get("in line"):
        facts.append("others are before you")
    if progress.seconds_left is not None:
        facts.append(f"{time_text(progress.seconds_left)} left")
    return " · ".join(facts)


def queue_in_words(entries: tuple[Entry, ...], *, with_states: bool = True) -> str:
    """Such as "5 videos: 4 done, 1 failed"."""
    if not with_states:
        return _videos(len(entries))
    states = [each.state for each in entries]
    counts = [f"{states.count(state)} {_STATES[state].lower()}" for state in _STATES if state in states]
    return f"{_videos(len(entries))}: {', '.join(counts)}"


def _show_table(batch: Batch, entries: tuple[Entry, ...]) -> None:
    rows = [_row(each) for each in entries]
    table = pd.DataFrame(rows, columns=["Video", "Length (s)", "Status", "Progress", "Why"])
    event = st.dataframe(
        table,
        hide_index=True,
        column_order=["Video", "Length (s)", "Status", "Progress", *(["Why"] if table["Why"].any() else [])],
        column_config=_columns(),
        placeholder="",
        height=_ROW_PX * (min(len(entries), _MOST_ROWS) + 1) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        # Other videos in the queue have another key, so that others are not chosen when one is removed.
        key=f"batch_queue_{batch.key}_{len(entries)}",
    )
    chosen = {entries[row].source.clip for row in event["selection"]["rows"] if row < len(entries)}
    with st.container(horizontal=True, vertical_alignment="center"):
        removable = {each.source.clip for each in entries if each.source.clip in chosen and each.job is None}
        if removable:
            st.button(
                f"Remove {_videos(len(removable))}",
                icon=":material/delete:",
                type="tertiary",
                key="batch_remove",
                on_click=batch.remove,
                args=(removable,),
                help=None if not batch.is_of_machine else "From this list. Files on the machine stay.",
            )
        else:
            st.caption("Tick rows to remove videos from the queue.")


def _row(entry: Entry) -> dict[str, Any]:
    outcome, job = entry.outcome, entry.job
    row = {} if outcome is None else outcome.row
    length_s = row.get("seconds") if entry.info is None else entry.info.duration_s
    share = None
    if job is not None and job.state.progress is not None:
        share = job.state.progress.share
    elif entry.state in ("done", "skipped"):
        share = 1.0
    return {
        "Video": entry.source.clip,
        "Length (s)": length_s,
        "Status": _status(entry),
        "Progress": None if share is None else 100 * share,
        "Why": row.get("error"),
    }


def _status(entry: Entry) -> str:
    state, job = entry.state, entry.job
    if state != "in line" or job is None:
        return _STATES[state]
    place = "The server is full" if job.state.is_refused else queue_text(job.state.place, job.state.seconds_until)
    return f"Made way for others, goes on in its turn. {place}" if entry.turns else place


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "Video": column.TextColumn(pinned=True, width="medium"),
        "Length (s)": column.NumberColumn(format="%.1f", width="small"),
        "Status": column.TextColumn(width="medium"),
        "Progress": column.ProgressColumn(format="%.0f%%", min_value=0, max_value=100, width="small"),
        "Why": column.TextColumn(width="large"),
    }
