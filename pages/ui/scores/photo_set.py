"""The visitor's photos and their labels, which all tabs of the page share.

Whatever was uploaded, photos one by one or zips of them, is one zip in a temporary folder: a visitor's names are names
in that zip and never become paths.
"""

import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Protocol, TypeVar

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.serving.folders import Folder
from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import free_memory
from posecore import PosecoreError
from posecore.errors import UnreadableLabels
from posecore.evaluation.coco_labels import parse_json
from posecore.evaluation.photo_source import PhotoSource
from posecore.limits import LIMITS
from posecore.media.pictures import PICTURE_SUFFIXES

_ROUND_KEY, _PROBLEMS_KEY = "photo_set_round", "photo_set_problems"
_MEGABYTE = 1_000_000


class PhotoSet:
    """Photos of one visit, with labels if some were given or made.

    Attributes:
        folder: of its files; removed with the visit.
        archive: the zip of the photos. It is there as soon as a photo is.
        annotations: the file of labels; it may not be there.
        version: rises whenever photos are added.
    """

    def __init__(self) -> None:
        self.folder = Folder("photos")
        self.archive = self.folder.path / "photos.zip"
        self.annotations = self.folder.path / "labels.json"
        self.version = 0
        self._source: tuple[int, PhotoSource] | None = None
        self._former: list[bytes] = []

    def close(self) -> None:
        """Delete all files."""
        self.folder.close()

    @property
    def closed(self) -> bool:
        """Whether the files are deleted."""
        return self.folder.closed

    def source(self) -> PhotoSource:
        """Where the photos can be read, as they are now."""
        if self._source is None or self._source[0] != self.version:
            self._source = self.version, PhotoSource(self.archive)
        return self._source[1]

    @property
    def photos(self) -> list[str]:
        """Names of the photos in the zip, in order of the alphabet."""
        return self.source().files(PICTURE_SUFFIXES) if self.archive.exists() else []

    @property
    def has_labels(self) -> bool:
        """Whether there is a file of labels."""
        return self.annotations.exists() or self._labels_in_zip is not None

    @property
    def labels(self) -> bytes | None:
        """The labels, COCO keypoint JSON: those given or made last, else the one file in the zip; None: there are none.

        If a zip has several JSON files, none of them is taken.
        """
        if self.annotations.exists():
            return self.annotations.read_bytes()
        name = self._labels_in_zip
        return None if name is None else self.source().read(name, LIMITS.labels_megabytes)

    @property
    def _labels_in_zip(self) -> str | None:
        files = self.source().files(".json") if self.archive.exists() else []
        return files[0] if len(files) == 1 else None

    def keep_labels(self, data: bytes) -> None:
        """Replace the labels, in one step."""
        part = self.annotations.with_suffix(".part")
        part.write_bytes(data)
        part.replace(self.annotations)

    def give_labels(self, data: bytes, name: str) -> None:
        """Replace the labels by those of a file; ``take_back_labels`` undoes it.

        Raises:
            UnreadableLabels: if it is not a file of COCO labels.
        """
        content = parse_json(data, name)
        if not isinstance(content, dict) or not isinstance(content.get("annotations"), list):
            raise UnreadableLabels(
                f"{name} is not a file of COCO keypoint labels. Expected an object with the lists "
                "'images', 'annotations' and 'categories'."
            )
        former = self.labels
        self.keep_labels(data)
        if former is not None and former != data:
            self._former.append(former)

    @property
    def has_former_labels(self) -> bool:
        """Whether labels were replaced by an upload."""
        return bool(self._former)

    def take_back_labels(self) -> None:
        """Use the labels again that the last upload replaced."""
        self.keep_labels(self._former.pop())

    def add_photo(self, name: str, data: bytes) -> None:
        """Add a photo, under a name of its own; one that is there already is not added twice.

        Raises:
            UnreadableLabels: if the set is full.
        """
        name = "".join(letter for letter in name.replace("\\", "/") if letter.isprintable() and letter != ":")
        name = "/".join(part for part in name.split("/") if part not in ("", ".", "..")) or "photo"
        with zipfile.ZipFile(self.archive, "a") as archive:
            there = {info.filename: info for info in archive.infolist()}
            path, number = PurePath(name), 1
            while (known := there.get(name)) is not None:
                if zlib.crc32(data) == known.CRC and known.file_size == len(data):
                    return
                number += 1
                name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
            self._check_room(len(there), len(data))
            archive.writestr(name, data)
        self.version += 1

    def add_zip(self, file: UploadedFile) -> list[str]:
        """Add the photos of a zip, and its labels.

        Returns:
            What in it could not be used.

        Raises:
            UnreadableLabels: if it cannot be read, or the set is full.
        """
        upload = self.folder.path / "upload.zip"
        try:
            with upload.open("wb") as target:
                shutil.copyfileobj(file, target)
            problems = self._take(upload, file.name)
        finally:
            upload.unlink(missing_ok=True)
        self.version += 1
        return problems

    def _take(self, upload: Path, name: str) -> list[str]:
        source = PhotoSource(upload, name)
        photos = source.files(PICTURE_SUFFIXES)
        if not photos and not source.files(".json"):
            raise UnreadableLabels(f"{name} has neither photos nor labels. Expected photos such as .jpg or .png in it.")
        if not self.archive.exists():
            self._check_room(len(photos), upload.stat().st_size)
            upload.replace(self.archive)
            return [f"{name}: {file}: {why}." for file, why in source.refused.items()]
        problems = []
        for photo in photos:
            try:
                data = source.read(photo)
            except UnreadableLabels as error:
                problems.append(f"{name}: {error}")
            else:
                self.add_photo(photo, data)
        labels = source.files(".json")
        if len(labels) == 1:
            self.give_labels(source.read(labels[0], LIMITS.labels_megabytes), labels[0])
        return problems

    def _check_room(self, photos: int, more_bytes: int) -> None:
        held = self.archive.stat().st_size if self.archive.exists() else 0
        most = LIMITS.photo_set_megabytes * _MEGABYTE
        if photos >= LIMITS.labelled_photos or held + more_bytes > most:
            raise UnreadableLabels(
                f"The set is full: expected at most {LIMITS.labelled_photos:,} photos and {most:,} bytes in all. "
                "Score them in parts, or with the command posecore evaluate on your own machine."
            )


class RunsOfPhotos(Protocol):
    """The runs of a visit on one set of photos.

    Attributes:
        archive: zip of the photos.
    """

    archive: Path

    def __init__(self, archive: Path) -> None: ...

    @property
    def closed(self) -> bool:
        """Whether the files are deleted."""

    def close(self) -> None:
        """End the current run and delete all files."""


Runs = TypeVar("Runs", bound=RunsOfPhotos)


def runs_of(visit: Visit, kind: type[Runs], photo_set: PhotoSet) -> Runs:
    """The visit's runs of a kind on these photos; those on other photos are deleted."""
    runs = visit.get(kind)
    if runs is None or runs.closed or runs.archive != photo_set.archive:
        runs = kind(photo_set.archive)
        visit.keep(runs)
    return runs


def choose_photos(visit: Visit) -> PhotoSet | None:
    """Take photos, zips of photos and a file of labels; return the set, or None while it has no photo."""
    photo_set = visit.get(PhotoSet)
    if photo_set is not None and photo_set.closed:
        st.info(
            "Your photos were deleted because you were away for a while. Choose them again.",
            icon=":material/auto_delete:",
        )
        visit.forget(PhotoSet)
        photo_set = None
    round_number = st.session_state.setdefault(_ROUND_KEY, 0)
    files = st.file_uploader(
        "Photos, or a zip of photos; with their labels, if there are any",
        type=[*(suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES), "zip", "json"],
        accept_multiple_files=True,
        key=f"photo_set_files_{round_number}",
        help="Labels are COCO keypoint JSON, beside the photos or in the zip. More photos can be added at any time. "
        "They stay on this server and are deleted shortly after you leave.",
    )
    if files:
        if photo_set is None:
            photo_set = PhotoSet()
            visit.keep(photo_set)
        st.session_state[_PROBLEMS_KEY] = _take_files(photo_set, files)
        st.session_state[_ROUND_KEY] += 1  # an empty uploader
        st.rerun()
    for problem in st.session_state.get(_PROBLEMS_KEY, ()):
        show_problem(problem)
    photos = [] if photo_set is None else photo_set.photos
    if photo_set is None or not (photos or photo_set.annotations.exists()):
        return None
    _show_set(visit, photo_set, len(photos))
    return photo_set if photos else None


def _take_files(photo_set: PhotoSet, files: Sequence[UploadedFile]) -> list[str]:
    """Add what was uploaded, zips first, and return what could not be used."""
    problems: list[str] = []
    progress = st.progress(0.0, "Taking the photos")
    for number, file in enumerate(sorted(files, key=lambda file: PurePath(file.name).suffix.lower() != ".zip")):
        progress.progress(number / len(files), f"Taking {plain(file.name)}")
        try:
            suffix = PurePath(file.name).suffix.lower()
            if suffix == ".zip":
                problems += photo_set.add_zip(file)
            elif suffix == ".json":
                photo_set.give_labels(file.getvalue(), file.name)
            else:
                photo_set.add_photo(PurePath(file.name).name, file.getvalue())
        except PosecoreError as error:
            problems.append(str(error))
        free_memory(file)
    return problems


def _show_set(visit: Visit, photo_set: PhotoSet, photos: int) -> None:
    """Say what there is, with buttons that remove it or undo an upload of labels."""
    with st.container(horizontal=True, vertical_alignment="center"):
        labelled = "with labels" if photo_set.has_labels else "without labels"
        st.text(f"{photos:,} photo{'s' * (photos != 1)}, {labelled}", width="content")
        if photo_set.has_former_labels:
            st.button(
                "Use the labels from before",
                icon=":material/undo:",
                type="tertiary",
                on_click=photo_set.take_back_labels,
            )
        st.button(
            "Remove all",
            icon=":material/delete:",
            type="tertiary",
            key="photo_set_remove",
            on_click=_forget,
            args=(visit,),
        )
    if not photos:
        st.info("The labels are here. Now add their photos.", icon=":material/image:")


def _forget(visit: Visit) -> None:
    visit.forget(PhotoSet)
    st.session_state.pop(_PROBLEMS_KEY, None)
