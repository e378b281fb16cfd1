"""Raw photos of pages wait in the queue of jobs, and say so as jobs do."""

import json
import logging
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.hostile.raw_photo import dng
from pages.ui.serving.job_queue import JobQueue
from pages.ui.shared import raw_turns
from posecore.media import raw_photos
from posecore.media.pictures import decode_picture
from tests.pages.test_job_queue import Waiter

PHOTO = dng(np.full((96, 128, 3), 128, np.uint8))


def page() -> None:
    import streamlit as st

    from pages.ui.shared.problems import problems_shown
    from pages.ui.shared.raw_turns import develop_in_turn
    from posecore.media.pictures import decode_picture
    from tests.pages.test_raw_turns import PHOTO

    develop_in_turn()
    with problems_shown():
        st.caption(f"{decode_picture(PHOTO).shape}")


@pytest.fixture
def line(monkeypatch) -> JobQueue:
    queue = JobQueue(places=1, waiting_places=1, per_visit=1)
    monkeypatch.setattr(raw_turns, "QUEUE", queue)
    monkeypatch.setattr(raw_photos, "take_turn", raw_photos.take_turn)
    monkeypatch.setattr(raw_turns, "_SHOWN_EVERY_S", 0.05)
    return queue


def test_one_waits_for_its_turn_with_its_place_and_gives_it_to_the_next(line, monkeypatch, caplog):
    said, first = [], Waiter()
    line.enter(first)
    monkeypatch.setattr(raw_turns, "queue_text", lambda place, _: said.append(place) or line.finish(first) or "")
    caplog.set_level(logging.INFO, "posecore.jobs")
    shown = AppTest.from_function(page, default_timeout=120).run()
    assert [each.value for each in shown.caption] == ["(96, 128, 3)"]
    assert said == [1]
    assert (line.working, line.waiting) == (0, 0)
    [told] = [json.loads(each.message) for each in caplog.records if each.name == "posecore.jobs"]
    assert (told["kind"], told["outcome"], told["count"]) == ("raw photo", "done", 1)


def test_a_full_server_is_said_in_the_words_of_jobs(line):
    for _ in range(2):
        line.enter(Waiter())
    shown = AppTest.from_function(page, default_timeout=120).run()
    assert shown.error[0].value.startswith("The server is full: one analysis waits already. Try again.")
    assert not shown.caption


def test_a_job_that_opens_one_has_its_place_already(line):
    raw_turns.develop_in_turn()
    line.enter(Waiter())  # the job's own, and the only one
    opened = []
    thread = threading.Thread(target=lambda: opened.append(decode_picture(PHOTO)))
    thread.start()
    thread.join(120)
    assert opened[0].shape == (96, 128, 3)
