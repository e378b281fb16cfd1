"""Poses that were found before, in place of an estimator: for a film that is drawn again."""

from pathlib import Path

from posecore.errors import InvalidPoses
from posecore.estimation.inputs import Picture, ResumeState
from posecore.export.saved import load_sequence, save_sequence
from posecore.media.films import TIME_BASE
from posecore.poses import FramePoses, PoseSequence


def write_replay(sequence: PoseSequence, path: Path) -> None:
    """Write a sequence for ``Replay``, which may be in another process."""
    save_sequence(sequence, path, compressed=False)


class Replay:
    """The poses of each frame as they were found; it stands where an estimator of a stream would.

    Args:
        path: what ``write_replay`` wrote.
    """

    resume_state: ResumeState = None
    saw_more = False

    def __init__(self, path: Path) -> None:
        self._sequence = load_sequence(path).sequence
        self._at = {_tick(time_s): index for index, time_s in enumerate(self._sequence.times_s.tolist())}

    def resume(self, state: ResumeState) -> None:
        """Without effect: nobody is looked for."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Who was found in the frame at that time; nobody where it was not looked at.

        Raises:
            InvalidPoses: where the frames have another size than those the poses are of.
        """
        size = (rgb.shape[1], rgb.shape[0])
        if size != self._sequence.size:
            raise InvalidPoses(f"Expected a clip whose frames are {self._sequence.size}, but got {size}.")
        index = self._at.get(_tick(time_s))
        return FramePoses.nobody(size, time_s) if index is None else self._sequence.frame(index)

    def close(self) -> None:
        """Nothing is held that needs freeing."""


def _tick(time_s: float) -> int:
    """On the clock of our films: the frame may come from one that was made of the clip."""
    return round(time_s / TIME_BASE)
