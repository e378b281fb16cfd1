"""A frame out of the video that was made of a result."""

from contextlib import suppress
from pathlib import Path

from posecore import PosecoreError
from posecore.media.upright import Rgb
from posecore.runs.pool import read_frame
from posecore.values import FramesInTime


def film_frame(film: Path | None, sequence: FramesInTime, index: int) -> Rgb | None:
    """(H, W, 3) uint8; None if there is no such video, or not any more.

    It is read in a worker process, as the video may be a copy of the upload's stream.

    Args:
        film: a video of exactly the frames of the sequence, from 0 s; its size may be another one.
        sequence: whose frame it is.
        index: of the frame.
    """
    if film is None:
        return None
    times_s = sequence.times_s
    halfway_s = float((times_s[index] + times_s[max(0, index - 1)]) / 2 - times_s[0])  # the file rounds its times
    with suppress(PosecoreError):
        return read_frame(film, halfway_s)
    return None
