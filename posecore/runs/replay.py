"""Earlier poses in place of an estimator: to draw an annotated video again, or to go on with a stopped run."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from posecore.errors import InvalidPoses
from posecore.estimation.engines import StreamEstimator
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
    most_seen = 0

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


class Continuation:
    """Stream estimator that returns the poses of a stopped run, and then goes on estimating.

    Args:
        path: a file from ``write_replay`` with the frames that are done, without a gap.
        estimator: resumed after the last of them; it is closed with this one.
        one_person: whether all poses are those of one person to the estimator, which gives only the id 1.
    """

    def __init__(self, path: Path, estimator: StreamEstimator, *, one_person: bool) -> None:
        self._sequence = load_sequence(path).sequence
        self._index_at = {time_s: index for index, time_s in enumerate(self._sequence.times_s.tolist())}
        self._last_s = float(self._sequence.times_s[-1])
        self._estimator = estimator
        self._one_person = one_person
        self._begins_shot = False

    @property
    def resume_state(self) -> ResumeState:
        """The estimator's, even before it goes on."""
        return self._estimator.resume_state

    @property
    def most_seen(self) -> int:
        """The largest number of people in view at once, as far as known, in the whole video."""
        return self._estimator.most_seen

    def resume(self, state: ResumeState) -> None:
        """Let the estimator resume another state after the poses."""
        self._estimator.resume(state)

    def begin_shot(self) -> None:
        """Pass it on with the next frame, unless that frame is done."""
        self._begins_shot = True

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """The people in the next frame.

        Raises:
            InvalidPoses: if the frame is neither among those that are done nor later, or of another size.
        """
        begins_shot, self._begins_shot = self._begins_shot, False
        if time_s > self._last_s:
            if begins_shot:
                self._estimator.begin_shot()
            return self._estimator.step(rgb, time_s)
        size = (rgb.shape[1], rgb.shape[0])
        if time_s not in self._index_at or size != self._sequence.size:
            raise InvalidPoses(
                f"Expected the video of the stopped run, but got a frame at {time_s:g} s with {size[0]} x {size[1]} "
                "pixels, which that run did not have."
            )
        poses = self._sequence.frame(self._index_at[time_s])
        return replace(poses, person_ids=np.ones_like(poses.person_ids)) if self._one_person else poses

    def close(self) -> None:
        """Close the estimator."""
        self._estimator.close()


def _tick(time_s: float) -> int:
    """Time on the clock of our videos, since the frame may come from a video that posecore made."""
    return round(time_s / TIME_BASE)
