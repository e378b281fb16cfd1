"""Films out: RGB frames, each with its own time, become an H.264 file that browsers play."""

import math
import os
import secrets
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from posecore.errors import InvalidOption

# The clock of the film: 1/90000 s holds every common frame rate to a hair, 29.97 included.
_TIME_BASE = Fraction(1, 90_000)

# Measured on a 230-frame clip of 1768 x 994 on two cores (encoding alone; PSNR against the frames given),
# without B-frames unless it says so:
#   ultrafast 7.4 MB, 123 fps, 38.2 dB        superfast 4.8 MB, 96 fps, 38.4 dB
#   veryfast  2.8 MB,  83 fps, 37.0 dB        superfast with B-frames 3.7 MB, 93 fps, 37.9 dB
# superfast looks best and leaves most of the machine to the pose model. Without B-frames, frames are stored
# in the order they are shown, so the first has time 0 in every player. A key frame every 60 frames costs 10%
# of size and keeps dragging along the time line quick.
_ENCODER = {"preset": "superfast", "crf": "23", "bf": "0", "g": "60"}

_BT709_MATRIX = 1  # by the numbering of H.264; PyAV names only the primaries and the transfer


class FilmWriter:
    """Writes one film; use it in a ``with`` block.

    The film appears under its name only when the block ends well. After an error in the block, or where no
    frame was written, nothing is left behind, and a file that had the name before stays as it was.

    The film keeps the times it is given (a variable frame rate stays variable), starts at 0, and shows its
    last frame for ``1 / fps_hint`` seconds. H.264, 4:2:0, BT.709 limited range. A side with an odd number of
    pixels gets one more line, a copy of the edge; nothing is scaled.

    Args:
        path: where the film shall be, in a folder that exists. It is an MP4 file whatever its name.
        size: (width, height) in pixels of the frames.
        fps_hint: the usual number of frames per second.

    Raises:
        InvalidOption: where ``size`` or ``fps_hint`` is not above zero, a frame does not fit, its time is not
            later than that of the frame before, or the block ends without a frame.
        OSError: where the file cannot be written.
    """

    def __init__(self, path: os.PathLike[str] | str, size: tuple[int, int], *, fps_hint: float = 30.0) -> None:
        if min(size) < 1 or not 0 < fps_hint < math.inf:
            raise InvalidOption(f"Expected size and fps_hint above zero, but got {size} and {fps_hint}.")
        self._path = Path(path).absolute()
        # Beside the target, so that the final rename is a single step on one disk.
        self._unfinished = self._path.with_name(f".{secrets.token_hex(8)}.part")
        self._size = size
        self._fps_hint = fps_hint
        self._reformatter = VideoReformatter()
        self._first_s = 0.0
        self._last_s = -math.inf
        self._last_tick = -1

    def __enter__(self) -> "FilmWriter":
        self._container = av.open(
            f"file:{self._unfinished}", mode="w", format="mp4", options={"movflags": "+faststart"}
        )
        self._stream = self._add_stream()
        return self

    def write(self, rgb: np.ndarray, time_s: float) -> None:
        """Add a frame: (H, W, 3) uint8 of the film's size, shown from ``time_s`` (seconds, any origin) on."""
        self._check(rgb, time_s)
        if self._last_tick < 0:
            self._first_s = time_s
        # Two times may be closer than one tick of the film's clock, yet their order must stay.
        tick = max(round((time_s - self._first_s) / _TIME_BASE), self._last_tick + 1)
        self._container.mux(self._stream.encode(self._encodable(rgb, tick)))
        self._last_s, self._last_tick = time_s, tick

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            # Does nothing after _finish went well. Otherwise the file is thrown away, so a further error of
            # closing it (the same full disk) is no news.
            with suppress(av.FFmpegError):
                self._container.close()
            self._unfinished.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._last_tick < 0:
            raise InvalidOption("Expected at least one frame before the film ends, but got none.")
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._unfinished.replace(self._path)

    def _add_stream(self) -> VideoStream:
        # 29.97... becomes 30000/1001, not a ratio of two 16-digit numbers.
        rate = Fraction(self._fps_hint).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate, options=dict(_ENCODER))
        stream.width, stream.height = (side + side % 2 for side in self._size)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TIME_BASE
        stream.codec_context.colorspace = _BT709_MATRIX
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        stream.codec_context.color_range = ColorRange.MPEG
        return stream

    def _check(self, rgb: np.ndarray, time_s: float) -> None:
        width, height = self._size
        if rgb.shape != (height, width, 3) or rgb.dtype != np.uint8:
            raise InvalidOption(
                f"Expected a frame of shape {(height, width, 3)} and type uint8, but got {rgb.shape} and {rgb.dtype}."
            )
        if not self._last_s < time_s < math.inf:
            raise InvalidOption(f"Expected a frame later than {self._last_s} s, but got one at {time_s} s.")

    def _encodable(self, rgb: np.ndarray, tick: int) -> av.VideoFrame:
        frame = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(_with_even_sides(rgb)),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = tick, _TIME_BASE
        return frame


def _with_even_sides(rgb: np.ndarray) -> np.ndarray:
    odd_height, odd_width = rgb.shape[0] % 2, rgb.shape[1] % 2
    if odd_height or odd_width:
        rgb = np.pad(rgb, ((0, odd_height), (0, odd_width), (0, 0)), mode="edge")
    return np.ascontiguousarray(rgb)
