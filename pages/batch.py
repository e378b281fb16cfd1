"""Batch: several videos in; a queue, one data set and one summary of them out."""

import streamlit as st

from pages.ui.batch.batches import Batch, UploadBatch
from pages.ui.batch.choices import choose_analysis, with_exercise
from pages.ui.batch.given import choose_batch, show_samples
from pages.ui.batch.results import show_results
from pages.ui.batch.shown_queue import offer_run, queue_in_words, show_queue
from pages.ui.serving.visits import current_visit
from pages.ui.shared.navigation import require_route
from pages.ui.shared.page_head import PageHead
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.settings import settings
from posecore.batch.analysis import Analysis


def show_empty() -> None:
    """Say what the page is for, with a way to see it at once."""
    st.info(
        "Upload several videos or try the samples. Each is analysed in its turn, and you get one table of all: who is "
        "in view, how reliable it is, repetitions and angles, and one data set for pandas, Polars or DuckDB.",
        icon=":material/video_library:",
    )
    st.button("Try the samples", icon=":material/play_circle:", on_click=show_samples, key="batch_try")


def show_batch(batch: Batch, analysis: Analysis, head: PageHead) -> None:
    """Show the queue, what to do next, and the results."""
    queue = batch.queue
    has_begun = queue.is_running or bool(queue.rows)
    if has_begun:
        head.fold(batch.key, "Add videos" if isinstance(batch, UploadBatch) else "Change source")
    head.facts.caption(queue_in_words(queue.entries, with_states=not queue.is_running))
    actions, below = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    with actions:
        wanted = with_exercise(analysis, at_once=queue.at_once, disabled=queue.is_running)
        if not queue.is_running:
            offer_run(batch, wanted, below=below)
    show_queue(batch)
    show_results(batch)


def show_page() -> None:
    """Show the page, from the choice of videos to their results."""
    require_route()
    head = PageHead("Batch", key="batch")
    options = settings(head.settings)
    with head.trim:
        analysis = choose_analysis(options)
    with head.source:
        batch = choose_batch(current_visit())
    if batch is None:
        show_empty()
        return
    show_batch(batch, analysis, head)


with problems_shown():
    show_page()
