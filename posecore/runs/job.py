"""What a run is asked to do, and who is told of what comes of it."""

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
        film: where to write the film; None: no film.
        skeletons: they are drawn on it.
        background: what becomes in the film of all that is not a person.
        replay: what ``posecore.runs.replay`` wrote: people are not looked for but taken from there.
        sound: the film has the clip's sound.
        lead_in_s: so long before the part begins, frames are estimated and told of, but not in the film: where
            a clip is cut into parts, the person is followed when a part begins.
        resume: where to go on in the first frame: the ``resume_state`` of an estimator; None: afresh.
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


class Listener(Protocol):
    """Told of a run, in order, by the thread that runs it."""

    def opened(self, clip: ClipInfo) -> None:
        """The clip can be read."""

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """A frame is done; where the answer is False the run ends there, and what was done is kept.

        Args:
            poses: of the people in it.
            resume_state: the estimator's, behind this frame.
        """
