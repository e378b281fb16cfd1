"""Earlier poses in place of an estimator: to draw an annotated video again, or to go on with a stopped run.

Hands are drawn the same way: they come from earlier, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidHands, InvalidPoses
from posecore.estimation.engines import StreamEstimator
from posecore.estimation.hands.stream_estimator import StreamEstimator as HandEstimator
from posecore.estimation.inputs import Picture, ResumeState
from posecore.export.saved import bodies_beside, load_sequence, save_sequence
from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.media.films import TIME_BASE
from posecore.poses import FramePoses, PoseSequence
from posecore.view.hand_drawing import people_beside

HandNotes = Sequence[Mapping[HandSlot, str]]
"""What the tags of hands say beside the side, frame by frame."""


@dataclass(frozen=True, eq=False)
class TaggedHands:
    """The hands of a frame, and what their tags say.

    Attributes:
        hands: of the frame.
        notes, people: as for ``posecore.draw_hands``.
    """

    hands: FrameHands
    notes: Mapping[HandSlot, str]
    people: Mapping[int, str]


def write_replay(
    sequence: PoseSequence | None, path: Path, *, hands: HandSequence | None = None, hand_notes: HandNotes | None = None
) -> None:
    """Write poses and hands for a ``Replay``, perhaps in another process.

    Raises:
        InvalidHands: if there are notes for another number of frames.
    """
    frames = len(bodies_beside(hands, sequence))
    if hand_notes is not None and len(hand_notes) != frames:
        raise InvalidHands(f"Expected 'hand_notes' for {frames} frames, but got {len(hand_notes)}.")
    save_sequence(sequence, path, hands=hands, facts={"hand_notes": _changes(hand_notes or [])}, compressed=False)


def _changes(hand_notes: HandNotes) -> list[list[object]]:
    """[frame, notes] from each frame on whose notes are others: they last, and a video may have a million frames."""
    changes: list[list[object]] = []
    before: Mapping[HandSlot, str] = {}
    for frame, notes in enumerate(hand_notes):
        if notes != before:
            changes.append([frame, [[slot.person, slot.side, text] for slot, text in notes.items()]])
        before = notes
    return changes


class Replay:
    """Stream estimator that returns earlier poses.

    Args:
        path: a file from ``write_replay``.
    """

    resume_state: ResumeState = None
    most_seen = 0

    def __init__(self, path: Path) -> None:
        saved = load_sequence(path)
        self._sequence, self._hands = saved.sequence, saved.hands
        changes = saved.facts["hand_notes"]
        self._note_frames = np.array([frame for frame, _ in changes])
        self._notes = [{HandSlot(person, side): text for person, side, text in notes} for _, notes in changes]
        self._people = people_beside(self._sequence, self._hands)
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

    def hands_at(self, time_s: float) -> TaggedHands | None:
        """The hands in the frame at that time; None if there are none to draw."""
        index = self._at.get(_tick(time_s))
        if self._hands is None or index is None:
            return None
        change = int(np.searchsorted(self._note_frames, index, side="right")) - 1
        return TaggedHands(self._hands.frame(index), self._notes[change] if change >= 0 else {}, self._people)

    def close(self) -> None:
        """Do nothing, as there is nothing to free."""


class Continuation:
    """Stream estimator that returns the poses of a stopped run, and then goes on estimating.

    Args:
        path: a file from ``write_replay`` with the frames that are done, without a gap.
        estimator: resumed after the last of them; it is closed with this one.
        one_person: whether the estimator follows one person at a time, and counts them from 1 in each shot.
    """

    def __init__(self, path: Path, estimator: StreamEstimator, *, one_person: bool) -> None:
        self._sequence = load_sequence(path).sequence
        self._index_at = {time_s: index for index, time_s in enumerate(self._sequence.times_s.tolist())}
        self._last_s = float(self._sequence.times_s[-1])
        self._estimator = estimator
        self._first_ids = _first_ids(self._sequence) if one_person else None
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
        index = self._index_at[time_s]
        poses = self._sequence.frame(index)
        if self._first_ids is None:
            return poses
        return replace(poses, person_ids=poses.person_ids - self._first_ids[index] + 1)

    def close(self) -> None:
        """Close the estimator."""
        self._estimator.close()


class HandContinuation:
    """Stream estimator of hands that returns those of a stopped run, and then goes on estimating.

    Args:
        path: a file from ``write_replay`` with the hands of the frames that are done, under the ids of their estimator.
        estimator: resumed after the last of these frames.
    """

    def __init__(self, path: Path, estimator: HandEstimator) -> None:
        hands = load_sequence(path).hands
        assert hands is not None
        self._hands = hands
        self._index_at = {time_s: index for index, time_s in enumerate(hands.times_s.tolist())}
        self._estimator = estimator
        self._begins_shot = False

    @property
    def resume_state(self) -> ResumeState:
        """The estimator's, even before it goes on."""
        return self._estimator.resume_state

    def begin_shot(self) -> None:
        """Pass it on with the next frame, unless that frame is done."""
        self._begins_shot = True

    def step(self, rgb: Picture, time_s: float, poses: FramePoses) -> FrameHands:
        """The hands in the next frame; ``Continuation`` has checked that it is one of that video."""
        begins_shot, self._begins_shot = self._begins_shot, False
        if time_s in self._index_at:
            return self._hands.frame(self._index_at[time_s])
        if begins_shot:
            self._estimator.begin_shot()
        return self._estimator.step(rgb, time_s, poses)


def _first_ids(sequence: PoseSequence) -> NDArray[np.int64]:
    """(T,) the lowest id in each frame's shot; a shot's people have consecutive ids, in order of appearance."""
    first = np.ones(len(sequence), np.int64)
    for shot in sequence.shots:
        first[shot] = sequence.person_ids[sequence.seen[shot].any(axis=0)].min(initial=np.iinfo(np.int64).max)
    return first


def _tick(time_s: float) -> int:
    """Time on the clock of our videos, since the frame may come from a video that posecore made."""
    return round(time_s / TIME_BASE)
