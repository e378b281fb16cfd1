"""Uploads that a page takes at once, so that the uploader is empty again."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages.ui.serving.uploads import take_refusal
from pages.ui.serving.visits import current_visit

_CSS = """
<style>
[class*="st-key-taken_"] [data-testid="stFileChip"]:not(:has([data-testid^="stFileChipIcon"])) { display: none; }
[class*="st-key-taken_"] button[aria-label="Add files"]::after {
  content: "Choose another"; margin-left: 0.3rem; white-space: nowrap; }
</style>
"""


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
