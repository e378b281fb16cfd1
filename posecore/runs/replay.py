"""Earlier poses in place of an estimator, to draw an annotated video again."""

from pathlib import Path

from posecore.errors import InvalidPoses
from posecore.estimation.inputs import Picture, ResumeState
from posecore.export.saved import load_sequence, save_sequence
from posecore.media.films import TIME_BASE
from posecore.poses import FramePoses, PoseSequence


def write_replay(sequence: PoseSequence, path: Path) -> None:
    """Write a sequence for a ``Replay``, perhaps in another process."""
    save_sequence(sequence, path, compressed=False)


class Replay:
    """Stream estimator that returns earlier poses.

    Args:
        path: a file from ``write_replay``.
    """

    resume_state: ResumeState = None
    saw_more = False

    def __init__(self, path: Path) -> None:
        self._sequence = load_sequence(path).sequence
        self._at = {_tick(time_s): index for index, time_s in enumerate(self._sequence.times_s.tolist())}

    def resume(self, state: ResumeState) -> None:
        """Do nothing, as there is nothing to search for."""

    def begin_shot(self) -> None:
        """Do nothing: the poses already begin again there."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """The people found in the frame at that time; nobody if that frame was left out.

        Raises:
            InvalidPoses: if the frames differ in size from those of the poses.
        """
        size = (rgb.shape[1], rgb.shape[0])
        if size != self._sequence.size:
            raise InvalidPoses(f"Expected a video with frames of {self._sequence.size}, but got {size}.")
        index = self._at.get(_tick(time_s))
        return FramePoses.nobody(size, time_s) if index is None else self._sequence.frame(index)

    def close(self) -> None:
        """Do nothing, as there is nothing to free."""


def _tick(time_s: float) -> int:
    """Time on the clock of our videos, since the frame may come from a video that posecore made."""
    return round(time_s / TIME_BASE)
