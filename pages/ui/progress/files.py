"""Sessions as files, out and in, and the deletion of them all."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.progress.kept import Kept
from pages.ui.progress.listing import forget_deleted, remember_problem
from pages.ui.progress.saving import forget_saved
from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import free_memory, offer_upload
from posecore import DatabaseUnavailable, ExerciseSession, UnreadableSessions
from posecore.limits import LIMITS
from posecore.progress.csv_file import write_csv
from posecore.progress.excel_file import write_excel
from posecore.progress.files import read_sessions

_IMPORTED = "progress_imported"
_TAKEN = "progress_taken"
_FILES = (
    ("CSV", "csv", "text/csv", write_csv),
    ("Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_excel),
)


def show_files(there: Kept, sessions: Sequence[ExerciseSession]) -> None:
    """Offer all sessions as files, an import, and to delete them all."""
    st.header("Files", anchor=False)
    if sessions:
        offer_downloads(sessions, key="progress")
        st.caption(
            "All sessions with repetitions and notes on form, without pictures. Either file can be read in again."
        )
    take_import(there)
    if sessions and st.button("Delete all sessions", icon=":material/delete_forever:"):
        forget_deleted()
        _confirm_deletion(there, sessions)


def offer_downloads(sessions: Sequence[ExerciseSession], *, key: str) -> None:
    """Offer sessions as CSV and Excel files, which are made when they are asked for."""
    with st.container(horizontal=True):
        for label, ending, mime, write in _FILES:
            st.download_button(
                f"Sessions ({label})",
                partial(write, sessions),
                f"progress.{ending}",
                mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}_{ending}",
            )


def take_import(there: Kept) -> None:
    """Show the uploader, and add the sessions of a new file at once."""
    file = offer_upload(
        "Bring sessions back from a file",
        types=["csv", "xlsx"],
        help="A CSV or Excel file from here. Sessions that are there already are not added twice.",
        key="progress",
        megabytes=LIMITS.sessions_megabytes,
    )
    told: list[tuple[bool, str]] = st.session_state.setdefault(_IMPORTED, [])
    if file is not None and file.file_id != st.session_state.get(_TAKEN):
        told.append(import_sessions(there, file))
        st.session_state[_TAKEN] = file.file_id
        st.rerun()  # with its sessions in the figures above
    for worked, said in told:
        if worked:
            st.success(said, icon=":material/check:")
        else:
            show_problem(said)
    told.clear()


def import_sessions(there: Kept, file: UploadedFile) -> tuple[bool, str]:
    """Add the sessions of a file, as a whole: see ``offer_upload``.

    Returns:
        Whether it went well, and what to say about it.
    """
    try:
        read = read_sessions(file.getvalue())
        fresh = there.add(read)
    except (UnreadableSessions, DatabaseUnavailable) as error:
        return False, plain(f"{file.name}: {error}")
    finally:
        free_memory(file)
    known = len(read) - fresh
    more = f", {known} {'was' if known == 1 else 'were'} there already" if known else ""
    return True, plain(f"{file.name}: {_count(fresh)} added{more}.")


def _count(number: int) -> str:
    return f"{number} {'session' if number == 1 else 'sessions'}"


@st.dialog("Delete all sessions?")
def _confirm_deletion(there: Kept, sessions: Sequence[ExerciseSession]) -> None:
    st.write(f"{_count(len(sessions))} will be deleted for good, with all pictures. You can download them first.")
    offer_downloads(sessions, key="progress_before")
    with st.container(horizontal=True):
        deleted = st.button(
            "Delete all", type="primary", icon=":material/delete_forever:", on_click=_delete_all, args=(there,)
        )
        if deleted or st.button("Keep them"):
            st.rerun()


def _delete_all(there: Kept) -> None:
    try:
        there.delete_all()
        forget_saved()
    except DatabaseUnavailable as error:
        remember_problem(str(error))
