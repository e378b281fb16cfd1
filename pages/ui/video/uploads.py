"""The visitor's video on disk, where an upload is moved from memory."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.shared.folders import Folder
from pages.ui.shared.taken_uploads import free_memory
from pages.ui.shared.visits import Visit
from posecore.media.animations import ANIMATION_SUFFIXES
from posecore.media.clips import CLIP_SUFFIXES

VIDEO_TYPES = [suffix.removeprefix(".") for suffix in (*CLIP_SUFFIXES, *ANIMATION_SUFFIXES)]
"""The suffixes of files that are taken as videos."""


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


def is_kept(clip: Clip, visit: Visit, *, key: str, forget: Callable[[Visit], None]) -> bool:
    """Show an uploaded video with a button that removes it; or, and return False, that it was deleted meanwhile."""
    if clip.deleted:
        st.info(
            f"{clip.name} was deleted because you were away for a while. Choose it again.",
            icon=":material/auto_delete:",
        )
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{clip.name}, {clip.path.stat().st_size / 1e6:.1f} MB", width="content")
        st.button("Remove", icon=":material/delete:", type="tertiary", key=key, on_click=forget, args=(visit,))
    return True
