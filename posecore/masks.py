"""Silhouettes: which pixels of a picture show a person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Mask:
    """The silhouette of one person, as an engine gives it: in a square of its own, which may be turned.

    Attributes:
        values: (h, w) float32, 0..1: how likely a pixel shows the person.
        to_picture: (2, 3) affine map from (column, row) of ``values`` to pixels of the picture.
    """

    values: FloatArray
    to_picture: NDArray[np.float64]

    def scaled(self, across: float, down: float) -> "Mask":
        """The same in a picture that is so many times as wide and as high."""
        return Mask(self.values, self.to_picture * np.array([[across], [down]]))

    def mirrored(self, width: int) -> "Mask":
        """The same in a picture of this width that is seen in a mirror."""
        turned = self.to_picture * np.array([[-1.0], [1.0]])
        turned[0, 2] += width - 1
        return Mask(self.values, turned)

    def within(self, side: int) -> "Mask":
        """The same with at most so many values a side, each the mean of those in its place."""
        height, width = self.values.shape
        scale = side / max(height, width)
        if scale >= 1:
            return self
        new = (max(1, round(width * scale)), max(1, round(height * scale)))
        values = cv2.resize(self.values, new, interpolation=cv2.INTER_AREA)
        # The middle of a new value is that of the old ones that it stands for.
        across, down = width / new[0], height / new[1]
        to_old = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
        return Mask(np.asarray(values, np.float32), self.to_picture @ to_old)

    def on_picture(self, size: tuple[int, int]) -> FloatArray:
        """(H, W) 0..1: how likely each pixel of a picture of (width, height) shows the person."""
        drawn = cv2.warpAffine(self.values, self.to_picture, size, flags=cv2.INTER_LINEAR)
        return np.asarray(drawn, np.float32)
