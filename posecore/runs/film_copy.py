"""A run whose film is a copy of the video's own stream, if browsers can play that."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from posecore.hands import FrameHands
from posecore.media.clips import ClipInfo
from posecore.media.copies import CopyPlan, copy_film, plan_copy
from posecore.media.sound import Sound
from posecore.poses import FramePoses
from posecore.rigid.tags import SeenTag
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.local import SOUND_IS_DAMAGED, run_locally
from posecore.runs.preview import Preview


def run_with_film(
    job: Job,
    observer: RunObserver,
    *,
    on_packet: Callable[[], None] | None = None,
    preview: Preview | None = None,
) -> RunEnd:
    """Like ``run_locally``; the film is copied instead of encoded if the job allows it and the video is fit for it.

    Whether a copy shows the frames of the run is known for certain only at its end. If it does not, as in a damaged
    video, the film is encoded then. If the observer ends such a run, up to a few more frames are processed, until a
    copy can end.
    """
    plan = plan_copy(job.path, on_packet or (lambda: None)) if job.film is not None and job.copies else None
    if plan is None:
        return run_locally(job, observer, on_packet=on_packet, preview=preview)
    film_observer = _FilmObserver(observer, plan)
    end = run_locally(replace(job, film=None), film_observer, on_packet=on_packet, preview=preview)
    damaged = _copied(job, plan, film_observer, end)
    if damaged is None:
        damaged = _encoded(job, film_observer, on_packet)
    return replace(end, notes=[*end.notes, *[SOUND_IS_DAMAGED] * damaged])


class _FilmObserver:
    """Notes the times of a run's frames, and lets the run end only where a copy may.

    Attributes:
        times_s: of the frames done.
    """

    def __init__(self, observer: RunObserver, plan: CopyPlan) -> None:
        self._observer = observer
        self._plan = plan
        self._goes_on = True
        self.times_s: list[float] = []
        self.start_s = 0.0

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin."""
        self.start_s = clip.start_s
        self._observer.on_opened(clip)

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Pass a frame on."""
        self.times_s.append(poses.time_s)
        self._goes_on = self._observer.on_frame(poses, hands, tags) and self._goes_on
        return self._goes_on or not self._plan.may_end_after(len(self.times_s))


def _copied(job: Job, plan: CopyPlan, done: _FilmObserver, end: RunEnd) -> bool | None:
    """Copy the frames that are done; whether the sound was damaged, or None if it is no copy of these frames."""
    assert job.film is not None
    if not end.as_stored or not plan.agrees_with(done.times_s):
        return None
    with Sound(job.path, done.start_s) as sound:
        return sound.broke_off if copy_film(plan, job.film, len(done.times_s), sound) else None


class Unobserved:
    """Lets a run go on to its end."""

    def on_opened(self, clip: ClipInfo) -> None:
        """Do nothing."""

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Go on."""
        return True


def _encoded(job: Job, done: _FilmObserver, on_packet: Callable[[], None] | None) -> bool:
    """Encode the frames that are done; whether the sound was damaged."""
    part = replace(job.part, end_s=math.nextafter(done.times_s[-1], math.inf))
    film = Job(job.path, job.pose, part, job.film, skeletons=False, bodies=False, sound=job.sound)
    return SOUND_IS_DAMAGED in run_locally(film, Unobserved(), on_packet=on_packet).notes
