"""The batches of a visit, and those of folders of the machine, which outlive it."""

import secrets
import shutil
import threading
from pathlib import Path, PurePath

from streamlit.typing import UploadedFile

from pages.ui.batch.queue import Queue
from pages.ui.serving.addresses import withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.jobs import Job, JobWords, Report
from pages.ui.serving.served import serve
from pages.ui.shared.clips import VIDEO_TYPES
from pages.ui.shared.taken_uploads import free_memory
from posecore import InvalidOption
from posecore.batch.bundle import write_data_set
from posecore.batch.listing import Source, list_sources, name_clip
from posecore.batch.run import usual_clips_at_once
from posecore.batch.storage import absolute, is_url
from posecore.limits import LIMITS
from posecore.media.files import file_sha256
from posecore.media.samples import CLIP_TITLES, Sample

_ZIPPING = JobWords(
    "files",
    begins="Starting to pack",
    fails="The data set could not be packed",
    stops="Stop making the zip",
    kind="batch zip",
)
_AT_ONCE = max(1, LIMITS.runs_at_once - 1)
"""Videos of a visitor's batch at the same time; one of the places is left to the others."""


class Batch:
    """Videos, their queue, and the files that are offered of them.

    ``close`` ends what goes on and removes the temporary files; that also happens when nothing refers to it any more.

    Args:
        out: folder of the results; None: one that is removed with the batch.
        at_once: videos at the same time.

    Attributes:
        key: unique on the server.
        queue: the videos.
        is_of_machine: whether videos and results are in folders of the machine, and stay there.
        zipping: makes the zip of all results.
    """

    def __init__(self, out: Path | None = None, *, at_once: int = _AT_ONCE) -> None:
        self.key = secrets.token_hex(8)
        self.is_of_machine = out is not None
        self._folder = Folder("batch")
        self.results = out or self._folder.path / "results"
        self.queue = Queue(str(self.results), at_once=at_once, name_only=not self.is_of_machine)
        self._folder.before_closing(self.queue.close)
        self.zipping: Job[None] = Job(_ZIPPING)
        self._zip_version: int | None = None
        self.zip, self.zip_token = self._served("data_set.zip", "posecore-batch.zip")
        self.close = self._folder.close

    @property
    def closed(self) -> bool:
        """Whether its temporary files are removed."""
        return self._folder.closed

    @property
    def has_zip(self) -> bool:
        """Whether there is a zip of the results as they are."""
        return self._zip_version == self.queue.version and self.zip.is_file()

    def start_zip(self) -> None:
        """Start packing the results."""
        self.zipping = Job(_ZIPPING)
        self._folder.before_closing(self.zipping.close)
        self._zip_version = self.queue.version
        clips = [str(row["clip"]) for row in self.queue.rows]
        out, target = self.results, self.zip
        target.unlink(missing_ok=True)

        def write(report: Report) -> None:
            write_data_set(out, clips, target, on_file=report)

        self.zipping.start(write)

    def saved_result(self, clip: str) -> Path:
        """The file of the result of a video."""
        return self.results / "clips" / clip / f"{clip}.posecore.npz"

    def remove(self, clips: set[str]) -> None:
        """Remove videos from the queue; files of the machine stay."""
        for source in self.queue.remove(clips):
            if not self.is_of_machine:
                self._delete(source)
        self.queue.write_summary()

    def _delete(self, source: Source) -> None:
        video = Path(source.address)
        if video.is_relative_to(self._folder.path):
            video.unlink(missing_ok=True)
        for place in (self.results / "clips" / source.clip, self.results / "landmarks" / f"clip={source.clip}"):
            shutil.rmtree(place, ignore_errors=True)

    def _served(self, file: str, name: str) -> tuple[Path, str]:
        path = self._folder.path / file
        token = serve(path, name)
        self._folder.before_closing(withdraw, token)
        return path, token


class SampleBatch(Batch):
    """The sample videos."""

    def add_samples(self, samples: dict[str, Sample]) -> None:
        """Add all of them, by the names that ``sample_clip`` takes."""
        self.queue.add(
            [Source(name_clip(f"{CLIP_TITLES[name]}.mp4"), str(sample.path)) for name, sample in samples.items()]
        )


class UploadBatch(Batch):
    """The videos of one visitor."""

    def __init__(self) -> None:
        super().__init__()
        self._videos = self._folder.path / "videos"
        self._videos.mkdir()

    def add(self, files: list[UploadedFile]) -> list[str]:
        """Move uploads from memory to disk and into the queue.

        Returns:
            Why some were not taken, a sentence each.
        """
        problems, sources = [], []
        for file in files:
            try:
                sources.append(self._take(file))
            except InvalidOption as error:
                problems.append(str(error))
            free_memory(file)
        self.queue.add(sources)
        return problems

    def _take(self, file: UploadedFile) -> Source:
        self._check_room(file)
        clip = self._free_name(file.name)
        # A name that is safe as that of the folder of its results, so that results and errors name the visitor's file.
        path = self._videos / clip
        with path.open("wb") as target:
            shutil.copyfileobj(file, target)
        others = [other for other in self._videos.iterdir() if other != path]
        size = path.stat().st_size
        if any(other.stat().st_size == size and file_sha256(other) == file_sha256(path) for other in others):
            path.unlink()
            raise InvalidOption(f"{file.name} is in the queue already.")
        return Source(clip, str(path))

    def _check_room(self, file: UploadedFile) -> None:
        there = [path.stat().st_size for path in self._videos.iterdir()]
        if len(there) >= LIMITS.batch_clips:
            raise InvalidOption(
                f"{file.name} was not added: a batch has at most {LIMITS.batch_clips:,} videos here. Remove some first."
            )
        if sum(there) + file.size > LIMITS.batch_megabytes * 1_000_000:
            raise InvalidOption(
                f"{file.name} was not added: all videos of a batch may have {LIMITS.batch_megabytes:,} MB here. Remove "
                "some first."
            )

    def _free_name(self, name: str) -> str:
        path = PurePath(name)
        suffix = path.suffix.lower()
        if suffix.removeprefix(".") not in VIDEO_TYPES:
            suffix = ".mp4"
        stem, number = name_clip(path.stem), 1
        there = {other.name.casefold() for other in self._videos.iterdir()}
        clip = f"{stem}{suffix}"
        while clip.casefold() in there:
            number += 1
            clip = f"{stem} ({number}){suffix}"
        return clip


_OF_FOLDERS: dict[str, tuple[str, Batch]] = {}
_LOCK = threading.Lock()


def batch_of_folder(folder: str, results: str) -> Batch:
    """The batch of a folder of the machine: the one that this server has, or a new one.

    It goes on when its visitor leaves: only the one user of the machine can ask for it.

    Args:
        folder: path of the videos.
        results: path of the folder of the results; empty: one in ``folder``.

    Raises:
        InvalidOption: if there is no such folder, no video in it, too many, or its results belong to a run of another.
    """
    videos, out = folder_and_results(folder, results)
    with _LOCK:
        known = _OF_FOLDERS.get(out)
        if known is not None and known[1].queue.is_running:
            if known[0] != videos:
                raise InvalidOption(f"A run of {known[0]} writes to {out} now. Choose another folder for the results.")
            return known[1]
        sources = list_sources(videos, apart_from=out)
        if len(sources) > LIMITS.batch_clips:
            raise InvalidOption(
                f"{videos} has {len(sources):,} videos, and this page takes {LIMITS.batch_clips:,}. For more, use the "
                f"command: python -m posecore batch FOLDER --out DIR."
            )
        if known is not None and known[0] == videos and [each.source for each in known[1].queue.entries] == sources:
            return known[1]
        batch = Batch(Path(out), at_once=max(1, min(usual_clips_at_once(), LIMITS.runs_at_once)))
        batch.queue.add(sources)
        if known is not None:
            known[1].close()
        _OF_FOLDERS[out] = videos, batch
        return batch


def folder_and_results(folder: str, results: str) -> tuple[str, str]:
    """The absolute paths of both.

    Raises:
        InvalidOption: if the first is no folder of this machine, or the second is none.
    """
    for given in (folder, results):
        if is_url(given):
            raise InvalidOption(f"Expected a folder of this machine, but got {given}. The command takes URLs.")
    if not folder.strip():
        raise InvalidOption("Expected a folder of this machine, but no path was given.")
    videos = absolute(folder.strip())
    if not Path(videos).is_dir():
        raise InvalidOption(f"Expected a folder of this machine, but there is no {videos}.")
    return videos, absolute(results.strip()) if results.strip() else str(Path(videos, "posecore-results"))


def running_folder() -> tuple[str, str] | None:
    """The folder whose run goes on, and that of its results; None if there is none."""
    with _LOCK:
        return next(((videos, out) for out, (videos, batch) in _OF_FOLDERS.items() if batch.queue.is_running), None)
