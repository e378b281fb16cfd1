"""The hands of one frame, and those of a video: 21 landmarks each.

Coordinate frames
    ``xy``     pixels of the upright source image; origin top left, x to the right, y down.
    ``z``      depth on the scale of x (pixels); 0 at the wrist, smaller is nearer to the camera. It is relative: it
               does not say how far away the hand is.
    ``world``  metres; origin at the hand's own centre, x to the image's right, y down, z away from the camera. A hand
               that moves through the image does not move in it.
Left and right are the person's own. NaN means "absent": the hand of that slot was not found in that frame.
Both values are validated once, here, when they are created; their arrays are read-only.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidHands, InvalidOption
from posecore.skeletons import HAND_21
from posecore.values import FloatArray, FramesInTime, freeze_arrays, freeze_time, scale_factors

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = get_args(Side)
"""The two sides, the person's own."""

HAND_ARRAYS: Mapping[str, tuple[int, ...]] = {
    "xy": (len(HAND_21), 2),
    "z": (len(HAND_21),),
    "world": (len(HAND_21), 3),
    "score": (),
    "right": (),
}
"""The arrays by name, each with its shape after (hands,)."""

_WIDTHS = [math.prod(tail) for tail in HAND_ARRAYS.values()]
VALUES_PER_HAND = sum(_WIDTHS)
"""Number of values per hand in all of its arrays."""


@dataclass(frozen=True, order=True)
class HandSlot:
    """Whose hand it is. Slots are in order of the person, left before right.

    Attributes:
        person: the person's id, as in ``FramePoses`` if bodies were found too.
        side: "left" or "right", the person's own.

    Raises:
        InvalidHands: if there is no such side.
    """

    person: int
    side: Side

    def __post_init__(self) -> None:
        if self.side not in SIDES:
            raise InvalidHands(f"Expected 'side' to be one of 'left', 'right', but got {self.side!r}.")
        object.__setattr__(self, "person", int(self.person))

    def __str__(self) -> str:
        return f"{self.side} hand of person {self.person}"


@dataclass(frozen=True, eq=False)
class FrameHands:
    """The H hands found in one photo or frame, K = 21 landmarks each.

    Attributes:
        xy: (H, K, 2) float32, pixels.
        z: (H, K) float32, pixels, 0 at the wrist.
        world: (H, K, 3) float32, metres, origin at the hand's own centre.
        score: (H,) float32, 0..1: the model's guess that a hand is there.
        right: (H,) float32, 0..1: the model's guess that it is a right hand, from its shape only. The slot's side may
            be known better, from the arm.
        slots: whose hand each is, unique.
        time_s: seconds since the first frame; 0 for a photo.
        size: (width, height) of the upright image, pixels.
        begins_shot: a hard cut comes just before this frame of a video; False if unknown.

    Raises:
        InvalidHands: if shapes do not agree, slots repeat, or the size is not positive.
    """

    xy: FloatArray
    z: FloatArray
    world: FloatArray
    score: FloatArray
    right: FloatArray
    slots: tuple[HandSlot, ...]
    time_s: float
    size: tuple[int, int]
    begins_shot: bool = False

    def __post_init__(self) -> None:
        _check_hands(self, lead=())
        object.__setattr__(self, "time_s", float(self.time_s))

    def __len__(self) -> int:
        """Number of hands."""
        return len(self.slots)

    @property
    def arrays(self) -> dict[str, Any]:
        """The arrays by name, see ``HAND_ARRAYS``."""
        return {name: getattr(self, name) for name in HAND_ARRAYS}

    def resized(self, size: tuple[int, int]) -> "FrameHands":
        """The same hands in the image scaled to another (width, height)."""
        across, down = scale_factors(self.size, size)
        return replace(self, xy=self.xy * np.array([across, down]), z=self.z * across, size=size)

    def take(self, indices: Sequence[int]) -> "FrameHands":
        """Some of the hands, by their indices on the H axis, in this order."""
        wanted = np.asarray(indices, np.intp)
        arrays = {name: array[wanted] for name, array in self.arrays.items()}
        return replace(self, **arrays, slots=tuple(self.slots[index] for index in wanted))

    def only(self, person_ids: Collection[int]) -> "FrameHands":
        """Only the hands of the people with these ids; ids that nobody has are ignored."""
        return self.take([index for index, slot in enumerate(self.slots) if slot.person in person_ids])

    @classmethod
    def nobody(cls, size: tuple[int, int], time_s: float = 0.0) -> Self:
        """A frame in which no hand was found (H = 0)."""
        return cls(**_nan_arrays(0), slots=(), time_s=time_s, size=size)


@dataclass(frozen=True, eq=False)
class HandSequence(FramesInTime):
    """The hands of a video: T frames, H slots, K = 21 landmarks each.

    A hand is one slot of the H axis through all frames; the slot is NaN while that hand is not seen.

    Attributes:
        xy, z, world, score, right: as in ``FrameHands`` with a leading T.
        slots: whose hand each is, unique.
        times_s: (T,) float64, seconds since the first frame, strictly increasing, from the file's own timestamps.
        size: (width, height) of the upright frames, pixels.
        fps: nominal frames per second of the video. Only a label: time is ``times_s``.
        cuts: (C,) int64, the frames at which a new shot begins after a hard cut, strictly increasing, from 1 to T - 1.

    Raises:
        InvalidHands: if shapes do not agree, times or cuts do not increase, cuts are not frames after the first, slots
            repeat, or size or fps are not positive.
    """

    xy: FloatArray
    z: FloatArray
    world: FloatArray
    score: FloatArray
    right: FloatArray
    slots: tuple[HandSlot, ...]
    times_s: NDArray[np.float64]
    size: tuple[int, int]
    fps: float
    cuts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        freeze_time(self, InvalidHands)
        _check_hands(self, lead=(len(self),))

    @property
    def arrays(self) -> dict[str, Any]:
        """The arrays by name, see ``HAND_ARRAYS``."""
        return {name: getattr(self, name) for name in HAND_ARRAYS}

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, H) bool: the hand was found in the frame."""
        return np.asarray(np.isfinite(self.xy[..., 0]).any(axis=-1))

    def frame(self, index: int) -> FrameHands:
        """The hands seen in one frame, without those that are absent.

        Raises:
            IndexError: if there is no such frame.
        """
        finite = np.isfinite(self.xy[index, ..., 0])  # of this frame only: a video may have a million
        here = np.flatnonzero(finite.any(axis=-1))
        return FrameHands(
            **{name: array[index][here] for name, array in self.arrays.items()},
            slots=tuple(self.slots[slot] for slot in here),
            time_s=float(self.times_s[index]),
            size=self.size,
            begins_shot=self.begins_shot(index),
        )

    def at(self, frames: slice | NDArray[np.integer] | NDArray[np.bool_]) -> "HandSequence":
        """Some of the frames, at their own times, as ``PoseSequence.at``.

        Raises:
            IndexError: if there are no such frames.
            InvalidHands: if the frames are not in order of time, or one occurs twice.
        """
        arrays = {name: array[frames] for name, array in self.arrays.items()}
        return replace(self, **arrays, **self.time_at(frames))

    def resized(self, size: tuple[int, int]) -> "HandSequence":
        """The same hands in frames scaled to another (width, height)."""
        across, down = scale_factors(self.size, size)
        return replace(self, xy=self.xy * np.array([across, down]), z=self.z * across, size=size)

    def slot(self, person: int, side: Side) -> int:
        """Index on the H axis of one person's left or right hand.

        Raises:
            InvalidOption: if there is no such hand.
        """
        wanted = HandSlot(person, side)
        if wanted not in self.slots:
            there = ", ".join(map(str, self.slots)) or "none"
            raise InvalidOption(f"Expected one of this video's hands ({there}), but got the {wanted}.")
        return self.slots.index(wanted)

    def only(self, person_ids: Collection[int]) -> "HandSequence":
        """The same frames with only the hands of the people with these ids; ids that nobody has are ignored."""
        kept = [index for index, slot in enumerate(self.slots) if slot.person in person_ids]
        arrays = {name: array[:, kept] for name, array in self.arrays.items()}
        return replace(self, **arrays, slots=tuple(self.slots[index] for index in kept))

    @classmethod
    def empty(cls, times_s: ArrayLike, slots: Sequence[HandSlot], *, size: tuple[int, int], fps: float) -> Self:
        """These hands at these times, seen in no frame: NaN throughout.

        Args:
            times_s: (T,) seconds, strictly increasing.
            slots: whose hands, unique.
            size: (width, height), pixels.
            fps: nominal frames per second.
        """
        times = np.asarray(times_s, np.float64)
        arrays = _nan_arrays(times.size, len(slots))
        return cls(**arrays, slots=tuple(slots), times_s=times, size=size, fps=fps)

    @classmethod
    def from_frames(cls, frames: Sequence[FrameHands], *, size: tuple[int, int], fps: float) -> Self:
        """Join frames into a sequence with one slot for each hand that occurs, in order of the slots.

        Args:
            frames: in order of time; may be empty.
            size: (width, height), pixels.
            fps: nominal frames per second.
        """
        recorder = HandRecorder()
        for frame in frames:
            recorder.add(frame)
        return cls(**recorder.arrays(), size=size, fps=fps)


class HandRecorder:
    """Collects the hands of frames as they come, using 0.5 KB per hand seen (only the numbers themselves).

    Args:
        most_slots: hands of slots beyond this number are left out, in order of appearance; None: keep all.

    Attributes:
        left_out: whether any were left out.
    """

    # Hands to grow by: memory is moved, not copied, and little of it is unused.
    _STEP = 512

    def __init__(self, most_slots: int | None = None) -> None:
        self.left_out = False
        self._most_slots = most_slots
        self._times: list[float] = []
        self._starts: list[int] = [0]  # the frames at which shots begin
        self._count = 0
        # Of each hand seen: its values, and its frame and the index of its slot, which is a (shot, slot).
        self._values = np.empty((self._STEP, VALUES_PER_HAND), np.float32)
        self._places = np.empty((self._STEP, 2), np.int64)
        self._slots: dict[tuple[int, HandSlot], int] = {}

    def add(self, frame: FrameHands) -> None:
        """Add the next frame, later than those before."""
        if frame.begins_shot and self._times:
            self._starts.append(len(self._times))
        for slot, values in zip(frame.slots, pack_hands(frame), strict=True):
            if self._count == len(self._values):
                self._values.resize((self._count + self._STEP, VALUES_PER_HAND), refcheck=False)
                self._places.resize((self._count + self._STEP, 2), refcheck=False)
            shot_slot = (len(self._starts) - 1, slot)
            self._values[self._count] = values
            self._places[self._count] = (len(self._times), self._slots.setdefault(shot_slot, len(self._slots)))
            self._count += 1
        self._times.append(frame.time_s)

    def arrays(self, people: Mapping[tuple[int, int], int] | None = None) -> dict[str, Any]:
        """All fields of a ``HandSequence`` except size and fps.

        Args:
            people: the id that the bodies' sequence has for each person of each shot, as from
                ``PoseRecorder.end_people_at_cuts``; others get ids after them, in order of appearance. None: people
                keep their ids, even in another shot.
        """
        named = {shot_slot: shot_slot[1] for shot_slot in self._slots}
        if people is not None:
            ids = _ids_in_shots([(shot, slot.person) for shot, slot in self._slots], people)
            named = {(shot, slot): HandSlot(ids[shot, slot.person], slot.side) for shot, slot in self._slots}
        kept = list(dict.fromkeys(named.values()))[: self._most_slots]
        self.left_out |= len(kept) < len(set(named.values()))
        slots = sorted(kept)
        columns = np.array([slots.index(slot) if slot in kept else -1 for slot in named.values()], np.int64)
        frames, column = self._places[: self._count, 0], columns[self._places[: self._count, 1]]
        values = np.full((len(self._times), len(slots), VALUES_PER_HAND), np.nan, np.float32)
        values[frames[column >= 0], column[column >= 0]] = self._values[: self._count][column >= 0]
        return {
            **unpack_hands(values),
            "slots": tuple(slots),
            "times_s": np.array(self._times, np.float64),
            "cuts": np.array(self._starts[1:], np.int64),
        }


def _ids_in_shots(
    people: Sequence[tuple[int, int]], known: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """The id of each (shot, person), in order of appearance: the known one, or the next that nobody has."""
    ids: dict[tuple[int, int], int] = {}
    last = max(known.values(), default=0)
    for shot_person in people:
        if shot_person not in ids:
            last += shot_person not in known
            ids[shot_person] = known.get(shot_person, last)
    return ids


def pack_hands(hands: FrameHands) -> FloatArray:
    """(H, 128) float32: all values of a hand side by side, in the order of ``HAND_ARRAYS``."""
    columns = zip(hands.arrays.values(), _WIDTHS, strict=True)
    return np.concatenate([array.reshape(len(hands), width) for array, width in columns], axis=-1)


def unpack_hands(values: FloatArray) -> dict[str, Any]:
    """Views of the arrays by name, in (..., 128) values laid out as by ``pack_hands``."""
    lead = values.shape[:-1]
    return {
        name: values[..., end - width : end].reshape(*lead, *tail)
        for (name, tail), width, end in zip(HAND_ARRAYS.items(), _WIDTHS, accumulate(_WIDTHS), strict=True)
    }


def _check_hands(value: FrameHands | HandSequence, *, lead: tuple[int, ...]) -> None:
    """Validate and freeze the fields that both types share; ``lead`` is the shape before (hands,)."""
    slots = tuple(value.slots)
    if len(set(slots)) != len(slots):
        raise InvalidHands(f"Expected 'slots' to be unique, but got {', '.join(map(str, slots))}.")
    object.__setattr__(value, "slots", slots)
    shapes = {name: (*lead, len(slots), *tail) for name, tail in HAND_ARRAYS.items()}
    freeze_arrays(value, shapes, InvalidHands)


def _nan_arrays(*lead: int) -> dict[str, Any]:
    """Arrays that are NaN throughout; ``lead`` is the shape up to and with the hands."""
    return {name: np.full((*lead, *tail), np.nan, np.float32) for name, tail in HAND_ARRAYS.items()}
