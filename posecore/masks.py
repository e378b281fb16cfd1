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

    def on_picture(self, size: tuple[int, int]) -> FloatArray:
        """(H, W) 0..1: how likely each pixel of a picture of (width, height) shows the person."""
        drawn = cv2.warpAffine(self.values, self.to_picture, size, flags=cv2.INTER_LINEAR)
        return np.asarray(drawn, np.float32)
