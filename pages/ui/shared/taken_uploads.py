"""Uploads that a page takes at once, so that the uploader is empty again: it reads them, or moves them to disk."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages.ui.serving.folders import Folder
from pages.ui.serving.uploads import take_refusal
from pages.ui.serving.visits import Visit, current_visit
from pages.ui.shared.explain import plain
from pages.ui.shared.started_download import size_in_words

_CSS = """
<style>
[class*="st-key-taken_"] [data-testid="stFileChip"]:not(:has([data-testid^="stFileChipIcon"])) { display: none; }
[class*="st-key-taken_"] button[aria-label="Add files"]::after {
  content: "Choose another"; margin-left: 0.3rem; white-space: nowrap; }
</style>
"""


@dataclass(frozen=True)
class TakenFile:
    """A file of the visitor on disk. A visit keeps one of each kind; pages and sources have kinds of their own.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        path: of the file on disk.
        folder: is removed with the file; None for a sample, which stays.
    """

    key: str
    name: str
    path: Path
    folder: Folder | None = None

    def close(self) -> None:
        """Delete the file, unless it is a sample."""
        if self.folder is not None:
            self.folder.close()

    @property
    def deleted(self) -> bool:
        """Whether its files are deleted."""
        return self.folder is not None and self.folder.closed


Kind = TypeVar("Kind", bound=TakenFile)


def offer_upload(
    label: str, *, types: list[str], help: str, key: str, megabytes: int | None = None
) -> UploadedFile | None:
    """Show an uploader and return a new file, which the page then takes: call ``free_memory`` once it is stored.

    It is the same uploader for the whole visit: a second file may be on its way while the first one is being taken.
    Streamlit then ends the run, wherever the page next draws or uses its session state, and the browser no longer names
    the first file. So the page uses neither until it has kept what it takes.

    The browser still lists a file that was taken, so it is hidden there, unless it is on its way or has failed.
    ``megabytes`` is the largest size; None: that of the app.
    """
    st.html(_CSS)
    return st.file_uploader(label, type=types, help=help, key=f"taken_{key}", max_upload_size=megabytes)


def offer_uploads(label: str, *, types: list[str], help: str, key: str) -> list[UploadedFile]:
    """As ``offer_upload``, for several files at once: those that are new."""
    st.html(_CSS.replace("Choose another", "Add more"))
    return st.file_uploader(label, type=types, help=help, key=f"taken_{key}", accept_multiple_files=True)


def uploaded_file(
    visit: Visit,
    kind: type[Kind],
    label: str,
    *,
    types: list[str],
    help: str,
    key: str,
    forget: Callable[[Visit], None],
) -> Kind | None:
    """Offer an upload, and return the file that the visit keeps on disk; None while there is none.

    Args:
        visit: keeps one file of this kind.
        kind: of the page.
        label: says what is wanted.
        types: suffixes without the dot.
        help: says what is taken, and how long it is kept.
        key: identifies the upload in the app.
        forget: deletes the file of this kind, and what was made from it.
    """
    file = offer_upload(label, types=types, help=help, key=key)
    if file is not None:
        forget(visit)
        visit.keep(to_disk(file, kind))
    taken = kept_file(visit, kind)
    if taken is not None:
        size = size_in_words(taken.path.stat().st_size)
        show_taken(f"{taken.name}, {size}", key=key, forget=forget, args=(visit,))
    return taken


def kept_file(visit: Visit, kind: type[Kind]) -> Kind | None:
    """The file of a kind that the visit keeps; None if there is none, or it is deleted, which is said then."""
    taken = visit.get(kind)
    if taken is not None and taken.deleted:
        say_deleted(taken.name)
        return None
    return taken


def to_disk(file: UploadedFile, kind: type[Kind]) -> Kind:
    """Move an upload from memory to disk."""
    folder = Folder("upload")
    # Only the suffix of the visitor's file name is used, as the uploader has checked it; the rest could be anything.
    path = folder.path / f"given{Path(file.name).suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    free_memory(file)
    return kind(file.file_id, file.name, path, folder)


def show_taken(words: str, *, key: str, forget: Callable[..., None], args: tuple[Any, ...] = ()) -> None:
    """Show what was taken, with a button that forgets it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(words, width="content")
        st.button("Remove", icon=":material/delete:", type="tertiary", key=f"{key}_remove", on_click=forget, args=args)


def say_deleted(name: str) -> None:
    """Say that what was taken is deleted: the connection was lost for too long."""
    st.info(
        f"{plain(name)} was deleted because you were away for a while. Choose it again.", icon=":material/auto_delete:"
    )


def free_memory(file: UploadedFile) -> None:
    """Free the copy that Streamlit would keep in memory for the whole visit; the uploader then returns None."""
    context = get_script_run_ctx()
    if context is not None:
        # Streamlit's own manager has this method, but the protocol it is typed as does not.
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]


def say_refused() -> None:
    """Say why the server took no upload, if it refused one of this visit since the last run of a page."""
    why = take_refusal(current_visit().session_id)
    if why is not None:
        st.toast(why, icon=":material/error:", duration="infinite")
