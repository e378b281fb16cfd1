"""Pictures in line."""

import numpy as np
from numpy.typing import NDArray


def on_square(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in the middle of a grey square, so that all of them are in line."""
    height, width = picture.shape[:2]
    side = max(height, width)
    square = np.full((side, side, 3), 128, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = picture
    return square
