"""Input types of the estimators and the checks they share."""

import os
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from posecore.errors import EngineUnavailable, InvalidOption

RgbArray = NDArray[np.uint8]
"""(H, W, 3) red, green, blue; upright."""


class LazyPicture(Protocol):
    """A picture converted to RGB on demand, such as a video frame."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, 3)."""

    def whole(self) -> RgbArray:
        """The whole picture."""

    def area(self, rows: slice, columns: slice) -> RgbArray:
        """``whole()[rows, columns]``, read-only; the slices must lie within the picture."""


Picture = RgbArray | LazyPicture
"""The input of an estimator."""

ResumeState = Any
"""What one estimator of a stream hands to another that goes on where it left off, with equal numbers: plain values for
JSON, which only estimators look into."""


def whole_of(picture: Picture) -> RgbArray:
    """The whole picture."""
    return picture if isinstance(picture, np.ndarray) else picture.whole()


def area_of(picture: Picture, rows: slice, columns: slice) -> RgbArray:
    """A part of a picture, read-only."""
    return picture[rows, columns] if isinstance(picture, np.ndarray) else picture.area(rows, columns)


def check_picture(picture: Picture) -> None:
    """Reject what is not a picture; a ``LazyPicture`` was checked when it was read.

    Raises:
        InvalidOption: if it is not an array of (H, W, 3) uint8 with at least one pixel.
    """
    if not isinstance(picture, np.ndarray):
        if not hasattr(picture, "area"):
            raise InvalidOption(
                f"Expected an image as an array of shape (H, W, 3) and uint8, but got {type(picture).__name__}."
            )
        return
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or picture.size == 0:
        raise InvalidOption(
            f"Expected an image of shape (H, W, 3) and uint8, but got {picture.shape} and {picture.dtype}."
        )


def check_time(time_s: float, last_s: float) -> None:
    """Reject a frame that is not later than the previous one.

    Raises:
        InvalidOption: if ``time_s`` is not later than ``last_s``.
    """
    if not time_s > last_s:
        raise InvalidOption(f"Expected 'time_s' to be later than {last_s}, but got {time_s}.")


def check_process(opened_in: int) -> None:
    """Refuse an estimator of another process: its threads are not copied by a fork, and it would wait for them.

    Args:
        opened_in: the id of the process that opened it.

    Raises:
        EngineUnavailable: if this process was forked from that one.
    """
    if os.getpid() != opened_in:
        raise EngineUnavailable(
            f"Expected an estimator of this process (id {os.getpid()}), but got one of process {opened_in}, from which "
            "this one was forked. Open one here, after the fork."
        )
