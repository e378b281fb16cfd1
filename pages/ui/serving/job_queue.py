"""The queue of jobs: a few work at a time, and a bounded number waits in the order in which they came."""

import heapq
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from posecore.limits import LIMITS

_RECENT_JOBS = 20


class Queued(Protocol):
    """A job in the queue.

    Attributes:
        visit: identifies its visit; None: of no visit.
        seconds_left: time left of a job that works, or None if it is unknown.
        frames_per_second: of a job that works; 0 if it counts no frames.
    """

    visit: str | None

    @property
    def seconds_left(self) -> float | None: ...  # noqa: D102 - described above

    @property
    def frames_per_second(self) -> float: ...  # noqa: D102 - described above

    def begin(self) -> None:
        """Begin to work; called once, when there is a place. It must not wait."""


class Full(NamedTuple):
    """Why a job cannot enter the queue.

    Attributes:
        waiting: number of jobs that wait.
        of_visit: whether these are all of its own visit, which has no more places.
        seconds: time until one of them begins, or None if it is unknown.
    """

    waiting: int
    of_visit: bool
    seconds: float | None


class JobQueue:
    """The jobs that work, and those that wait for a place.

    Args:
        places: jobs that work at the same time.
        waiting_places: jobs that wait.
        per_visit: of these, jobs of one visit.
        longest_s: time after which a job ends if others wait.
        clock: the time in seconds.
    """

    def __init__(
        self,
        places: int,
        waiting_places: int,
        per_visit: int,
        longest_s: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places, self._waiting_places, self._per_visit = places, waiting_places, per_visit
        self._longest_s, self._clock = longest_s, clock
        # A job that nothing refers to leaves the queue in whatever thread that is noticed, even one that is in here.
        self._lock = threading.RLock()
        self._waiting: list[Queued] = []
        self._working: dict[Queued, float] = {}  # with the time of their begin
        self._recent_s: deque[float] = deque(maxlen=_RECENT_JOBS)

    @property
    def waiting(self) -> int:
        """Number of jobs that wait."""
        return len(self._waiting)

    @property
    def working(self) -> int:
        """Number of jobs that work."""
        return len(self._working)

    @property
    def frames_per_second(self) -> float:
        """Of all jobs that work, together."""
        with self._lock:
            return sum(job.frames_per_second for job in self._working)

    def enter(self, job: Queued) -> bool:
        """Let a job begin, now or when its turn comes; False if it cannot wait."""
        with self._lock:
            if self.why_full(job) is not None:
                return False
            self._waiting.append(job)
        self._begin_next()
        return True

    def leave(self, job: Queued) -> bool:
        """Take a job out of the queue; False if it does not wait there."""
        with self._lock:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            return True

    def finish(self, job: Queued) -> None:
        """Give the place of a job that has worked to the next one."""
        with self._lock:
            self._recent_s.append(self._clock() - self._working.pop(job))
        self._begin_next()

    def others_wait(self, job: Queued) -> bool:
        """Whether jobs of other visits wait for a place such as this job has."""
        with self._lock:
            return any(not job.visit or each.visit != job.visit for each in self._waiting)

    def place(self, job: Queued) -> int | None:
        """Number of a job in the queue, from 1; None if it does not wait."""
        with self._lock:
            return self._waiting.index(job) + 1 if job in self._waiting else None

    def seconds_until(self, job: Queued) -> float | None:
        """Time until a waiting job begins, guessed from the time left of others; None if it is unknown."""
        with self._lock:
            return self._seconds_until(self._waiting.index(job)) if job in self._waiting else None

    def why_full(self, job: Queued) -> Full | None:
        """Why a job cannot enter now; None if it can."""
        with self._lock:
            if len(self._working) < self._places:
                return None
            own = [index for index, each in enumerate(self._waiting) if job.visit and each.visit == job.visit]
            if len(own) >= self._per_visit:
                return Full(len(own), True, self._seconds_until(own[0]))
            if len(self._waiting) >= self._waiting_places:
                return Full(len(self._waiting), False, self._seconds_until(0))
            return None

    def _begin_next(self) -> None:
        begin = []
        with self._lock:
            while self._waiting and len(self._working) < self._places:
                job = self._waiting.pop(0)
                self._working[job] = self._clock()
                begin.append(job)
        for job in begin:  # not in the lock: a thread that starts may have to wait for it
            job.begin()

    def _seconds_until(self, index: int) -> float | None:
        """Time until the job with this index in the queue begins."""
        usual_s = sum(self._recent_s) / len(self._recent_s) if self._recent_s else math.inf
        free_s = [self._seconds_left(job, usual_s) for job in self._working]
        if not free_s:  # one begins at this moment
            return None
        heapq.heapify(free_s)
        for _ in range(index):
            heapq.heapreplace(free_s, free_s[0] + usual_s)
        return free_s[0] if free_s[0] < math.inf else None

    def _seconds_left(self, job: Queued, usual_s: float) -> float:
        """Time left of a job that works; infinite if it is unknown."""
        worked_s = self._clock() - self._working[job]
        if job.seconds_left is not None:
            return max(0.0, min(job.seconds_left, self._longest_s - worked_s))
        return usual_s - worked_s if worked_s < usual_s else math.inf  # it is no usual one


QUEUE = JobQueue(LIMITS.runs_at_once, LIMITS.waiting_places, LIMITS.waiting_per_visit, LIMITS.job_seconds)
