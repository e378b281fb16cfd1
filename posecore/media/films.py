"""Writing videos: frames, each with its own time, become an H.264 file that browsers can play."""

import math
import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.video.stream import VideoStream

from posecore.errors import InvalidOption
from posecore.media.clip_options import FilmQuality
from posecore.media.sound import Sound
from posecore.media.yuv import BT709, Colors, YuvFrame, planes_of, to_yuv
from posecore.system import usable_cores, whole_file

TIME_BASE = Fraction(1, 90_000)
"""The video's clock tick in seconds: fine enough for every common frame rate, 29.97 included."""

# Measured on a 230-frame video of 1768 x 994 (processor time of encoding only, on an AMD EPYC Zen 5; PSNR of the luma
# against the input):
#   ultrafast 25  5.4 ms a frame, 6.6 MB, 40.5 dB      superfast 23   9.9 ms, 5.8 MB, 42.0 dB
#   ultrafast 23  6.2 ms,         8.9 MB, 42.0 dB      veryfast 23   16.0 ms, 3.8 MB
# The machine has to run the pose model as well, so the fastest is the default. Without B-frames, frames are stored in
# the order they are shown, so the first has time 0 in every player. A key frame every 60 frames adds 10% to the size
# and keeps scrubbing responsive.
_ENCODERS: dict[FilmQuality, dict[str, str]] = {
    "fast": {"preset": "ultrafast", "crf": "25"},
    "small": {"preset": "veryfast", "crf": "25"},
    "smallest": {"preset": "veryfast", "crf": "29", "g": "150", "maxrate": "560k", "bufsize": "1120k"},
}
_USUAL = {"bf": "0", "g": "60"}

Patch = tuple[slice, slice, np.ndarray]
"""Rows and columns of a rectangle of a frame, and its (H, W, 3) uint8 RGB content."""


class FilmWriter:
    """Writes one video; use it in a ``with`` block.

    The file appears under its name only if the block succeeds. After an error in the block, or if no frame was
    written, nothing is left behind, and an existing file of that name stays as it was.

    The video keeps the given times (a variable frame rate stays variable), starts at 0, and shows its last frame for
    ``1 / fps_hint`` seconds. H.264, 4:2:0. A side with an odd number of pixels gets one more line, a copy of the edge;
    nothing is scaled.

    Args:
        path: target, in a folder that exists. It is an MP4 file whatever its name.
        size: (width, height) in pixels of the frames.
        fps_hint: the usual number of frames per second.
        colors: colour space of the video, and of the frames given to ``write_yuv``.
        quality: how it is encoded.
        sound: soundtrack, used from the time of the first frame to the end of the last.

    Attributes:
        size: as given.

    Raises:
        InvalidOption: if ``size`` or ``fps_hint`` is not above zero, a frame has the wrong shape or type, its time
            is not later than the previous one's, or the block ends without a frame.
        OSError: if the file cannot be written.
    """

    def __init__(
        self,
        path: os.PathLike[str] | str,
        size: tuple[int, int],
        *,
        fps_hint: float = 30.0,
        colors: Colors = BT709,
        quality: FilmQuality = "fast",
        sound: Sound | None = None,
    ) -> None:
        if min(size) < 1 or not 0 < fps_hint < math.inf:
            raise InvalidOption(f"Expected size and fps_hint above zero, but got {size} and {fps_hint}.")
        self._path = Path(path).absolute()
        self.size = size
        self._fps_hint = fps_hint
        self._colors = colors
        self._encoder = _USUAL | _ENCODERS[quality] | {"threads": str(max(1, usable_cores() - 1))}
        self._sound = sound
        # libx264 copies its input, so one frame buffer serves all.
        self._frame = av.VideoFrame(size[0] + size[0] % 2, size[1] + size[1] % 2, "yuv420p")
        self._planes = planes_of(self._frame)
        self._first_s = 0.0
        self._last_s = -math.inf
        self._last_tick = -1

    def __enter__(self) -> "FilmWriter":
        with ExitStack() as stack:
            part = stack.enter_context(whole_file(self._path))
            self._container = av.open(f"file:{part}", mode="w", format="mp4", options={"movflags": "+faststart"})
            stack.callback(self._close)
            self._stream = self._add_stream()
            if self._sound is not None:
                self._sound.add_to(self._container)
            self._exit = stack.pop_all()
        return self

    def write(self, rgb: np.ndarray, time_s: float) -> None:
        """Add a frame: (H, W, 3) uint8 RGB of the video's size, shown from ``time_s`` (seconds, any origin) on."""
        self._check(rgb.shape, rgb.dtype, time_s)
        self._paste(slice(0, rgb.shape[0]), slice(0, rgb.shape[1]), rgb)
        self._encode(time_s)

    def write_yuv(self, frame: YuvFrame, time_s: float, patches: Sequence[Patch] = ()) -> None:
        """Add a frame that is already 4:2:0 in the video's ``colors``, with some rectangles replaced.

        Args:
            frame: of the video's size.
            time_s: when it starts to be shown (seconds, any origin).
            patches: the rectangles and their new content; rows and columns start at even numbers.
        """
        self._check((*frame.luma.shape, 3), frame.luma.dtype, time_s)
        for target, source in zip(self._planes, (frame.luma, frame.blue, frame.red), strict=True):
            # The target may be a row or a column larger; that line repeats the edge.
            height, width = source.shape
            target[:height, :width] = source
            target[height:, :width] = source[-1:]
            target[:, width:] = target[:, width - 1 : width]
        for rows, columns, rgb in patches:
            self._paste(rows, columns, rgb)
        self._encode(time_s)

    def _paste(self, rows: slice, columns: slice, rgb: np.ndarray) -> None:
        odd_height, odd_width = rgb.shape[0] % 2, rgb.shape[1] % 2
        if odd_height or odd_width:
            rgb = np.pad(rgb, ((0, odd_height), (0, odd_width), (0, 0)), mode="edge")
        planes = to_yuv(np.ascontiguousarray(rgb), self._colors)
        for target, source, share in zip(self._planes, planes, (1, 2, 2), strict=True):
            top, left = rows.start // share, columns.start // share
            target[top : top + source.shape[0], left : left + source.shape[1]] = source

    def _encode(self, time_s: float) -> None:
        if self._last_tick < 0:
            self._first_s = time_s
        # Two times may be closer than one tick of the video's clock, but must stay in order.
        tick = max(round((time_s - self._first_s) / TIME_BASE), self._last_tick + 1)
        self._frame.pts, self._frame.time_base = tick, TIME_BASE
        self._container.mux(self._stream.encode(self._frame))
        self._last_s, self._last_tick = time_s, tick
        self._write_sound(until_s=time_s - self._first_s)

    def _write_sound(self, until_s: float) -> None:
        if self._sound is not None:
            self._sound.write_until(self._container, until_s)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._exit.__exit__(kind, error, trace)
            return
        with self._exit:
            self._finish()

    def _close(self) -> None:
        # Does nothing after _finish succeeded. Otherwise the file is discarded, so a further error on closing it
        # (such as the same full disk) does not matter.
        with suppress(av.FFmpegError):
            self._container.close()

    def _finish(self) -> None:
        if self._last_tick < 0:
            raise InvalidOption("Expected at least one frame before the film ends, but got none.")
        self._container.mux(self._stream.encode(None))
        self._write_sound(until_s=self._last_s - self._first_s + 1 / self._fps_hint)
        self._container.close()

    def _add_stream(self) -> VideoStream:
        # 29.97... becomes 30000/1001, not a ratio of two 16-digit numbers.
        rate = Fraction(self._fps_hint).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate, options=self._encoder)
        stream.width, stream.height = (side + side % 2 for side in self.size)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.colorspace = self._colors.matrix
        stream.codec_context.color_primaries = self._colors.primaries
        stream.codec_context.color_trc = self._colors.transfer
        stream.codec_context.color_range = self._colors.range
        return stream

    def _check(self, shape: tuple[int, ...], dtype: np.dtype[Any], time_s: float) -> None:
        width, height = self.size
        if shape != (height, width, 3) or dtype != np.uint8:
            raise InvalidOption(
                f"Expected a frame of shape {(height, width, 3)} and type uint8, but got {shape} and {dtype}."
            )
        if not self._last_s < time_s < math.inf:
            raise InvalidOption(f"Expected a frame later than {self._last_s} s, but got one at {time_s} s.")
