"""Cropping a region out of a picture, exactly as MediaPipe does, down to the grey level.

Landmarks outside the picture (such as the legs in a portrait) move by 20 pixels if the crop changes by two grey levels,
so approximately the same crop is not good enough.
"""

import math

import cv2
import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.inputs import Picture, RgbArray, area_of, whole_of
from posecore.estimation.regions import Region

# OpenCV's fixed-point maps hold whole pixels in 16 bits.
_LONGEST_MAPPED = 32_766


class Cropper:
    """Crops regions out of pictures into a fixed buffer; for one run.

    MediaPipe uses OpenCV's older warp, which rounds every position to a 32nd of a pixel. Today's ``cv2.warpAffine``
    does not, and its crops differ by up to three grey levels. ``cv2.remap`` with fixed-point maps still rounds the
    same way.

    Args:
        target: (side, side, 3) uint8, the buffer the crops are written to.
        border: how to fill the area outside the picture: ``cv2.BORDER_CONSTANT`` for black,
            ``cv2.BORDER_REPLICATE`` for the edge's own pixels.
    """

    def __init__(self, target: RgbArray, border: int) -> None:
        self._target = target
        self._border = border
        self._side = side = target.shape[0]
        # Allocating arrays of this size for each frame would take longer than filling them.
        self._places = np.empty((2, side, side), np.float32)
        self._pixels = np.empty((side, side, 2), np.int16)
        self._parts = np.empty((side, side), np.uint16)

    def cut(self, picture: Picture, region: Region) -> None:
        """Fill the target with the content of the region.

        Args:
            picture: (H, W, 3) uint8.
            region: may extend beyond the picture's edges.
        """
        matrix = region.crop_matrix(self._side)
        height, width = picture.shape[:2]
        if max(height, width) > _LONGEST_MAPPED:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            size = (self._side, self._side)
            cv2.warpAffine(whole_of(picture), matrix, size, dst=self._target, flags=flags, borderMode=self._border)
            return
        # The position in the picture of each pixel of the crop.
        along = np.arange(self._side)
        across = (matrix[:, 0, None] * along).astype(np.float32)
        down = (matrix[:, 1, None] * along + matrix[:, 2, None]).astype(np.float32)
        np.add(down[:, :, None], across[:, None, :], out=self._places)
        columns, rows = (
            self._reached(places, length) for places, length in zip(self._places, (width, height), strict=True)
        )
        cv2.convertMaps(self._places[0], self._places[1], cv2.CV_16SC2, self._pixels, self._parts)
        area = area_of(picture, rows, columns)
        cv2.remap(area, self._pixels, self._parts, cv2.INTER_LINEAR, dst=self._target, borderMode=self._border)

    def _reached(self, places: FloatArray, length: int) -> slice:
        """Span needed along one side of the picture: the positions, the pixel after each, and one to spare.

        The positions are shifted in place to count from the span's start. This is exact, because they get closer to 0,
        where float32 is finer. If the region is outside the picture, the span is the edge pixel, from which the
        border is made.
        """
        corners = places[:: self._side - 1, :: self._side - 1]  # the map is affine, so extremes are at corners
        first, last = math.floor(corners.min()), math.ceil(corners.max())
        start = min(max(0, first - 1), length - 1)
        places -= np.float32(start)
        return slice(start, max(start + 1, min(length, last + 3)))
