"""The door of every estimator: what comes in is checked here, once."""

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption

RgbArray = NDArray[np.uint8]
"""(H, W, 3) red, green, blue; upright."""


def check_picture(rgb: RgbArray) -> None:
    """Refuse what is not a picture.

    Raises:
        InvalidOption: where rgb is not (H, W, 3) uint8 with at least one pixel.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
        raise InvalidOption(f"Expected a picture of shape (H, W, 3) and uint8, but got {rgb.shape} and {rgb.dtype}.")


def check_time(time_s: float, last_s: float) -> None:
    """Refuse a frame that does not come after the one before.

    Raises:
        InvalidOption: where time does not go forward.
    """
    if not time_s > last_s:
        raise InvalidOption(f"Expected 'time_s' to be later than {last_s}, but got {time_s}.")
