"""The progress of a run, and the observers that report it and record its poses."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.motion.resampling import measured_rate
from posecore.poses import FramePoses, PoseRecorder, PoseSequence


@dataclass(frozen=True)
class Progress:
    """Progress through a video.

    Attributes:
        frames: frames done.
        total: number of frames by what the file states, or None if it states none that can be believed.
        seconds: time taken so far.
        frame: the poses of the newest frame.
    """

    frames: int
    total: int | None
    seconds: float
    frame: FramePoses

    @property
    def frames_per_second(self) -> float:
        """Frames done per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0

    @property
    def share(self) -> float | None:
        """Share done, 0..1, or None if the total is unknown."""
        return min(1.0, self.frames / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far, or None if it is unknown."""
        if not self.total or not self.frames:
            return None
        return max(0, self.total - self.frames) * self.seconds / self.frames


OnProgress = Callable[[Progress], bool | None]
"""Called after each frame; returning False ends the run there and keeps the result so far."""


class ProgressObserver:
    """Reports the progress of a run.

    Attributes:
        goes_on: whether the caller has not ended it.
    """

    def __init__(self, part: ClipOptions, on_progress: OnProgress | None) -> None:
        self.goes_on = True
        self._part = part
        self._on_progress = on_progress

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again if the run starts over."""
        self._clip = clip
        self._total = self._part.frames_of(clip.frame_count, clip.fps)
        self._start = time.monotonic()
        self._frames = 0
        self.goes_on = True

    def on_frame(self, poses: FramePoses) -> bool:
        """Count a frame."""
        self._frames += 1
        if self.goes_on and self._on_progress is not None:
            done = Progress(self._frames, self._total, time.monotonic() - self._start, poses)
            self.goes_on = self._on_progress(done) is not False
        return self.goes_on


class RecordingObserver(ProgressObserver):
    """Also records the poses."""

    def __init__(self, people: int, part: ClipOptions, on_progress: OnProgress | None) -> None:
        super().__init__(part, on_progress)
        self._people = people

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again if the run starts over."""
        super().on_opened(clip)
        frames = self._total or LIMITS.clip_frames
        self._recorder = PoseRecorder(max(self._people, LIMITS.person_frames // frames))

    def on_frame(self, poses: FramePoses) -> bool:
        """Record a frame."""
        self._recorder.add(poses)
        return super().on_frame(poses)

    def notes(self) -> list[str]:
        """Notes for the user about the recorded poses."""
        if not self._recorder.left_out:
            return []
        return [
            "More people came and went than can be kept for a video of this length: after the first "
            f"{self._recorder.people} of them, new ones are only in the annotated video. Choose a shorter part."
        ]

    def sequence(self) -> PoseSequence:
        """All frames."""
        self._recorder.put_in_order()  # several workers report theirs side by side
        self._recorder.end_people_at_cuts()  # an estimator of one person gives only one id
        arrays = self._recorder.arrays()
        fps = measured_rate(arrays["times_s"], stated=self._clip.fps / self._part.every)
        return PoseSequence(**arrays, size=self._clip.size, fps=fps)
