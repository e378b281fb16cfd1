"""Jobs of a visit, each in a thread of its own so that the page stays responsive and can stop it."""

import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from posecore import PosecoreError
from posecore.limits import LIMITS
from posecore.runs.preview import Preview

Result = TypeVar("Result")

_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


class Report(Protocol):
    """Takes the progress of a job; False: it is to end there."""

    def __call__(self, count: int, total: int | None, task: str = "") -> bool:
        """Take the number of things done and of all, None if unknown, and what is being done if it is not one thing."""


@dataclass(frozen=True)
class JobWords:
    """What a page says about a job.

    Attributes:
        things: what is counted, such as "frames".
        rate: their number per second, such as "fps".
        begins: what is done before the first of them.
        fails: what happened if it fails for an unforeseen reason.
        stops: what its button does.
    """

    things: str
    rate: str = "per second"
    begins: str = "Loading the model"
    fails: str = "It could not be done"
    stops: str = "Stop and keep the result so far"


@dataclass(frozen=True)
class JobProgress:
    """Progress of a job.

    Attributes:
        count: things done.
        total: number of all, or None if unknown.
        per_second: things done per second since the first ones, or None while these are all.
        task: what is being done; empty if it is only one thing.
    """

    count: int
    total: int | None
    per_second: float | None
    task: str = ""

    @property
    def share(self) -> float | None:
        """Share done, 0..1, or None if the total is unknown."""
        return min(1.0, self.count / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far, or None if it is unknown."""
        return max(0, self.total - self.count) / self.per_second if self.total and self.per_second else None


@dataclass
class JobState(Generic[Result]):
    """State of a job, written by its thread and read by the page.

    Attributes:
        waiting: whether it waits for other visitors' jobs.
        progress: None before the first report.
        result: None until there is one, and if there is none.
        error: why there is no result, in a sentence.
        seconds: time that the result took, without the time that the job waited.
        cut_short: whether it was stopped before its end; then the result is that of a part.
        stop: set to stop it.
        done: set when it is over, for whatever reason.
        thread: None until it is started.
    """

    waiting: bool = True
    progress: JobProgress | None = None
    result: Result | None = None
    error: str | None = None
    seconds: float = 0.0
    cut_short: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    _since: tuple[int, float] = (0, 0.0)  # count and time of the first report

    def report(self, count: int, total: int | None, task: str = "") -> bool:
        """Take the progress, as ``Report``."""
        now = time.monotonic()
        if self.progress is None or count < self.progress.count:  # the second task begins to count again
            self._since = count, now
        first, start = self._since
        self.progress = JobProgress(count, total, (count - first) / (now - start) if count > first else None, task)
        goes_on = not self.stop.is_set()
        self.cut_short |= not goes_on
        return goes_on


class Job(Generic[Result]):
    """A function that runs in the background, one of ``LIMITS.runs_at_once`` at a time, with those of other visitors.

    ``close`` ends it, and waits for that. That also happens when nothing refers to the job any more, and when the
    server stops.

    Attributes:
        words: what the page says about it.
        state: how far it is, and its result.
        preview: shows what is done, if the job gives pictures to it.
        key: identifies it on the page.
    """

    def __init__(self, words: JobWords) -> None:
        self.words = words
        self.preview = Preview()
        self.state: JobState[Result] = JobState()
        self.key = secrets.token_hex(8)
        self.close = weakref.finalize(self, _end, self.state)

    @property
    def has_started(self) -> bool:
        """Whether it was started, or needs no start as its result or error is known."""
        return self.state.thread is not None or self.state.done.is_set()

    @property
    def is_running(self) -> bool:
        """Whether it was started and is not over."""
        return self.has_started and not self.state.done.is_set()

    def start(self, do: Callable[[Report], Result], *, says: Callable[[PosecoreError], str] = str) -> None:
        """Start it; only once.

        Args:
            do: what to do. It reports its progress to what it is given, and returns what is done so far if that says
                that it is to end. It must not refer to the job, so that dropping the job ends it.
            says: the words of an error for the visitor.
        """
        thread = threading.Thread(target=_do, args=(self.state, do, says, self.words.fails), daemon=True)
        self.state.thread = thread
        thread.start()

    def finish(self, result: Result, *, seconds: float) -> None:
        """End a job that was not started, as its result is known; it took this long."""
        self.state.result, self.state.seconds, self.state.waiting = result, seconds, False
        self.state.done.set()

    def fail(self, error: str) -> None:
        """End a job that was not started, as it is known to fail."""
        self.state.error = error
        self.state.done.set()

    def stop(self) -> None:
        """End it after what it is doing now, and keep the result so far."""
        self.state.stop.set()


def _do(
    state: JobState[Result], do: Callable[[Report], Result], says: Callable[[PosecoreError], str], fails: str
) -> None:
    try:
        with _place_for(state) as found:
            if found:
                start = time.monotonic()
                result = do(state.report)
                state.seconds = time.monotonic() - start
                state.result = result
    except PosecoreError as error:
        state.error = says(error)
    except Exception as error:  # the thread has no caller that could report it
        state.error = f"{fails} ({type(error).__name__}: {error})."
        raise
    finally:
        state.done.set()


@contextmanager
def _place_for(state: JobState[Result]) -> Iterator[bool]:
    """Wait for a place among the simultaneous jobs; False if the visitor stops the job before it gets one."""
    while not _PLACES.acquire(timeout=0.2):
        if state.stop.is_set():
            yield False
            return
    state.waiting = False
    try:
        yield True
    finally:
        _PLACES.release()


def _end(state: JobState[Result]) -> None:
    state.stop.set()
    thread = state.thread
    if thread is not None and thread is not threading.current_thread() and thread.is_alive():
        thread.join(timeout=30)
