"""Save what was counted to the visitor's progress."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from uuid import UUID, uuid5

import streamlit as st

from pages.ui.progress.kept import kept
from pages.ui.progress.whose import whose
from pages.ui.progress.words import choose_time, visitors_zone
from pages.ui.shared.navigation import PROGRESS
from posecore import DatabaseUnavailable, ExerciseSession, InvalidSession
from posecore.progress.checks import MOST_TITLE

_KEY = "progress_saved"
_BY_ITSELF = "progress_saved_by_itself"
_IDS = UUID("5a8d1c52-0f0c-4d3e-9b0e-6f6b6a1f7a51")  # any one of our own
Outcome = Literal["saved", "known", "waiting"]


def offer_saving(
    session: ExerciseSession,
    *,
    key: str,
    picture: Callable[[], bytes | None] | None = None,
    by_itself: bool = False,
) -> None:
    """Offer to save a session; once that is done, a link to it, and to undo it.

    Args:
        session: with the time and title to begin with; what was done identifies it.
        key: of this place on the page.
        picture: makes its picture, JPEG; None: there is none.
        by_itself: save it without being asked, but only once.
    """
    session = replace(session, id=stable_id(session))
    if by_itself and session.id not in st.session_state.setdefault(_BY_ITSELF, set()):
        st.session_state[_BY_ITSELF].add(session.id)
        _save_now(session)
    key = f"{key}_{session.id.hex}"
    outcome, problem = st.session_state.get(_KEY, {}).get(session.id, (None, None))
    with st.container(horizontal=True, vertical_alignment="center"):
        if outcome is not None:
            _show_outcome(outcome, session, key)
            if problem:
                st.caption(problem)
            return
        begun = st.session_state.setdefault(f"{key}_begun", session.started_at)
        st.button(
            "Save to progress",
            icon=":material/bookmark_add:",
            key=f"{key}_save",
            on_click=_save,
            args=(session, key, picture),
            help="Keeps date, counts, ranges, tempo and notes on form, not the video.",
        )
        with st.popover("Date and title"):
            at = choose_time(begun, key=f"{key}_at", is_kept=True)
            st.text_input("Title", session.title, max_chars=MOST_TITLE, key=f"{key}_title", persist_state="session")
            if picture is not None:
                st.checkbox(
                    "With a picture",
                    key=f"{key}_picture",
                    persist_state="session",
                    help="A small one, of the middle of the first repetition.",
                )
        if at is not None:
            st.caption(f"{at:%d %b %Y, %H:%M}", width="content")
        if problem:
            st.warning(problem, icon=":material/error:")
    if not whose().lasts:
        st.caption(f":material/info: {only_this_visit()}")


def only_this_visit() -> str:
    """What a visitor whose sessions are not kept should know."""
    log_in = (
        "Log in on the Progress page to keep them, or download"
        if whose().may_log_in
        else "On the Progress page you can download"
    )
    return f"Sessions are kept only until you reload or close this tab. {log_in} them to take them along."


def stable_id(session: ExerciseSession) -> UUID:
    """The same for the same movements, so that a session that is saved twice is there once."""
    done = [
        session.exercise,
        [[[each.start_s, each.extreme_s, each.end_s, each.side] for each in one] for one in session.sets],
        [[each.start_s, each.end_s] for each in session.held],
    ]
    return uuid5(_IDS, json.dumps(done))


def _save_now(session: ExerciseSession) -> None:
    """Save a session of this ``stable_id`` and remember how that went."""
    there = kept()
    try:
        fresh = there.save([session])
        _remember(session.id, "saved" if fresh else "known")
    except DatabaseUnavailable as error:
        waits = any(each.id == session.id for each in there.waiting)
        _remember(session.id, "waiting" if waits else None, str(error))


def _save(session: ExerciseSession, key: str, picture: Callable[[], bytes | None] | None) -> None:
    at = st.session_state.get(f"{key}_at")
    try:
        session = replace(
            session,
            title=" ".join(st.session_state.get(f"{key}_title", session.title).split()),
            started_at=session.started_at if at is None else at.replace(tzinfo=visitors_zone()),
            thumbnail=picture() if picture is not None and st.session_state.get(f"{key}_picture") else None,
        )
    except InvalidSession as error:
        _remember(session.id, None, str(error))
        return
    _save_now(session)


def _remember(id: UUID, outcome: Outcome | None, problem: str | None = None) -> None:
    st.session_state.setdefault(_KEY, {})[id] = (outcome, problem)


def _show_outcome(outcome: Outcome, session: ExerciseSession, key: str) -> None:
    said = {
        "saved": ":material/check: Saved to your progress.",
        "known": ":material/check: This is in your progress already.",
        "waiting": ":material/cloud_off: Not saved yet. It waits, and is saved once the database is back.",
    }
    st.markdown(said[outcome], width="content")
    st.page_link(PROGRESS, label="See progress", icon=":material/trending_up:", width="content")
    if outcome != "known":
        st.button(
            "Undo", icon=":material/undo:", type="tertiary", key=f"{key}_undo", on_click=_undo, args=(session.id,)
        )


def _undo(id: UUID) -> None:
    there = kept()
    if any(each.id == id for each in there.waiting):
        there.drop_waiting(id)
        _remember(id, None)
        return
    try:
        there.delete(id)
        _remember(id, None)
    except DatabaseUnavailable as error:
        _remember(id, "saved", str(error))


def forget_saved() -> None:
    """Offer everything on the other pages to be saved again, as it may have been deleted."""
    st.session_state.pop(_KEY, None)
