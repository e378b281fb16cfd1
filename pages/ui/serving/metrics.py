"""Figures about the server for Prometheus, at ``/metrics``; only if ``POSECORE_METRICS`` is set.

Nothing heavy is imported here: the server imports this before any page.
"""

import hmac
import os
import queue
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui.serving import job_records, server_state, sockets
from pages.ui.serving.job_queue import QUEUE
from pages.ui.serving.machine import is_loopback, is_of_proxy
from posecore.errors import InvalidOption

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

VARIABLE = "POSECORE_METRICS"
_AT_THE_MACHINE = "on"
_SHORTEST_TOKEN = 16
_HEADERS = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
_JOB_BUCKETS_S = (1, 3, 10, 30, 60, 180, 600, 1800)


def routes(live_viewers: Callable[[], int]) -> list[Route]:
    """The route that the server needs to give the figures; none if they are off.

    Args:
        live_viewers: the number of live sessions at this moment.

    Raises:
        InvalidOption: if ``POSECORE_METRICS`` is neither "on" nor a token that is long enough.
    """
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        return []
    if wanted != _AT_THE_MACHINE and len(wanted) < _SHORTEST_TOKEN:
        raise InvalidOption(
            f"Expected {VARIABLE} to be {_AT_THE_MACHINE!r} or a token of {_SHORTEST_TOKEN} characters or more, but "
            f"got {len(wanted)} characters."
        )
    figures = _figures(live_viewers)

    # Not `async`: what is read of the processes is read in a thread.
    def answer(request: Request) -> Response:
        refusal = _refusal(request, wanted)
        return refusal or Response(figures(), headers=_HEADERS)

    base = st.get_option("server.baseUrlPath").strip("/")
    return [Route(f"{'/' if base else ''}{base}/metrics", answer)]


def _refusal(request: Request, wanted: str) -> Response | None:
    """The answer to who may not read the figures; None if they may."""
    if wanted != _AT_THE_MACHINE:
        given = request.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
            return None
        return PlainTextResponse("Expected the token of this server.", 401, {"WWW-Authenticate": "Bearer"})
    peer = request.client.host if request.client is not None else None
    if is_loopback(peer) and is_loopback(request.url.hostname) and not any(map(is_of_proxy, request.headers)):
        return None
    return PlainTextResponse(f"Without a token, {VARIABLE} gives the figures only at the machine itself.", 403)


def _figures(live_viewers: Callable[[], int]) -> Callable[[], bytes]:
    """Function that gives the figures of the moment."""
    from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics, generate_latest

    # When each series began would be as many lines again, which nobody needs.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # memory, processor time and open files of the server
    _watch_now(registry, live_viewers)
    count_all = _watch_jobs(registry)

    def figures() -> bytes:
        count_all()
        return generate_latest(registry)

    return figures


def _watch_now(registry: "CollectorRegistry", live_viewers: Callable[[], int]) -> None:
    from prometheus_client import Gauge

    def workers_bytes() -> int:
        used = server_state.memory()
        return used.workers if used is not None else 0

    gauges: dict[str, tuple[str, Callable[[], float]]] = {
        "jobs_working": ("Jobs at work", lambda: QUEUE.working),
        "jobs_waiting": ("Jobs in the queue", lambda: QUEUE.waiting),
        "frames_per_second": (
            "Frames per second of the jobs at work, all together",
            lambda: QUEUE.frames_per_second,
        ),
        "live_viewers": ("Live sessions that the server analyses", live_viewers),
        "device_viewers": ("Visitors whose own devices send landmarks", sockets.number_open),
        "workers_memory_bytes": ("Resident memory of the worker processes", workers_bytes),
    }
    for name, (words, value) in gauges.items():
        Gauge(f"posecore_{name}", words, registry=registry).set_function(value)


def _watch_jobs(registry: "CollectorRegistry") -> Callable[[], None]:
    """Count the jobs that are over; what it returns counts those that it has not counted yet."""
    from prometheus_client import Counter, Histogram

    ended = Counter("posecore_jobs", "Jobs that are over", ["kind", "outcome"], registry=registry)
    frames = Counter("posecore_frames", "Frames that these have done", ["kind"], registry=registry)
    worked = Histogram("posecore_job_seconds", "Time of work", ["kind"], buckets=_JOB_BUCKETS_S, registry=registry)
    waited = Histogram("posecore_job_wait_seconds", "Time in the queue", buckets=_JOB_BUCKETS_S, registry=registry)

    def count(job: job_records.JobRecord) -> None:
        ended.labels(job.kind, job.outcome).inc()
        waited.observe(job.waited_s)
        if job.outcome != "left":
            worked.labels(job.kind).observe(job.worked_s)
        if job.things == "frames":
            frames.labels(job.kind).inc(job.count)

    # A job that nothing refers to may be over in a thread that holds a lock of the library, so it is only put here.
    over: queue.SimpleQueue[job_records.JobRecord] = queue.SimpleQueue()

    def count_all() -> None:
        with suppress(queue.Empty):
            while True:
                count(over.get_nowait())

    def take(job: job_records.JobRecord) -> None:
        over.put(job)
        if job.outcome != "left":
            count_all()

    job_records.follow(take)
    return count_all
