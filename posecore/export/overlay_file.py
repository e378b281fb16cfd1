"""Only the overlay of a video, on nothing: a WebM with transparency, to lay over the original in a video editor."""

import os
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np

from posecore.errors import InvalidPoses
from posecore.poses import PoseSequence
from posecore.system import whole_file
from posecore.view.overlays.artist import OverlayArtist
from posecore.view.overlays.options import OverlayOptions

_TICKS_PER_S = 1000  # of WebM's clock
# VP9 has no setting that is both lossless in practice and fast; edges of vector shapes stay clean at this one.
_QUALITY = {"crf": "20", "b": "0", "deadline": "realtime", "cpu-used": "8", "row-mt": "1"}


def write_overlay_film(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    overlay: OverlayOptions,
    *,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write the overlay of all frames as a WebM (VP9 with alpha), each at its own time.

    It has the size of the video, one pixel less where that is odd, and appears whole or not at all. Frames are drawn
    one by one: a long video needs no more memory than a short one. What is behind people is hidden by limbs and trunks
    along their bones, as sequences have no silhouettes.

    Args:
        sequence: of any number of people.
        path: path of the file.
        overlay: what is drawn.
        on_frame: called after each frame with the number of frames done.

    Raises:
        InvalidPoses: if there is no frame.
        OSError: if the file cannot be written.
    """
    if len(sequence) == 0:
        raise InvalidPoses("This video has no frames, so there is nothing to draw.")
    artist = OverlayArtist(overlay)
    width, height = (max(2, side // 2 * 2) for side in sequence.size)
    with whole_file(path) as part, av.open(os.fspath(part), "w", format="webm") as film:
        stream = film.add_stream("libvpx-vp9", rate=_TICKS_PER_S, options=_QUALITY)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuva420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        for index, time_s in enumerate((sequence.times_s - sequence.times_s[0]).tolist()):
            rgba = np.ascontiguousarray(artist.draw_alone(sequence.frame(index))[:height, :width])
            frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="yuva420p")
            frame.pts, frame.time_base = round(_TICKS_PER_S * time_s), stream.time_base
            film.mux(stream.encode(frame))
            if on_frame is not None:
                on_frame(index + 1)
        film.mux(stream.encode(None))
