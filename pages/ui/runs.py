"""A clip being worked on: in a thread of its own, so that the page stays alive and can stop it."""

import shutil
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from posecore import PosecoreError, PoseOptions, PoseSequence, Progress, estimate_video
from posecore.limits import LIMITS

_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


@dataclass
class RunState:
    """What the worker tells the page. Each field is set by the worker alone, and read by the page."""

    progress: Progress | None = None
    waiting: bool = True
    result: PoseSequence | None = None
    error: str | None = None
    seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)


class ClipRun:
    """One clip, its options, its worker and its files.

    Its files are in one folder. ``close`` ends the worker and removes it; that also happens some time
    after ``leave``, when nothing refers to the run any more, and when the server stops.
    """

    def __init__(self, key: str, name: str, options: PoseOptions, clip: BinaryIO | Path) -> None:
        self.key = key
        self.name = name
        self.options = options
        self.state = RunState()
        self._farewell: threading.Timer | None = None
        folder = Path(tempfile.mkdtemp(prefix="posecore-run-"))
        self.film = folder / "film.mp4"
        # Only the ending of the visitor's name is used: the rest could be anything.
        source = clip if isinstance(clip, Path) else folder / f"clip{Path(name).suffix[:8]}"
        # The worker holds the state and the paths but not this object, so that dropping it ends the worker.
        thread = threading.Thread(target=_work, args=(self.state, source, name, options, self.film), daemon=True)
        self.close = weakref.finalize(self, _drop, self.state, thread, folder)
        if not isinstance(clip, Path):
            _copy(clip, source)
        thread.start()

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


def _work(state: RunState, source: Path, name: str, options: PoseOptions, film: Path) -> None:
    start = time.monotonic()
    try:
        while not _PLACES.acquire(timeout=0.2):
            if state.stop.is_set():
                return
        try:
            state.waiting = False
            start = time.monotonic()
            state.result = estimate_video(source, options, annotated=film, on_progress=_reporter(state))
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


def _drop(state: RunState, thread: threading.Thread, folder: Path) -> None:
    state.stop.set()
    if thread is not threading.current_thread() and thread.is_alive():
        thread.join(timeout=30)
    shutil.rmtree(folder, ignore_errors=True)
