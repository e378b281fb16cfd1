"""The result that is scored, and the truth that the visitor gives for it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.explore.opened import Opened
from pages.ui.explore.playback import Playback
from pages.ui.serving.folders import Folder
from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import NOBODY
from pages.ui.shared.people_choice import choose_person
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import free_memory, offer_upload, say_deleted, show_taken
from pages.ui.video.clip_run import ClipRun
from posecore import PosecoreError, PoseSequence
from posecore.evaluation.clip_evaluation import ScoredResult, known_offset, read_truth, second_result
from posecore.evaluation.motion import Motion
from posecore.evaluation.motion_files.any_file import MOTION_SUFFIXES
from posecore.evaluation.time_offset import TimeOffset
from posecore.export.saved import holds_result, load_sequence
from posecore.limits import LIMITS
from posecore.media.files import file_sha256

UPLOAD, VIDEO, EXPLORE = "Upload", "Video page", "Explore page"
_SOURCE_KEY, _PERSON_KEY = "clip_scores_source", "clip_scores_person"
_SHOWN_EVERY = 50  # files


@dataclass(frozen=True, eq=False)
class Given:
    """A result with the choice of a person.

    Attributes:
        key: identifies result and person in the visit, for caches.
        name: of the visitor's file.
        result: what is scored.
    """

    key: tuple[str, int | None]
    name: str
    result: ScoredResult


@dataclass
class UploadedResult:
    """A saved result that was uploaded here.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        sequence: as it was saved.
        facts: in the file.
    """

    key: str
    name: str
    sequence: PoseSequence
    facts: Mapping[str, Any]

    def close(self) -> None:
        """Do nothing: it is on no disk."""


@dataclass
class TruthFile:
    """A truth that was uploaded: its file on disk, under a name that is not the visitor's.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        folder: of the file; removed with it.
        is_result: whether it is a second result of posecore's own.
    """

    key: str
    name: str
    folder: Folder
    is_result: bool = False
    _read: dict[object, list[tuple[Motion, TimeOffset | None]]] = field(default_factory=dict)

    @classmethod
    def take(cls, file: UploadedFile) -> "TruthFile":
        """Move an upload from memory to disk."""
        folder = Folder("truth")
        # Only the suffix of the visitor's file name is used, as the uploader has checked it.
        suffix = PurePath(file.name).suffix.lower()
        path = folder.path / f"truth{suffix}"
        with path.open("wb") as target:
            shutil.copyfileobj(file, target)
        free_memory(file)
        is_result = suffix == ".npz" or (suffix == ".zip" and holds_result(path))
        return cls(file.file_id, file.name, folder, is_result)

    def close(self) -> None:
        """Delete the file."""
        self.folder.close()

    @property
    def closed(self) -> bool:
        """Whether the file is deleted."""
        return self.folder.closed

    def motions(
        self, given: Given, *, metres: float | None, person: int | None
    ) -> list[tuple[Motion, TimeOffset | None]]:
        """What is in it, each with its offset if that is known; read again only for other options.

        A second result is two: in 3D and in the picture.

        Raises:
            UnreadableMotion, UnreadableResult: if nothing of it can be used.
            NotComparable: if nobody is in a second result.
        """
        options = given.key, metres, person
        if options not in self._read:
            [path] = self.folder.path.iterdir()
            other, found = None, list[Motion]()
            if self.is_result:
                saved = load_sequence(path)
                other = ScoredResult.of(saved.sequence, self.name, person=person, facts=saved.facts)
                found += second_result(given.result, other)
            else:
                found.append(_read(path, given.result, metres, person, self.name))
            self._read = {options: [(motion, known_offset(given.result, motion, other)) for motion in found]}
        return self._read[options]


def _read(path: Path, result: ScoredResult, metres: float | None, person: int | None, name: str) -> Motion:
    """Read a truth, with progress over many files; a visitor who removes it meanwhile ends that."""
    bar = st.empty()

    def show(done: int, total: int) -> None:
        if done % _SHOWN_EVERY == 0:
            bar.progress(done / total, f"Reading file {done:,} of {total:,}")

    motion = read_truth(path, result, metres=metres, person=person, name=name, on_file=show)
    bar.empty()
    return motion


def choose_result(visit: Visit) -> Given | None:
    """Offer the results that there are; None while there is none."""
    run, opened = _video_result(visit), _opened(visit)
    sources = [UPLOAD, *([VIDEO] if run else []), *([EXPLORE] if opened else [])]
    if st.session_state.get(_SOURCE_KEY) not in sources:
        st.session_state[_SOURCE_KEY] = sources[-1]
    source = UPLOAD
    if len(sources) > 1:
        chosen = st.segmented_control("Source", sources, required=True, key=_SOURCE_KEY, persist_state="session")
        source = str(chosen)
    if source == VIDEO and run is not None:
        st.text(run.name)
        facts = {"part": run.used_options.part.as_dict(), "source_sha256": _hash(run.clip.key, run)}
        return _with_person(f"{run.film_token} {run.playback.look}", run.name, _shown(run.playback), facts)
    if source == EXPLORE and opened is not None:
        st.text(opened.name)
        key = f"{opened.key} {opened.playback.look}"
        return _with_person(key, opened.name, _shown(opened.playback), opened.given)
    uploaded = _uploaded_result(visit)
    return _with_person(uploaded.key, uploaded.name, uploaded.sequence, uploaded.facts) if uploaded else None


def choose_truth(visit: Visit) -> TruthFile | None:
    """Offer the upload of a truth; None while there is none."""
    file = offer_upload(
        "Motion capture, or another program's result",
        types=[suffix.removeprefix(".") for suffix in (*MOTION_SUFFIXES, ".npz")],
        help="C3D, TRC or BVH; a zip of OpenPose's JSON, one file a frame; or a second saved result (.posecore.npz) of "
        "another model, engine or search. It is deleted when you leave or choose another.",
        key="clip_truth",
        megabytes=LIMITS.motion_megabytes,
    )
    if file is not None:
        visit.keep(TruthFile.take(file))
    truth = visit.get(TruthFile)
    if truth is None:
        return None
    if truth.closed:
        say_deleted(truth.name)
        return None
    show_taken(truth.name, key="clip_truth", forget=visit.forget, args=(TruthFile,))
    return truth


def _uploaded_result(visit: Visit) -> UploadedResult | None:
    file = offer_upload(
        "A saved result",
        types=["npz", "zip"],
        help="A .posecore.npz file from Files on the Video page, the zip it came in, or from python -m posecore video. "
        "A result that is open on the Video or Explore page can be chosen here too.",
        key="clip_result",
    )
    if file is not None:
        try:
            saved = load_sequence(file)
            visit.keep(UploadedResult(file.file_id, file.name, saved.sequence, saved.facts))
        except PosecoreError as error:
            show_problem(str(error))
        free_memory(file)
    uploaded = visit.get(UploadedResult)
    if uploaded is not None:
        show_taken(uploaded.name, key="clip_result", forget=visit.forget, args=(UploadedResult,))
    return uploaded


def _with_person(key: str, name: str, sequence: PoseSequence, facts: Mapping[str, Any]) -> Given | None:
    if not sequence.seen.any():
        st.warning(NOBODY, icon=":material/person_off:")
        return None
    person = choose_person(sequence, key=_PERSON_KEY)
    return Given((key, person), name, ScoredResult.of(sequence, name, person=person, facts=facts))


def _shown(playback: Playback) -> PoseSequence:
    """The result as the player shows it, smoothed if that was chosen there."""
    return playback.raw if playback.smoothing is None else playback.sequence


def _video_result(visit: Visit) -> ClipRun | None:
    run = visit.get(ClipRun)
    there = run is not None and not run.closed and run.poses is not None and run.state.done.is_set()
    return run if there else None


def _opened(visit: Visit) -> Opened | None:
    opened = visit.get(Opened)
    return opened if opened is not None and not opened.folder.closed else None


@st.cache_data(scope="session", max_entries=1, show_spinner=False)
def _hash(key: str, _run: ClipRun) -> str | None:
    return None if _run.clip.deleted else file_sha256(_run.clip.path)
