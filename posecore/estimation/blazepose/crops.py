"""Cutting a region out of a picture, to the grey level as MediaPipe does it.

Landmarks that the picture does not show (the legs of a portrait, say) move by 20 pixels when the crop
changes by two grey levels, so near enough is not enough here.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.estimation.blazepose.arrays import FloatArray
from posecore.estimation.blazepose.regions import Region
from posecore.estimation.inputs import Picture, RgbArray, area_of, whole_of

# OpenCV's fixed-point maps hold whole pixels in 16 bits.
_LONGEST_MAPPED = 32_766


class Cropper:
    """Cuts regions out of pictures, always into the same memory: for one run.

    MediaPipe is built on OpenCV's older warp, which rounds every place to a 32nd of a pixel; that of
    today's ``cv2.warpAffine`` does not, and its crops differ by up to three grey levels. ``cv2.remap``
    with fixed-point maps still rounds the same way.

    Args:
        target: (side, side, 3) uint8, what the crops are written to.
        border: what to make up outside the picture: ``cv2.BORDER_CONSTANT`` for black,
            ``cv2.BORDER_REPLICATE`` for the edge's own pixels.
    """

    def __init__(self, target: RgbArray, border: int) -> None:
        self._target = target
        self._border = border
        self._side = side = target.shape[0]
        # Arrays of this size, made anew for each frame, would take longer than what is written to them.
        self._places = np.empty((2, side, side), np.float32)
        self._pixels = np.empty((side, side, 2), np.int16)
        self._parts = np.empty((side, side), np.uint16)

    def cut(self, picture: Picture, region: Region) -> None:
        """Fill the target with what the region shows.

        Args:
            picture: (H, W, 3) uint8.
            region: may reach over the picture's edges.
        """
        matrix = region.crop_matrix(self._side)
        height, width = picture.shape[:2]
        if max(height, width) > _LONGEST_MAPPED:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            size = (self._side, self._side)
            cv2.warpAffine(whole_of(picture), matrix, size, dst=self._target, flags=flags, borderMode=self._border)
            return
        self._place(matrix)
        columns, rows = (
            self._reached(along, length) for along, length in zip(self._places, (width, height), strict=True)
        )
        cv2.convertMaps(self._places[0], self._places[1], cv2.CV_16SC2, self._pixels, self._parts)
        area = area_of(picture, rows, columns)
        cv2.remap(area, self._pixels, self._parts, cv2.INTER_LINEAR, dst=self._target, borderMode=self._border)

    def _place(self, matrix: NDArray[np.float64]) -> None:
        """Write the place in the picture of each pixel of the crop."""
        along = np.arange(self._side)
        across = (matrix[:, 0, None] * along).astype(np.float32)
        down = (matrix[:, 1, None] * along + matrix[:, 2, None]).astype(np.float32)
        np.add(down[:, :, None], across[:, None, :], out=self._places)

    def _reached(self, places: FloatArray, length: int) -> slice:
        """What is read along a side of the picture: the places, the pixel after each, and one to spare.

        The places are moved so that they count from its start, which is exact: they get nearer to 0, where
        float32 is finer. Where the region lies beside the picture, it is the edge, which is what the border
        is made of.
        """
        corners = places[:: self._side - 1, :: self._side - 1]  # the map is affine: the ends are there
        first, last = math.floor(corners.min()), math.ceil(corners.max())
        start = min(max(0, first - 1), length - 1)
        places -= np.float32(start)
        return slice(start, max(start + 1, min(length, last + 3)))
