"""Many tasks on any executor: a pool of threads on this machine, or a cluster."""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import islice

from posecore.batch.task import ClipTask, Outcome, failed, process_clip
from posecore.errors import WorkerLost, unforeseen
from posecore.runs.segments import usual_workers

# What analysing one Full HD video takes at most, see docs/speed.md.
_BYTES_PER_CLIP = 1_500_000_000


Process = Callable[[ClipTask], Outcome]
"""What is done with a task, such as ``process_clip``."""


def run_batch(
    tasks: Iterable[ClipTask],
    executor: Executor,
    *,
    at_once: int,
    process: Process = process_clip,
) -> Iterator[Outcome]:
    """Do tasks on an executor, and yield their outcomes as they come.

    Memory does not grow with the number of tasks. If the iteration ends early, tasks that have not begun are cancelled.
    What is done is done: the same tasks again are skipped, whatever ended this run.

    Args:
        tasks: taken as they are needed.
        executor: any of ``concurrent.futures``, or a cluster's, such as ``Client(...).get_executor()`` of
            ``dask.distributed``.
        at_once: tasks that are with the executor at the same time, so at least as many as it has workers.
        process: what is done, as ``process_clip``.

    Raises:
        WorkerLost: if the executor itself ended, such as a cluster that cannot be reached any more.
    """
    left = iter(tasks)
    waiting: dict[Future[Outcome], ClipTask] = {}
    try:
        while True:
            waiting |= {executor.submit(process, task): task for task in islice(left, at_once - len(waiting))}
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield _outcome_of(future, waiting.pop(future))
    finally:
        for future in waiting:
            future.cancel()


def _outcome_of(future: "Future[Outcome]", task: ClipTask) -> Outcome:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise WorkerLost(
            "The workers have ended or cannot be reached any more. What is done is kept: the same command goes on."
        ) from error
    except Exception as error:  # noqa: BLE001 - such as that of a worker which died several times
        return failed(task, unforeseen(task.source.clip, error))


def usual_clips_at_once() -> int:
    """The number of videos at once that suits this machine, by its cores and its memory."""
    return max(1, min(usual_workers(), _memory_bytes() // _BYTES_PER_CLIP))


def _memory_bytes() -> int:
    """Memory of this machine; as good as unlimited if it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return ctypes.c_size_t(-1).value
