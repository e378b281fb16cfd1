"""A clip to work on, and how an upload becomes one: on disk, and in memory no longer."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages.ui.shared.folders import Folder


@dataclass(frozen=True)
class Clip:
    """A clip on disk.

    Attributes:
        key: tells it from others of the visit.
        name: as the visitor knows it.
        path: where it lies.
        folder: what it lies in, where that goes with it; None for the sample, which stays.
    """

    key: str
    name: str
    path: Path
    folder: Folder | None = None

    def close(self) -> None:
        """Delete it, unless it is the sample."""
        if self.folder is not None:
            self.folder.close()

    @property
    def deleted(self) -> bool:
        """Whether its files are gone."""
        return self.folder is not None and self.folder.closed


def to_disk(file: UploadedFile) -> Clip:
    """Write an upload to disk, and free the copy that Streamlit keeps in memory for the whole visit.

    The widget that gave ``file`` must not be shown again: it would show a file that is gone.
    """
    folder = Folder("clip")
    # Only the ending of the visitor's name is used, which the uploader has checked: the rest could be anything.
    path = folder.path / f"clip{Path(file.name).suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    return Clip(file.file_id, file.name, path, folder)
