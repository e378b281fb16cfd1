"""Concurrent stages of a run: each works in a thread of its own, in order, a few items apart.

The work itself (decoding, inference, encoding) happens outside Python's lock, so threads are enough to keep the
cores busy. Queues are short: only a handful of frames is in memory at once, however long the video.

The thread that finds people is the one that all others wait for, as each frame needs the one before. So the others
give way to it where there are fewer cores than threads (on Linux, where threads have priorities of their own).
"""

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

Item = TypeVar("Item")

# A few waiting items even out the pace of a busy stage; more would only take memory.
_DEPTH = 3

# Added to the niceness of the threads that give way: of a core they share, they get three tenths of the time.
_GIVE_WAY = 4


@dataclass(frozen=True)
class _Failure:
    error: BaseException


_END = object()


@contextmanager
def prefetch(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """The same items, taken from their source by another thread, up to three ahead.

    An error of the source is raised in place of its item. At the end of the block the thread has stopped, so that the
    source can be closed.
    """
    waiting: queue.Queue[object] = queue.Queue(_DEPTH)
    stop = threading.Event()
    thread = threading.Thread(target=_take, args=(items, waiting, stop), daemon=True)
    thread.start()
    try:
        yield _given(waiting)
    finally:
        stop.set()
        _empty(waiting)
        thread.join()


class BackgroundSink(Generic[Item]):
    """Calls a function with each item given, in order, in another thread; a context manager.

    ``put`` waits while three items are queued. An error of the function is raised by the next ``put`` or at
    the end of the block, and items given after it are dropped. The block ends when all is done; if it ends with an
    error of its own, waiting items are dropped.
    """

    def __init__(self, work: Callable[[Item], object]) -> None:
        self._work = work
        self._waiting: queue.Queue[object] = queue.Queue(_DEPTH)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def put(self, item: Item) -> None:
        """Queue an item."""
        self._raise()
        self._waiting.put(item)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            _empty(self._waiting)
        self._waiting.put(_END)
        self._thread.join()
        if error is None:
            self._raise()

    def _run(self) -> None:
        _give_way()
        while (item := self._waiting.get()) is not _END:
            if self._failure is None:
                try:
                    self._work(cast(Item, item))
                except BaseException as error:  # noqa: BLE001 - raised in the thread that gave the item
                    self._failure = error

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure


def _give_way() -> None:
    if sys.platform == "linux":
        os.nice(_GIVE_WAY)  # of the calling thread only


def _take(items: Iterable[object], waiting: "queue.Queue[object]", stop: threading.Event) -> None:
    _give_way()
    try:
        for item in items:
            waiting.put(item)
            if stop.is_set():
                return
    except BaseException as error:  # noqa: BLE001 - raised in the thread that asks for the item
        waiting.put(_Failure(error))
    else:
        waiting.put(_END)


def _given(waiting: "queue.Queue[object]") -> Iterator[Item]:
    while (item := waiting.get()) is not _END:
        if isinstance(item, _Failure):
            raise item.error
        yield cast(Item, item)


def _empty(waiting: "queue.Queue[object]") -> None:
    with suppress(queue.Empty):
        while True:
            waiting.get_nowait()
