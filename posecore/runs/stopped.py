"""Runs that were ended before their last frame, and going on with them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.inputs import ResumeState
from posecore.estimation.pose_options import PoseOptions
from posecore.hands import HandSequence
from posecore.media.clip_options import ClipOptions
from posecore.poses import PoseSequence
from posecore.runs.job import Job, RunEnd
from posecore.runs.replay import write_replay


@dataclass(frozen=True, eq=False)
class StoppedHands:
    """The hands of a run that was ended before its last frame.

    Attributes:
        sequence: in the frames of the bodies, under the ids of the estimator, which may give one again after a cut.
        options: how they were found.
        resume_state: of the estimator after the last of the frames.
    """

    sequence: HandSequence
    options: HandOptions
    resume_state: ResumeState = field(repr=False)


@dataclass(frozen=True, eq=False)
class StoppedRun:
    """A run that was ended before its last frame, in a form to go on with.

    Attributes:
        sequence: its frames up to where it goes on: all of them, or, after a run in segments, those of the first.
        options: how people were found.
        part: which frames were asked for.
        resume_state: of the estimator after the last of the frames.
        hands: those of the same frames; None: they were not looked for.
    """

    sequence: PoseSequence
    options: PoseOptions
    part: ClipOptions
    resume_state: ResumeState = field(repr=False)
    hands: StoppedHands | None = None


@contextmanager
def continued(job: Job, after: StoppedRun | None) -> Iterator[Job]:
    """The job from where a stopped run ended."""
    if after is None:
        yield job
        return
    hands = after.hands
    before = (after.options, None if hands is None else hands.options, _frames(after.part))
    if before != (job.pose, job.hands, _frames(job.part)) or job.background != "keep":
        raise InvalidOption(
            "Expected the options and the part of the stopped run, with the background kept, but got others. Run the "
            "video from its beginning."
        )
    with tempfile.TemporaryDirectory(prefix="posecore-") as folder:
        replay = Path(folder) / "poses.npz"
        write_replay(after.sequence, replay, hands=None if hands is None else hands.sequence)
        resume_hands = None if hands is None else hands.resume_state
        yield replace(job, replay=replay, resume=after.resume_state, resume_hands=resume_hands)


def _frames(part: ClipOptions) -> tuple[float, float | None, int]:
    return part.start_s, part.end_s, part.every


def stopped_run(
    sequence: PoseSequence, hands: HandSequence | None, job: Job, end: RunEnd, after: StoppedRun | None
) -> StoppedRun:
    """What a run that was ended goes on with.

    Args:
        sequence: all frames it has reported.
        hands: those of the same frames, under the ids of their estimator; None: they were not looked for.
        job: what it did.
        end: how it ended, with a ``resume_state``.
        after: the stopped run that it went on with itself, if any.
    """
    if after is not None and end.last_s <= after.sequence.times_s[-1]:
        return after  # stopped again before it went on
    done = int(np.searchsorted(sequence.times_s, end.last_s, side="right"))
    stopped_hands = None
    if hands is not None:
        assert job.hands is not None
        stopped_hands = StoppedHands(hands.at(slice(done)), job.hands, end.resume_hands)
    return StoppedRun(sequence.at(slice(done)), job.pose, job.part, end.resume_state, stopped_hands)
