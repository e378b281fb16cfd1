"""A video in place of a camera, looped at its own speed."""

import asyncio
import time
from collections.abc import Generator
from contextlib import suppress
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

_RATE = 90_000
_TIME_BASE = Fraction(1, _RATE)
_LATEST_S = 0.1


class FilmTrack(MediaStreamTrack):
    """Yields each frame of a video when it is due; if reading is too slow, the video slows down.

    aiortc's own player loses the timing when it loops: from the second round on it decodes without waiting.
    """

    kind = "video"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._frames = _play(path)
        self._began: float | None = None

    async def recv(self) -> av.VideoFrame:
        """The next frame, when it is due.

        Raises:
            MediaStreamError: if the track was stopped.
        """
        if self.readyState != "live":
            raise MediaStreamError
        frame, time_s = await asyncio.to_thread(next, self._frames)
        now = time.monotonic()
        self._began = now - time_s if self._began is None else self._began
        late = now - self._began - time_s
        if late > _LATEST_S:
            self._began += late  # the video continues from here instead of skipping frames
        else:
            await asyncio.sleep(max(0.0, -late))
        frame.pts, frame.time_base = round(time_s * _RATE), _TIME_BASE
        return frame

    def stop(self) -> None:
        """Send no more frames and close the file."""
        super().stop()
        with suppress(ValueError):  # a frame is being read; the file is closed once it is no longer used
            self._frames.close()


def _play(path: Path) -> Generator[tuple[av.VideoFrame, float]]:
    """Frames with their times, which continue when the video starts again."""
    begin = 0.0
    for _ in count():
        last = 0.0
        with av.open(str(path)) as film:
            step = 1 / float(film.streams.video[0].guessed_rate or 30)
            for frame in film.decode(video=0):
                last = float(frame.time or 0.0)
                yield frame, begin + last
        begin += last + step
