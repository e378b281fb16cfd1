"""A clip being worked on: in a thread of its own, so that the page stays alive and can stop it."""

import shutil
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from posecore import ClipOptions, PosecoreError, PoseOptions, PoseSequence, Progress, estimate_video
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo, open_clip
from posecore.pipeline import Expected, expect_run

_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


@dataclass
class RunState:
    """What the worker tells the page. Its fields are set by the worker, and read by the page."""

    progress: Progress | None = None
    waiting: bool = True
    result: PoseSequence | None = None
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    worker: threading.Thread | None = None


@dataclass(frozen=True)
class RunOptions:
    """Everything a visitor may choose about a run."""

    pose: PoseOptions = field(default_factory=PoseOptions)
    part: ClipOptions = field(default_factory=ClipOptions)
    film: bool = True


class ClipRun:
    """One clip, its options, its worker and its files.

    ``start`` begins the work. Its files are in one folder. ``close`` ends the worker and removes it; that
    also happens some time after ``leave``, when nothing refers to the run any more, and when the server
    stops.
    """

    def __init__(self, key: str, name: str, clip: BinaryIO | Path) -> None:
        self.key = key
        self.name = name
        self.state = RunState()
        self.options: RunOptions | None = None
        self._farewell: threading.Timer | None = None
        folder = Path(tempfile.mkdtemp(prefix="posecore-run-"))
        self.film = folder / "film.mp4"
        # Only the ending of the visitor's name is used: the rest could be anything.
        self._source = clip if isinstance(clip, Path) else folder / f"clip{Path(name).suffix[:8]}"
        self.close = weakref.finalize(self, _drop, self.state, folder)
        if not isinstance(clip, Path):
            _copy(clip, self._source)
        self.info = self._describe()

    def _describe(self) -> ClipInfo | None:
        """What is known of the clip before it is worked on; None, with the error set, where it is none."""
        try:
            with open_clip(self._source, name=self.name) as clip:
                return clip.info
        except PosecoreError as error:
            self.state.error = str(error)
            self.state.done.set()
            return None

    def expect(self, options: RunOptions) -> Expected:
        """What a run with these options will about cost."""
        if self.info is None:
            return Expected(None, None, None)
        return expect_run(self.info, options.part, film=options.film)

    def start(self, options: RunOptions) -> None:
        """Begin the work; once for each run."""
        self.options = options
        if self.info is None:
            return
        film = self.film if options.film else None
        # The worker holds the state and the paths but not this object, so that dropping it ends the worker.
        self.state.worker = threading.Thread(
            target=_work, args=(self.state, self._source, self.name, options, film), daemon=True
        )
        self.state.worker.start()

    @property
    def closed(self) -> bool:
        """Its files are gone."""
        return not self.close.alive

    def leave(self) -> None:
        """The visitor's connection is gone: close the run, unless ``stay`` is called soon."""
        self._farewell = threading.Timer(LIMITS.seconds_after_leaving, self.close)
        self._farewell.daemon = True
        self._farewell.start()

    def stay(self) -> None:
        """The visitor is here, or here again."""
        if self._farewell is not None:
            self._farewell.cancel()
            self._farewell = None

    def stop(self) -> None:
        """End the run after the frame it is at, and keep what was done."""
        self.state.stop.set()

    @property
    def stopped_early(self) -> bool:
        """The visitor ended it before its last frame."""
        return self.state.stop.is_set()


def _copy(clip: BinaryIO, target: Path) -> None:
    clip.seek(0)
    with target.open("wb") as file:
        shutil.copyfileobj(clip, file)


def _work(state: RunState, source: Path, name: str, options: RunOptions, film: Path | None) -> None:
    start = time.monotonic()
    try:
        while not _PLACES.acquire(timeout=0.2):
            if state.stop.is_set():
                return
        try:
            state.waiting = False
            start = time.monotonic()
            state.result = estimate_video(
                source,
                options.pose,
                part=options.part,
                annotated=film,
                on_progress=_reporter(state),
                on_note=state.notes.append,
            )
        finally:
            _PLACES.release()
    except PosecoreError as error:
        state.error = str(error).replace(source.name, name)
    except Exception as error:  # a thread has nobody above it to tell
        state.error = f"The clip could not be worked on ({type(error).__name__}: {error})."
        raise
    finally:
        state.seconds = time.monotonic() - start
        state.done.set()


def _reporter(state: RunState):
    def report(progress: Progress) -> bool:
        state.progress = progress
        return not state.stop.is_set()

    return report


def _drop(state: RunState, folder: Path) -> None:
    state.stop.set()
    worker = state.worker
    if worker is not None and worker is not threading.current_thread() and worker.is_alive():
        worker.join(timeout=30)
    shutil.rmtree(folder, ignore_errors=True)
