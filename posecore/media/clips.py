"""Reading videos: upright frames, each with its own time.

An upload may be malicious. FFmpeg supports formats that are only lists of other files (HLS, concat, DASH, SDP), and
it goes by a file's content, not its name. So only self-contained containers are allowed, and only this one local file
can be opened.
"""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from posecore.errors import MediaTooLarge, UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.cuts import FRAMES_BEFORE, mark_cuts
from posecore.media.files import read_head
from posecore.media.pictures import identify_picture
from posecore.media.upright import FramePixels, Rgb, Upright
from posecore.media.yuv import Colors, YuvFrame

CLIP_SUFFIXES = (
    ".mp4", ".mov", ".m4v", ".3gp", ".webm", ".mkv", ".avi", ".ts", ".mts", ".mpg", ".mpeg", ".wmv",
    ".flv", ".ogv",
)  # fmt: skip
"""File name endings to offer in an upload dialog. Only a file's content decides what it is."""

_SELF_CONTAINED_ONLY = {
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,asf,flv,ogg",
    "protocol_whitelist": "file",
}

# Label of a video whose container states no frame rate; it affects times only if the file has no timestamps either.
_USUAL_FPS = 30.0
# A higher stated rate is not a camera's but the clock of the file it was copied from.
_MOST_FPS = 10_000
# Closer to the beginning, decoding everything before the part is as fast as seeking.
_WORTH_SEEKING_S = 2.0
# A timestamp this far back (seconds) means that the clock restarted, as in joined recordings.
_CLOCK_RESTART_S = 1.0


@dataclass(frozen=True)
class ClipInfo:
    """What is known about a video before it is decoded.

    Attributes:
        size: (width, height) in pixels of every frame, upright and with square pixels.
        fps: mean frames per second, not rounded and only a label; 30.0 if the container does not state it.
        frame_count: number of frames stated by the container, an estimate; None if it states none.
        duration_s: length in seconds stated by the container; None if it states none.
        codec: FFmpeg's name for the video codec, such as "h264".
        colors: colour space of a frame's ``yuv``.
        start_s: the file's own timestamp of the first frame in seconds; 0 if it has none.
    """

    size: tuple[int, int]
    fps: float
    frame_count: int | None
    duration_s: float | None
    codec: str
    colors: Colors
    start_s: float


@dataclass(frozen=True)
class ClipFrame:
    """One frame of a video.

    Attributes:
        index: counts the frames that were asked for, from 0.
        time_s: presentation time in seconds since the first frame; see ``FrameClock``.
        pixels: its pixels, upright, origin top left, converted to RGB on demand.
        yuv: the same, as videos store it; None unless asked for.
        begins_shot: whether a hard cut comes between the frame before in the file, or one of those left out before
            it, and this one; see ``posecore.media.cuts``.
    """

    index: int
    time_s: float
    pixels: FramePixels
    yuv: YuvFrame | None = None
    begins_shot: bool = False

    @property
    def rgb(self) -> Rgb:
        """The whole frame: (H, W, 3) uint8, C-contiguous and writable."""
        return self.pixels.whole()


@contextmanager
def open_clip(
    path: os.PathLike[str] | str,
    *,
    name: str | None = None,
    for_film: bool = False,
    part: ClipOptions | None = None,
    on_packet: Callable[[], None] | None = None,
) -> Iterator["ClipReader"]:
    """Open a video for reading; the first frame is decoded at once, so a ``ClipReader`` has at least one.

    Args:
        path: the file; always treated as a path, never as a URL or an option.
        name: what to call the video in an error; by default the file's own name.
        for_film: provide each frame's ``yuv`` too.
        part: which frames to provide; None: all.
        on_packet: called for each packet before it is decoded, even if its frames are left out.

    Raises:
        UnreadableMedia: if the file is missing, empty, damaged, a photo, only sound, or not a video in a known
            format.
        MediaTooLarge: if a frame is over ``LIMITS.clip_frame_pixels`` or the video states more than
            ``LIMITS.clip_frames`` frames.
    """
    path = Path(path)
    shown = name or path.name
    read_head(path, shown)  # raises a clear error for a missing or empty file or a folder
    picture = identify_picture(path)  # FFmpeg would read HEIC and AVIF photos as MP4 files with one frame
    if picture is not None:
        raise UnreadableMedia(f"{shown} is a photo ({picture}), not a video. Open it as a photo instead.")
    with open_container(path, shown) as container:
        yield ClipReader(
            container, shown, for_film=for_film, part=part or ClipOptions(), on_packet=on_packet or (lambda: None)
        )


class ClipReader:
    """Iterable over the frames of an open video, one in memory at a time; created by ``open_clip``.

    Iterate once. The file's rotation or mirroring tag (display matrix) is applied, once. A frame whose size differs
    from the first one's is scaled to it. Colours follow the file's tags (BT.601, BT.709, full or limited range); an
    untagged file is treated as BT.601, as FFmpeg and OpenCV do. HDR is not tone-mapped.

    A packet that cannot be decoded is skipped: the frames around it keep their times, which show the gap. If the
    container itself breaks off, the video ends there.

    Attributes:
        info: what the container states about the video.
        damaged_packets: number of packets that could not be read or decoded so far; 0 for an intact file.
        broke_off: whether the file ended with far fewer frames than it states; known once it has been read from
            beginning to end.
    """

    def __init__(
        self,
        container: InputContainer,
        shown: str,
        *,
        for_film: bool,
        part: ClipOptions,
        on_packet: Callable[[], None],
    ) -> None:
        self._container = container
        self._on_packet = on_packet
        self._for_film = for_film
        self._part = part
        self._shown = shown
        self._stream = _find_video(container, shown)
        self.damaged_packets = 0
        self.broke_off = False
        self._lacked_memory = False
        _check_frame_size((self._stream.width, self._stream.height), shown)
        self._decoded = self._decode()
        first = next(self._decoded, None)
        if first is None and self._lacked_memory:
            raise MediaTooLarge(f"{shown} needs more memory than a video may use here. Reduce its resolution.")
        if first is None:
            raise UnreadableMedia(f"{shown} has no frame that can be decoded: it is damaged, truncated or encrypted.")
        self._upright = Upright(first, self._stream.sample_aspect_ratio)
        _check_frame_size(self._upright.size, shown)
        self.info = _describe(self._stream, container, self._upright, start_s=first.time or 0.0)
        self._check_count(self._stream.frames)
        self._frames = self._read(first)

    def __iter__(self) -> Iterator[ClipFrame]:
        return self._frames

    def _read(self, first: av.VideoFrame) -> Iterator[ClipFrame]:
        part = self._part
        wanted = 0
        begins_shot = False
        for time_s, frame, cut in mark_cuts(self._timed(first), self.info.fps):
            if part.end_s is not None and time_s >= part.end_s:
                return
            begins_shot = cut or (begins_shot and wanted > 0)
            if time_s >= part.start_s:
                if wanted % part.every == 0:
                    yuv = self._upright.yuv(frame) if self._for_film else None
                    yield ClipFrame(wanted // part.every, time_s, self._upright.pixels(frame), yuv, begins_shot)
                    begins_shot = False
                wanted += 1

    def _timed(self, first: av.VideoFrame) -> Iterator[tuple[float, av.VideoFrame]]:
        """Each frame with its time; frames before the wanted part are skipped as far as seeking allows."""
        clock = FrameClock(1 / self.info.fps)
        start_s = clock.time_of(first.time)
        if self._part.start_s >= _WORTH_SEEKING_S and first.time is not None:
            # A little earlier: whether a shot begins with the first frame of the part depends on those before it.
            nearest = self._seek(first.time + self._part.start_s - 2 * FRAMES_BEFORE / self.info.fps)
            if nearest is not None and first.time < (nearest.time or 0) <= first.time + self._part.start_s:
                first, start_s = nearest, clock.time_of(nearest.time)
            else:  # in some files seeking fails or leads to a later frame: read from the beginning
                first = self._seek(first.time) or first
        yield start_s, first
        count = 1
        for frame in self._decoded:
            count += 1
            self._check_count(count)
            yield clock.time_of(frame.time), frame
        # A few missing frames are not damage: an edit list may hide some.
        stated = self._stream.frames
        self.broke_off = start_s == 0 and stated - count > max(2, 0.02 * stated)

    def _seek(self, stamp_s: float) -> av.VideoFrame | None:
        """Seek to the last key frame before a timestamp; None on failure. Some files lead to another frame instead."""
        try:
            self._container.seek(int(stamp_s / (self._stream.time_base or 1)), stream=self._stream)
        except (av.FFmpegError, OverflowError):
            return None
        self._decoded = self._decode()
        return next(self._decoded, None)

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
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                self._lacked_memory |= isinstance(error, MemoryError)
                self.damaged_packets += 1
                continue
            yield from frames

    def _check_count(self, count: int) -> None:
        if count > LIMITS.clip_frames:
            raise MediaTooLarge(
                f"{self._shown} is too long. Expected at most {LIMITS.clip_frames:,} frames, "
                f"but got {count:,} or more. Cut it into shorter videos."
            )


class FrameClock:
    """Turns a file's presentation timestamps into times that start at 0 and strictly increase.

    A valid timestamp is kept, relative to the first. The others are repaired:

    - missing: one nominal frame after the previous frame;
    - the same as the previous one, or slightly earlier: half a nominal frame after it, so that the next valid
      timestamp can be kept;
    - more than a second back: the clock restarted (joined recordings). This frame comes one nominal frame after the
      previous one, and the timestamps that follow count from there.
    """

    def __init__(self, nominal_s: float) -> None:
        self._nominal_s = nominal_s
        self._origin_s: float | None = None
        self._last_s: float | None = None

    def time_of(self, stamp_s: float | None) -> float:
        """Time in seconds of the next frame, whose timestamp in seconds is ``stamp_s`` (None: missing)."""
        if self._last_s is None:
            self._last_s = 0.0
        else:
            # nextafter: adding half a nominal frame to an absurdly large timestamp would not change it.
            self._last_s = max(self._next_s(stamp_s, self._last_s), math.nextafter(self._last_s, math.inf))
        if self._origin_s is None and stamp_s is not None:
            self._origin_s = stamp_s - self._last_s
        return self._last_s

    def _next_s(self, stamp_s: float | None, last_s: float) -> float:
        if stamp_s is None or self._origin_s is None:
            return last_s + self._nominal_s
        time_s = stamp_s - self._origin_s
        if time_s > last_s:
            return time_s
        if time_s > last_s - _CLOCK_RESTART_S:
            return last_s + self._nominal_s / 2
        self._origin_s = stamp_s - (last_s + self._nominal_s)
        return last_s + self._nominal_s


def open_container(path: Path, shown: str) -> InputContainer:
    """Open a file in one of the known containers, and no other file.

    Raises:
        UnreadableMedia: if it is not such a file.
    """
    # "file:" and an absolute path, so that a name such as "-i.mp4" or "http:/x" is only a name.
    url = f"file:{path.absolute()}"
    try:
        return av.open(url, mode="r", options=_SELF_CONTAINED_ONLY | _pixel_limit(), metadata_errors="replace")
    except av.FFmpegError as error:
        raise UnreadableMedia(
            f"{shown} cannot be read as a video: it is damaged, truncated or not a video. "
            "Expected MP4, MOV, WebM, MKV, AVI, MPEG, WMV, FLV or OGV."
        ) from error


def _pixel_limit() -> dict[str, str]:
    # Enforced by FFmpeg itself, so it also covers a stream whose frames grow after the first one was checked.
    # Twice the limit, because FFmpeg counts the margin its decoders add to a frame.
    return {"max_pixels": str(2 * LIMITS.clip_frame_pixels)}


def _find_video(container: InputContainer, shown: str) -> VideoStream:
    stream = container.streams.best("video")
    # Cover art is stored as a video stream with one frame.
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        has = "sound but no images" if container.streams.audio else "no images"
        raise UnreadableMedia(f"{shown} has {has}, so there is nothing to analyse.")
    if stream.codec_context is None:
        raise UnreadableMedia(f"{shown} uses a video codec that cannot be decoded here. Convert it to H.264.")
    stream.thread_type = "AUTO"
    stream.codec_context.options = _pixel_limit()
    return stream


def _check_frame_size(size: tuple[int, int], shown: str) -> None:
    width, height = size
    if width * height > LIMITS.clip_frame_pixels:
        raise MediaTooLarge(
            f"{shown} has frames of {width} x {height} pixels. Expected at most "
            f"{LIMITS.clip_frame_pixels:,} pixels, but got {width * height:,}. Reduce its resolution."
        )


def _describe(stream: VideoStream, container: InputContainer, upright: Upright, *, start_s: float) -> ClipInfo:
    stated = (stream.average_rate, stream.guessed_rate)
    fps = float(next((rate for rate in stated if rate and rate <= _MOST_FPS), _USUAL_FPS))
    duration_s = container.duration / av.time_base if container.duration else None
    if stream.duration and stream.time_base:
        duration_s = float(stream.duration * stream.time_base)
    frame_count = stream.frames or (round(duration_s * fps) if duration_s is not None else None)
    return ClipInfo(upright.size, fps, frame_count, duration_s, stream.codec_context.name, upright.colors, start_s)
