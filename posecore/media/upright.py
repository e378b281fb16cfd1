"""Converting a video's stored frames to upright ones of one size, with square pixels."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from posecore.media.yuv import BT709, Colors, YuvFrame, planes_of

Rgb = NDArray[np.uint8]

# swscale converts these formats in independent blocks of 2 x 2 pixels, so a part of a frame converts to exactly what
# it is in the whole.
_BY_BLOCKS = ("yuv420p", "yuvj420p")
# swscale has a set-up cost for each new size (0.4 ms), so parts are enlarged to one of few sizes.
_STEP = 128
_SIZES_KEPT = 16


# swscale's numbers of the colour spaces; what is not here is converted as BT.601.
_SWSCALE = {1: Colorspace.ITU709, 4: Colorspace.FCC, 7: Colorspace.SMPTE240M, 9: Colorspace.BT2020}


class Upright:
    """Converts decoded frames to upright ones of one size, that of the first frame.

    The other methods take frames from ``fitted``.
    """

    def __init__(self, first: av.VideoFrame, pixel_aspect: Fraction | None) -> None:
        self._turn = Turn.from_frame(first)
        self._first_size = (first.width, first.height)
        # Players widen a video with non-square pixels; otherwise people and angles in it would be squeezed.
        self._pixel_aspect = pixel_aspect or Fraction(1)
        self._stored_size = self._squared(first)
        self.colors = Colors.of(first) if self._is_stored_so(first) else BT709
        self._reformatter = VideoReformatter()
        self._to_yuv = VideoReformatter()
        self._to_fit = VideoReformatter()
        self._to_reduce = VideoReformatter()
        self._parts = _Parts()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright frames."""
        return self._turned(self._stored_size)

    @property
    def leaves_as_stored(self) -> bool:
        """Whether frames of the first size are neither turned nor scaled."""
        return self._turn == Turn() and self._stored_size == self._first_size

    def is_of_first_size(self, frame: av.VideoFrame) -> bool:
        """Whether a decoded frame is stored in the size of the first one."""
        return (frame.width, frame.height) == self._first_size

    def size_of(self, frame: av.VideoFrame) -> tuple[int, int]:
        """(width, height) that a decoded frame has by itself, upright and with square pixels."""
        return self._turned(self._squared(frame))

    def fitted(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame in the size of the first one: itself, or scaled without distortion, in the middle of black bars."""
        if self.is_of_first_size(frame):
            return frame
        (width, height), (own_width, own_height) = self._stored_size, self._squared(frame)
        scale = min(width / own_width, height / own_height)
        # Even sizes and offsets, as chroma planes have one pixel for each 2 x 2.
        inner = [
            side if side - own * scale < 1 else max(2, round(own * scale / 2) * 2)
            for side, own in ((width, own_width), (height, own_height))
        ]
        full = self.colors.range == ColorRange.JPEG
        picture = self._to_fit.reformat(
            frame,
            width=inner[0],
            height=inner[1],
            format="yuv420p",
            dst_colorspace=_SWSCALE.get(self.colors.matrix, Colorspace.ITU601),
            dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        )
        canvas = av.VideoFrame(width, height, "yuv420p")
        left, top = (width - inner[0]) // 4 * 2, (height - inner[1]) // 4 * 2
        black = (0 if full else 16, 128, 128)
        for target, source, level, share in zip(planes_of(canvas), planes_of(picture), black, (1, 2, 2), strict=True):
            target[:] = level
            y, x = top // share, left // share
            target[y : y + source.shape[0], x : x + source.shape[1]] = source
        canvas.colorspace, canvas.color_range = self.colors.matrix, self.colors.range
        return canvas

    def _squared(self, frame: av.VideoFrame) -> tuple[int, int]:
        """(width, height) of a decoded frame with square pixels."""
        return max(1, round(frame.width * self._pixel_aspect)), frame.height

    def _turned(self, size: tuple[int, int]) -> tuple[int, int]:
        return size[::-1] if self._turn.swap else size

    def pixels(self, frame: av.VideoFrame) -> "FramePixels":
        """The frame's pixels, to be converted on demand."""
        return FramePixels(self, frame)

    def rgb(self, frame: av.VideoFrame) -> Rgb:
        """The whole frame, (H, W, 3), contiguous and writable."""
        width, height = self._stored_size
        # swscale's default path. Its accurate-rounding path differs by 1.2 of 255 on average and takes four times as
        # long (8.8 instead of 2.2 ms at 1768 x 994).
        stored = self._reformatter.reformat(frame, width=width, height=height, format="rgb24").to_ndarray()
        return np.ascontiguousarray(self._turn.apply(stored))

    def reduced(self, frame: av.VideoFrame, longest_px: int) -> Rgb:
        """The whole frame, scaled down if a side is longer than ``longest_px``."""
        scale = min(1.0, longest_px / max(self._stored_size))
        width, height = (max(1, round(side * scale)) for side in self._stored_size)
        small = self._to_reduce.reformat(
            frame, width=width, height=height, format="rgb24", interpolation=Interpolation.AREA
        )
        return np.ascontiguousarray(self._turn.apply(small.to_ndarray()))

    def has_parts(self, frame: av.VideoFrame) -> bool:
        """Whether ``part`` works for this frame."""
        even = frame.width % 2 == 0 and frame.height % 2 == 0
        return even and frame.format.name in _BY_BLOCKS and (frame.width, frame.height) == self._stored_size

    def part(self, frame: av.VideoFrame, rows: slice, columns: slice) -> Rgb:
        """``rgb(frame)[rows, columns]``, without converting the rest of the frame."""
        width, height = self.size
        stored = self._turn.stored(rows, columns, height, width)
        return self._turn.apply(self._parts.rgb(frame, *stored))

    def yuv(self, frame: av.VideoFrame) -> YuvFrame:
        """The frame as 8-bit 4:2:0; if it is stored so, views of its own memory, which must not be changed."""
        if not self._is_stored_so(frame):
            width, height = self._stored_size
            frame = self._to_yuv.reformat(
                frame,
                width=width,
                height=height,
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
            )
        luma, blue, red = (self._turn.view(plane) for plane in planes_of(frame))
        return YuvFrame(luma, blue, red)

    def _is_stored_so(self, frame: av.VideoFrame) -> bool:
        return frame.format.name == "yuv420p" and (frame.width, frame.height) == self._stored_size


class FramePixels:
    """The pixels of one frame, converted to RGB on demand, so that reading a part costs only that part.

    Attributes:
        shape: (H, W, 3) of the upright frame.
    """

    def __init__(self, upright: Upright, frame: av.VideoFrame) -> None:
        self._upright = upright
        self._frame = frame
        self._whole: Rgb | None = None
        width, height = upright.size
        self.shape = (height, width, 3)

    def whole(self) -> Rgb:
        """(H, W, 3) uint8, C-contiguous and writable; the same array each time."""
        if self._whole is None:
            self._whole = self._upright.rgb(self._frame)
        return self._whole

    def reduced(self, longest_px: int) -> Rgb:
        """``whole()``, scaled down if a side is longer than ``longest_px``, without converting the whole frame."""
        return self._upright.reduced(self._frame, longest_px)

    def area(self, rows: slice, columns: slice) -> Rgb:
        """``whole()[rows, columns]``, read-only; both slices must lie within the frame."""
        if self._whole is None and self._upright.has_parts(self._frame):
            return self._upright.part(self._frame, rows, columns)
        return self.whole()[rows, columns]


class _Parts:
    """Converts parts of frames; thread-safe. Keeps the buffers and converters of the sizes used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, int, str], tuple[av.VideoFrame, VideoReformatter]] = OrderedDict()

    def rgb(self, frame: av.VideoFrame, rows: slice, columns: slice) -> Rgb:
        """(H, W, 3) of these rows and columns of a frame that is stored ``_BY_BLOCKS``."""
        top, height = _enlarged(rows, frame.height)
        left, width = _enlarged(columns, frame.width)
        with self._lock:
            part, reformatter = self._of_size(width, height, frame.format.name)
            part.colorspace, part.color_range = frame.colorspace, frame.color_range
            for target, source, share in zip(planes_of(part), planes_of(frame), (1, 2, 2), strict=True):
                y, x = top // share, left // share
                target[:] = source[y : y + target.shape[0], x : x + target.shape[1]]
            rgb = np.asarray(reformatter.reformat(part, format="rgb24").to_ndarray(), np.uint8)
        return rgb[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]

    def _of_size(self, width: int, height: int, stored: str) -> tuple[av.VideoFrame, VideoReformatter]:
        key = (width, height, stored)
        if key not in self._kept:
            self._kept[key] = av.VideoFrame(width, height, stored), VideoReformatter()
        self._kept.move_to_end(key)
        while len(self._kept) > _SIZES_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _enlarged(span: slice, length: int) -> tuple[int, int]:
    """Start and length of a larger span around the given one: the start is even, the length a multiple of ``_STEP``.

    The length is limited to that of the side.
    """
    size = min(length, -(-(span.stop - span.start + 1) // _STEP) * _STEP)
    return min(span.start, length - size) // 2 * 2, size


@dataclass(frozen=True)
class Turn:
    """A display matrix reduced to exact pixel moves: swap rows and columns, then mirror."""

    swap: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @classmethod
    def from_frame(cls, frame: av.VideoFrame) -> "Turn":
        """The turn of a decoded frame."""
        matrix = cast(SideDataContainer, frame.side_data).get("DISPLAYMATRIX")
        return cls() if matrix is None else cls.from_matrix(bytes(matrix))

    @classmethod
    def from_matrix(cls, data: bytes) -> "Turn":
        """The turn of a matrix in FFmpeg's form: nine native-endian 32-bit numbers.

        A stored (x, y) is shown at (a x + c y, b x + d y). An angle that is not a multiple of 90 degrees is rounded
        to the nearest one.
        """
        a, b, _, c, d = (int(number) for number in np.frombuffer(data, np.int32)[:5])
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(swap=True, mirror_x=c < 0, mirror_y=b < 0)
        return cls(mirror_x=a < 0, mirror_y=d < 0)

    def view(self, stored: np.ndarray) -> np.ndarray:
        """Upright view of a stored array, (H, W) or (H, W, 3)."""
        turned = stored.swapaxes(0, 1) if self.swap else stored
        return turned[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]

    def apply(self, stored: np.ndarray) -> np.ndarray:
        """The stored (H, W, 3) array upright: itself if nothing has to be turned, otherwise a contiguous copy."""
        if self == Turn():
            return stored
        view = self.view(stored)
        # One channel at a time: NumPy copies strided bytes much faster than strided triples (7 instead of 21 ms for a
        # 1080 x 1920 frame).
        turned = np.empty(view.shape, np.uint8)
        for channel in range(3):
            turned[..., channel] = view[..., channel]
        return turned

    def stored(self, rows: slice, columns: slice, height: int, width: int) -> tuple[slice, slice]:
        """The stored rows and columns that correspond to those of an upright picture of this height and width."""
        if self.mirror_y:
            rows = slice(height - rows.stop, height - rows.start)
        if self.mirror_x:
            columns = slice(width - columns.stop, width - columns.start)
        return (columns, rows) if self.swap else (rows, columns)
