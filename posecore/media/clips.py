"""Reading videos: upright frames, each with its own time."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av

from posecore.errors import InvalidOption, MediaTooLarge, UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.animations import Animation, is_animation
from posecore.media.clip_options import ClipOptions
from posecore.media.cuts import FRAMES_BEFORE, mark_cuts
from posecore.media.files import read_head
from posecore.media.frame_filters import ToneMapper
from posecore.media.frame_times import FrameClock
from posecore.media.pictures import identify_picture
from posecore.media.upright import FramePixels, Rgb, Upright
from posecore.media.video_file import VideoFile
from posecore.media.yuv import Colors, YuvFrame

CLIP_SUFFIXES = (
    ".mp4", ".mov", ".m4v", ".3gp", ".webm", ".mkv", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv",
    ".flv", ".ogv", ".mxf", ".dv", ".ivf", ".h264", ".264", ".h265", ".265", ".hevc", ".m2v", ".obu",
)  # fmt: skip
"""File name endings to offer in an upload dialog. Only a file's content decides what it is."""

# Closer to the beginning, decoding everything before the part is as fast as seeking.
_WORTH_SEEKING_S = 2.0


@dataclass(frozen=True)
class ClipInfo:
    """What is known about a video before it is decoded.

    Attributes:
        size: (width, height) in pixels of every frame, upright and with square pixels.
        fps: mean frames per second as stated, not rounded and only a label; 30.0 if the file states none that can be
            believed. The times of the frames show the real one.
        frame_count: number of frames by what the file states, an estimate; None if it states none that can be
            believed.
        duration_s: length in seconds as stated; None likewise.
        codec: FFmpeg's name for the video codec, such as "h264".
        colors: colour space of a frame's ``yuv``.
        start_s: the file's own timestamp of the first frame in seconds; 0 if it has none.
        notes: a sentence for each thing about this kind of video that a user should know.
        recorded_s: when it was recorded or edited, in seconds since 1970 (UTC), as stated; None if the file states no
            time that can be believed.
        focal_35mm: of its lens in 35 mm equivalent, millimetres, as stated; None if the file does not say it.
    """

    size: tuple[int, int]
    fps: float
    frame_count: int | None
    duration_s: float | None
    codec: str
    colors: Colors
    start_s: float
    notes: tuple[str, ...] = ()
    recorded_s: float | None = None
    focal_35mm: float | None = None


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


class FrameSource(Protocol):
    """An open file that frames are read from, see ``VideoFile`` and ``Animation``."""

    damaged_packets: int
    """Number of packets that could not be read or decoded so far."""

    @property
    def lacked_memory(self) -> bool:
        """Whether memory was too small for a frame."""

    @property
    def size(self) -> tuple[int, int]:
        """Stated (width, height) of a frame as stored."""

    @property
    def pixel_aspect(self) -> Fraction | None:
        """Width of a pixel divided by its height; None if it is not stated."""

    @property
    def codec(self) -> str:
        """FFmpeg's name for the codec."""

    @property
    def fps(self) -> float:
        """Stated frames per second."""

    @property
    def frame_count(self) -> int | None:
        """Stated number of frames."""

    @property
    def counted(self) -> bool:
        """Whether that number is a count, not an estimate from the length."""

    @property
    def duration_s(self) -> float | None:
        """Stated length."""

    @property
    def recorded_s(self) -> float | None:
        """Stated time of the recording, in seconds since 1970."""

    @property
    def focal_35mm(self) -> float | None:
        """Stated focal length in 35 mm equivalent, millimetres."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know."""

    def frames(self) -> Iterator[av.VideoFrame]:
        """The frames from here to the end, each with a timestamp if there is one."""

    def seek(self, stamp_s: float) -> bool:
        """Let ``frames`` begin at the last key frame before a timestamp, or near it; False on failure."""

    def ended_early(self, frames: int, length_s: float) -> bool:
        """Whether this many frames over this time are far fewer than stated."""

    def close(self) -> None:
        """Close the file."""


@contextmanager
def open_clip(
    path: os.PathLike[str] | str,
    *,
    name: str | None = None,
    for_film: bool = False,
    part: ClipOptions | None = None,
    on_packet: Callable[[], None] | None = None,
    shares_cores: bool = False,
) -> Iterator["ClipReader"]:
    """Open a video for reading; the first frame is decoded at once, so a ``ClipReader`` has at least one.

    Args:
        path: the file; always treated as a path, never as a URL or an option.
        name: what to call the video in an error; by default the file's own name.
        for_film: provide each frame's ``yuv`` too.
        part: which frames to provide; None: all.
        on_packet: called for each packet before it is decoded, even if its frames are left out.
        shares_cores: whether frames are read beside other work, which decoding in several threads would disturb.

    Raises:
        UnreadableMedia: if the file is missing, empty, damaged, a photo, only sound, or not a video in a known
            format.
        MediaTooLarge: if a frame is over ``LIMITS.clip_frame_pixels`` or the video states more than
            ``LIMITS.clip_frames`` frames or ``LIMITS.clip_seconds``.
    """
    path = Path(path)
    shown = name or path.name
    on_packet = on_packet or (lambda: None)
    with closing(_open_source(path, shown, on_packet, shares_cores)) as source:
        yield ClipReader(source, shown, for_film=for_film, part=part or ClipOptions())


def read_frame(path: os.PathLike[str] | str, from_s: float) -> Rgb:
    """(H, W, 3) uint8 of the first frame of a video at or after a time; seeks, so a long video costs no more.

    Args:
        path: the file.
        from_s: seconds from the video's first frame, at least 0.

    Raises:
        InvalidOption: if the video has no such frame, or the time is below 0.
        UnreadableMedia, MediaTooLarge: as for ``open_clip``.
    """
    with open_clip(path, part=ClipOptions(start_s=from_s)) as clip:
        frame = next(iter(clip), None)
        if frame is None:
            raise InvalidOption(f"Expected a time within {Path(path).name}, but it has no frame from {from_s} s on.")
        return frame.rgb


def _open_source(path: Path, shown: str, on_packet: Callable[[], None], shares_cores: bool) -> FrameSource:
    read_head(path, shown)  # raises a clear error for a missing or empty file or a folder
    picture = identify_picture(path)  # FFmpeg would read HEIC and AVIF photos as MP4 files with one frame
    if picture is None:
        return VideoFile(path, shown, LIMITS.clip_frame_pixels, on_packet, shares_cores=shares_cores)
    if is_animation(path):
        return Animation(path, LIMITS.clip_frame_pixels, on_packet)
    raise UnreadableMedia(f"{shown} is a photo ({picture}), not a video. Open it as a photo instead.")


class ClipReader:
    """Iterable over the frames of an open video, few in memory at a time; created by ``open_clip``.

    Iterate once. The file's rotation or mirroring tag (display matrix) is applied, once. A frame whose size differs
    from the first one's is fitted into it, with black bars if its shape differs too. Colours follow the file's tags
    (BT.601, BT.709, full or limited range); an untagged file is treated as BT.601, as FFmpeg and OpenCV do. HDR (HLG,
    PQ) is tone-mapped to BT.709. Of an interlaced frame the first field is used, see ``deinterlaced``.

    A packet that cannot be decoded is skipped: the frames around it keep their times, which show the gap. If the
    container itself breaks off, the video ends there.

    Attributes:
        info: what the container states about the video.
        resized: when the first frame so far with another size than the video's first one comes, and its (width, height)
            as it would be upright; None if all have one size.
        broke_off: whether the file ended far earlier than it states; known once it has been read from beginning to
            end.
    """

    def __init__(self, source: FrameSource, shown: str, *, for_film: bool, part: ClipOptions) -> None:
        self._source = source
        self._for_film = for_film
        self._part = part
        self._shown = shown
        self._tone = ToneMapper()
        self.resized: tuple[float, tuple[int, int]] | None = None
        self.broke_off = False
        _check_frame_size(source.size, shown)
        if source.counted and source.frame_count is not None:
            self._check_count(source.frame_count)
        self._check_length(source.duration_s or 0.0)
        self._decoded = source.frames()
        first = next(self._decoded, None)
        if first is None and source.lacked_memory:
            raise MediaTooLarge(f"{shown} needs more memory than a video may use here. Reduce its resolution.")
        if first is None:
            raise UnreadableMedia(f"{shown} has no frame that can be decoded: it is damaged, truncated or encrypted.")
        self._upright = Upright(self._tone.mapped(first), source.pixel_aspect)
        _check_frame_size(self._upright.size, shown)
        self.info = ClipInfo(
            self._upright.size,
            source.fps,
            source.frame_count,
            source.duration_s,
            source.codec,
            self._upright.colors,
            first.time or 0.0,
            source.notes,
            source.recorded_s,
            source.focal_35mm,
        )
        self._frames = self._read(first)

    def __iter__(self) -> Iterator[ClipFrame]:
        return self._frames

    @property
    def damaged_packets(self) -> int:
        """Number of packets that could not be read or decoded so far; 0 for an intact file."""
        return self._source.damaged_packets

    @property
    def notes(self) -> tuple[str, ...]:
        """As ``info.notes``, and what else was noticed so far."""
        if self.resized is None:
            return self._source.notes
        (width, height), (at_s, (new_width, new_height)) = self.info.size, self.resized
        return (
            *self._source.notes,
            f"The frames change size at {at_s:.1f} s, from {width} x {height} to {new_width} x {new_height} pixels. "
            "From there on they are fitted into the first size, with black bars if the shape differs.",
        )

    @property
    def as_stored(self) -> bool:
        """Whether all frames so far are intact and as the file has them: not turned, scaled, or made from fields."""
        intact = not self._source.damaged_packets and not self.broke_off and not self._source.notes
        return intact and self.resized is None and self._upright.leaves_as_stored and not self._tone.used

    def _read(self, first: av.VideoFrame) -> Iterator[ClipFrame]:
        part = self._part
        wanted = 0
        begins_shot = False
        for time_s, frame, cut in mark_cuts(self._timed(first), self.info.fps):
            if part.end_s is not None and time_s >= part.end_s:
                return
            begins_shot = cut or (begins_shot and wanted > 0)
            if time_s >= part.start_s:
                if self.resized is None and not self._upright.is_of_first_size(frame):
                    self.resized = time_s, self._upright.size_of(frame)
                if wanted % part.every == 0:
                    yield self._upright_frame(wanted // part.every, time_s, frame, begins_shot)
                    begins_shot = False
                wanted += 1

    def _upright_frame(self, index: int, time_s: float, decoded: av.VideoFrame, begins_shot: bool) -> ClipFrame:
        frame = self._upright.fitted(self._tone.mapped(decoded))
        yuv = self._upright.yuv(frame) if self._for_film else None
        return ClipFrame(index, time_s, self._upright.pixels(frame), yuv, begins_shot)

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
        count, time_s = 1, start_s
        for frame in self._decoded:
            count += 1
            self._check_count(count)
            time_s = clock.time_of(frame.time)
            self._check_length(time_s)
            yield time_s, frame
        self.broke_off = start_s == 0 and self._source.ended_early(count, time_s)

    def _seek(self, stamp_s: float) -> av.VideoFrame | None:
        """Seek to the last key frame before a timestamp; None on failure. Some files lead to another frame instead."""
        if not self._source.seek(stamp_s):
            return None
        self._decoded = self._source.frames()
        return next(self._decoded, None)

    def _check_count(self, count: int) -> None:
        if count > LIMITS.clip_frames:
            raise MediaTooLarge(
                f"{self._shown} is too long. Expected at most {LIMITS.clip_frames:,} frames, "
                f"but got {count:,} or more. Cut it into shorter videos."
            )

    def _check_length(self, seconds: float) -> None:
        if seconds > LIMITS.clip_seconds:
            raise MediaTooLarge(
                f"{self._shown} is too long. Expected at most {LIMITS.clip_seconds / 60:,.3g} minutes, "
                f"but got {seconds / 60:,.1f} or more. Cut it into shorter videos."
            )


def _check_frame_size(size: tuple[int, int], shown: str) -> None:
    width, height = size
    if width * height > LIMITS.clip_frame_pixels:
        raise MediaTooLarge(
            f"{shown} has frames of {width} x {height} pixels. Expected at most "
            f"{LIMITS.clip_frame_pixels:,} pixels, but got {width * height:,}. Reduce its resolution."
        )
