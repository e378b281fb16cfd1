"""A long video in segments, each in a worker process of its own, for machines with cores to spare.

A segment begins a little before its cut, so that its person is already tracked at the cut, and the results of both
segments just before the cut are compared. If they do not show the same person, the later segment is run again from
where the earlier one ended. After anything else unusual (a damaged video, repaired timestamps) the whole video is
processed in one ordered run.

The ids of people who follow one another are part of that: a segment that would not count on from the earlier one is run
again, too.
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
from posecore.hands import FrameHands
from posecore.media.clips import ClipInfo
from posecore.poses import FramePoses
from posecore.rigid.tags import SeenTag
from posecore.runs import pool
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.preview import Preview
from posecore.system import usable_cores

# One ordered run keeps two cores busy.
_CORES_PER_RUN = 2
# A shorter segment is not worth its own start-up.
_SHORTEST_FRAMES = 150

# A segment begins this many frames before its cut; the last few of them are compared.
_LEAD_IN_FRAMES = 15
_COMPARED_FRAMES = 5
# Two people are the same if the median distance between their landmarks is at most this share of the body's size.
# (One person, tracked from two different frames on: 0.01; two people side by side: 0.5 and more.)
_SAME_PERSON = 0.15


class _Irregular(Exception):
    """Raised if the segments cannot be joined, so that one ordered run is needed."""


def run_in_workers(job: Job, observer: RunObserver, workers: int, preview: Preview | None = None) -> RunEnd:
    """Like ``posecore.runs.pool.run_in_worker``, with as many processes as are worthwhile, up to ``workers``.

    With more than one, the observer is called with frames out of order, from several threads, one at a time; a frame
    that is reported twice replaces the one before.
    """
    # With several people the ids would depend on the cuts, and with every nth frame the choice of frames would.
    may_be_cut = job.replay is None and job.finds_one_person and job.part.every == 1
    if workers > 1 and may_be_cut and find_engine(job.pose).name == "fast":
        clip = pool.describe(job.path)
        cuts = plan_cuts(clip, job, workers)
        if cuts:
            return run_in_segments(job, observer, clip, cuts, preview)
    return pool.run_in_worker(job, observer, preview)


def usual_workers() -> int:
    """The number of processes that suits this machine."""
    return max(1, usable_cores() // _CORES_PER_RUN)


def plan_cuts(clip: ClipInfo, job: Job, workers: int) -> list[float]:
    """Times in seconds at which to cut into segments of equal length; none if it is not worth it."""
    frames = job.part.frames_of(clip.frame_count, clip.fps) or 0
    segments = min(workers, frames // _SHORTEST_FRAMES)
    length_s = frames / clip.fps
    return [job.part.start_s + length_s * index / segments for index in range(1, segments)]


def run_in_segments(
    job: Job, observer: RunObserver, clip: ClipInfo, cuts: Sequence[float], preview: Preview | None = None
) -> RunEnd:
    """Run a job with these cuts, or in one piece if the segments do not fit together.

    The preview is of the first segment. If the run is stopped, only the frames of the first segment are certainly done
    without a gap.
    """
    shared = _SharedObserver(observer)
    observer.on_opened(clip)
    with tempfile.TemporaryDirectory(prefix=".film-", dir=job.film.absolute().parent if job.film else None) as folder:
        segments = _plan_segments(job, clip, cuts, shared, Path(folder))
        try:
            _run_side_by_side(segments, shared, preview)
            for earlier, later in pairwise(segments):
                if not shared.stopped and not _agree(earlier, later):
                    later.run_in_worker(after=earlier)
        except _Irregular:
            return pool.run_in_worker(job, observer, preview)
        done = [segment for segment in segments if segment.frames]
        if job.film is not None:
            films = [(segment.job.film, segment.first_s) for segment in done if segment.job.film is not None]
            pool.join_segments(films, job, clip)
    most_seen = max(segment.end.most_seen for segment in segments)
    if not shared.stopped:
        return replace(segments[-1].end, notes=list(clip.notes), most_seen=most_seen)
    parts = ", ".join(f"{segment.first_s:.1f} to {segment.last[-1].time_s:.1f}" for segment in done)
    early = f"Stopped early. The video was processed in several segments at once; the finished parts are {parts} s."
    return replace(segments[0].end, notes=[*clip.notes, early], most_seen=most_seen)


def _plan_segments(
    job: Job, clip: ClipInfo, cuts: Sequence[float], shared: "_SharedObserver", folder: Path
) -> list["_Segment"]:
    starts, ends = [job.part.start_s, *cuts], [*cuts, job.part.end_s]
    threads = job.pose.threads or max(1, usable_cores() // len(starts))
    segments = []
    for index, (start_s, end_s) in enumerate(zip(starts, ends, strict=True)):
        own = replace(
            job,
            pose=replace(job.pose, threads=threads),
            part=replace(job.part, start_s=start_s, end_s=end_s),
            film=folder / f"{index}.mp4" if job.film else None,
            sound=False,
            copies=False,
            lead_in_s=(_LEAD_IN_FRAMES + 0.5) / clip.fps if index else 0.0,
        )
        segments.append(_Segment(own, clip, shared))
    return segments


def _run_side_by_side(segments: list["_Segment"], shared: "_SharedObserver", preview: Preview | None) -> None:
    with ThreadPoolExecutor(len(segments)) as threads:
        previews = [preview, *[None] * (len(segments) - 1)]
        futures = [
            threads.submit(segment.run_in_worker, preview=shown)
            for segment, shown in zip(segments, previews, strict=True)
        ]
        try:
            for future in futures:
                future.result()
        except BaseException:
            shared.stopped = True  # the others need not continue
            raise


class _SharedObserver:
    """Passes the frames of all segments on to one observer; they stop together."""

    def __init__(self, observer: RunObserver) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self.stopped = False

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Pass a frame on; False if all segments are to stop."""
        with self._lock:
            try:
                goes_on = self._observer.on_frame(poses, hands, tags)
            except BaseException:
                self.stopped = True  # the others need not continue
                raise
            self.stopped = self.stopped or not goes_on
        return not self.stopped


class _Segment:
    """One segment. It observes its own run, and keeps the frames by which the cuts on both sides are judged."""

    def __init__(self, job: Job, clip: ClipInfo, shared: _SharedObserver) -> None:
        self.job = job
        self._clip = clip
        self._shared = shared
        self.frames = 0
        self.people_before = self.people = 0  # in the last shot of the lead-in, and of all frames
        self.first_s = job.part.start_s
        self.end = RunEnd([], self.first_s, None)
        self.before: deque[FramePoses] = deque(maxlen=_COMPARED_FRAMES)
        self.last: deque[FramePoses] = deque(maxlen=_COMPARED_FRAMES)

    def run_in_worker(self, after: "_Segment | None" = None, *, preview: Preview | None = None) -> None:
        """Run it, with its lead-in, or from where another segment ended.

        Raises:
            _Irregular: if the video is damaged there, or ends before it.
        """
        job = self.job if after is None else replace(self.job, lead_in_s=0.0, resume=after.end.resume_state)
        try:
            self.end = pool.run_in_worker(job, self, preview)
        except InvalidOption as error:
            if self._shared.stopped:  # before it reached its first frame
                self._begin()
                return
            raise _Irregular from error
        if len(self.end.notes) > len(self._clip.notes):
            raise _Irregular

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again after its process died."""
        self._begin()

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Keep what is needed from a frame, and pass it on unless it belongs to the lead-in."""
        self.people = max([0 if poses.begins_shot else self.people, *poses.person_ids.tolist()])
        if poses.time_s < self.job.part.start_s:
            self.before.append(poses)
            self.people_before = self.people
            return not self._shared.stopped
        if self.frames == 0:
            self.first_s = poses.time_s
        self.frames += 1
        self.last.append(poses)
        return self._shared.on_frame(poses, hands, tags)

    def _begin(self) -> None:
        self.frames = self.people_before = self.people = 0
        self.before.clear()
        self.last.clear()


def _agree(earlier: _Segment, later: _Segment) -> bool:
    """Whether both show the same person, or nobody, just before the cut between them, and count people alike.

    Raises:
        _Irregular: if they do not have the same frames there.
    """
    times = [[poses.time_s for poses in side] for side in (earlier.last, later.before)]
    if len(times[0]) < _COMPARED_FRAMES or times[0] != times[1]:
        raise _Irregular
    alike = all(_same(one, other) for one, other in zip(earlier.last, later.before, strict=True))
    return alike and earlier.people == later.people_before


def _same(one: FramePoses, other: FramePoses) -> bool:
    if len(one) != len(other) or len(one) == 0:
        return len(one) == len(other)
    apart = np.median(np.linalg.norm(one.xy[0] - other.xy[0], axis=1))
    return bool(apart <= _SAME_PERSON * np.linalg.norm(np.ptp(one.xy[0], axis=0)))
