"""The visitor's videos on disk, where uploads are moved from memory."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.serving.folders import Folder
from pages.ui.serving.visits import Visit
from pages.ui.shared.started_download import size_in_words
from pages.ui.shared.taken_uploads import free_memory, offer_upload
from posecore.media.animations import ANIMATION_SUFFIXES
from posecore.media.clips import CLIP_SUFFIXES

VIDEO_TYPES = [suffix.removeprefix(".") for suffix in (*CLIP_SUFFIXES, *ANIMATION_SUFFIXES)]
"""The suffixes of files that are taken as videos."""


@dataclass(frozen=True)
class Clip:
    """A video on disk. A page with an upload of its own keeps it as its own kind of clip.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        path: of the file on disk.
        folder: is removed with the video; None for the sample, which stays.
        people: number of people in a sample whose result is kept for all visitors; None for other videos.
    """

    key: str
    name: str
    path: Path
    folder: Folder | None = None
    people: int | None = None

    def close(self) -> None:
        """Delete the video, unless it is the sample."""
        if self.folder is not None:
            self.folder.close()

    @property
    def deleted(self) -> bool:
        """Whether its files are deleted."""
        return self.folder is not None and self.folder.closed


Kind = TypeVar("Kind", bound=Clip)


def uploaded_clip(
    visit: Visit, kind: type[Kind], label: str, *, key: str, forget: Callable[[Visit], None]
) -> Kind | None:
    """Offer the upload of a video, and return the one that the visit keeps; None while there is none.

    Args:
        visit: keeps one video of this kind.
        kind: of the page.
        label: says what video is wanted.
        key: identifies the upload in the app.
        forget: deletes the video of this kind, and what was made from it.
    """
    file = offer_upload(
        label,
        types=VIDEO_TYPES,
        help="MP4, MOV, WebM, MKV, AVI or an animated picture. It is deleted when you leave or choose another.",
        key=key,
    )
    if file is not None:
        forget(visit)
        visit.keep(to_disk(file, kind))
    clip = visit.get(kind)
    if clip is None:
        return None
    if clip.deleted:
        st.info(
            f"{clip.name} was deleted because you were away for a while. Choose it again.",
            icon=":material/auto_delete:",
        )
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{clip.name}, {size_in_words(clip.path.stat().st_size)}", width="content")
        st.button(
            "Remove", icon=":material/delete:", type="tertiary", key=f"{key}_remove", on_click=forget, args=(visit,)
        )
    return clip


def to_disk(file: UploadedFile, kind: type[Kind]) -> Kind:
    """Move an upload from memory to disk."""
    folder = Folder("clip")
    # Only the suffix of the visitor's file name is used, as the uploader has checked it; the rest could be anything.
    path = folder.path / f"clip{Path(file.name).suffix}"
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    free_memory(file)
    return kind(file.file_id, file.name, path, folder)
