"""Only the overlay of a video, on nothing, to lay over the original in a video editor: a WebM, or PNG pictures."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from posecore.errors import InvalidPoses, OutputTooLarge
from posecore.limits import LIMITS
from posecore.media.pictures import encode_png
from posecore.poses import PoseSequence
from posecore.system import whole_file
from posecore.view.overlays.artist import OverlayArtist
from posecore.view.overlays.options import OverlayOptions

TIMES = "times.csv"
_TICKS_PER_S = 1000  # of WebM's clock
# VP9 has no setting that is both lossless in practice and fast; edges of vector shapes stay clean at this one.
_QUALITY = {"crf": "20", "b": "0", "deadline": "realtime", "cpu-used": "8", "row-mt": "1"}

OnFrame = Callable[[int], bool | None]
"""Called after each frame with the number of frames done; returning False ends the writing, and nothing is written."""


_Frames = Iterator[tuple[float, np.ndarray]]  # seconds from the first frame, and (H, W, 4) uint8


class _StoppedError(Exception):
    """Raised if the caller ends the writing."""


def write_overlay(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    overlay: OverlayOptions,
    *,
    on_frame: OnFrame | None = None,
) -> bool:
    """Write the overlay of all frames: pictures if the path ends with .zip, otherwise a WebM; as those functions."""
    write = write_overlay_pictures if Path(path).suffix.lower() == ".zip" else write_overlay_film
    return write(sequence, path, overlay, on_frame=on_frame)


def write_overlay_film(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    overlay: OverlayOptions,
    *,
    on_frame: OnFrame | None = None,
) -> bool:
    """Write the overlay of all frames as a WebM (VP9 with alpha), each at its own time.

    It has the size of the video, one pixel less where that is odd, and appears whole or not at all. Frames are drawn
    one by one: a long video needs no more memory than a short one. What is behind people is hidden by limbs and trunks
    along their bones, as sequences have no silhouettes.

    Args:
        sequence: of any number of people.
        path: path of the file.
        overlay: what is drawn.
        on_frame: see ``OnFrame``.

    Returns:
        Whether it was written; False if ``on_frame`` ended it.

    Raises:
        InvalidPoses: if there is no frame.
        OutputTooLarge: if the file would have more than ``LIMITS.overlay_megabytes``.
        OSError: if the file cannot be written.
    """
    return _write(_write_film, sequence, path, overlay, on_frame)


def write_overlay_pictures(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    overlay: OverlayOptions,
    *,
    on_frame: OnFrame | None = None,
) -> bool:
    """Write the overlay of all frames as a zip of PNG pictures, for editors that read no transparency in WebM.

    They are ``000001.png``, ``000002.png`` and so on, one a frame, of the size of the video; ``times.csv`` has the time
    of each in seconds from the first. Each picture goes into the zip on disk as soon as it is drawn. All else is as for
    ``write_overlay_film``, arguments, result and errors too.
    """
    return _write(_write_pictures, sequence, path, overlay, on_frame)


def _write_film(part: Path, size: tuple[int, int], frames: _Frames) -> None:
    width, height = (max(2, side // 2 * 2) for side in size)
    with av.open(os.fspath(part), "w", format="webm") as film:
        stream = film.add_stream("libvpx-vp9", rate=_TICKS_PER_S, options=_QUALITY)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuva420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        for time_s, rgba in frames:
            cut = np.ascontiguousarray(rgba[:height, :width])
            frame = av.VideoFrame.from_ndarray(cut, format="rgba").reformat(format="yuva420p")
            frame.pts, frame.time_base = round(_TICKS_PER_S * time_s), stream.time_base
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def _write_pictures(part: Path, _size: tuple[int, int], frames: _Frames) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:  # the pictures are compressed already
        times = ["file,time_s"]
        for time_s, rgba in frames:
            name = f"{len(times):06d}.png"
            archive.writestr(name, encode_png(rgba))
            times.append(f"{name},{time_s:.6f}")
        archive.writestr(TIMES, "\n".join(times) + "\n", zipfile.ZIP_DEFLATED)


def _write(
    write: Callable[[Path, tuple[int, int], _Frames], None],
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    overlay: OverlayOptions,
    on_frame: OnFrame | None,
) -> bool:
    if len(sequence) == 0:
        raise InvalidPoses("This video has no frames, so there is nothing to draw.")
    with suppress(_StoppedError), whole_file(path) as part:
        write(part, sequence.size, _drawn(sequence, overlay, part, on_frame))
        _check_size(part, len(sequence), len(sequence))
        return True
    return False


def _drawn(sequence: PoseSequence, overlay: OverlayOptions, part: Path, on_frame: OnFrame | None) -> _Frames:
    artist = OverlayArtist(overlay)
    for index, time_s in enumerate((sequence.times_s - sequence.times_s[0]).tolist()):
        yield time_s, artist.draw_alone(sequence.frame(index))
        _check_size(part, index + 1, len(sequence))
        if on_frame is not None and on_frame(index + 1) is False:
            raise _StoppedError


def _check_size(part: Path, done: int, total: int) -> None:
    if part.exists() and part.stat().st_size > LIMITS.overlay_megabytes * 1_000_000:
        raise OutputTooLarge(
            f"The overlay by itself would have more than {LIMITS.overlay_megabytes:,} MB, reached at frame {done} of "
            f"{total}. Choose a shorter part of the video."
        )
