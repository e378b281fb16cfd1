"""Jobs of a visit, each in a thread of its own so that the page stays responsive and can stop it."""

import secrets
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.serving.idle import make_room
from pages.ui.serving.job_queue import QUEUE, Full
from pages.ui.serving.job_records import JobRecord, Outcome, record
from posecore import PosecoreError
from posecore.limits import LIMITS
from posecore.runs.preview import Preview

Result = TypeVar("Result")

_TRIES_EVERY_S = 2.0


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
        kind: of the job, in the server's own figures; nothing of it is from a visitor.
    """

    things: str
    rate: str = "per second"
    begins: str = "Loading the model"
    fails: str = "It could not be done"
    stops: str = "Stop and keep the result so far"
    kind: str = "other"


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


@dataclass(eq=False)
class JobState(Generic[Result]):
    """State of a job, written by its thread and read by the page.

    Attributes:
        words: what the page says about it.
        visit: identifies the visit that started it; None: no visit did.
        waiting: whether it has not begun, as other jobs work.
        is_refused: whether it does not even wait, as too many others do.
        progress: None before the first report.
        result: None until there is one, and if there is none.
        error: why there is no result, in a sentence.
        seconds: time that the result took, without the time that the job waited.
        cut_short: whether it was ended before its end; then the result is that of a part.
        is_out_of_time: whether that was because others waited, and it had had ``LIMITS.job_seconds``.
        stop: set to stop it.
        done: set when it is over, for whatever reason.
        thread: None until it begins.
    """

    words: JobWords = JobWords("")
    visit: str | None = None
    waiting: bool = True
    is_refused: bool = False
    progress: JobProgress | None = None
    result: Result | None = None
    error: str | None = None
    seconds: float = 0.0
    cut_short: bool = False
    is_out_of_time: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    _work: Callable[[], None] | None = None
    _came_s: float = 0.0
    _begun_s: float | None = None
    _since: tuple[int, float] = (0, 0.0)  # count and time of the first report

    @property
    def seconds_left(self) -> float | None:
        """Time left, or None if it is unknown, as before a second task."""
        return self.progress.seconds_left if self.progress is not None and not self.progress.task else None

    @property
    def frames_per_second(self) -> float:
        """Of frames that it does now; 0 if it counts none."""
        counts = self.progress is not None and self.words.things == "frames"
        return self.progress.per_second or 0.0 if counts and self.progress is not None else 0.0

    @property
    def place(self) -> int | None:
        """Its number in the queue, from 1; None if it does not wait there."""
        return QUEUE.place(self)

    @property
    def seconds_until(self) -> float | None:
        """Time until it begins, or None if it is unknown."""
        return QUEUE.seconds_until(self)

    @property
    def why_full(self) -> Full | None:
        """Why it could not enter the queue now; None if it could."""
        return QUEUE.why_full(self)

    @property
    def is_started(self) -> bool:
        """Whether it was started, though perhaps not begun."""
        return self._work is not None or self.thread is not None

    def prepare(self, work: Callable[[], None]) -> None:
        """Keep what it has to do until its turn comes."""
        self._work, self._came_s = work, time.monotonic()

    def begin(self) -> None:
        """Begin in a thread, as its turn has come."""
        work, self._work = self._work, None
        self.waiting, self._begun_s = False, time.monotonic()
        self.thread = threading.Thread(target=work, daemon=True)
        try:
            self.thread.start()
        except RuntimeError as error:  # the system gives no more threads
            self.error = f"The server has no room for this now ({error}). Try again later."
            self.done.set()
            QUEUE.finish(self)

    def end(self) -> None:
        """Stop it after what it is doing now; at once if it does not work yet."""
        self.stop.set()
        if QUEUE.leave(self) or self.is_refused:
            self._work = None
            self.is_refused = False
            self.write_down("left")
            self.done.set()

    def write_down(self, outcome: Outcome, error: str | None = None) -> None:
        """Write down that it is over."""
        now = time.monotonic()
        begun_s = now if self._begun_s is None else self._begun_s
        count = self.progress.count if self.progress is not None else 0
        waited_s, worked_s = begun_s - self._came_s, now - begun_s
        record(JobRecord(self.words.kind, outcome, waited_s, worked_s, self.words.things, count, error))

    @property
    def outcome(self) -> Outcome:
        """How it ended, unless it failed."""
        return "out of time" if self.is_out_of_time else "stopped" if self.cut_short else "done"

    def _has_had_its_time(self, now: float) -> bool:
        return self._begun_s is not None and now - self._begun_s > LIMITS.job_seconds

    def report(self, count: int, total: int | None, task: str = "") -> bool:
        """Take the progress, as ``Report``."""
        now = time.monotonic()
        if self.progress is None or count < self.progress.count:  # the second task begins to count again
            self._since = count, now
        first, start = self._since
        self.progress = JobProgress(count, total, (count - first) / (now - start) if count > first else None, task)
        if self._has_had_its_time(now) and not self.stop.is_set() and QUEUE.others_wait(self):
            self.is_out_of_time = True
            self.stop.set()
        goes_on = not self.stop.is_set()
        self.cut_short |= not goes_on
        return goes_on


class Job(Generic[Result]):
    """A function that runs in the background when its turn comes, see ``pages.ui.serving.job_queue``.

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
        self.state: JobState[Result] = JobState(words)
        self.key = secrets.token_hex(8)
        self.close = weakref.finalize(self, _end, self.state)

    @property
    def has_started(self) -> bool:
        """Whether it was started, or needs no start as its result or error is known."""
        return self.state.is_started or self.state.done.is_set()

    @property
    def is_running(self) -> bool:
        """Whether it was started and is not over; it may still wait, or be refused until ``try_again``."""
        return self.has_started and not self.state.done.is_set()

    def start(self, do: Callable[[Report], Result], *, says: Callable[[PosecoreError], str] = str) -> None:
        """Start it; only once.

        Args:
            do: what to do. It reports its progress to what it is given, and returns what is done so far if that says
                that it is to end. It must not refer to the job, so that dropping the job ends it.
            says: the words of an error for the visitor.
        """
        context = get_script_run_ctx(suppress_warning=True)
        self.state.visit = None if context is None else context.session_id
        self.state.prepare(partial(_do, self.state, do, says, self.words))
        self.state.is_refused = not QUEUE.enter(self.state)

    def try_again(self) -> None:
        """Enter the queue after it was refused."""
        if self.state.is_refused:
            self.state.is_refused = not QUEUE.enter(self.state)

    def wait(self) -> None:
        """Wait until it is over, and until the queue has a place if it is full; not on a page."""
        while not self.state.done.wait(_TRIES_EVERY_S):
            self.try_again()

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
        self.state.end()


def _do(
    state: JobState[Result], do: Callable[[Report], Result], says: Callable[[PosecoreError], str], words: JobWords
) -> None:
    failure = None
    try:
        if not state.stop.is_set():
            start = time.monotonic()
            make_room()
            result = do(state.report)
            state.seconds = time.monotonic() - start
            state.result = result
        if state.is_out_of_time and not state.result:
            state.error = f"{words.fails}: others wait, and it had the {time_for_a_job()} of one job."
    except PosecoreError as error:
        failure = type(error).__name__
        state.error = says(error)
    except Exception as error:  # the thread has no caller that could report it
        failure = type(error).__name__
        state.error = f"{words.fails} ({type(error).__name__}: {error})."
        raise
    finally:
        QUEUE.finish(state)
        state.write_down("failed" if failure else state.outcome, failure)
        state.done.set()


def time_for_a_job() -> str:
    """``LIMITS.job_seconds`` in words."""
    return time_text(LIMITS.job_seconds)


def time_text(seconds: float) -> str:
    """A length of time in seconds or minutes, such as "12 s"."""
    return f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} minutes"


def _end(state: JobState[Result]) -> None:
    state.end()
    thread = state.thread
    if thread is not None and thread is not threading.current_thread() and thread.is_alive():
        thread.join(timeout=30)
