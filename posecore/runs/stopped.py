"""Runs that were ended before their last frame, and going on with them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.inputs import ResumeState
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.poses import PoseSequence
from posecore.runs.job import Job, RunEnd
from posecore.runs.replay import write_replay


@dataclass(frozen=True, eq=False)
class StoppedRun:
    """A run that was ended before its last frame, in a form to go on with.

    Attributes:
        sequence: its frames up to where it goes on: all of them, or, after a run in segments, those of the first.
        options: how people were found.
        part: which frames were asked for.
        resume_state: of the estimator after the last of the frames.
    """

    sequence: PoseSequence
    options: PoseOptions
    part: ClipOptions
    resume_state: ResumeState = field(repr=False)


@contextmanager
def continued(job: Job, after: StoppedRun | None) -> Iterator[Job]:
    """The job from where a stopped run ended."""
    if after is None:
        yield job
        return
    frames = [(part.start_s, part.end_s, part.every) for part in (after.part, job.part)]
    if after.options != job.pose or frames[0] != frames[1] or job.background != "keep":
        raise InvalidOption(
            "Expected the options and the part of the stopped run, with the background kept, but got others. Run the "
            "video from its beginning."
        )
    with tempfile.TemporaryDirectory(prefix="posecore-") as folder:
        replay = Path(folder) / "poses.npz"
        write_replay(after.sequence, replay)
        yield replace(job, replay=replay, resume=after.resume_state)


def stopped_run(sequence: PoseSequence, job: Job, end: RunEnd, after: StoppedRun | None) -> StoppedRun:
    """What a run that was ended goes on with.

    Args:
        sequence: all frames it has reported.
        job: what it did.
        end: how it ended, with a ``resume_state``.
        after: the stopped run that it went on with itself, if any.
    """
    if after is not None and end.last_s <= after.sequence.times_s[-1]:
        return after  # stopped again before it went on
    done = int(np.searchsorted(sequence.times_s, end.last_s, side="right"))
    return StoppedRun(sequence.at(slice(done)), job.pose, job.part, end.resume_state)
