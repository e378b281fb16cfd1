"""Many videos that are analysed one after another in the background, and what has become of each."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from pages.ui.batch.pace import Pace, Progress
from pages.ui.serving.jobs import Job, JobWords, Report, time_for_a_job
from pages.ui.shared.video_run import counting_frames
from posecore import PosecoreError
from posecore.batch.analysis import Analysis, Begun
from posecore.batch.listing import Source
from posecore.batch.run import run_batch
from posecore.batch.storage import make_folder
from posecore.batch.summary import Summary
from posecore.batch.task import ClipTask, Outcome, failed, find_done, process_clip
from posecore.errors import one_line
from posecore.media.clips import ClipInfo
from posecore.runs.pool import describe

State = Literal["waiting", "in line", "analysing", "done", "skipped", "failed", "stopped"]
"""Of a video: "in line" waits for other visitors' jobs; "skipped" has a result from before."""

_WORDS = JobWords("frames", "fps", fails="The video could not be processed", kind="batch")


@dataclass(eq=False)
class Entry:
    """A video in the queue.

    Attributes:
        source: the video.
        info: what is known of it before; None: not yet, or it cannot be read.
        is_measured: whether that was looked up.
        outcome: of the last run with the queue's options; None: there was none.
        job: of the run that goes on; None before its turn.
        begun: what the next run goes on with; None: it begins with the first frame.
        turns: how often it has made way for the jobs of others in this run.
    """

    source: Source
    info: ClipInfo | None = None
    is_measured: bool = False
    outcome: Outcome | None = None
    job: Job[Outcome] | None = None
    begun: Begun | None = None
    turns: int = 0

    @property
    def state(self) -> State:
        """What is going on."""
        job = self.job
        if job is not None:
            return "in line" if job.state.waiting else "analysing"
        return "waiting" if self.outcome is None else self.outcome.status

    @property
    def is_open(self) -> bool:
        """Whether a run has to come to it."""
        return self.job is None and (self.outcome is None or self.outcome.status == "stopped")


@dataclass
class _Work:
    """What the threads of a queue share with it. They do not hold the queue, so that dropping it ends them.

    Attributes:
        out: address of the folder of all results.
        name_only: whether the paths of videos and results are nobody's business.
        entries: in order.
        lock: for ``entries`` and what is in them.
        stop: set to end the run.
        closed: set when nothing is wanted any more.
        at_once: videos at the same time.
        analysis: how; None before the first run.
        pace: of the run.
        error: why the run or its summary failed as a whole.
        version: rises with each change of the results on disk.
    """

    out: str
    name_only: bool
    at_once: int
    entries: list[Entry] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    analysis: Analysis | None = None
    pace: Pace = field(default_factory=Pace)
    error: str | None = None
    version: int = 0

    def next_task(self) -> ClipTask | None:
        """The first video that no thread has taken, which it now has; None if there is none."""
        with self.lock:
            entry = next((each for each in self.entries if each.is_open), None)
            if entry is None or self.stop.is_set() or self.analysis is None:
                return None
            entry.job, entry.outcome, entry.turns = Job(_WORDS), None, 0
            return ClipTask(entry.source, self.out, self.analysis)

    def process(self, task: ClipTask) -> Outcome:
        """Analyse a video once there is a place for it among all visitors' runs.

        If it has had its time and others wait, it goes on behind them; one that can only begin again does so once.
        """
        entry = self.entry_of(task.source.clip)
        assert entry is not None
        assert entry.job is not None
        while True:
            job = entry.job
            job.start(partial(_process, task, job.state.stop, entry.begun))
            if self.stop.is_set():
                job.stop()
            job.wait()
            if job.state.error is not None:
                return failed(task, job.state.error)
            outcome = job.state.result or Outcome(task.source.clip, task.source.address, "stopped", {})
            if outcome.begun is not None:
                entry.begun = outcome.begun
            if outcome.status != "stopped" or not job.state.is_out_of_time or self.stop.is_set():
                return outcome
            if entry.turns and (entry.begun is None or entry.begun.run is None):
                why = f"others wait, and it had the {time_for_a_job()} of one job twice"
                return failed(task, f"{task.source.clip} could not be processed: {why}.")
            with self.lock:
                entry.turns, entry.job = entry.turns + 1, Job(_WORDS)

    def take(self, outcome: Outcome) -> None:
        """Note what has become of a video."""
        with self.lock:
            entry = self.entry_of(outcome.clip)
            if entry is not None:
                entry.outcome, entry.job = self._without_paths(outcome), None
                if outcome.status != "stopped":
                    entry.begun = None
                self.version += 1
        self.pace.add(outcome)

    def _without_paths(self, outcome: Outcome) -> Outcome:
        row = dict(outcome.row)
        if row and self.name_only:
            row["source"] = outcome.clip
            if error := row.get("error"):
                row["error"] = error.replace(outcome.address, outcome.clip).replace(self.out, "the results")
        return Outcome(outcome.clip, outcome.address, outcome.status, row, outcome.outputs, outcome.could_write)

    def entry_of(self, clip: str) -> Entry | None:
        """The video of this name."""
        return next((each for each in self.entries if each.source.clip == clip), None)

    def write_summary(self) -> None:
        """Write the two files of the summary, also of results to which no run has come."""
        with self.lock:
            there = [(entry.source, entry.outcome) for entry in self.entries]
        with Summary() as summary:
            for number, (source, outcome) in enumerate(there):
                if (outcome is None or outcome.status == "stopped") and self.analysis is not None:
                    outcome = _find_done(ClipTask(source, self.out, self.analysis))
                if outcome is not None and outcome.row:
                    summary.add(number, self._without_paths(outcome).row)
            summary.write(self.out)


class _Tasks:
    """Those that a run has to do. It goes on when there are more, unlike a generator that has ended."""

    def __init__(self, work: _Work) -> None:
        self._work = work

    def __iter__(self) -> Iterator[ClipTask]:
        return self

    def __next__(self) -> ClipTask:
        task = self._work.next_task()
        if task is None:
            raise StopIteration
        return task


class _Threads(Executor):
    """A thread for each task. Unlike those of a pool, they do not keep the server from stopping."""

    def submit(self, do: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Begin a task."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def run() -> None:
            try:
                future.set_result(do(*arguments, **options))
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future


class Queue:
    """Videos with their analysis and their results, which are laid out as those of the batch command.

    ``close`` ends what goes on, and waits for that.

    Args:
        out: address of the folder of all results.
        at_once: videos at the same time.
        name_only: whether paths on this machine are kept out of what is shown and written.
    """

    def __init__(self, out: str, *, at_once: int, name_only: bool) -> None:
        self.out = out
        self._work = _Work(out, name_only, at_once)
        self._runner: threading.Thread | None = None
        self._measurer: threading.Thread | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The videos in order."""
        with self._work.lock:
            return tuple(self._work.entries)

    @property
    def at_once(self) -> int:
        """Videos at the same time."""
        return self._work.at_once

    @property
    def analysis(self) -> Analysis | None:
        """The options of the last run; None before the first."""
        return self._work.analysis

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return self._runner is not None and self._runner.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether the run that goes on was told to stop."""
        return self.is_running and self._work.stop.is_set()

    @property
    def error(self) -> str | None:
        """Why the last run ended or its summary is missing, in a sentence."""
        return self._work.error

    @property
    def version(self) -> int:
        """Rises with each change of the results."""
        return self._work.version

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows of the summary of the videos that are done."""
        there = (entry.outcome for entry in self.entries)
        return [dict(each.row) for each in there if each is not None and each.status in ("done", "skipped")]

    def add(self, sources: list[Source]) -> None:
        """Add videos with names that are not in the queue; a run that goes on comes to them."""
        with self._work.lock:
            self._work.entries.extend(Entry(source) for source in sources)
        if self._measurer is None or not self._measurer.is_alive():
            self._measurer = threading.Thread(target=_measure, args=(self._work,), daemon=True)
            self._measurer.start()

    def remove(self, clips: set[str]) -> list[Source]:
        """Remove videos that are not being analysed, and return them."""
        with self._work.lock:
            gone = [each for each in self._work.entries if each.source.clip in clips and each.job is None]
            self._work.entries = [each for each in self._work.entries if each not in gone]
            self._work.version += 1
        return [each.source for each in gone]

    def start(self, analysis: Analysis, *, again: bool = False) -> None:
        """Begin, or go on. With other options than before, all videos are analysed again.

        Args:
            analysis: how.
            again: whether those that failed are tried again.

        Raises:
            InvalidOption: if nothing can be written to the folder of the results.
        """
        if self.is_running:
            return
        make_folder(self.out)
        work = self._work
        with work.lock:
            for entry in work.entries:
                has_failed = entry.outcome is not None and entry.outcome.status == "failed"
                if work.analysis != analysis or (again and has_failed):
                    entry.outcome = entry.begun = None
            work.analysis, work.error, work.pace = analysis, None, Pace()
        work.stop.clear()
        self._runner = threading.Thread(target=_run, args=(work,), daemon=True)
        self._runner.start()

    def stop(self) -> None:
        """End the run soon; what is done is kept, and videos that are only begun go on where they were if they can."""
        self._work.stop.set()
        for entry in self.entries:
            if entry.job is not None:
                entry.job.stop()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end of the run."""
        if self._runner is not None:
            self._runner.join(seconds)

    def wait_measured(self, seconds: float | None = None) -> None:
        """Wait until the length of each video is looked up."""
        if self._measurer is not None:
            self._measurer.join(seconds)

    def write_summary(self) -> None:
        """Write the summary's files, if there is a result."""
        if self._work.analysis is not None and not self.is_running:
            _write_summary(self._work)

    def progress(self) -> Progress:
        """How far the run is."""
        part = self._work.analysis.part if self._work.analysis is not None else None
        return self._work.pace.progress([(each.state, each.info, each.job) for each in self.entries], part)

    def close(self) -> None:
        """End what goes on."""
        self._work.closed.set()
        self.stop()
        self.wait(30)
        self.wait_measured(30)


def _run(work: _Work) -> None:
    try:
        for outcome in run_batch(_Tasks(work), _Threads(), at_once=work.at_once, process=work.process):
            work.take(outcome)
    except PosecoreError as error:
        work.error = str(error)
    except Exception as error:  # the thread has no caller that could report it
        work.error = f"The batch ended: {one_line(error)}."
        raise
    finally:
        _write_summary(work)


def _write_summary(work: _Work) -> None:
    try:
        work.write_summary()
    except OSError as error:
        work.error = f"The summary could not be written: {error.strerror or one_line(error)}."
    work.version += 1


def _process(task: ClipTask, stop: threading.Event, after: Begun | None, report: Report) -> Outcome:
    return process_clip(task, stop, counting_frames(report), after)


def _find_done(task: ClipTask) -> Outcome | None:
    with suppress(OSError):
        return find_done(task)
    return None


def _measure(work: _Work) -> None:
    """Look up the length of each video, in a worker process."""
    while not work.closed.is_set():
        with work.lock:
            entry = next((each for each in work.entries if not each.is_measured), None)
        if entry is None:
            return
        with suppress(PosecoreError, OSError):  # why it cannot be read is said in its turn
            entry.info = describe(entry.source.address, entry.source.clip)
        entry.is_measured = True
