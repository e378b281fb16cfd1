"""Decoding a video file with FFmpeg, and what it states about itself, as far as that can be believed.

An upload may be malicious. FFmpeg supports formats that are only lists of other files (HLS, concat, DASH, SDP), and
it goes by a file's content, not its name. So only self-contained containers are allowed, and only this one local file
can be opened.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from posecore.errors import UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.frame_filters import deinterlaced
from posecore.media.frame_times import Stamps
from posecore.media.optics import stated_focal_35mm
from posecore.system import usable_cores

_FIRST_YEAR, _CLOCKS_DIFFER = 1990, timedelta(days=1)
# Streams without a container: they have no times.
_RAW = ("h264", "hevc", "m4v", "mpegvideo", "obu")
_SELF_CONTAINED_ONLY = {
    "format_whitelist": ",".join(("mov,matroska,avi,mpegts,mpeg,asf,flv,ogg,mxf,dv,ivf", *_RAW)),
    "protocol_whitelist": "file",
}

# Frame rate of a video that states none, or none that can be believed.
_USUAL_FPS = 30.0
# A stated rate as high as the clock's ticks per second only says how finely times are rounded, if it is above this.
_FASTEST_USUAL_FPS = 300
# A higher stated rate is not a camera's but the clock of the file it was copied from.
_MOST_FPS = 10_000
# No codec needs fewer bytes for a frame and its place in the file, so a file that states more frames is wrong.
_LEAST_BYTES_OF_FRAME = 4
# Frames decoded before the first seek, to find out whether the timestamps can be believed.
_TRIED_FRAMES = 8

# Frames up to this size are decoded faster by one thread than people are found in them (5 ms of VP9 at 1768 x 994).
_DECODED_BY_ONE_THREAD = 1920 * 1088
# On so few cores, more decoding threads only interrupt those that find people (three quarters of two cores were used,
# with one thread nine tenths).
_FEW_CORES = 2


class VideoFile:
    """The video stream of a file; a ``posecore.media.clips.FrameSource``.

    Frames come as they were shown, deinterlaced, with timestamps that ``Stamps`` has settled. A packet that cannot be
    decoded is skipped. If the container itself breaks off, the video ends there.

    Args:
        path: the file.
        shown: what to call it in errors.
        most_pixels: width x height of the largest frame that is decoded.
        on_packet: called for each packet before it is decoded.
        shares_cores: whether other work is done beside decoding.

    Raises:
        UnreadableMedia: if it is not a video in one of the known formats.
    """

    def __init__(
        self, path: Path, shown: str, most_pixels: int, on_packet: Callable[[], None], *, shares_cores: bool = False
    ) -> None:
        self._on_packet = on_packet
        self._container = open_container(path, shown, most_pixels)
        try:
            self._stream = _find_video(self._container, shown)
        except UnreadableMedia:
            self.close()
            raise
        few_cores = shares_cores and usable_cores() <= _FEW_CORES
        one_thread = few_cores and self._stream.width * self._stream.height <= _DECODED_BY_ONE_THREAD
        self._stream.thread_type = "NONE" if one_thread else "AUTO"
        self._stream.codec_context.options = _pixel_limit(most_pixels)
        self._stamps = Stamps(in_decoding_order=self._container.format.name == "avi")
        self._tried = False
        self._interlaced = False
        self.damaged_packets = 0
        self.lacked_memory = False
        self.size = (self._stream.width, self._stream.height)
        self.codec = self._stream.codec_context.name
        self.fps = _believable_fps(self._stream, self._is_raw)
        self.duration_s = _stated_duration_s(self._stream, self._container)
        self.frame_count = self._believable_count()
        self.counted = self._stream.frames > 0
        if self.frame_count is None:
            self.duration_s = None
        self.recorded_s = _stated_recording_s(self._container)
        self.focal_35mm = stated_focal_35mm({**self._container.metadata, **self._stream.metadata})

    @property
    def pixel_aspect(self) -> Fraction | None:
        """Width of a pixel divided by its height; None if it is not stated."""
        return self._stream.sample_aspect_ratio

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the kind of video, for the user; complete once the first frame is decoded."""
        notes = []
        if self._interlaced:
            notes.append(
                "The video is interlaced: each frame holds two moments, line by line. Only the first of the two was "
                "used, so that moving people have no comb-like edges."
            )
        if self._is_raw:
            notes.append(
                f"The file is a raw video stream without times: {self.fps:g} frames per second were assumed. If it "
                "was recorded at another rate, wrap it first: ffmpeg -framerate RATE -i FILE -c copy VIDEO.mp4"
            )
        return tuple(notes)

    def frames(self) -> Iterator[av.VideoFrame]:
        """The frames from here to the end."""
        return deinterlaced(self._decode())

    def seek(self, stamp_s: float) -> bool:
        """Go to the last key frame before a timestamp, from which ``frames`` then begins; False on failure.

        Some files lead to another frame instead.
        """
        if not self._tried:
            self._tried = True
            for _, _ in zip(range(_TRIED_FRAMES), self._decode(), strict=False):
                pass
        try:
            self._container.seek(int(stamp_s / (self._stream.time_base or 1)), stream=self._stream)
        except (av.FFmpegError, OverflowError):
            return False
        self._stamps.restart()
        return True

    def ended_early(self, frames: int, length_s: float) -> bool:
        """Whether the video is much shorter than stated, both in frames and in seconds.

        Either alone is no damage: an edit list hides frames, and what is stated may be wrong.

        Args:
            frames: number of frames read.
            length_s: time between the first and the last of them.
        """
        # The shorter one: after a cut without re-encoding only one of them may have been updated.
        of_file_s = self._container.duration / av.time_base if self._container.duration else math.inf
        stated_s = min(self.duration_s or math.inf, of_file_s)
        stated = self._stream.frames
        too_short = length_s + 1 / self.fps < stated_s - max(2 / self.fps, 0.02 * stated_s)
        return too_short and stated - frames > max(2, 0.02 * stated)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    @property
    def _is_raw(self) -> bool:
        return self._container.format.name in _RAW

    def _believable_count(self) -> int | None:
        stated, duration_s = self._stream.frames, self.duration_s
        by_time = round(duration_s * self.fps) if duration_s is not None else None
        counts = [count for count in (stated, by_time) if count]
        if not counts or min(counts) * _LEAST_BYTES_OF_FRAME > self._container.size:
            return None
        return min(counts)

    def _decode(self) -> Iterator[av.VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                self.damaged_packets += 1
                return
            self._on_packet()
            self._stamps.add(packet)
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                self.lacked_memory |= isinstance(error, MemoryError)
                self.damaged_packets += 1
                self._stamps.drop(packet)
                continue
            for frame in frames:
                self._stamps.settle(frame)
                self._interlaced |= frame.interlaced_frame
                yield frame


def open_container(path: Path, shown: str, most_pixels: int = LIMITS.clip_frame_pixels) -> InputContainer:
    """Open a file in one of the known containers, and no other file.

    Args:
        path: the file.
        shown: what to call it in an error.
        most_pixels: width x height of the largest frame that may be decoded.

    Raises:
        UnreadableMedia: if it is not such a file.
    """
    # "file:" and an absolute path, so that a name such as "-i.mp4" or "http:/x" is only a name.
    url = f"file:{path.absolute()}"
    try:
        return av.open(
            url, mode="r", options=_SELF_CONTAINED_ONLY | _pixel_limit(most_pixels), metadata_errors="replace"
        )
    except av.FFmpegError as error:
        raise UnreadableMedia(
            f"{shown} cannot be read as a video: it is damaged, truncated or not a video. "
            "Expected MP4, MOV, WebM, MKV, AVI, MPEG, WMV, FLV, OGV or MXF."
        ) from error


def _pixel_limit(most_pixels: int) -> dict[str, str]:
    # Enforced by FFmpeg itself, so it also covers a stream whose frames grow after the first one was checked.
    # Twice the limit, because FFmpeg counts the margin its decoders add to a frame.
    return {"max_pixels": str(2 * most_pixels)}


def _find_video(container: InputContainer, shown: str) -> VideoStream:
    stream = container.streams.best("video")
    # Cover art is stored as a video stream with one frame.
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        has = "sound but no images" if container.streams.audio else "no images"
        raise UnreadableMedia(f"{shown} has {has}, so there is nothing to analyse.")
    if stream.codec_context is None:
        raise UnreadableMedia(f"{shown} uses a video codec that cannot be decoded here. Convert it to H.264.")
    return stream


def _believable_fps(stream: VideoStream, is_raw: bool) -> float:
    """Mean frames per second as stated."""
    # FFmpeg gives every raw stream the average rate 25.
    stated = (stream.guessed_rate,) if is_raw else (stream.average_rate, stream.guessed_rate)
    ticks_per_s = 1 / (stream.time_base or Fraction(1, 90_000))
    fastest = _FASTEST_USUAL_FPS if ticks_per_s > _FASTEST_USUAL_FPS else _MOST_FPS
    for rate in stated:
        if rate and rate <= _MOST_FPS and not (rate >= ticks_per_s and rate > fastest):
            return float(rate)
    return _USUAL_FPS


def _stated_recording_s(container: InputContainer) -> float | None:
    with suppress(ValueError, OverflowError):
        stated = datetime.fromisoformat(container.metadata.get("creation_time", ""))
        if stated.tzinfo is None:
            stated = stated.replace(tzinfo=UTC)
        # A camera whose clock is not set writes the first moment that it knows, such as 1904 or 1970.
        if stated.year >= _FIRST_YEAR and stated < datetime.now(UTC) + _CLOCKS_DIFFER:
            return stated.timestamp()
    return None


def _stated_duration_s(stream: VideoStream, container: InputContainer) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if not container.duration:
        return None
    # Matroska counts from 0, not from the first frame.
    counted_from = max(0, container.start_time or 0) if "matroska" in container.format.name else 0
    return (container.duration - counted_from) / av.time_base or None
