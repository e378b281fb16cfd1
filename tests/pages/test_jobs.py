"""Jobs in the background: progress, waiting, stopping, errors, and their end with the visit."""

import gc
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.serving.job_queue import JobQueue
from pages.ui.serving.jobs import Job, JobProgress, JobState, JobWords, Report
from pages.ui.serving.visits import Visit
from pages.ui.shared.job_progress import progress_text
from posecore import PosecoreError
from posecore.media.pictures import encode_jpeg
from posecore.runs.preview import PreviewPicture

PHOTOS = JobWords("photos", fails="The photos could not be scored")


def count_photos(report: Report, *, seconds: float = 0.01) -> int:
    """Go through 500 photos; the result is the number of those that were done."""
    for count in range(1, 501):
        time.sleep(seconds)
        if not report(count, 500):
            break
    return count


def until(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_job_reports_and_has_a_result():
    job: Job[int] = Job(PHOTOS)
    assert not job.has_started
    assert not job.is_running
    job.start(lambda report: count_photos(report, seconds=0))
    assert job.has_started
    assert job.state.done.wait(120)
    assert not job.is_running
    assert (job.state.result, job.state.error, job.state.cut_short) == (500, None, False)
    assert job.state.progress.share == 1
    assert job.state.seconds > 0


def test_a_stopped_job_keeps_what_was_done():
    job: Job[int] = Job(PHOTOS)
    job.start(count_photos)
    until(lambda: job.state.progress is not None)
    job.stop()
    assert job.state.done.wait(120)
    assert 1 <= job.state.result < 500
    assert job.state.cut_short


def test_jobs_wait_for_those_of_others_and_can_be_stopped_before(monkeypatch):
    queue = JobQueue(places=1, waiting_places=9, per_visit=9)
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", queue)
    first, second, third = (Job(PHOTOS) for _ in range(3))
    first.start(count_photos)
    until(lambda: first.state.progress is not None)
    second.start(count_photos)
    third.start(count_photos)
    third.stop()
    assert third.state.done.wait(120)
    assert (third.state.result, third.state.cut_short) == (None, False)
    assert second.state.waiting
    first.stop()
    until(lambda: second.state.progress is not None)
    assert first.state.done.is_set()
    second.close()
    assert (queue.working, queue.waiting) == (0, 0), "no place is lost"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PosecoreError("a.jpg is damaged."), "Sorry: a.jpg is damaged."),
        (ZeroDivisionError("0"), "The photos could not be scored (ZeroDivisionError: 0)."),
    ],
    ids=["foreseen", "unforeseen"],
)
def test_an_error_is_put_into_words(error, expected):
    def fail(_report: Report) -> None:
        raise error

    job: Job[None] = Job(PHOTOS)
    job.start(fail, says=lambda error: f"Sorry: {error}")
    assert job.state.done.wait(120)
    assert job.state.error == expected


def test_a_visit_ends_its_jobs_and_so_does_dropping_them():
    visit = Visit("session")
    job: Job[int] = Job(PHOTOS)
    job.start(count_photos)
    visit.keep(job)
    visit.close()
    assert job.state.done.is_set(), "closing waits for the end"
    dropped: Job[int] = Job(PHOTOS)
    dropped.start(count_photos)
    state = dropped.state
    del dropped
    gc.collect()
    assert state.done.is_set()


def test_the_pace_is_that_since_the_first_report_and_of_each_task(monkeypatch):
    now = iter([0.0, 2.0, 3.0, 5.0])
    monkeypatch.setattr("pages.ui.serving.jobs.time.monotonic", lambda: next(now))
    state: JobState[None] = JobState()
    state.report(400, 500)  # of an earlier run
    assert (state.progress.per_second, state.progress.seconds_left) == (None, None)
    state.report(420, 500)
    assert (state.progress.per_second, state.progress.seconds_left) == (10, 8)
    state.report(1, 10, "Faces: ")
    assert state.progress.per_second is None
    state.report(2, 10, "Faces: ")
    assert (state.progress.per_second, state.progress.seconds_left) == (0.5, 16)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (JobProgress(120, 230, 38.2), "120 of 230 photos · 38 per second · 3 s left"),
        (JobProgress(2, 9000, 2.5), "2 of 9,000 photos · 2.5 per second · 60 minutes left"),
        (JobProgress(1, 230, None), "1 of 230 photos"),
        (JobProgress(7, None, 3.0, "Faces: "), "Faces: 7 photos · 3.0 per second"),
    ],
)
def test_progress_in_words(progress, expected):
    assert progress_text(progress, PHOTOS) == expected


def test_its_page_asks_for_the_newest_frame_and_shows_it():
    def page(job):
        from pages.ui.shared.job_progress import show_progress

        show_progress(job)

    job: Job[int] = Job(PHOTOS)
    app = AppTest.from_function(page, args=(job,), default_timeout=120).run()
    assert not app.exception
    assert not app.get("image")
    assert job.preview.is_asked()
    rgb = np.full((48, 64, 3), 90, np.uint8)
    job.preview.give(PreviewPicture(encode_jpeg(rgb), (64, 48), 3.21, 2))
    [shown] = app.run().get("image")
    [image] = shown.proto.imgs
    assert image.url.endswith(".jpg")
    assert image.alt == "Newest analysed frame, at 3.2 s, with the skeletons of 2 people"
