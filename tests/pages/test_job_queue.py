"""The queue of jobs: its order, its limits, the guess of the wait, and what a visitor sees of it."""

import threading
from dataclasses import dataclass, field

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.serving.job_queue import Full, JobQueue
from pages.ui.serving.jobs import Job, JobWords
from pages.ui.shared.job_progress import asks_every_s, full_text, queue_text
from posecore.limits import Limits

PHOTOS = JobWords("photos", fails="The photos could not be scored")


@dataclass(eq=False)
class Waiter:
    visit: str | None = None
    seconds_left: float | None = None
    begun: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        assert not self.begun.is_set()
        self.begun.set()


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def queue_of(number: int, queue: JobQueue) -> list[Waiter]:
    waiters = [Waiter() for _ in range(number)]
    assert all(queue.enter(each) for each in waiters)
    return waiters


def test_jobs_begin_in_the_order_in_which_they_came():
    queue = JobQueue(places=2, waiting_places=9, per_visit=9)
    a, b, c, d, e = queue_of(5, queue)
    assert [each.begun.is_set() for each in (a, b, c)] == [True, True, False]
    assert [queue.place(each) for each in (a, c, d, e)] == [None, 1, 2, 3]
    assert queue.leave(d)
    assert not queue.leave(d)
    assert not queue.leave(a), "it works already"
    queue.finish(b)
    assert c.begun.is_set()
    assert (queue.place(e), queue.working, queue.waiting) == (1, 2, 1)
    queue.finish(a)
    assert e.begun.is_set()
    assert not d.begun.is_set()


def test_only_so_many_wait_and_of_one_visit_fewer():
    queue = JobQueue(places=1, waiting_places=3, per_visit=2)
    [works] = queue_of(1, queue)
    first, second, third = (Waiter("ann") for _ in range(3))
    assert queue.enter(first)
    assert queue.enter(second)
    assert not queue.enter(third)
    assert queue.why_full(third) == Full(2, True, None)
    assert queue.enter(Waiter("ben"))
    assert not queue.enter(Waiter("eve"))
    assert queue.why_full(Waiter("eve")) == Full(3, False, None)
    queue.finish(works)
    assert first.begun.is_set()
    assert queue.why_full(third) is None
    assert queue.enter(third), "of the visit, one waits now"


def test_the_wait_is_guessed_from_the_time_left_and_the_usual_time():
    clock = Clock()
    queue = JobQueue(places=2, waiting_places=9, per_visit=9, longest_s=100, clock=clock)
    a, b, c, d, e = queue_of(5, queue)
    assert [queue.seconds_until(each) for each in (a, c, d)] == [None, None, None], "nothing is known"
    a.seconds_left = 30.0
    assert (queue.seconds_until(c), queue.seconds_until(d)) == (30, None)
    b.seconds_left = 50.0
    assert (queue.seconds_until(c), queue.seconds_until(d)) == (30, 50)
    assert queue.seconds_until(e) is None, "a usual time is not known yet"
    clock.now_s, b.seconds_left = 20.0, 30.0
    queue.finish(a)  # after 20 s
    assert queue.place(d) == 1
    assert queue.seconds_until(d) == 20, "c is taken for a usual job"
    assert queue.seconds_until(e) == 30, "then b ends"
    clock.now_s, b.seconds_left = 35.0, 15.0
    assert (queue.seconds_until(d), queue.seconds_until(e)) == (5, 15)
    clock.now_s, b.seconds_left = 45.0, None
    assert queue.seconds_until(d) is None, "both take longer than usual"
    b.seconds_left = 500.0
    assert queue.seconds_until(d) == 55, "then it has had its time"


@pytest.mark.parametrize(
    ("place", "seconds", "expected"),
    [
        (3, 118.0, "Place 3 in the queue, about 2 minutes"),
        (1, 13.2, "Place 1 in the queue, about 15 s"),
        (1, 0.0, "Place 1 in the queue, about 5 s"),
        (2, None, "Place 2 in the queue"),
        (None, None, "Starting"),
    ],
)
def test_the_place_in_words(place, seconds, expected):
    assert queue_text(place, seconds) == expected


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        (
            Full(20, False, 61.0),
            "The server is full: 20 analyses wait already. Try again in about 60 s. What you uploaded is kept.",
        ),
        (Full(1, True, None), "One analysis of yours waits already, and more cannot. Try again."),
        (Full(4, True, 300.0), "4 analyses of yours wait already, and more cannot. Try again in about 5 minutes."),
    ],
)
def test_a_full_queue_in_words(full, expected):
    assert full_text(full) == expected


def shown(app: AppTest) -> str:
    """What a visitor reads of the job."""
    assert not app.exception
    texts = [each.proto.text for each in app.get("progress")] + [each.value for each in app.warning]
    return " ".join(texts)


def test_a_visitor_waits_leaves_and_tries_again(monkeypatch):
    def page(job):
        import streamlit as st

        from pages.ui.shared.job_progress import show_progress

        if job.is_running:
            show_progress(job)
        else:
            st.markdown(f"Result: {job.state.result}")

    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", JobQueue(places=1, waiting_places=1, per_visit=1))
    may_end, works = threading.Event(), Job(PHOTOS)
    works.start(lambda report: [report(1, 2), may_end.wait(60)])
    waits, late = Job(PHOTOS), Job(PHOTOS)
    waits.start(lambda report: 1)
    late.start(lambda report: 2)
    assert late.is_running
    app = AppTest.from_function(page, args=(waits,), default_timeout=120).run()
    assert shown(app) == "Place 1 in the queue"
    of_late = AppTest.from_function(page, args=(late,), default_timeout=120).run()
    assert shown(of_late).startswith("The server is full: one analysis waits already. Try again.")
    app.button(key=f"stop_{waits.key}").click().run()
    assert waits.state.done.is_set()
    assert app.markdown[0].value == "Result: None"
    assert shown(of_late.run()) == "There is a place in the queue now."
    of_late.button(key=f"again_{late.key}").click().run()
    assert shown(of_late) == "Place 1 in the queue"
    may_end.set()
    assert late.state.done.wait(120)
    assert of_late.run().markdown[0].value == "Result: 2"


def test_pages_ask_less_often_while_many_wait():
    assert [asks_every_s(True, 1), asks_every_s(False, 0)] == [1.0, 0.25]
    assert [asks_every_s(True, 18), asks_every_s(False, 18)] == [2.0, 0.5]


def test_a_job_of_no_page_waits_for_a_place_in_a_full_queue(monkeypatch):
    queue = JobQueue(places=1, waiting_places=0, per_visit=1)
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", queue)
    monkeypatch.setattr("pages.ui.serving.jobs._TRIES_EVERY_S", 0.01)
    [works] = queue_of(1, queue)
    job: Job[int] = Job(PHOTOS)
    job.start(lambda report: 1)
    assert job.state.is_refused
    threading.Timer(0.1, queue.finish, [works]).start()
    job.wait()
    assert job.state.result == 1


def test_a_job_that_is_refused_can_be_given_up(monkeypatch):
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", JobQueue(places=0, waiting_places=0, per_visit=1))
    job: Job[int] = Job(PHOTOS)
    job.start(lambda report: 1)
    assert not job.state.done.is_set()
    job.stop()
    assert job.state.done.is_set()
    job.try_again()
    assert not job.is_running


def test_a_job_ends_after_its_time_if_others_wait_with_the_result_so_far(monkeypatch):
    queue = JobQueue(places=1, waiting_places=9, per_visit=9)
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", queue)
    monkeypatch.setattr("pages.ui.serving.jobs.LIMITS", Limits(job_seconds=0))

    def count(report) -> int:
        assert report(1, 1_000_000), "nobody waits"
        assert queue.enter(Waiter("ann"))
        return next(done for done in range(1, 1_000_000) if not report(done, 1_000_000))

    job: Job[int] = Job(PHOTOS)
    job.start(count)
    assert job.state.done.wait(120)
    assert job.state.result >= 1
    assert job.state.cut_short
    assert job.state.is_out_of_time
    assert job.state.error is None
    queue.finish(next(iter(queue._working)))
    nothing: Job[list[int]] = Job(PHOTOS)
    nothing.start(lambda report: [] if count(report) else [1])
    assert nothing.state.done.wait(120)
    assert nothing.state.error == ("The photos could not be scored: others wait, and it had the 0 s of one job.")
