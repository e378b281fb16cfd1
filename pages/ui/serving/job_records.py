"""What is written down of each job when it is over: no names, no contents, no addresses.

Nothing heavy is imported here: the server imports this before any page.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

_LOG = logging.getLogger("posecore.jobs")

Outcome = Literal["done", "stopped", "out of time", "failed", "left"]


@dataclass(frozen=True)
class JobRecord:
    """What became of a job.

    Attributes:
        kind: of the job, such as "video".
        outcome: "stopped" by the visitor; "out of time" after
            ``LIMITS.job_seconds`` while others waited; "left" the queue before it began.
        waited_s, worked_s: seconds in the queue, and of work.
        things: what its last task counted, such as "frames".
        count: how many of these were done.
        error: class of the error if it failed.
    """

    kind: str
    outcome: Outcome
    waited_s: float
    worked_s: float
    things: str
    count: int
    error: str | None = None

    @property
    def per_second(self) -> float | None:
        """Things done per second; None if there are none."""
        return self.count / self.worked_s if self.count and self.worked_s > 0 else None


_followers: list[Callable[[JobRecord], None]] = []


def follow(take: Callable[[JobRecord], None]) -> None:
    """Call a function with each record from now on, in any thread."""
    _followers.append(take)


def record(job: JobRecord) -> None:
    """Write down a job that is over: one line of JSON in the log, and for those who follow."""
    fields = {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(job).items()}
    pace = None if job.per_second is None else round(job.per_second, 2)
    _LOG.info(json.dumps({"event": "job", **fields, "per_second": pace}))
    for take in _followers:
        take(job)


def log_to_errors() -> None:
    """Print the lines of the log among the errors of the process, one by one as they are."""
    if not _LOG.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False
