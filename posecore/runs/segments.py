"""A long clip in stretches, each in a worker process of its own: for machines with cores to spare.

A stretch begins a little before its cut, so that the person is followed when it comes there, and what both
sides of a cut see just before it is compared. Where they do not hold the same person, the later stretch is done
again from where the earlier one left off. Whatever else is out of the ordinary (a damaged clip, stamps that had
to be mended) makes the whole clip one ordered run.
"""

import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.engines import find_engine
from posecore.estimation.inputs import ResumeState
from posecore.media.clips import ClipInfo
from posecore.poses import FramePoses
from posecore.runs import pool
from posecore.runs.job import Job, Listener
from posecore.system import usable_cores

# Two cores are filled by one ordered run.
_CORES_OF_A_RUN = 2
# A shorter stretch does not pay for its own start.
_SHORTEST_FRAMES = 150

# A stretch begins so many frames before its cut; compared are the last few of them.
_LEAD_IN_FRAMES = 15
_COMPARED_FRAMES = 5
# Two people are the same one where their landmarks are, in the median, this near: share of the body's size.
# (One person, followed from two different frames on: 0.01; two people side by side: 0.5 and more.)
_SAME_PERSON = 0.15


class _Irregular(Exception):
    """The stretches do not make the whole; it has to be one run."""


def run(job: Job, listener: Listener, workers: int) -> list[str]:
    """As ``posecore.runs.pool.run``, with as many processes as are worth while, up to ``workers``.

    With more than one, the listener is told of frames out of order, from several threads, one at a time; a
    frame it is told of twice replaces the one before.
    """
    if workers > 1 and _may_be_cut(job):
        clip = pool.describe(job.path)
        cuts = plan_cuts(clip, job, workers)
        if cuts:
            return run_cut(job, listener, clip, cuts)
    return pool.run(job, listener)


def usual_workers() -> int:
    """How many processes suit this machine."""
    return max(1, usable_cores() // _CORES_OF_A_RUN)


def plan_cuts(clip: ClipInfo, job: Job, workers: int) -> list[float]:
    """Times in seconds at which to cut, so that the stretches are equally long; none where it is not worth it."""
    frames = job.part.frames_of(clip.frame_count, clip.fps) or 0
    stretches = min(workers, frames // _SHORTEST_FRAMES)
    length_s = frames / clip.fps
    return [job.part.start_s + length_s * index / stretches for index in range(1, stretches)]


def run_cut(job: Job, listener: Listener, clip: ClipInfo, cuts: Sequence[float]) -> list[str]:
    """The run with these cuts, or in one piece where the stretches do not fit together."""
    teller = _Teller(listener)
    listener.opened(clip)
    with tempfile.TemporaryDirectory(prefix=".film-", dir=job.film.absolute().parent if job.film else None) as folder:
        stretches = _stretches(job, clip, cuts, teller, Path(folder))
        try:
            _run_all(stretches, teller)
            for earlier, later in pairwise(stretches):
                if not teller.stopped and not _agree(earlier, later):
                    later.run(after=earlier)
        except _Irregular:
            return pool.run(job, listener)
        done = [stretch for stretch in stretches if stretch.frames]
        if job.film is not None:
            films = [(stretch.job.film, stretch.first_s) for stretch in done if stretch.job.film is not None]
            pool.join(films, job, clip)
    return [_stopped_note(done)] if teller.stopped else []


def _may_be_cut(job: Job) -> bool:
    # Of several people the ids, with every n-th frame the choice of frames, would depend on the cuts.
    return job.replay is None and job.pose.people == 1 and job.part.every == 1 and find_engine(job.pose).name == "fast"


def _stretches(job: Job, clip: ClipInfo, cuts: Sequence[float], teller: "_Teller", folder: Path) -> list["_Stretch"]:
    starts, ends = [job.part.start_s, *cuts], [*cuts, job.part.end_s]
    threads = job.pose.threads or max(1, usable_cores() // len(starts))
    stretches = []
    for index, (start_s, end_s) in enumerate(zip(starts, ends, strict=True)):
        own = replace(
            job,
            pose=replace(job.pose, threads=threads),
            part=replace(job.part, start_s=start_s, end_s=end_s),
            film=folder / f"{index}.mp4" if job.film else None,
            sound=False,
            lead_in_s=(_LEAD_IN_FRAMES + 0.5) / clip.fps if index else 0.0,
        )
        stretches.append(_Stretch(own, teller))
    return stretches


def _run_all(stretches: list["_Stretch"], teller: "_Teller") -> None:
    with ThreadPoolExecutor(len(stretches)) as threads:
        futures = [threads.submit(stretch.run) for stretch in stretches]
        try:
            for future in futures:
                future.result()
        except BaseException:
            teller.stopped = True  # the others need not go on
            raise


class _Teller:
    """Tells one listener of all stretches; they stop together."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self.stopped = False

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """Tell of a frame; False where all shall stop."""
        with self._lock:
            try:
                goes_on = self._listener.frame(poses, resume_state)
            except BaseException:
                self.stopped = True  # the others must not go on for nobody
                raise
            self.stopped = self.stopped or not goes_on
        return not self.stopped


class _Stretch:
    """One stretch: told of its own run, it keeps what the cuts on both sides are judged by."""

    def __init__(self, job: Job, teller: _Teller) -> None:
        self.job = job
        self._teller = teller
        self.frames = 0
        self.first_s = job.part.start_s
        self.resume_state: ResumeState = None
        self.before: deque[FramePoses] = deque(maxlen=_COMPARED_FRAMES)
        self.last: deque[FramePoses] = deque(maxlen=_COMPARED_FRAMES)

    def run(self, after: "_Stretch | None" = None) -> None:
        """Run it, from its lead-in on, or from where another one left off.

        Raises:
            _Irregular: where its clip is damaged there, or ends before it.
        """
        job = self.job if after is None else replace(self.job, lead_in_s=0.0, resume=after.resume_state)
        try:
            notes = pool.run(job, self)
        except InvalidOption as error:
            if self._teller.stopped:  # before it came to its first frame
                self._begin()
                return
            raise _Irregular from error
        if notes:
            raise _Irregular

    def opened(self, clip: ClipInfo) -> None:
        """Begin; also where its process died and it begins anew."""
        self._begin()

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """Keep what is needed of a frame; those of the lead-in are told to nobody else."""
        self.resume_state = resume_state
        if poses.time_s < self.job.part.start_s:
            self.before.append(poses)
            return not self._teller.stopped
        if self.frames == 0:
            self.first_s = poses.time_s
        self.frames += 1
        self.last.append(poses)
        return self._teller.frame(poses, resume_state)

    def _begin(self) -> None:
        self.frames = 0
        self.before.clear()
        self.last.clear()


def _agree(earlier: _Stretch, later: _Stretch) -> bool:
    """Whether both hold the same person, or nobody, just before the cut between them.

    Raises:
        _Irregular: where they do not have the same frames there.
    """
    times = [[poses.time_s for poses in side] for side in (earlier.last, later.before)]
    if len(times[0]) < _COMPARED_FRAMES or times[0] != times[1]:
        raise _Irregular
    return all(_same(one, other) for one, other in zip(earlier.last, later.before, strict=True))


def _same(one: FramePoses, other: FramePoses) -> bool:
    if len(one) != len(other) or len(one) == 0:
        return len(one) == len(other)
    apart = np.median(np.linalg.norm(one.xy[0] - other.xy[0], axis=1))
    return bool(apart <= _SAME_PERSON * np.linalg.norm(np.ptp(one.xy[0], axis=0)))


def _stopped_note(done: list[_Stretch]) -> str:
    stretches = ", ".join(f"{stretch.first_s:.1f} to {stretch.last[-1].time_s:.1f}" for stretch in done)
    return f"Stopped early. The clip was worked on in several stretches at once; done are those from {stretches} s."
