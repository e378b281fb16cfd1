"""The progress of a run, and the observers that report it and record its poses."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from posecore.hands import FrameHands, HandRecorder, HandSequence
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.motion.resampling import measured_rate
from posecore.poses import FramePoses, PoseRecorder, PoseSequence
from posecore.rigid.tags import SeenTag, TagSequence


@dataclass(frozen=True)
class Progress:
    """Progress through a video.

    Attributes:
        frames: frames done.
        total: number of frames by what the file states, or None if it states none that can be believed.
        seconds: time taken so far.
        frame: the poses of the newest frame.
        hands: its hands; None if none are looked for.
    """

    frames: int
    total: int | None
    seconds: float
    frame: FramePoses
    hands: FrameHands | None = None

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

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Count a frame."""
        self._frames += 1
        if self.goes_on and self._on_progress is not None:
            done = Progress(self._frames, self._total, time.monotonic() - self._start, poses, hands)
            self.goes_on = self._on_progress(done) is not False
        return self.goes_on


class RecordingObserver(ProgressObserver):
    """Also records the poses, and the hands if there are any.

    Args:
        people: how many are always kept.
        part: which frames.
        on_progress: called after each frame.
        hands: how many are always kept.
    """

    def __init__(self, people: int, part: ClipOptions, on_progress: OnProgress | None, hands: int = 0) -> None:
        super().__init__(part, on_progress)
        self._people, self._hands = people, hands

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again if the run starts over."""
        super().on_opened(clip)
        frames = self._total or LIMITS.clip_frames
        kept = LIMITS.person_frames // frames
        self._recorder = PoseRecorder(max(self._people, kept))
        self._hand_recorder = HandRecorder(max(self._hands, 2 * kept))  # a hand has half as many numbers
        self._tags: dict[float, tuple[SeenTag, ...]] = {}
        self._tag_ids: set[int] = set()
        self._most_tags, self._tags_left_out = max(1, kept), False

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Record a frame."""
        self._recorder.add(poses)
        if hands is not None:
            self._hand_recorder.add(hands)
        if tags is not None:
            self._tags[poses.time_s] = tuple(tag for tag in tags if self._is_kept(tag))
        return super().on_frame(poses, hands)

    def _is_kept(self, tag: SeenTag) -> bool:
        if tag.id not in self._tag_ids and len(self._tag_ids) >= self._most_tags:
            self._tags_left_out = True
            return False
        self._tag_ids.add(tag.id)
        return True

    def notes(self) -> list[str]:
        """Notes for the user about the recorded poses."""
        return [*self._note_on_people(), *self._note_on_tags()]

    def _note_on_tags(self) -> list[str]:
        if not self._tags_left_out:
            return []
        return [
            "More tags came than can be kept for a video of this length: those after the first "
            f"{self._most_tags} are left out. Choose a shorter part."
        ]

    def _note_on_people(self) -> list[str]:
        if not (self._recorder.left_out or self._hand_recorder.left_out):
            return []
        return [
            "More people came and went than can be kept for a video of this length: after the first "
            f"{self._recorder.people} of them, new ones are only in the annotated video. Choose a shorter part."
        ]

    def hands_as_found(self) -> HandSequence | None:
        """The hands under the ids of their estimator, which may give one again after a cut; None: not looked for."""
        if not self._hands:
            return None
        return HandSequence(**self._hand_recorder.arrays(), size=self._clip.size, fps=self._clip.fps)

    def sequences(self) -> tuple[PoseSequence, HandSequence | None]:
        """The bodies of all frames, and their hands if they were looked for."""
        self._recorder.put_in_order()  # several workers report theirs side by side
        people = self._recorder.end_people_at_cuts()  # an estimator of one person gives only one id
        arrays = self._recorder.arrays()
        fps = measured_rate(arrays["times_s"], stated=self._clip.fps / self._part.every)
        bodies = PoseSequence(**arrays, size=self._clip.size, fps=fps)
        if not self._hands:
            return bodies, None
        return bodies, HandSequence(**self._hand_recorder.arrays(people), size=self._clip.size, fps=fps)

    def tags(self, family: str, sequence: PoseSequence) -> TagSequence:
        """The tags of this family that were seen in the frames of ``sequences``."""
        seen = tuple(self._tags.get(time_s, ()) for time_s in sequence.times_s.tolist())
        return TagSequence(family, seen, sequence.times_s, sequence.size, sequence.fps, sequence.cuts)
