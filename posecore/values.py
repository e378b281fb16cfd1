"""What the values of the library share: read-only arrays of known shapes, the size of the image, and time.

The checks raise the error class that they are given, as each kind of value has its own.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import PosecoreError

FloatArray = NDArray[np.float32]


class FramesInTime:
    """T frames at times of their own, divided into shots by cuts; what every sequence is, whatever is in its frames.

    Attributes:
        times_s: (T,) float64, seconds since the first frame, strictly increasing.
        fps: nominal frames per second; only a label.
        cuts: (C,) int64, the frames at which a new shot begins, strictly increasing, from 1 to T - 1.
    """

    times_s: NDArray[np.float64]
    fps: float
    cuts: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.times_s)

    @property
    def shots(self) -> tuple[slice, ...]:
        """The frames of each shot, from one cut to the next; one shot if there are no cuts."""
        return tuple(slice(*ends) for ends in pairwise([0, *self.cuts.tolist(), len(self)]))

    @property
    def shot_numbers(self) -> NDArray[np.int64]:
        """(T,) int64: the number of each frame's shot, from 1."""
        return 1 + np.searchsorted(self.cuts, np.arange(len(self)), side="right")

    def begins_shot(self, index: int) -> bool:
        """Whether a hard cut comes just before a frame; a negative index counts from the end."""
        return bool(np.isin(index % len(self), self.cuts))

    def time_at(self, frames: slice | NDArray[np.integer] | NDArray[np.bool_]) -> dict[str, Any]:
        """The attributes of some of the frames, see ``PoseSequence.at``."""
        step = abs(frames.step or 1) if isinstance(frames, slice) else 1
        cuts = np.flatnonzero(np.ediff1d(self.shot_numbers[frames])) + 1
        return {"times_s": self.times_s[frames], "fps": self.fps / step, "cuts": cuts}


def freeze_time(value: FramesInTime, error: type[PosecoreError]) -> None:
    """Validate and freeze the attributes of ``FramesInTime``."""
    times, cuts = frozen(value.times_s, np.float64), frozen(value.cuts, np.int64)
    if times.ndim != 1:
        raise error(f"Expected 'times_s' to have shape (T,), but got {times.shape}.")
    if not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
        raise error("Expected 'times_s' to be strictly increasing, but got a step that is not.")
    if not value.fps > 0:
        raise error(f"Expected 'fps' to be above zero, but got {value.fps}.")
    if cuts.ndim != 1:
        raise error(f"Expected 'cuts' to have shape (C,), but got {cuts.shape}.")
    if not (np.diff(cuts) > 0).all() or (len(cuts) and not (cuts[0] >= 1 and cuts[-1] < len(times))):
        raise error(
            f"Expected 'cuts' to increase strictly from 1 or more to at most {len(times) - 1}, but got {cuts.tolist()}."
        )
    object.__setattr__(value, "times_s", times)
    object.__setattr__(value, "fps", float(value.fps))
    object.__setattr__(value, "cuts", cuts)


def freeze_arrays(value: Any, shapes: Mapping[str, tuple[int, ...]], error: type[PosecoreError]) -> None:
    """Validate and freeze the float32 arrays of a value, by name, and its ``size``."""
    for name, shape in shapes.items():
        array = frozen(getattr(value, name), np.float32)
        if array.shape != shape:
            raise error(f"Expected {name!r} to have shape {shape}, but got {array.shape}.")
        object.__setattr__(value, name, array)
    width, height = (int(side) for side in value.size)
    if width <= 0 or height <= 0:
        raise error(f"Expected 'size' to be above zero in both dimensions, but got {(width, height)}.")
    object.__setattr__(value, "size", (width, height))


def frozen(array: ArrayLike, dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg]
    """A read-only view with this type; the caller's own array stays writable."""
    view = np.asarray(array, dtype).view()
    view.flags.writeable = False
    return view


def scale_factors(old: tuple[int, int], new: tuple[int, int]) -> tuple[np.float32, np.float32]:
    """Scale factors from one size to another, across and down."""
    return np.float32(new[0] / old[0]), np.float32(new[1] / old[1])
