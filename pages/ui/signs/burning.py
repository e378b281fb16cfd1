"""A video with subtitles in its pictures, for players and services that show no subtitle files."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from posecore.export.subtitle_file import Subtitle, arrange
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.sound import Sound
from posecore.system import whole_file
from posecore.view.captions import draw_caption


class _EndedError(Exception):
    """Raised if the caller ended it, as half a video is not kept."""


def burn_in(
    film: Path,
    texts: Iterable[tuple[str, float, float]],
    target: Path,
    on_frame: Callable[[int, int | None], bool | None],
) -> bool:
    """Write a copy of a video with subtitles, and its sound.

    Args:
        film: a video that posecore made, which is safe to read in this process.
        texts: (text, start_s, end_s) of each.
        target: appears whole or not at all.
        on_frame: called after each frame with the number of frames done, and of all; if it returns False, nothing is
            written.

    Returns:
        Whether it was written.

    Raises:
        UnreadableMedia: if the video is gone.
        InvalidOption: if a time is not one.
        OSError: if it cannot be written.
    """
    try:
        with open_clip(film) as clip, whole_file(target) as part, Sound(film, clip.info.start_s) as sound:
            captions = _Captions(arrange(texts))
            with FilmWriter(part, clip.info.size, fps_hint=clip.info.fps, sound=sound) as writer:
                for number, frame in enumerate(clip, start=1):
                    rgb = np.array(frame.rgb)
                    draw_caption(rgb, captions.at(frame.time_s))
                    writer.write(rgb, frame.time_s)
                    if on_frame(number, clip.info.frame_count) is False:
                        raise _EndedError
    except _EndedError:
        return False
    return True


class _Captions:
    """The text at each of the times that are asked for in order."""

    def __init__(self, subtitles: Iterable[Subtitle]) -> None:
        self._coming: Iterator[Subtitle] = iter(subtitles)
        self._now = next(self._coming, None)

    def at(self, time_s: float) -> str:
        while self._now is not None and self._now.end_s <= time_s:
            self._now = next(self._coming, None)
        return self._now.text if self._now is not None and self._now.start_s <= time_s else ""
