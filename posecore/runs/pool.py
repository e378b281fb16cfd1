"""Videos inspected and processed in worker processes, which are started once and reused."""

import atexit
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from posecore.errors import WorkerLost
from posecore.estimation.faces import Face, FaceNetwork
from posecore.export.saved import save_sequence
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.media.joining import Part
from posecore.media.upright import Rgb
from posecore.poses import PoseSequence
from posecore.runs.job import NEEDS_LESS_MEMORY, Job, RunEnd, RunObserver
from posecore.runs.preview import Preview
from posecore.runs.worker_process import WorkerDied, WorkerProcess
from posecore.system import replace_after_fork, whole_file

Result = TypeVar("Result")


def warm_up() -> None:
    """Start a worker if none is ready, so that the first video need not wait for it.

    Raises:
        WorkerUnavailable: if the system starts no process.
    """
    with _POOL.worker():
        pass


def end_idle_workers() -> None:
    """End the idle workers; the next video starts a new one."""
    _POOL.end_idle(0)


def describe(path: os.PathLike[str] | str, name: str | None = None) -> ClipInfo:
    """Properties of a video once its first frame is decoded, in a worker process; of a few videos at a time.

    Args:
        path: the video.
        name: its name in errors; by default the file's own name.

    Raises:
        As ``posecore.media.clips.open_clip``; WorkerLost, WorkerUnavailable.
    """
    path = Path(path).absolute()
    with _LOOKS:
        return _try_twice(name or path.name, lambda worker: worker.describe(path, name))


def read_frame(path: Path, from_s: float) -> Rgb:
    """``posecore.media.clips.read_frame`` in a worker process; of a few videos at a time.

    Raises:
        As there; WorkerLost, WorkerUnavailable.
    """
    path = path.absolute()
    with _LOOKS:
        return _try_twice(path.name, lambda worker: worker.read_frame(path, from_s))


def run_in_worker(job: Job, observer: RunObserver, preview: Preview | None = None) -> RunEnd:
    """``posecore.runs.film_copy.run_with_film`` in a worker process.

    If that process dies, the job is run once more from the start: ``observer.on_opened`` is called again.

    Raises:
        As ``run_with_film``; WorkerLost, WorkerUnavailable.
    """
    with _whole_film(job) as inside:
        return _try_twice(job.path.name, lambda worker: worker.run(inside, observer, preview))


def find_faces(
    path: Path, sequence: PoseSequence, network: FaceNetwork, part: ClipOptions, on_frame: Callable[[int], bool]
) -> list[Mapping[int, Face]]:
    """``posecore.runs.faces_in_video.faces_by_frame`` in a worker process.

    Args:
        path: the video.
        sequence: found in its frames, from the first on.
        network: the worker opens one like this.
        part: which frames.
        on_frame: called after each frame with the number of frames done; if it returns False, a few more may follow. If
            the process dies, it begins once more from the first.

    Raises:
        As ``faces_by_frame``; WorkerLost, WorkerUnavailable.
    """
    path = path.absolute()
    with tempfile.TemporaryDirectory() as folder:
        poses = Path(folder, "poses.npz")
        save_sequence(sequence, poses, facts={}, compressed=False)

        def find(worker: WorkerProcess) -> list[Mapping[int, Face]]:
            found: list[Mapping[int, Face]] = []

            def take(faces: Mapping[int, Face]) -> bool:
                found.append(faces)
                return on_frame(len(found))

            worker.find_faces(path, poses, network, part, take)
            return found

        return _try_twice(path.name, find)


def join_segments(films: Sequence[Part], job: Job, clip: ClipInfo) -> None:
    """Join the videos of a job's segments into the job's video, with the original sound, in a worker process.

    Args:
        films: the videos, each with the time in seconds at which it begins.
        job: the job whose video they make up.
        clip: properties of the job's original video.

    Raises:
        OSError: if the video cannot be written; WorkerLost, WorkerUnavailable.
    """
    with _whole_film(job) as inside:
        _try_twice(job.path.name, lambda worker: worker.join_segments(films, inside, clip.start_s))


def _try_twice(name: str, do: Callable[[WorkerProcess], Result]) -> Result:
    ends = []
    for _ in range(2):
        try:
            with _POOL.worker() as worker:
                return do(worker)
        except WorkerDied as error:
            ends.append(str(error))
    raise WorkerLost(
        f"{name} could not be processed: its worker process ended twice ({', then '.join(ends)}). Either the file "
        f"crashes a decoder, or the machine has too little memory for this video. {NEEDS_LESS_MEMORY}"
    )


@contextmanager
def _whole_film(job: Job) -> Iterator[Job]:
    """The job with paths for another process; files that a dead process leaves beside its video are deleted."""
    with nullcontext() if job.film is None else whole_file(job.film) as film:
        yield replace(job, path=job.path.absolute(), film=film)


class _Pool:
    """The idle workers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[float, WorkerProcess]] = []  # with the time since when, the newest last
        self._clock: threading.Timer | None = None  # one for all workers

    @contextmanager
    def worker(self) -> Iterator[WorkerProcess]:
        """A worker for the length of the block; afterwards it is kept if it is ready, and ended if not."""
        worker = self._take() or WorkerProcess()
        try:
            yield worker
        finally:
            if worker.ready:
                self._keep(worker)
            else:
                worker.end()

    def end_idle(self, seconds: float) -> None:
        """End the workers that have been idle for too long."""
        with self._lock:
            old = [entry for entry in self._idle if time.monotonic() - entry[0] >= seconds]
            self._idle = [entry for entry in self._idle if entry not in old]
            self._set_clock()
        for _, worker in old:
            worker.end()

    def _take(self) -> WorkerProcess | None:
        with self._lock:
            while self._idle:
                _, worker = self._idle.pop()
                if worker.ready:
                    return worker
                worker.end()
        return None

    def _keep(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._idle.append((time.monotonic(), worker))
            self._set_clock()

    def _set_clock(self) -> None:
        """Have the worker ended that has been idle longest, once it is time; to be called with the lock."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self._idle:
            since_s, _ = self._idle[0]
            left_s = max(0.0, since_s + LIMITS.seconds_idle - time.monotonic())
            self._clock = threading.Timer(left_s + 1, self.end_idle, [LIMITS.seconds_idle])
            self._clock.daemon = True
            self._clock.start()


# Many visitors may give a video at the same moment, and each worker takes 100 MB.
_LOOKS = threading.BoundedSemaphore(2 * LIMITS.runs_at_once)
_POOL = _Pool()
atexit.register(end_idle_workers)


def _start_anew() -> object:
    """Leave the workers that a forked process inherits to the process that started them."""
    global _POOL
    inherited, _POOL = _POOL, _Pool()
    return inherited


replace_after_fork(_start_anew)
