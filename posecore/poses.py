"""The two core types of the library: the poses of one frame, and those of a video.

Coordinate frames
    ``xy``     pixels of the upright source image; origin top left, x to the right, y down.
    ``z``      depth on the scale of x (pixels); 0 at the middle of the hips, smaller is nearer to the
               camera. It is relative: it does not say how far away the person is.
    ``world``  metres; origin at the middle of the hips, x to the image's right, y down, z away from
               the camera. A person who walks does not move in it.
NaN means "absent": the person of that slot was not found in that frame.
Both are validated once, here, when they are created; their arrays are read-only.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption, InvalidPoses
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library
from posecore.values import FloatArray as FloatArray
from posecore.values import FramesInTime, freeze_arrays, freeze_time, frozen, scale_factors

with naming_missing_library():
    import cv2

LANDMARK_ARRAYS: Mapping[str, tuple[int, ...]] = {
    "xy": (2,),
    "z": (),
    "world": (3,),
    "visibility": (),
    "presence": (),
}
"""The landmark arrays by name, each with its shape after (people, landmarks)."""

COORDINATES = ("xy", "z", "world")
"""The arrays that hold positions; the others hold the model's confidence."""

_WIDTHS = [math.prod(tail) for tail in LANDMARK_ARRAYS.values()]
VALUES_PER_LANDMARK = sum(_WIDTHS)
"""Number of values per landmark in all of its arrays."""


@dataclass(frozen=True, eq=False)
class Mask:
    """Silhouette of one person as an engine returns it: in a square of its own, which may be rotated.

    Attributes:
        values: (h, w) float32, 0..1: probability that a pixel shows the person.
        to_picture: (2, 3) affine map from (column, row) of ``values`` to pixels of the image.
    """

    values: FloatArray
    to_picture: NDArray[np.float64]

    def scaled(self, across: float, down: float) -> "Mask":
        """The mask in the image scaled by these factors, across and down."""
        return Mask(self.values, self.to_picture * np.array([[across], [down]]))

    def mirrored(self, width: int) -> "Mask":
        """The mask in the mirrored image, which has this width."""
        turned = self.to_picture * np.array([[-1.0], [1.0]])
        turned[0, 2] += width - 1
        return Mask(self.values, turned)

    def within(self, side: int) -> "Mask":
        """The mask with at most this many values per side, each the mean of those that it replaces."""
        height, width = self.values.shape
        scale = side / max(height, width)
        if scale >= 1:
            return self
        new = (max(1, round(width * scale)), max(1, round(height * scale)))
        values = cv2.resize(self.values, new, interpolation=cv2.INTER_AREA)
        # The centre of a new value is that of the old ones that it replaces.
        across, down = width / new[0], height / new[1]
        to_old = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
        return Mask(np.asarray(values, np.float32), self.to_picture @ to_old)

    def on_picture(self, size: tuple[int, int]) -> FloatArray:
        """(H, W) 0..1: probability that each pixel of an image of (width, height) shows the person."""
        drawn = cv2.warpAffine(self.values, self.to_picture, size, flags=cv2.INTER_LINEAR)
        return np.asarray(drawn, np.float32)


@dataclass(frozen=True, eq=False)
class FramePoses:
    """The P people found in one photo or frame, K = 33 landmarks each.

    Attributes:
        xy: (P, K, 2) float32, pixels.
        z: (P, K) float32, pixels, 0 at the middle of the hips.
        world: (P, K, 3) float32, metres, origin at the middle of the hips.
        visibility: (P, K) float32, 0..1: the model's guess that the landmark is in view and not hidden.
        presence: (P, K) float32, 0..1: the model's guess that the landmark is inside the image.
        person_ids: (P,) int64, unique labels.
        time_s: seconds since the first frame; 0 for a photo.
        size: (width, height) of the upright image, pixels.
        masks: the silhouette of each person if requested; else empty.
        names: names by id, of those people who have one.
        left_out: how many more people were found than requested; only for a photo, 0 if unknown.
        begins_shot: a hard cut comes just before this frame of a video; False if unknown.

    Raises:
        InvalidPoses: if shapes do not agree, ids repeat, or the size is not positive.
    """

    xy: FloatArray
    z: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    person_ids: NDArray[np.int64]
    time_s: float
    size: tuple[int, int]
    masks: tuple[Mask, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    left_out: int = 0
    begins_shot: bool = False

    def __post_init__(self) -> None:
        _check_people(self, lead=())
        if len(self.masks) not in (0, len(self)):
            raise InvalidPoses(
                f"Expected 'masks' to be one for each of {len(self)} people or none, but got {len(self.masks)}."
            )
        object.__setattr__(self, "time_s", float(self.time_s))

    def __len__(self) -> int:
        """Number of people."""
        return len(self.person_ids)

    @property
    def arrays(self) -> dict[str, Any]:
        """The landmark arrays by name, see ``LANDMARK_ARRAYS``."""
        return {name: getattr(self, name) for name in LANDMARK_ARRAYS}

    def resized(self, size: tuple[int, int]) -> "FramePoses":
        """The same people in the image scaled to another (width, height)."""
        across, down = scale_factors(self.size, size)
        masks = tuple(mask.scaled(float(across), float(down)) for mask in self.masks)
        return replace(self, xy=self.xy * np.array([across, down]), z=self.z * across, size=size, masks=masks)

    def take(self, indices: Sequence[int]) -> "FramePoses":
        """Some of the people, by their indices on the P axis, in this order."""
        wanted = np.asarray(indices, np.intp)
        arrays = {name: array[wanted] for name, array in self.arrays.items()}
        masks = tuple(self.masks[index] for index in wanted) if self.masks else ()
        return replace(self, **arrays, person_ids=self.person_ids[wanted], masks=masks)

    def named(self, names: Mapping[int, str]) -> "FramePoses":
        """The same people with these names, by id."""
        return replace(self, names=names)

    def only(self, person_ids: Collection[int]) -> "FramePoses":
        """Only the people with these ids; ids that nobody has are ignored."""
        return self.take([index for index, person in enumerate(self.person_ids.tolist()) if person in person_ids])

    @classmethod
    def nobody(cls, size: tuple[int, int], time_s: float = 0.0) -> Self:
        """A frame in which nobody was found (P = 0)."""
        return cls(**_nan_arrays(0), person_ids=np.empty(0, np.int64), time_s=time_s, size=size)


@dataclass(frozen=True, eq=False)
class PoseSequence(FramesInTime):
    """The poses of a video: T frames, P people, K = 33 landmarks.

    A person is one slot of the P axis through all frames; the slot is NaN while that person is not seen.

    Attributes:
        xy, z, world, visibility, presence: as in ``FramePoses`` with a leading T.
        person_ids: (P,) int64, unique labels.
        times_s: (T,) float64, seconds since the first frame, strictly increasing, from the file's own
            timestamps. (float64: float32 loses the millisecond after some hours.)
        size: (width, height) of the upright frames, pixels.
        fps: nominal frames per second of the video. Only a label: time is ``times_s``.
        names: names by id, of those people who have one.
        cuts: (C,) int64, the frames at which a new shot begins after a hard cut, strictly increasing, from 1 to T - 1.
            Nothing is known of a movement across a cut: whatever looks at neighbouring frames stops there.

    Raises:
        InvalidPoses: if shapes do not agree, times or cuts do not increase, cuts are not frames after the first, ids
            repeat, or size or fps are not positive.
    """

    xy: FloatArray
    z: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    person_ids: NDArray[np.int64]
    times_s: NDArray[np.float64]
    size: tuple[int, int]
    fps: float
    names: Mapping[int, str] = field(default_factory=dict)
    cuts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        freeze_time(self, InvalidPoses)
        _check_people(self, lead=(len(self),))

    @property
    def arrays(self) -> dict[str, Any]:
        """The landmark arrays by name, see ``LANDMARK_ARRAYS``."""
        return {name: getattr(self, name) for name in LANDMARK_ARRAYS}

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, P) bool: the person was found in the frame."""
        return np.asarray(np.isfinite(self.xy[..., 0]).any(axis=-1))

    def frame(self, index: int) -> FramePoses:
        """The people seen in one frame, without those who are absent.

        Raises:
            IndexError: if there is no such frame.
        """
        here = np.isfinite(self.xy[index, ..., 0]).any(axis=-1)  # of this frame only: a video may have a million
        arrays = {name: array[index][here] for name, array in self.arrays.items()}
        return FramePoses(
            **arrays,
            person_ids=self.person_ids[here],
            time_s=float(self.times_s[index]),
            size=self.size,
            names=self.names,
            begins_shot=self.begins_shot(index),
        )

    def at(self, frames: slice | NDArray[np.integer] | NDArray[np.bool_]) -> "PoseSequence":
        """Some of the frames, at their own times. A cut is before the first frame that is left of the new shot.

        Args:
            frames: their indices, in order of time. A slice gives views of the arrays, as in NumPy, and one that takes
                every nth frame divides ``fps`` by n. Otherwise ``fps`` is unchanged.

        Raises:
            IndexError: if there are no such frames.
            InvalidPoses: if the frames are not in order of time, or one occurs twice.
        """
        arrays = {name: array[frames] for name, array in self.arrays.items()}
        return replace(self, **arrays, **self.time_at(frames))

    def resized(self, size: tuple[int, int]) -> "PoseSequence":
        """The same people in frames scaled to another (width, height)."""
        across, down = scale_factors(self.size, size)
        return replace(self, xy=self.xy * np.array([across, down]), z=self.z * across, size=size)

    def slot(self, person_id: int) -> int:
        """Index on the P axis of a person who is seen in at least one frame.

        Raises:
            InvalidOption: if nobody has this id.
            InvalidPoses: if the person is seen in no frame.
        """
        ids = self.person_ids.tolist()
        if person_id not in ids:
            there = ", ".join(map(str, ids)) or "none"
            raise InvalidOption(f"Expected 'person_id' to be one of this video's ({there}), but got {person_id}.")
        slot = ids.index(person_id)
        if not np.isfinite(self.xy[:, slot, :, 0]).any():
            raise InvalidPoses(f"Person {person_id} is seen in no frame of this video, so they have no movement.")
        return slot

    def named(self, names: Mapping[int, str]) -> "PoseSequence":
        """The same people with these names, by id."""
        return replace(self, names=names)

    def only(self, person_ids: Collection[int]) -> "PoseSequence":
        """The same frames with only the people with these ids; ids that nobody has are ignored."""
        kept = np.flatnonzero(np.isin(self.person_ids, list(person_ids)))
        # Adjacent slots give views: pages ask for them at each rerun, and a video may fill a gigabyte.
        together = len(kept) > 0 and kept[-1] - kept[0] + 1 == len(kept)
        slots = slice(kept[0], kept[-1] + 1) if together else kept
        arrays = {name: array[:, slots] for name, array in self.arrays.items()}
        return replace(self, **arrays, person_ids=self.person_ids[slots])

    @classmethod
    def empty(cls, times_s: ArrayLike, person_ids: ArrayLike, *, size: tuple[int, int], fps: float) -> Self:
        """These people at these times, seen in no frame: NaN throughout.

        Args:
            times_s: (T,) seconds, strictly increasing.
            person_ids: (P,) unique labels.
            size: (width, height), pixels.
            fps: nominal frames per second.
        """
        times, ids = np.asarray(times_s, np.float64), np.asarray(person_ids, np.int64)
        return cls(**_nan_arrays(times.size, ids.size), person_ids=ids, times_s=times, size=size, fps=fps)

    @classmethod
    def from_frames(cls, frames: Sequence[FramePoses], *, size: tuple[int, int], fps: float) -> Self:
        """Join frames into a sequence with one slot for each person id that occurs.

        If nobody occurs, there is one slot, person 1, that is NaN throughout, so that the frames and their times
        are kept.

        Args:
            frames: in order of time; may be empty.
            size: (width, height), pixels.
            fps: nominal frames per second.
        """
        recorder = PoseRecorder()
        for frame in frames:
            recorder.add(frame)
        return cls(**recorder.arrays(), size=size, fps=fps)


class PoseRecorder:
    """Collects frames as they come, using 1.06 KB per frame and person (only the numbers themselves).

    Args:
        most_people: people beyond this number are left out, in order of appearance; None: keep all.

    Attributes:
        left_out: whether anyone was left out.
    """

    # Frames to grow by: memory is moved, not copied, and little of it is unused.
    _STEP = 512

    def __init__(self, most_people: int | None = None) -> None:
        self.left_out = False
        self._most_people = most_people
        self._count = 0
        self._slots: dict[int, int] = {}  # of each id
        self._times = np.empty(self._STEP, np.float64)
        self._begin_shots = np.zeros(self._STEP, bool)
        # All values of a landmark side by side, in one array that grows in place.
        self._values = np.empty((self._STEP, 0, len(BLAZEPOSE_33), VALUES_PER_LANDMARK), np.float32)

    def __len__(self) -> int:
        """Number of frames."""
        return self._count

    @property
    def people(self) -> int:
        """Number of people."""
        return len(self._slots)

    def add(self, frame: FramePoses) -> None:
        """Add the next frame."""
        people = frame.person_ids.tolist()
        self._make_room(people)
        values = self._values[self._count]
        values[:] = np.nan
        for person, packed in zip(people, pack_landmarks(frame), strict=True):
            if person in self._slots:
                values[self._slots[person]] = packed
        self._times[self._count] = frame.time_s
        self._begin_shots[self._count] = frame.begins_shot
        self._count += 1

    def arrays(self) -> dict[str, Any]:
        """All fields of a ``PoseSequence`` except size and fps; nothing may be added afterwards.

        If nobody occurs, there is one slot, person 1, that is NaN throughout, so that the frames and their times
        are kept.
        """
        if not self._slots:
            self._make_room([1])
        self._resize(self._count)
        ids = sorted(self._slots)
        order = [self._slots[person] for person in ids]
        values = self._values[:, : len(ids)] if order == sorted(order) else self._values[:, order]
        return {
            **unpack_landmarks(values),
            "person_ids": np.array(ids, np.int64),
            "times_s": self._times,
            "cuts": np.flatnonzero(self._begin_shots[1:]) + 1,
        }

    def end_people_at_cuts(self) -> dict[tuple[int, int], int]:
        """End each person's slot at a cut: anyone seen after it is another person, with an id of their own.

        Does nothing if nobody is on both sides of a cut. Otherwise all get new ids, from 1, in order of appearance.
        The frames must be in order of time.

        Returns:
            (shot, id before) -> id now, of everyone seen; shots are counted from 0.
        """
        self._resize(self._count)
        begin_shots = self._begin_shots.copy()
        begin_shots[:1] = True
        starts = np.flatnonzero(begin_shots)
        seen: NDArray[np.bool_] = np.asarray(np.isfinite(self._values[:, : self.people, :, 0]).any(axis=-1))
        in_shots = np.logical_or.reduceat(seen, starts, axis=0) if len(starts) else seen
        if not (in_shots.sum(axis=0) > 1).any():
            ids = {slot: person for person, slot in self._slots.items()}
            return {(int(shot), ids[int(slot)]): ids[int(slot)] for shot, slot in zip(*in_shots.nonzero(), strict=True)}
        slots = [self._slots[person] for person in sorted(self._slots)]
        ends = [*starts[1:].tolist(), self._count]
        found = [
            (int(start + seen[start:end, slot].argmax()), place, slice(start, end), slot, shot)
            for shot, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True))
            for place, slot in enumerate(slots)
            if in_shots[shot, slot]
        ]
        kept = sorted(found, key=lambda each: each[:2])[: self._most_people]
        self.left_out |= len(found) > len(kept)
        values = np.full((self._count, len(kept), *self._values.shape[2:]), np.nan, np.float32)
        old = {slot: person for person, slot in self._slots.items()}
        renamed = {}
        for new, (_, _, frames, slot, shot) in enumerate(kept):
            values[frames, new] = self._values[frames, slot]
            renamed[shot, old[slot]] = new + 1
        self._values, self._slots = values, {new + 1: new for new in range(len(kept))}
        return renamed

    def put_in_order(self) -> None:
        """Sort the frames by time; of frames with the same time only the last one added is kept."""
        self._resize(self._count)
        if (np.diff(self._times) > 0).all():
            return
        order = np.argsort(self._times, kind="stable")
        last = np.append(np.diff(self._times[order]) > 0, True)
        self._times, self._values = self._times[order[last]], self._values[order[last]]
        self._begin_shots = self._begin_shots[order[last]]
        self._count = len(self._times)

    def _make_room(self, people: list[int]) -> None:
        if self._count == len(self._times):
            self._resize(self._count + self._STEP)
        new = [person for person in people if person not in self._slots]
        room = len(new) if self._most_people is None else max(0, self._most_people - len(self._slots))
        self.left_out |= len(new) > room
        for person in new[:room]:
            self._slots[person] = len(self._slots)
        lead, slots, landmarks, width = self._values.shape
        if len(self._slots) > slots:
            # By a quarter more than needed: growing copies everything, and in a street new people keep appearing.
            wanted = len(self._slots) if slots == 0 else len(self._slots) * 5 // 4
            missing = np.full((lead, wanted - slots, landmarks, width), np.nan, np.float32)
            self._values = np.concatenate([self._values, missing], axis=1)

    def _resize(self, frames: int) -> None:
        # In place: a copy would need twice the memory, and nobody else has these arrays yet.
        self._times.resize(frames, refcheck=False)
        self._begin_shots.resize(frames, refcheck=False)
        self._values.resize((frames, *self._values.shape[1:]), refcheck=False)


def pack_landmarks(poses: FramePoses) -> FloatArray:
    """(P, K, 8) float32: all values of a landmark side by side, in the order of ``LANDMARK_ARRAYS``."""
    columns = zip(poses.arrays.values(), _WIDTHS, strict=True)
    return np.concatenate([array.reshape(len(poses), len(BLAZEPOSE_33), width) for array, width in columns], axis=-1)


def unpack_landmarks(values: FloatArray) -> dict[str, Any]:
    """Views of the landmark arrays by name, in (..., K, 8) values laid out as by ``pack_landmarks``."""
    ends = list(accumulate(_WIDTHS))
    return {
        name: values[..., end - width : end] if tail else values[..., end - 1]
        for (name, tail), width, end in zip(LANDMARK_ARRAYS.items(), _WIDTHS, ends, strict=True)
    }


def check_frame(poses: object) -> None:
    """Raise InvalidPoses if the argument is not the poses of one frame, most likely a sequence instead."""
    if not isinstance(poses, FramePoses):
        raise InvalidPoses(
            f"Expected the FramePoses of one frame, but got a {type(poses).__name__}. "
            "One frame of a sequence is sequence.frame(index)."
        )


def _check_people(value: FramePoses | PoseSequence, *, lead: tuple[int, ...]) -> None:
    """Validate and freeze the fields that both types share; ``lead`` is the shape before (people, landmarks)."""
    ids = frozen(value.person_ids, np.int64)
    if ids.ndim != 1:
        raise InvalidPoses(f"Expected 'person_ids' to have shape (P,), but got {ids.shape}.")
    if len(np.unique(ids)) != len(ids):
        raise InvalidPoses(f"Expected 'person_ids' to be unique, but got {ids.tolist()}.")
    object.__setattr__(value, "person_ids", ids)
    shapes = {name: (*lead, len(ids), len(BLAZEPOSE_33), *tail) for name, tail in LANDMARK_ARRAYS.items()}
    freeze_arrays(value, shapes, InvalidPoses)


def _nan_arrays(*lead: int) -> dict[str, Any]:
    """Landmark arrays that are NaN throughout; ``lead`` is the shape before the landmarks."""
    return {
        name: np.full((*lead, len(BLAZEPOSE_33), *tail), np.nan, np.float32) for name, tail in LANDMARK_ARRAYS.items()
    }
