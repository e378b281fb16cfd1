"""Progress: the exercise sessions that were saved, by week, with trends, personal bests and files."""

import streamlit as st

from pages.ui.progress.files import offer_downloads, show_files
from pages.ui.progress.kept import Kept, Loaded, kept
from pages.ui.progress.listing import forget_deleted, show_last_change, show_list
from pages.ui.progress.overview import show_bests, show_figures, show_trend, show_weeks
from pages.ui.progress.saving import forget_saved, only_this_visit
from pages.ui.progress.shown import choose_shown
from pages.ui.progress.whose import offer_login
from pages.ui.shared.navigation import VIDEO, WEBCAM, has_just_turned_here, require_route
from pages.ui.shared.problems import problems_shown, show_problem
from posecore import DatabaseUnavailable


def show_owner(there: Kept) -> None:
    """Show whose sessions these are, and what becomes of them."""
    offer_login(there.visitor)
    if not there.visitor.lasts:
        st.info(only_this_visit(), icon=":material/info:")
    elif there.visitor.name is None:
        st.caption("Kept in a database on this computer. Whoever uses this computer sees the same sessions.")


def read_sessions(there: Kept) -> Loaded | None:
    """All that are saved, also those that waited.

    If the database cannot be reached, the reason is shown, and they are those that were loaded last; None if none were.
    """
    loaded = there.last
    try:
        loaded = there.load()
        if there.waiting:
            there.save(at_once=False)
            loaded = there.load()
    except DatabaseUnavailable as error:
        show_problem(str(error))
        st.button("Try again", icon=":material/refresh:", on_click=_try_again, args=(there,))
        if loaded is not None and loaded.sessions:
            st.caption("Below is what was read last.")
    return loaded


def _try_again(there: Kept) -> None:
    try:
        there.save()
        forget_saved()
    except DatabaseUnavailable:
        pass  # the page says so


def show_waiting(there: Kept) -> None:
    """Show the sessions that could not be saved yet."""
    waiting = there.waiting
    if not waiting:
        return
    many = f"{len(waiting)} session{'s' if len(waiting) > 1 else ''}"
    with st.container(border=True):
        st.markdown(
            f":material/cloud_off: **Not saved yet: {many}.** They wait in this server's memory and are saved once "
            "the database is back. They are lost if the server stops before."
        )
        offer_downloads(waiting, key="progress_waiting")


def show_beginning() -> None:
    """Show how to get a first session."""
    st.info(
        "No sessions yet. Count an exercise in a video or do one with the live coach, then choose **Save to "
        "progress**. Nothing is kept without that.",
        icon=":material/fitness_center:",
    )
    with st.container(horizontal=True):
        st.page_link(VIDEO, label="Count in a video", icon=":material/movie:")
        st.page_link(WEBCAM, label="Train with the live coach", icon=":material/videocam:")


def show_page() -> None:
    """Show the page."""
    require_route()
    if has_just_turned_here():
        forget_deleted()
    st.title("Progress", anchor=False)
    there = kept()
    show_owner(there)
    loaded = read_sessions(there)
    show_waiting(there)
    if loaded is None:
        return
    if loaded.sessions:
        shown = choose_shown(loaded)
        if shown.sessions:
            show_figures(shown)
            left, right = st.columns(2, gap="medium")
            with left:
                show_weeks(shown)
            with right:
                show_trend(shown)
            show_list(there, shown)
            show_bests(shown)
        else:
            show_last_change(there)
            st.info("No session passes these filters.", icon=":material/filter_alt:")
    else:
        show_last_change(there)
        show_beginning()
    show_files(there, loaded.sessions)
    st.caption("For training, not medical advice. Ranges are for comparing one session with another.")


with problems_shown():
    show_page()
