"""What a run is asked to do, and who observes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from posecore.estimation.inputs import ResumeState
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.poses import FramePoses
from posecore.view.silhouettes import Background


@dataclass(frozen=True)
class Job:
    """One ordered run over a part of a clip.

    Attributes:
        path: the clip.
        pose: how people are found.
        part: which frames, and how the film is made.
        film: where to write the annotated film; None: no film.
        skeletons: draw them on it.
        background: what happens in the film to everything that is not a person.
        replay: a file from ``posecore.runs.replay``: the poses come from there instead of an estimator.
        sound: give the film the clip's sound.
        lead_in_s: estimate and report frames from this long before the part, but leave them out of the film: when a
            clip is cut into segments, a segment's person is already tracked when it begins.
        resume: the ``resume_state`` of the estimator to go on from; None: start afresh.
    """

    path: Path
    pose: PoseOptions
    part: ClipOptions
    film: Path | None = None
    skeletons: bool = True
    background: Background = "keep"
    replay: Path | None = None
    sound: bool = True
    lead_in_s: float = 0.0
    resume: ResumeState = None


class RunObserver(Protocol):
    """Follows a run; called in order by the thread that runs it."""

    def on_opened(self, clip: ClipInfo) -> None:
        """The clip can be read and the run begins; also when it has to begin again."""

    def on_frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """A frame is done. Return False to end the run there and keep what was done.

        Args:
            poses: of the people in it.
            resume_state: the estimator's, after this frame.
        """
