"""Frames as videos store them: a luma plane and two chroma planes with one pixel for each four of luma (4:2:0)."""

from dataclasses import dataclass
from functools import cache

import av
import cv2
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from numpy.typing import NDArray

Plane = NDArray[np.uint8]


@dataclass(frozen=True)
class Colors:
    """Colour space of a video, in H.264's numbering, in which 2 means unspecified.

    Attributes:
        matrix: how luma and chroma are computed from red, green and blue.
        range: 1: 16 to 235 (limited); 2: 0 to 255 (full); 0: unspecified.
        primaries: which red, green and blue are meant.
        transfer: the transfer function.
    """

    matrix: int
    range: int
    primaries: int
    transfer: int

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Colors":
        """The colour space a decoded frame states."""
        return cls(int(frame.colorspace), int(frame.color_range), int(frame.color_primaries), int(frame.color_trc))


BT709 = Colors(1, ColorRange.MPEG, ColorPrimaries.BT709, ColorTrc.BT709)
"""The usual colour space of today's videos; 1 is its matrix, for which PyAV has no constant with H.264's number."""


@dataclass(frozen=True, eq=False)
class YuvFrame:
    """An upright frame in 8-bit 4:2:0.

    Attributes:
        luma: (H, W) uint8.
        blue, red: (ceil(H / 2), ceil(W / 2)) uint8, the colour differences. All three may be views of the decoder's
            memory, so they are read-only.
    """

    luma: Plane
    blue: Plane
    red: Plane

    def resized(self, size: tuple[int, int]) -> "YuvFrame":
        """The frame scaled to another (width, height)."""
        width, height = size
        half = ((width + 1) // 2, (height + 1) // 2)
        luma, blue, red = (
            np.asarray(cv2.resize(np.ascontiguousarray(plane), to, interpolation=cv2.INTER_AREA), np.uint8)
            for plane, to in ((self.luma, size), (self.blue, half), (self.red, half))
        )
        return YuvFrame(luma, blue, red)


def planes_of(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Views of the three planes of a yuv420p frame."""
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return luma, blue, red


def to_yuv(rgb: NDArray[np.uint8], colors: Colors) -> tuple[Plane, Plane, Plane]:
    """Convert a picture of even width and height to planes.

    swscale would take four times as long, most of it to set up for each new size.

    Args:
        rgb: (H, W, 3) uint8.
        colors: the matrix and range to use. If unspecified, these are what FFmpeg and players assume: BT.601 and the
            limited range.
    """
    luma, blue, red = cv2.split(cv2.transform(rgb, _yuv_matrix(colors.matrix, colors.range)))
    half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    return (
        np.asarray(luma, np.uint8),
        np.asarray(cv2.resize(blue, half, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(red, half, interpolation=cv2.INTER_AREA), np.uint8),
    )


@cache
def _yuv_matrix(matrix: int, color_range: int) -> NDArray[np.float64]:
    """(3, 4) matrix from (red, green, blue, 1) to luma and the two colour differences (ITU-R BT.601, 709, 2020)."""
    of_red, of_blue = _LUMA_WEIGHTS.get(matrix, _LUMA_WEIGHTS[6])
    luma = np.array([of_red, 1 - of_red - of_blue, of_blue])
    blue = (np.array([0, 0, 1]) - luma) / (2 * (1 - of_blue))
    red = (np.array([1, 0, 0]) - luma) / (2 * (1 - of_red))
    full = color_range == ColorRange.JPEG
    spans = np.array([255, 255, 255] if full else [219, 224, 224]) / 255
    offsets = [0 if full else 16, 128, 128]
    return np.column_stack([np.stack([luma, blue, red]) * spans[:, None], offsets])


# Weights of red and blue in the luma, by matrix number.
_LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601
    6: (0.299, 0.114),
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
    10: (0.2627, 0.0593),
}
