"""Films of the segments of a clip, joined to one without re-encoding."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from posecore.media.sound import Sound

Part = tuple[Path, float]
"""A video file, and when it starts in the joined video, in seconds from any origin."""

_OPTIONS = {"movflags": "+faststart"}


def join_films(parts: Sequence[Part], target: str | os.PathLike[str], sound: Sound | None) -> None:
    """Write the films, one after the other, as one MP4, with the given sound.

    Args:
        parts: in order; all made with the same settings by ``FilmWriter``. The first begins the film.
        target: overwritten. It is complete only if this function returns.
        sound: of the whole, or None.
    """
    with ExitStack() as stack:
        film = stack.enter_context(av.open(f"file:{Path(target).absolute()}", "w", format="mp4", options=_OPTIONS))
        first = stack.enter_context(av.open(f"file:{parts[0][0]}"))
        stream = film.add_stream_from_template(first.streams.video[0])
        if sound is not None:
            sound.add_to(film)
        for path, start_s in parts:
            _append(film, stream, path, start_s - parts[0][1], sound)


def _append(film: OutputContainer, stream: VideoStream, path: Path, start_s: float, sound: Sound | None) -> None:
    with av.open(f"file:{path}") as part:
        for packet in part.demux(video=0):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue  # the empty packet that marks the end
            shift = round(start_s / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
            end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            film.mux(packet)
            if sound is not None:
                sound.write_until(film, end_s)
