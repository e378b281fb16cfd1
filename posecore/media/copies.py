"""Films that are copies of a video's own H.264 stream: no frame is encoded again."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from posecore.errors import UnreadableMedia
from posecore.media.frame_filters import is_hdr
from posecore.media.sound import Sound
from posecore.media.upright import Turn
from posecore.media.video_file import open_container
from posecore.system import whole_file

# What every browser plays: these profiles, 8-bit 4:2:0. Of size and rate, as much as a telephone's decoder takes
# (level 4.2 of H.264), and no more bits than a mobile network.
_PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")
_PIXEL_FORMATS = ("yuv420p", "yuvj420p")
_MOST_PIXELS, _MOST_BITS_PER_S = 1920 * 1088, 30_000_000
# To show one frame, a browser decodes all from the key frame before it. Measured in Chromium on two busy cores, one
# frame back takes 1.1 ms for each million of these pixels: 0.1 s for 60 frames of 1280 x 720, which is what
# ``FilmWriter`` writes, 0.25 s for 120 of 1920 x 1080, and 0.6 s for the 250 that encoders put between key frames.
_MOST_PIXELS_TO_SEEK = 250_000_000
_SLICE_OF_KEY_FRAME, _MESSAGES = 5, 6  # kinds of units in H.264 (table 7-1)


@dataclass(frozen=True, eq=False)
class CopyPlan:
    """A video whose stream browsers can play as it is.

    Attributes:
        path: the file.
        stamps: (n,) presentation timestamps of its packets, in the order of decoding.
        time_base: their unit in seconds.
    """

    path: Path
    stamps: NDArray[np.int64]
    time_base: Fraction

    def may_end_after(self, frames: int) -> bool:
        """Whether the first frames that are stored are the first that are shown, so that a copy may end there."""
        before, after = self.stamps[:frames], self.stamps[frames:]
        return frames > 0 and (not len(after) or bool(before.max() < after.min()))

    def agrees_with(self, times_s: Sequence[float]) -> bool:
        """Whether a copy of as many frames shows them at these times (seconds from any origin)."""
        if len(times_s) > len(self.stamps) or not self.may_end_after(len(times_s)):
            return False
        shown = np.sort(self.stamps[: len(times_s)])
        apart_s = (shown - shown[0]) * float(self.time_base) - (np.asarray(times_s) - times_s[0])
        return bool(np.abs(apart_s).max() < self.time_base / 2)


def plan_copy(path: Path, on_packet: Callable[[], None]) -> CopyPlan | None:
    """Read all packets of a video; None if its stream is not certain to play, and to be sought quickly, in a browser.

    Only what needs all frames decoded is not checked: that they are all upright and progressive, of one size, and
    intact.

    Args:
        path: the file.
        on_packet: called for each packet.
    """
    try:
        with open_container(path, path.name) as container:
            stream = _playable_stream(container)
            return None if stream is None else _plan(path, container, stream, on_packet)
    except (UnreadableMedia, av.FFmpegError):
        return None


def copy_film(plan: CopyPlan, target: os.PathLike[str] | str, frames: int, sound: Sound) -> bool:
    """Write the first frames of a video as an MP4 file that starts at 0; False, and no file, if that is not possible.

    Nothing but packets is taken over: the file's metadata, such as the place of the recording, stay behind, and so do
    the messages in the stream, in which some cameras repeat them.

    Args:
        plan: of the video.
        target: the file. It appears whole or not at all.
        frames: as many; ``plan.may_end_after`` them.
        sound: of the video from its first frame on.

    Raises:
        OSError: if the file cannot be written.
    """
    try:
        with whole_file(target) as part:
            _copy(plan, part, frames, sound)
            if not _holds(part, plan, frames):
                raise _NotCopied
    except _NotCopied:
        return False
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        return False  # a stream that FFmpeg decodes, but cannot take apart
    return True


class _NotCopied(Exception):
    """Raised if the written file does not hold the frames at their times."""


def _playable_stream(container: InputContainer) -> VideoStream | None:
    stream = container.streams.best("video")
    if not container.format.name.startswith("mov") or not isinstance(stream, VideoStream):
        return None
    codec = stream.codec_context
    if codec is None or codec.name != "h264" or codec.profile not in _PROFILES or codec.pix_fmt not in _PIXEL_FORMATS:
        return None
    # avcC, which states how long the units of a packet are (ISO/IEC 14496-15)
    has_units = codec.extradata is not None and len(codec.extradata) > 4 and codec.extradata[0] == 1
    squares = stream.sample_aspect_ratio in (None, 0, 1)
    return stream if has_units and squares and 0 < stream.width * stream.height <= _MOST_PIXELS else None


def _plan(path: Path, container: InputContainer, stream: VideoStream, on_packet: Callable[[], None]) -> CopyPlan | None:
    first: av.VideoFrame | None = None
    stamps: list[int] = []
    keys: list[int] = []
    size, last_decoded = 0, None
    for packet in container.demux(stream):
        on_packet()
        if not packet.size:  # the empty packet that marks the end
            break
        # Frames that an edit list hides, settings that change, and clocks that start again are left to the encoder.
        if packet.is_discard or packet.is_corrupt or packet.has_sidedata("new_extradata"):
            return None
        if packet.pts is None or packet.dts is None or (last_decoded is not None and packet.dts <= last_decoded):
            return None
        if packet.is_keyframe:
            if not _is_clean_start(packet, stream):
                return None
            keys.append(len(stamps))
        if first is None:
            first = next(iter(packet.decode()), None)
        stamps.append(packet.pts)
        size, last_decoded = size + packet.size, packet.dts
    assert stream.time_base is not None
    plan = CopyPlan(path, np.array(stamps, np.int64), stream.time_base)
    ordinary = first is not None and _is_ordinary(first)
    return plan if ordinary and _is_quick(plan, keys, stream, size) else None


def _is_ordinary(frame: av.VideoFrame) -> bool:
    return Turn.from_frame(frame) == Turn() and not frame.interlaced_frame and not is_hdr(frame)


def _is_quick(plan: CopyPlan, keys: Sequence[int], stream: VideoStream, size: int) -> bool:
    """Whether each key frame can be played from, they are close together, and a network can follow."""
    stamps, count = plan.stamps, len(plan.stamps)
    if len(np.unique(stamps)) < count or not keys or keys[0] != 0:
        return False
    # In an open group of pictures, frames after the key frame are shown before it and need the group before.
    if not all(plan.may_end_after(key) and stamps[key] == stamps[key:].min() for key in keys[1:]):
        return False
    length_s = (int(stamps.max() - stamps.min()) * float(plan.time_base)) * count / max(1, count - 1)
    apart = max(np.diff([*keys, count]))
    slow = apart * stream.width * stream.height > _MOST_PIXELS_TO_SEEK
    return not slow and (count == 1 or size * 8 <= _MOST_BITS_PER_S * length_s)


def _is_clean_start(packet: "av.Packet[Any]", stream: VideoStream) -> bool:
    """Whether a packet holds a key frame after which nothing before it is needed."""
    return any(kind == _SLICE_OF_KEY_FRAME for kind in _units(bytes(packet), stream.codec_context.extradata))


def _units(data: bytes, extradata: bytes | None) -> Iterator[int]:
    """The kinds of the units in a packet."""
    assert extradata is not None
    width = (extradata[4] & 3) + 1
    place = 0
    while place + width < len(data):
        yield data[place + width] & 31
        place += width + int.from_bytes(data[place : place + width], "big")


def _copy(plan: CopyPlan, part: Path, frames: int, sound: Sound) -> None:
    options = {"movflags": "+faststart"}
    with ExitStack() as stack:
        container = stack.enter_context(open_container(plan.path, plan.path.name))
        source = container.streams.best("video")
        assert isinstance(source, VideoStream)
        film = stack.enter_context(av.open(f"file:{part.absolute()}", "w", format="mp4", options=options))
        target = film.add_stream_from_template(source)
        without_messages = BitStreamFilterContext(f"filter_units=remove_types={_MESSAGES}", source, target)
        sound.add_to(film)
        first, last = int(plan.stamps[:frames].min()), int(plan.stamps[:frames].max())
        step = int(np.median(np.diff(np.sort(plan.stamps)))) if frames > 1 else 1
        for number, packet in zip(range(1, frames + 1), container.demux(source), strict=False):
            for bare in without_messages.filter(packet):
                if bare.pts is None or bare.dts is None:
                    raise _NotCopied
                bare.pts, bare.dts, bare.time_base = bare.pts - first, bare.dts - first, plan.time_base
                bare.duration = bare.duration or step
                if number == frames:  # a browser shows no frame that begins where the stored ones end
                    bare.duration = max(bare.duration, last - first + step - bare.pts)
                bare.stream = target
                end_s = float((bare.pts + bare.duration) * plan.time_base)
                film.mux(bare)
                sound.write_until(film, end_s)


def _holds(film: Path, plan: CopyPlan, frames: int) -> bool:
    with av.open(f"file:{film.absolute()}") as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        found = [packet.pts * packet.time_base for packet in packets if packet.pts is not None]
    wanted = plan.stamps[:frames] - plan.stamps[:frames].min()
    return found == [int(stamp) * plan.time_base for stamp in wanted]
