"""Clips described and worked on in worker processes, which are started once and used again."""

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from posecore.errors import WorkerLost
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo
from posecore.media.joining import Part
from posecore.runs.job import Job, Listener
from posecore.runs.process import Worker, WorkerDied
from posecore.system import whole_file

Result = TypeVar("Result")


def warm_up() -> None:
    """Start a worker where none is ready, so that the first clip need not wait for it."""
    with _POOL.worker():
        pass


def end_idle_workers() -> None:
    """End the workers that have nothing to do; the next clip starts a new one."""
    _POOL.end_idle(0)


def describe(path: os.PathLike[str] | str, name: str | None = None) -> ClipInfo:
    """What is known of a clip, once its first frame is decoded; not in this process.

    Args:
        path: the clip.
        name: what to call it in an error; by default the file's own name.

    Raises:
        As ``posecore.media.clips.open_clip``; WorkerLost.
    """
    path = Path(path).absolute()
    return _twice(name or path.name, lambda worker: worker.describe(path, name))


def run(job: Job, listener: Listener) -> list[str]:
    """As ``posecore.runs.single.run``, in a worker process.

    Where that process dies the job is begun once more, from its beginning: the listener is told again that
    the clip is open.

    Raises:
        As that; WorkerLost.
    """
    with _whole_film(job) as inside:
        return _twice(job.path.name, lambda worker: worker.run(inside, listener))


def join(films: Sequence[Part], job: Job, clip: ClipInfo) -> None:
    """Join the films of a job's stretches to that of the job, with its sound, which a worker process reads.

    Args:
        films: each with the time in seconds at which it begins.
        job: whose film they make.
        clip: what is known of the job's clip.

    Raises:
        OSError: where the film cannot be written; WorkerLost.
    """
    with _whole_film(job) as inside:
        _twice(job.path.name, lambda worker: worker.join(films, inside, clip.start_s))


def _twice(name: str, do: Callable[[Worker], Result]) -> Result:
    ends = []
    for _ in range(2):
        try:
            with _POOL.worker() as worker:
                return do(worker)
        except WorkerDied as error:
            ends.append(str(error))
    raise WorkerLost(
        f"{name} was given up: the process that worked on it ended twice ({', then '.join(ends)}). Either the machine "
        "has too little memory for this clip, or the file makes a decoder crash."
    )


@contextmanager
def _whole_film(job: Job) -> Iterator[Job]:
    """The job with paths for another process, its film in a folder that goes with whatever a dead process left."""
    with nullcontext() if job.film is None else whole_file(job.film) as film:
        yield replace(job, path=job.path.absolute(), film=film)


class _Pool:
    """The workers that have nothing to do at the moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[float, Worker]] = []  # since when, the newest last
        atexit.register(self.end_idle, 0)

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A worker for the length of the block, which then is kept, or ended where it is not ready."""
        worker = self._take() or Worker()
        try:
            yield worker
        finally:
            if worker.ready:
                self._keep(worker)
            else:
                worker.end()

    def end_idle(self, seconds: float) -> None:
        """End the workers that had nothing to do for so long."""
        with self._lock:
            old = [entry for entry in self._idle if time.monotonic() - entry[0] >= seconds]
            self._idle = [entry for entry in self._idle if entry not in old]
        for _, worker in old:
            worker.end()

    def _take(self) -> Worker | None:
        with self._lock:
            while self._idle:
                _, worker = self._idle.pop()
                if worker.ready:
                    return worker
                worker.end()
        return None

    def _keep(self, worker: Worker) -> None:
        with self._lock:
            self._idle.append((time.monotonic(), worker))
        timer = threading.Timer(LIMITS.seconds_idle + 1, self.end_idle, [LIMITS.seconds_idle])
        timer.daemon = True
        timer.start()


_POOL = _Pool()
