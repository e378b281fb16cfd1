"""The description of a run, and the interface of its observer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from posecore.estimation.hand_options import HandOptions
from posecore.estimation.inputs import ResumeState
from posecore.estimation.pose_options import PoseOptions
from posecore.hands import FrameHands
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.poses import FramePoses
from posecore.rigid.tags import SeenTag
from posecore.view.overlays.options import OverlayOptions
from posecore.view.silhouettes import Background

NEEDS_LESS_MEMORY = "Without an annotated video (--no-film), or with a smaller one (--film-side 1280), it needs less."
"""Advice for a video that takes too much memory."""


@dataclass(frozen=True)
class Job:
    """One ordered run over a part of a video.

    Attributes:
        path: the video.
        pose: how people are found.
        part: which frames, and how the annotated video is made.
        film: where to write the annotated video; None: no video.
        skeletons: whether to draw them on it.
        overlay: drawn on it too.
        background: what happens in it to everything that is not a person.
        replay: a file from ``posecore.runs.replay``: the poses come from there instead of an estimator; with
            ``resume``, only those up to its last frame.
        sound: whether to give it the original sound.
        lead_in_s: estimate and report frames from this long before the part, but leave them out of the annotated
            video, so that a segment's person is already tracked when the segment begins.
        resume: the ``resume_state`` of the estimator to continue from, at the start or after the replay; None: start
            from nothing.
        resume_hands: the same for the estimator of hands, whose hands are in the replay, too.
        bodies: whether to look for people; if not, ``pose`` does not matter, and nobody is in any frame.
        hands: how hands are found; None: none are looked for.
        tags: family of the tags to look for, see ``posecore.rigid.tags``; None: none are looked for.
        copies: whether the annotated video, of all frames with nothing drawn on it, may be a copy of the original's
            stream, in its size and quality whatever ``part`` says; see ``posecore.runs.film_copy``.
    """

    path: Path
    pose: PoseOptions
    part: ClipOptions
    film: Path | None = None
    skeletons: bool = True
    overlay: OverlayOptions = field(default_factory=OverlayOptions)
    background: Background = "keep"
    replay: Path | None = None
    sound: bool = True
    lead_in_s: float = 0.0
    resume: ResumeState = None
    resume_hands: ResumeState = None
    bodies: bool = True
    hands: HandOptions | None = None
    tags: str | None = None
    copies: bool = False

    @property
    def finds_one_person(self) -> bool:
        """Whether it looks for one person, and for nothing else."""
        return self.bodies and self.pose.people == 1 and self.hands is None and self.tags is None

    @property
    def estimates(self) -> bool:
        """Whether it needs an estimator of bodies."""
        return self.bodies and (self.replay is None or self.resume is not None)


@dataclass(frozen=True)
class RunEnd:
    """How a run ended.

    Attributes:
        notes: a sentence for each thing that a user should know, such as that the video is damaged.
        last_s: time of the last of the frames that were done without a gap, in seconds.
        resume_state: the estimator's after that frame; None if it has none.
        most_seen: the largest number of people in view at once, as far as known, whatever number was asked for; 0 if
            nothing is known.
        resume_hands: as ``resume_state``, of the estimator of hands; None without one.
        as_stored: as ``ClipReader.as_stored`` says of all its frames.
    """

    notes: list[str]
    last_s: float
    resume_state: ResumeState
    most_seen: int = 0
    resume_hands: ResumeState = None
    as_stored: bool = False


class RunObserver(Protocol):
    """Follows a run; called in order by the thread that runs it."""

    def on_opened(self, clip: ClipInfo) -> None:
        """Called when the video is opened and the run begins; again if the run has to start over."""

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Called after each frame with the people in it, and the hands and tags if they are looked for.

        Return False to end the run there and keep the result.
        """
