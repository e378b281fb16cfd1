"""Concurrent stages: the same items in order, errors in the right place, and threads that end."""

import threading
import time

import pytest

from posecore.runs.overlap import BackgroundSink, prefetch


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before  # timers of other tests may end meanwhile


def numbers_then_error(count):
    yield from range(count)
    raise ValueError("damaged")


def test_all_items_come_in_order():
    with prefetch(range(100)) as items:
        assert list(items) == list(range(100))


def test_a_source_is_not_read_far_ahead():
    taken = []
    with prefetch(taken.append(n) or n for n in range(100)) as items:
        assert next(items) == 0
        time.sleep(0.1)
        assert len(taken) <= 6


def test_an_error_in_the_source_is_raised_after_its_items():
    with prefetch(numbers_then_error(5)) as items:
        assert [next(items) for _ in range(5)] == list(range(5))
        with pytest.raises(ValueError, match="damaged"):
            next(items)


def test_leaving_the_block_early_ends_the_source():
    with prefetch(iter(int, 1)) as items:  # 0, 0, 0, ... forever
        assert next(items) == 0


def test_work_is_done_in_order_before_the_block_ends():
    done = []
    with BackgroundSink(done.append) as behind:
        for number in range(50):
            behind.put(number)
    assert done == list(range(50))


def test_an_error_in_the_work_is_raised_at_the_end_and_later_items_are_dropped():
    done = []

    def work(number):
        if number == 3:
            raise OSError("disk full")
        done.append(number)

    def give():
        with BackgroundSink(work) as behind:
            for number in range(100):
                behind.put(number)

    with pytest.raises(OSError, match="disk full"):
        give()
    assert done == [0, 1, 2]


def test_an_error_in_the_block_drops_waiting_items():
    done, go = [], threading.Event()

    def work(number):
        go.wait(60)
        done.append(number)

    def give():
        with BackgroundSink(work) as behind:
            for number in range(3):
                behind.put(number)
            go.set()
            raise KeyError("caller")

    with pytest.raises(KeyError, match="caller"):
        give()
    assert len(done) <= 3
