"""The visitor's video on disk, where an upload is moved from memory."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from streamlit.typing import UploadedFile

from pages.ui.shared.folders import Folder
from pages.ui.shared.taken_uploads import free_memory


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
    """Move an upload from memory to disk."""
    folder = Folder("clip")
    # Only the suffix of the visitor's file name is used, as the uploader has checked it; the rest could be anything.
    path = folder.path / f"clip{Path(file.name).suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    free_memory(file)
    return Clip(file.file_id, file.name, path, folder)
