"""The door of every estimator: what comes in is checked here, once."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption

RgbArray = NDArray[np.uint8]
"""(H, W, 3) red, green, blue; upright."""


class LazyPicture(Protocol):
    """A picture whose colours are worked out where they are asked for, such as a frame of a clip."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, 3)."""

    def whole(self) -> RgbArray:
        """All of it."""

    def area(self, rows: slice, columns: slice) -> RgbArray:
        """``whole()[rows, columns]``, for slices within the picture; only to be read."""


Picture = RgbArray | LazyPicture
"""What an estimator takes."""

ResumeState = Any
"""What one estimator of a stream hands to another that goes on where it left off: plain values for JSON, which only
estimators look into."""


def whole_of(picture: Picture) -> RgbArray:
    """All of a picture."""
    return picture if isinstance(picture, np.ndarray) else picture.whole()


def area_of(picture: Picture, rows: slice, columns: slice) -> RgbArray:
    """A part of a picture, only to be read."""
    return picture[rows, columns] if isinstance(picture, np.ndarray) else picture.area(rows, columns)


def check_picture(picture: Picture) -> None:
    """Refuse what is not a picture; a ``LazyPicture`` was checked where it was read.

    Raises:
        InvalidOption: if an array is not (H, W, 3) uint8 with at least one pixel.
    """
    if isinstance(picture, np.ndarray) and not _is_rgb(picture):
        raise InvalidOption(
            f"Expected an image of shape (H, W, 3) and uint8, but got {picture.shape} and {picture.dtype}."
        )


def _is_rgb(array: np.ndarray) -> bool:
    return array.ndim == 3 and array.shape[2] == 3 and array.dtype == np.uint8 and array.size > 0


def check_time(time_s: float, last_s: float) -> None:
    """Refuse a frame that does not come after the one before.

    Raises:
        InvalidOption: if time does not go forward.
    """
    if not time_s > last_s:
        raise InvalidOption(f"Expected 'time_s' to be later than {last_s}, but got {time_s}.")
