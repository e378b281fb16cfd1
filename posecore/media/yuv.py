"""Frames as films store them: one plane of light and two of colour, each colour pixel for four of light."""

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
    """Which colours the numbers stand for, in the numbering of H.264, where 2 means that nobody said.

    Attributes:
        matrix: how light and colour are made of red, green and blue.
        range: 1: from 16 to 235; 2: from 0 to 255; 0: nobody said.
        primaries: the red, green and blue meant.
        transfer: the curve of brightness.
    """

    matrix: int
    range: int
    primaries: int
    transfer: int

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Colors":
        """Those a decoded frame says it has."""
        return cls(int(frame.colorspace), int(frame.color_range), int(frame.color_primaries), int(frame.color_trc))


BT709 = Colors(1, ColorRange.MPEG, ColorPrimaries.BT709, ColorTrc.BT709)
"""Those of today's films; 1 is the number of its matrix, which PyAV names only as a choice of its own."""


@dataclass(frozen=True, eq=False)
class YuvFrame:
    """An upright frame in 8-bit 4:2:0.

    Attributes:
        luma: (H, W) uint8.
        blue, red: (ceil(H / 2), ceil(W / 2)) uint8, the colour differences. All three may be views of
            memory that belongs to the decoder, and are only to be read.
    """

    luma: Plane
    blue: Plane
    red: Plane

    def resized(self, size: tuple[int, int]) -> "YuvFrame":
        """The same picture at another (width, height)."""
        width, height = size
        half = ((width + 1) // 2, (height + 1) // 2)
        luma, blue, red = (
            np.asarray(cv2.resize(np.ascontiguousarray(plane), to, interpolation=cv2.INTER_AREA), np.uint8)
            for plane, to in ((self.luma, size), (self.blue, half), (self.red, half))
        )
        return YuvFrame(luma, blue, red)


def planes_of(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Views of the three planes of a frame in yuv420p."""
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return luma, blue, red


def to_yuv(rgb: NDArray[np.uint8], colors: Colors) -> tuple[Plane, Plane, Plane]:
    """A picture of even width and height as planes.

    swscale takes four times as long for it, most of that to prepare for each new size.

    Args:
        rgb: (H, W, 3) uint8.
        colors: the matrix and range to use. Where nobody said, it is what FFmpeg and players assume:
            BT.601 and the limited range.
    """
    luma, blue, red = cv2.split(cv2.transform(rgb, _to_light_and_colors(colors.matrix, colors.range)))
    half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    return (
        np.asarray(luma, np.uint8),
        np.asarray(cv2.resize(blue, half, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(red, half, interpolation=cv2.INTER_AREA), np.uint8),
    )


@cache
def _to_light_and_colors(matrix: int, color_range: int) -> NDArray[np.float64]:
    """(3, 4) from red, green, blue and 1 to luma and the two colour differences (ITU-R BT.601, 709, 2020)."""
    of_red, of_blue = _SHARES_OF_LIGHT.get(matrix, _SHARES_OF_LIGHT[6])
    light = np.array([of_red, 1 - of_red - of_blue, of_blue])
    blue = (np.array([0, 0, 1]) - light) / (2 * (1 - of_blue))
    red = (np.array([1, 0, 0]) - light) / (2 * (1 - of_red))
    full = color_range == ColorRange.JPEG
    spans = np.array([255, 255, 255] if full else [219, 224, 224]) / 255
    offsets = [0 if full else 16, 128, 128]
    return np.column_stack([np.stack([light, blue, red]) * spans[:, None], offsets])


# Shares of red and of blue in the light, by the number of the matrix.
_SHARES_OF_LIGHT = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601
    6: (0.299, 0.114),
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
    10: (0.2627, 0.0593),
}
