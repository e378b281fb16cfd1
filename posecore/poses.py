"""The two values that everything else is written in terms of: the poses of one frame, and of a clip.

Coordinate frames
    ``xy``     pixels of the upright source picture; origin top left, x to the right, y down.
    ``z``      depth on the same scale as x (pixels); 0 at the middle of the hips, smaller is nearer to
               the camera. It is relative: it does not say how far away the person stands.
    ``world``  metres; origin at the middle of the hips, x to the picture's right, y down, z away from
               the camera. A person who walks does not move in it.
NaN means "not there": a person slot in which nobody was found in that frame.
Both values are checked once, here, when they are made; their arrays are read-only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidPoses
from posecore.skeletons import BLAZEPOSE_33

FloatArray = NDArray[np.float32]

# Trailing shape of each array of landmarks, behind (people, landmarks).
_LANDMARK_ARRAYS: dict[str, tuple[int, ...]] = {
    "xy": (2,),
    "z": (),
    "world": (3,),
    "visibility": (),
    "presence": (),
}


@dataclass(frozen=True, eq=False)
class FramePoses:
    """The P people found in one picture or frame, K = 33 landmarks each.

    Attributes:
        xy: (P, K, 2) float32, pixels.
        z: (P, K) float32, pixels, 0 at the middle of the hips.
        world: (P, K, 3) float32, metres, origin at the middle of the hips.
        visibility: (P, K) float32, 0..1: the model's guess that the landmark is in view and not hidden.
        presence: (P, K) float32, 0..1: the model's guess that the landmark is inside the picture.
        person_ids: (P,) int64, unique labels.
        time_s: seconds since the first frame; 0 for a picture.
        size: (width, height) of the upright picture, pixels.

    Raises:
        InvalidPoses: where shapes do not agree, ids repeat, or the size is not positive.
    """

    xy: FloatArray
    z: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    person_ids: NDArray[np.int64]
    time_s: float
    size: tuple[int, int]

    def __post_init__(self) -> None:
        _check_people(self, lead=())
        object.__setattr__(self, "time_s", float(self.time_s))

    def __len__(self) -> int:
        """Number of people."""
        return len(self.person_ids)

    def resized(self, size: tuple[int, int]) -> "FramePoses":
        """The same people in the picture at another (width, height)."""
        across, down = (np.float32(new / old) for new, old in zip(size, self.size, strict=True))
        return replace(self, xy=self.xy * np.array([across, down]), z=self.z * across, size=size)

    @classmethod
    def nobody(cls, size: tuple[int, int], time_s: float = 0.0) -> Self:
        """The value of a frame in which nobody was found (P = 0)."""
        arrays = {name: np.empty((0, len(BLAZEPOSE_33), *tail), np.float32) for name, tail in _LANDMARK_ARRAYS.items()}
        return cls(**arrays, person_ids=np.empty(0, np.int64), time_s=time_s, size=size)


@dataclass(frozen=True, eq=False)
class PoseSequence:
    """The poses of a clip: T frames, P people, K = 33 landmarks.

    A person is one slot of the P axis through all frames; where that person is not seen, the slot is NaN.

    Attributes:
        xy, z, world, visibility, presence: as in ``FramePoses`` with a leading T.
        person_ids: (P,) int64, unique labels.
        times_s: (T,) float64, seconds since the first frame, strictly increasing, from the file's own
            timestamps. (float64: float32 loses the millisecond after some hours.)
        size: (width, height) of the upright frames, pixels.
        fps: the clip's nominal frames a second. Only a label: time is ``times_s``.

    Raises:
        InvalidPoses: where shapes do not agree, times do not increase, ids repeat, or size or fps are
            not positive.
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

    def __post_init__(self) -> None:
        times = _frozen(self.times_s, np.float64)
        if times.ndim != 1:
            raise InvalidPoses(f"Expected 'times_s' to have shape (T,), but got {times.shape}.")
        if not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
            raise InvalidPoses("Expected 'times_s' to be strictly increasing, but got a step that is not.")
        if not self.fps > 0:
            raise InvalidPoses(f"Expected 'fps' to be above zero, but got {self.fps}.")
        object.__setattr__(self, "times_s", times)
        object.__setattr__(self, "fps", float(self.fps))
        _check_people(self, lead=(len(times),))

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.times_s)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, P) bool: the person was found in the frame."""
        return np.asarray(np.isfinite(self.xy[..., 0]).any(axis=-1))

    def frame(self, index: int) -> FramePoses:
        """The people seen in one frame; those who are not there are left out.

        Raises:
            IndexError: where there is no such frame.
        """
        here = self.seen[index]
        arrays = {name: getattr(self, name)[index][here] for name in _LANDMARK_ARRAYS}
        return FramePoses(
            **arrays,
            person_ids=self.person_ids[here],
            time_s=float(self.times_s[index]),
            size=self.size,
        )

    @classmethod
    def from_frames(cls, frames: Sequence[FramePoses], *, size: tuple[int, int], fps: float) -> Self:
        """Join frames into a sequence with one slot for each person id that occurs.

        A clip in which nobody occurs keeps one slot, person 1, that is NaN throughout, so that its
        frames and times are not lost.

        Args:
            frames: in order of time; may be empty.
            size: (width, height), pixels.
            fps: nominal frames a second.
        """
        ids = sorted({int(person) for frame in frames for person in frame.person_ids}) or [1]
        slot = {person: index for index, person in enumerate(ids)}
        lead = (len(frames), len(ids), len(BLAZEPOSE_33))
        arrays = {name: np.full((*lead, *tail), np.nan, np.float32) for name, tail in _LANDMARK_ARRAYS.items()}
        for index, frame in enumerate(frames):
            slots = [slot[int(person)] for person in frame.person_ids]
            for name, array in arrays.items():
                array[index, slots] = getattr(frame, name)
        times = np.array([frame.time_s for frame in frames], np.float64)
        return cls(**arrays, person_ids=np.array(ids, np.int64), times_s=times, size=size, fps=fps)


def _check_people(value: FramePoses | PoseSequence, *, lead: tuple[int, ...]) -> None:
    """Check and freeze what both values share; ``lead`` is the shape in front of (people, landmarks)."""
    ids = _frozen(value.person_ids, np.int64)
    if ids.ndim != 1:
        raise InvalidPoses(f"Expected 'person_ids' to have shape (P,), but got {ids.shape}.")
    if len(np.unique(ids)) != len(ids):
        raise InvalidPoses(f"Expected 'person_ids' to be unique, but got {ids.tolist()}.")
    object.__setattr__(value, "person_ids", ids)
    for name, tail in _LANDMARK_ARRAYS.items():
        array = _frozen(getattr(value, name), np.float32)
        expected = (*lead, len(ids), len(BLAZEPOSE_33), *tail)
        if array.shape != expected:
            raise InvalidPoses(f"Expected {name!r} to have shape {expected}, but got {array.shape}.")
        object.__setattr__(value, name, array)
    width, height = (int(side) for side in value.size)
    if width <= 0 or height <= 0:
        raise InvalidPoses(f"Expected 'size' to be above zero both ways, but got {(width, height)}.")
    object.__setattr__(value, "size", (width, height))


def _frozen(array: ArrayLike, dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg]
    """A read-only view with the wanted type; the caller's own array stays writable."""
    view = np.asarray(array, dtype).view()
    view.flags.writeable = False
    return view
