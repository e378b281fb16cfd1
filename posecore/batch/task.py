"""One video of a batch as a task, which any process on any machine can do, as often as wanted."""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from posecore.batch import storage
from posecore.batch.analysis import Analysed, Analysis, Begun, Stopped, analyse, summary_of
from posecore.batch.listing import Source
from posecore.errors import PosecoreError, one_line, unforeseen
from posecore.export.json_file import write_manifest
from posecore.export.saved import save_sequence
from posecore.export.table_file import write_parquet
from posecore.media.files import file_sha256, read_head
from posecore.runs.progress import OnProgress
from posecore.system import VERSION

Status = Literal["done", "skipped", "failed", "stopped"]

CLIPS, LANDMARKS, MARK = "clips", "landmarks", "done.json"
"""Folders of the results, and the name of the file that says that one is whole."""
MARK_VERSION = 2


@dataclass(frozen=True)
class ClipTask:
    """One video of a batch. It can be pickled.

    Attributes:
        source: the video.
        out: address of the folder of all results.
        analysis: how it is analysed.
        again: whether it is analysed even if there is a result.
    """

    source: Source
    out: str
    analysis: Analysis = field(default_factory=Analysis)
    again: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for all tasks with results that are made in the same way."""
        return hashlib.sha256(json.dumps(self.analysis.as_dict(), sort_keys=True).encode()).hexdigest()

    @property
    def mark(self) -> str:
        """Place of its mark in ``out``."""
        return f"{CLIPS}/{self.source.clip}/{MARK}"


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Attributes:
        clip, address: of the video.
        status: "skipped": the result was there; "stopped": nothing was written.
        row: the video in the summary, see ``posecore.batch.summary``; has ``error`` if it failed.
        outputs: places of its files in the folder of all results.
        could_write: False if it failed because the files could not be written.
        begun: what ``process_clip`` goes on with if it was stopped; None: nothing.
    """

    clip: str
    address: str
    status: Status
    row: Mapping[str, Any]
    outputs: tuple[str, ...] = ()
    could_write: bool = True
    begun: Begun | None = None


def process_clip(
    task: ClipTask,
    stop: threading.Event | None = None,
    on_progress: OnProgress | None = None,
    after: Begun | None = None,
) -> Outcome:
    """Analyse a video and write its files, unless they are there: made in the same way, of the same content.

    Writes ``clips/CLIP/`` with the saved result, its manifest and perhaps the annotated video, and
    ``landmarks/clip=CLIP/part-0.parquet``; then ``clips/CLIP/done.json``, without which the rest does not count.

    Args:
        task: which video, how, and where to.
        stop: ends it once it is set, for an executor of threads.
        on_progress: called after each frame, likewise; what it returns does not matter.
        after: of the same task, which was stopped.

    Returns:
        What became of it. No error is raised: one is the outcome of this video alone.
    """
    since = time.monotonic()
    could_write = True
    try:
        return _processed(task, stop or threading.Event(), on_progress, after)
    except Stopped as stopped:
        return Outcome(task.source.clip, task.source.address, "stopped", {}, begun=stopped.begun or after)
    except PosecoreError as error:
        said = one_line(error)
    except OSError as error:
        said = f"The outputs of {task.source.clip} could not be written: {one_line(error)}."
        could_write = False
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything
        said = unforeseen(task.source.clip, error)
    return failed(task, said, seconds_taken=round(time.monotonic() - since, 3), could_write=could_write)


def version_here() -> str:
    """The version of posecore where it is called, to compare other machines."""
    return VERSION


def failed(task: ClipTask, said: str, *, seconds_taken: float | None = None, could_write: bool = True) -> Outcome:
    """The outcome of a task that failed with this sentence."""
    row = {
        "clip": task.source.clip,
        "source": task.source.address,
        "error": said,
        "seconds_taken": seconds_taken,
    }
    return Outcome(task.source.clip, task.source.address, "failed", row, could_write=could_write)


def find_done(task: ClipTask) -> Outcome | None:
    """The result that is there, if it was made in the same way, of whatever content; None if there is none."""
    mark = _read_mark(task)
    return None if mark is None else _skipped(task, mark)


def _processed(task: ClipTask, stop: threading.Event, on_progress: OnProgress | None, after: Begun | None) -> Outcome:
    if stop.is_set():
        raise Stopped
    address = task.source.address
    mark = None if task.again else _read_mark(task)
    stamp = storage.stamp_of(address)
    if mark is not None and stamp is not None and mark["stamp"] == stamp:
        return _skipped(task, mark)
    with storage.working_folder() as work, storage.local_copy(address, work) as file:
        read_head(file, storage.name_of(address))  # neither a pipe nor empty
        sha256 = file_sha256(file)
        if mark is not None and mark["sha256"] == sha256:
            return _skipped(task, mark)
        film = work / "annotated.mp4" if task.analysis.film else None
        analysed = analyse(
            file,
            task.analysis,
            film,
            sha256=sha256,
            goes_on=lambda: not stop.is_set(),
            on_progress=on_progress,
            after=after,
        )
        row = {"clip": task.source.clip, "source": address, **summary_of(analysed, task.analysis)}
        files = _written(task, analysed, film, work)
        outputs = [*files]
        facts = {"stamp": stamp, "sha256": sha256, "outputs": outputs, "row": row}
        files[task.mark] = work / MARK
        files[task.mark].write_text(
            json.dumps({"version": MARK_VERSION, "analysis": task.fingerprint, **facts}), encoding="ascii"
        )
        storage.publish(files, task.out, mark=task.mark)
    return Outcome(task.source.clip, address, "done", row, tuple(outputs))


def _written(task: ClipTask, analysed: Analysed, film: Path | None, work: Path) -> dict[str, Path]:
    """The files of a result, by their places."""
    clip = task.source.clip
    saved, manifest, table = (work / name for name in ("result.npz", "manifest.json", "table.parquet"))
    raw = None if analysed.raw is analysed.sequence else analysed.raw
    save_sequence(analysed.sequence, saved, facts=analysed.manifest, raw=raw)
    write_manifest(analysed.sequence, manifest, facts=analysed.manifest)
    write_parquet(analysed.sequence, table)
    files = {f"{CLIPS}/{clip}/{clip}.posecore.npz": saved, f"{CLIPS}/{clip}/{clip}.manifest.json": manifest}
    if film is not None:
        files[f"{CLIPS}/{clip}/{clip}.annotated.mp4"] = film
    return {**files, f"{LANDMARKS}/clip={clip}/part-0.parquet": table}


def _read_mark(task: ClipTask) -> dict[str, Any] | None:
    """The mark of a result that was made in the same way; None if there is none, or it cannot be read."""
    content = storage.read_file(storage.join(task.out, *task.mark.split("/")))
    try:
        mark = json.loads(content or b"null")
    except ValueError:
        return None
    keys = {"version": int, "analysis": str, "sha256": str, "outputs": list, "row": dict}
    is_mark = isinstance(mark, dict) and all(isinstance(mark.get(key), kind) for key, kind in keys.items())
    is_same = is_mark and mark["version"] == MARK_VERSION and mark["analysis"] == task.fingerprint
    return mark | {"stamp": mark.get("stamp")} if is_same else None


def _skipped(task: ClipTask, mark: Mapping[str, Any]) -> Outcome:
    row = mark["row"] | {"source": task.source.address}
    return Outcome(task.source.clip, task.source.address, "skipped", row, tuple(mark["outputs"]))
