"""Carrying a video's soundtrack over to the annotated one: copied if MP4 players support it, else encoded as AAC."""

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from posecore.errors import UnreadableMedia
from posecore.media.video_file import open_container

# Codecs that browsers and QuickTime play inside an MP4. Anything else is encoded as AAC.
_COPIED = ("aac", "mp3", "mp3float")

_AAC_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_BIT_RATE = 128_000

# Time at which the first packet is heard, in seconds of the written video, and the packets.
_Timed = tuple[float, list[Any]]

SoundKept = Literal["copied", "made AAC"]


class Sound:
    """The soundtrack of a video, read alongside its frames; a context manager.

    Damaged sound never fails the video: the sound ends there, and ``broke_off`` says so.

    Args:
        path: the source video.
        start_s: the source's own timestamp, in seconds, of the frame with which the written video starts.

    Attributes:
        kept: how it gets into the written video, or None if there is no sound that can be read.
        broke_off: whether the written video has only part of it.
    """

    def __init__(self, path: os.PathLike[str] | str, start_s: float) -> None:
        self._start_s = start_s
        self._container: InputContainer | None = None
        best = None
        with suppress(UnreadableMedia):  # an animated picture, which has no sound
            self._container = open_container(Path(path), Path(path).name)
            best = self._container.streams.best("audio")
        self._stream = best if isinstance(best, AudioStream) and best.codec_context is not None else None
        self.kept: SoundKept | None = None
        if self._stream is not None:
            self.kept = "copied" if self._stream.codec_context.name in _COPIED else "made AAC"
        self.broke_off = False
        self._packets: Iterator[_Timed] = iter(())
        self._waiting: _Timed | None = None

    def add_to(self, film: OutputContainer) -> None:
        """Add the soundtrack to a video before anything is written to it."""
        if self._stream is None:
            return
        packets = self._copied(film) if self.kept == "copied" else self._encoded(film)
        self._packets = self._until_damaged(packets)

    def write_until(self, film: OutputContainer, time_s: float) -> None:
        """Write the sound before ``time_s`` of the video that has not been written yet."""
        while True:
            if self._waiting is None:
                self._waiting = next(self._packets, None)
            if self._waiting is None or self._waiting[0] >= time_s:
                return
            try:
                film.mux(self._waiting[1])
            except av.FFmpegError:  # if the disk is full, writing the next frame will raise
                self.broke_off, self._packets = True, iter(())
            self._waiting = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._container is not None:
            self._container.close()

    def _until_damaged(self, packets: Iterator[_Timed]) -> Iterator[_Timed]:
        try:
            yield from packets
        except av.FFmpegError:
            self.broke_off = True

    def _copied(self, film: OutputContainer) -> Iterator[_Timed]:
        assert self._stream is not None
        assert self._container is not None
        container = self._container
        target = film.add_stream_from_template(self._stream)

        def packets() -> Iterator[_Timed]:
            for packet in container.demux(self._stream):
                if packet.pts is None or packet.time_base is None:
                    continue
                packet.pts -= round(Fraction(self._start_s) / packet.time_base)
                if packet.pts < 0:
                    continue
                packet.dts = packet.pts  # sound is stored in presentation order
                packet.stream = target
                yield float(packet.pts * packet.time_base), [packet]

        return packets()

    def _encoded(self, film: OutputContainer) -> Iterator[_Timed]:
        assert self._stream is not None
        assert self._container is not None
        container = self._container
        source = self._stream.codec_context
        rate = min((rate for rate in _AAC_RATES if rate >= source.sample_rate), default=_AAC_RATES[-1])
        layout = "mono" if source.layout.nb_channels == 1 else "stereo"
        target = film.add_stream("aac", rate=rate, layout=layout, bit_rate=_BIT_RATE)

        def packets() -> Iterator[_Timed]:
            for frame in container.decode(self._stream):
                if not isinstance(frame, av.AudioFrame) or frame.pts is None or frame.time_base is None:
                    continue
                frame.pts -= round(Fraction(self._start_s) / frame.time_base)
                if frame.pts >= 0:
                    yield float(frame.pts * frame.time_base), target.encode(frame)
            yield 0.0, target.encode(None)

        return packets()
