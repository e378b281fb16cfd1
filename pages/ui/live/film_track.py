"""A film in place of a camera, over and over at its own pace."""

import asyncio
import time
from collections.abc import Iterator
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
    """The frames of a film when they are due; where they are read too slowly the film is slower, too.

    aiortc's own player does not keep the pace once it plays a film for the second time: it decodes without end then.
    """

    kind = "video"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._frames = _play(path)
        self._began: float | None = None

    async def recv(self) -> av.VideoFrame:
        """The next frame, at its time.

        Raises:
            MediaStreamError: where the track was stopped.
        """
        if self.readyState != "live":
            raise MediaStreamError
        frame, time_s = await asyncio.to_thread(next, self._frames)
        now = time.monotonic()
        self._began = now - time_s if self._began is None else self._began
        late = now - self._began - time_s
        if late > _LATEST_S:
            self._began += late  # the film goes on from here: there is always a frame to show
        else:
            await asyncio.sleep(max(0.0, -late))
        frame.pts, frame.time_base = round(time_s * _RATE), _TIME_BASE
        return frame

    def stop(self) -> None:
        """No more frames; the file is closed."""
        super().stop()
        with suppress(ValueError):  # a frame is being read: the file is closed when nobody needs it any more
            self._frames.close()


def _play(path: Path) -> Iterator[tuple[av.VideoFrame, float]]:
    """Frames with their times, which go on where the film begins anew."""
    begin = 0.0
    for _ in count():
        last = 0.0
        with av.open(str(path)) as film:
            step = 1 / float(film.streams.video[0].guessed_rate or 30)
            for frame in film.decode(video=0):
                last = float(frame.time or 0.0)
                yield frame, begin + last
        begin += last + step
