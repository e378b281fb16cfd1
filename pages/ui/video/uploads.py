"""The visitor's video on disk, where an upload is moved from memory."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages.ui.shared.folders import Folder


@dataclass(frozen=True)
class Clip:
    """A video on disk.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        path: of the file on disk.
        folder: is removed with the video; None for the sample, which stays.
    """

    key: str
    name: str
    path: Path
    folder: Folder | None = None

    def close(self) -> None:
        """Delete the video, unless it is the sample."""
        if self.folder is not None:
            self.folder.close()

    @property
    def deleted(self) -> bool:
        """Whether its files are deleted."""
        return self.folder is not None and self.folder.closed


def to_disk(file: UploadedFile) -> Clip:
    """Write an upload to disk and free the copy that Streamlit would keep in memory for the whole visit.

    The uploader that returned ``file`` must not be shown again: it would show a deleted file.
    """
    folder = Folder("clip")
    # Only the suffix of the visitor's file name is used, as the uploader has checked it; the rest could be anything.
    path = folder.path / f"clip{Path(file.name).suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    context = get_script_run_ctx()
    if context is not None:
        # Streamlit's own manager has this method, but the protocol it is typed as does not.
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]
    return Clip(file.file_id, file.name, path, folder)
