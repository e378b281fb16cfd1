"""Tasks on an executor: bounded, in any order, and none lost."""

import pickle
import threading
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor

import pytest

from posecore.batch import run
from posecore.batch.listing import Source
from posecore.batch.run import run_batch
from posecore.batch.task import ClipTask, Outcome
from posecore.errors import WorkerLost


def tasks(count):
    for number in range(count):
        yield ClipTask(Source(f"{number}.mp4", f"/{number}.mp4"), "/out")


def done(task):
    return Outcome(task.source.clip, task.source.address, "done", {})


def test_tasks_are_taken_as_they_are_needed():
    taken = []

    def each():
        for task in tasks(100):
            taken.append(task)
            yield task

    with ThreadPoolExecutor(2) as pool:
        finished = 0
        for _ in run_batch(each(), pool, at_once=4, process=done):
            finished += 1
            assert len(taken) - finished < 8
    assert finished == 100


def test_a_worker_that_dies_fails_one_task():
    def process(task):
        if task.source.clip == "1.mp4":
            raise RuntimeError("the worker\ndied")
        return done(task)

    with ThreadPoolExecutor(2) as pool:
        outcomes = {outcome.clip: outcome for outcome in run_batch(tasks(3), pool, at_once=2, process=process)}
    assert [outcomes[f"{number}.mp4"].status for number in range(3)] == ["done", "failed", "done"]
    assert outcomes["1.mp4"].row["error"] == "1.mp4 could not be processed: RuntimeError: the worker died."


def test_an_executor_that_ends_ends_the_run():
    class Broken(ThreadPoolExecutor):
        def submit(self, *_):
            future = Future()
            future.set_exception(BrokenExecutor())
            return future

    with pytest.raises(WorkerLost, match="What is done is kept"):
        list(run_batch(tasks(3), Broken(), at_once=2, process=done))


def test_what_has_not_begun_is_cancelled():
    begun = []
    may_go_on = threading.Event()

    def process(task):
        begun.append(task)
        if len(begun) > 1:
            may_go_on.wait(60)
        return done(task)

    with ThreadPoolExecutor(1) as pool:
        outcomes = run_batch(tasks(50), pool, at_once=10, process=process)
        next(outcomes)
        outcomes.close()
        may_go_on.set()
    assert len(begun) <= 2


def test_a_task_is_the_same_on_other_machines():
    [task] = tasks(1)
    assert pickle.loads(pickle.dumps(task)) == task
    assert pickle.loads(pickle.dumps(task)).fingerprint == task.fingerprint


@pytest.mark.parametrize(("cores", "gigabytes", "at_once"), [(1, 16, 1), (16, 32, 8), (64, 8, 5), (8, 1, 1)])
def test_videos_at_once_fit_the_machine(cores, gigabytes, at_once, monkeypatch):
    monkeypatch.setattr(run, "usual_workers", lambda: max(1, cores // 2))
    monkeypatch.setattr(run, "_memory_bytes", lambda: gigabytes * 10**9)
    assert run.usual_clips_at_once() == at_once
