"""The time of each frame: from the timestamps of the file, repaired where they are missing or run backwards."""

import math
from typing import Any

import av
from av.video.frame import PictureType

# A timestamp this far back (seconds) means that the clock restarted, as in joined recordings.
_CLOCK_RESTART_S = 1.0
# Presentation timestamps that run back this many times more often than the decoding timestamps are not believed.
_MANY = 3
# Frames that a decoder may hold back before it shows them, in any codec.
_HELD_BACK = 64


class Stamps:
    """Finds streams whose presentation timestamps are the order of decoding, and corrects them.

    A container without presentation timestamps (AVI, some Matroska and MP4 files) numbers the frames in the order in
    which they are decoded. With B-frames that is not the order in which they are shown, so the timestamps of the shown
    frames jump back and forth. FFmpeg's own programs then use the decoding timestamps ("best effort"); so does this.
    AVI never has others. Elsewhere it goes by two signs:

    - before the first step back, which is what matters for the second frame: a B-frame is shown while an earlier
      timestamp is still waiting, although the timestamps never decreased in the file, as those of B-frames must;
    - presentation timestamps that run backwards again and again, while decoding timestamps do not.

    Args:
        in_decoding_order: whether it is known that the file has no presentation timestamps.
    """

    def __init__(self, *, in_decoding_order: bool) -> None:
        self._waiting: list[int] = []  # timestamps of packets whose frames are not shown yet
        self._in_order = True
        self._in_decoding_order = in_decoding_order
        self._newest: int | None = None
        self._ahead: int | None = None  # decoding timestamp of the first frame minus its presentation timestamp
        self._last: tuple[int | None, int | None] = (None, None)
        self._steps_back = [0, 0]  # of the presentation and of the decoding timestamps
        self._settled: int | None = None
        self._step = 1

    def add(self, packet: "av.Packet[Any]") -> None:
        """Take note of a packet before it is decoded."""
        if packet.pts is None:
            return
        self._in_order &= self._newest is None or packet.pts > self._newest
        self._newest = packet.pts
        self._waiting = [*self._waiting, packet.pts][-_HELD_BACK:] if self._in_order else []

    def drop(self, packet: "av.Packet[Any]") -> None:
        """Forget a packet that cannot be decoded."""
        if packet.pts in self._waiting:
            self._waiting.remove(packet.pts)

    def settle(self, frame: av.VideoFrame) -> None:
        """Correct the presentation timestamp of the next frame, if necessary."""
        self._count(frame)
        shown = frame.pts
        if shown in self._waiting:
            self._waiting.remove(shown)
        if shown is not None and self._waiting and self._waiting[0] < shown and frame.pict_type == PictureType.B:
            self._in_decoding_order = True
        if self._in_decoding_order or self._steps_back[0] >= self._steps_back[1] + _MANY:
            # The last frames come when there are no packets left, so they have no decoding timestamp.
            after_last = None if self._settled is None else self._settled + self._step
            frame.pts = after_last if frame.dts is None else frame.dts - (self._ahead or 0)
        if frame.pts is not None and self._settled is not None and frame.pts > self._settled:
            self._step = frame.pts - self._settled
        self._settled = frame.pts

    def restart(self) -> None:
        """Continue elsewhere in the file."""
        self._waiting, self._newest, self._last, self._settled = [], None, (None, None), None

    def _count(self, frame: av.VideoFrame) -> None:
        if self._ahead is None and frame.pts is not None and frame.dts is not None:
            self._ahead = frame.dts - frame.pts
        for kind, (stamp, last) in enumerate(zip((frame.pts, frame.dts), self._last, strict=True)):
            self._steps_back[kind] += stamp is not None and last is not None and stamp <= last
        self._last = (frame.pts, frame.dts)


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
