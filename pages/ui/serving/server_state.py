"""How the server is: its jobs, its live sessions, and its memory.

Nothing heavy is imported here: the server imports this before any page.
"""

import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pages.ui.serving import job_records
from pages.ui.serving.job_queue import QUEUE
from posecore.limits import LIMITS

_lock = threading.RLock()  # a job that nothing refers to is over in whatever thread that is noticed
_outcomes: Counter[str] = Counter()


class Memory(NamedTuple):
    """Memory in use, in bytes: of the server, and of its worker processes, of which there are this many."""

    server: int
    workers: int
    number: int


def count_jobs() -> None:
    """Count jobs by their outcome from now on."""

    def count(job: job_records.JobRecord) -> None:
        with _lock:
            _outcomes[job.outcome] += 1

    job_records.follow(count)


def memory() -> Memory | None:
    """The memory in use; None where the system does not say it as Linux does."""
    with suppress(OSError):
        workers = [_resident(int(number)) for each in _children() for number in each.split()]
        return Memory(_resident("self"), sum(workers), len(workers))
    return None


def _children() -> list[str]:
    return [path.read_text() for path in Path("/proc/self/task").glob("*/children")]


def _resident(process: int | str) -> int:
    """Resident memory of a process, 0 if it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def status_line(live_viewers: int) -> str:
    """The state of the server in one line, for its owner.

    Args:
        live_viewers: live sessions at this moment.
    """
    facts = [f"{QUEUE.working} of {LIMITS.runs_at_once} analyses at work, {QUEUE.waiting} waiting"]
    facts.append(f"{live_viewers} of {LIMITS.live_viewers} live sessions")
    if (used := memory()) is not None:
        facts.append(f"{(used.server + used.workers) / 1e6:,.0f} MB of memory")
    with _lock:
        ended, failed = sum(_outcomes.values()), _outcomes["failed"]
    facts.append(f"{ended:,} analyses since the start, {failed:,} failed")
    return " · ".join(facts)
