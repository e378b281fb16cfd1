"""The people that a visitor's own device finds before its camera, as their landmarks arrive at the server."""

import json
import math
import threading
import time
from collections import deque
from typing import Any

from pages.ui.live.device_frames import DeviceFrame, RefusedFrames, check_grows, read_frames
from pages.ui.live.followed import REMEMBERED_S, Followed, Moment
from pages.ui.shared.hand_results import hands_in_words

MOST_PER_S = 65
"""Frames that a device may send in a second, as a mean over half a minute: more than cameras of 60 have. What a slow
network or a busy server held up comes at once, and is not the device's fault."""
_BURST_S = 30.0
_MOST_WAITING = 900
ANSWER_S = 0.15
"""Coach and gestures answer about five times a second, as often as a browser sends what it has."""
LATE_S = 1.0
"""What a device kept for longer, because the connection was lost, is late."""
STEP_EVERY_S = 0.05
"""And it is followed in steps, of which one takes some milliseconds, no more often: all visits need time."""
_STEP_S = 0.5
# A set or a rest may end in each step of what is late. If very much waits, steps are longer: nothing waits for ever.
_MOST_STEPS = 60
GOT_S = 2.0
"""How often the device is told which frames it no longer needs to keep, even if nothing else has changed."""
# A device that comes back goes on with its clock unless that is so far away: then it was asleep, or is another page.
_APART_S = 2.0
WISHES = ("begin", "end", "again", "result")
_MOST_TEXT = 200


class DeviceStream(Followed):
    """The landmarks of one visit's device. Frames wait here until ``digest`` has time for all of them in one go.

    It outlives a lost connection, and so does the count of its coach.

    Attributes:
        connected: whether the device is connected.
        dropped: how many frames were given up for newer ones because the server was too slow.
        reads_hands: whether the page is told what the hands show.
        remembers: whether the last half minute is remembered, for what reads signs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        self.dropped = 0
        self.reads_hands = self.remembers = False
        self._connection = 0
        self._newest: DeviceFrame | None = None
        self._allowed, self._allowed_at = MOST_PER_S * _BURST_S, -math.inf
        self._changed = threading.Lock()  # of what waits
        self._digesting = threading.Lock()
        self._waiting: deque[Moment | str] = deque(maxlen=_MOST_WAITING)  # wishes are between the frames
        self._unanswered: deque[Moment] = deque(maxlen=_MOST_WAITING)
        self._moments: deque[Moment] = deque(maxlen=int(REMEMBERED_S * MOST_PER_S))
        self._words: str | None = None
        self._got = -1
        self._told: dict[str, Any] | None = None
        self._told_at = 0.0
        self._is_first = True
        self._apart_s: float | None = None  # from the device's clock to the server's
        self._now_s = self._began_s = 0.0
        self._last_s = -math.inf
        self._answered_at = 0.0

    @property
    def is_followed(self) -> bool:
        """Whether anything on the server needs the landmarks."""
        readers = self.coach, self.gestures, self.send_on
        return self.reads_hands or self.remembers or any(reader is not None for reader in readers)

    def successor(self) -> "DeviceStream":
        """A new stream that is followed by the same, but sent to no other program."""
        stream = DeviceStream()
        stream.coach, stream.gestures = self.coach, self.gestures
        stream.reads_hands, stream.remembers = self.reads_hands, self.remembers
        stream._apart_s, stream._last_s = self._apart_s, self._last_s  # the coach's clock goes on
        return stream

    def moments(self) -> list[Moment]:
        """The moments of the last half minute, oldest first, if they are remembered; from any thread."""
        with self._changed:
            moments = list(self._moments)
        return [moment for moment in moments if moment.time_s >= moments[-1].time_s - REMEMBERED_S]

    def begin(self) -> int:
        """Expect a new connection, whose frames may be numbered from 0 again, and return its number."""
        self._connection += 1
        self.connected, self._newest, self._is_first, self._told = True, None, True, None
        return self._connection

    def leave(self, connection: int) -> None:
        """Note that a connection has ended, unless another has taken its place."""
        if connection == self._connection:
            self.connected = False

    def end_unless_back(self, connection: int) -> None:
        """End if the device has not connected again since a connection."""
        if connection == self._connection and not self.connected:
            self.end()

    def take(self, message: bytes) -> None:
        """Take in a message of frames; on the event loop.

        Raises:
            RefusedFrames: if it is not as it must be, or there were too many.
        """
        frames = read_frames(message)
        self._allow(len(frames))
        if self._newest is not None:
            check_grows(self._newest, frames[0])
        self._newest = frames[-1]
        if not self.is_followed:
            return
        apart_s = self._clocks_apart(frames[-1])
        moments = [self._moment(frame, apart_s) for frame in frames]
        # After a lost connection, those come again of which the device does not know whether they came.
        moments = [moment for moment in moments if moment.poses.time_s > self._last_s]
        if not moments:
            return
        self._last_s = moments[-1].poses.time_s
        with self._changed:
            self.dropped += max(0, len(self._waiting) + len(moments) - _MOST_WAITING)
            self._waiting += moments
            if self.remembers:
                self._moments += moments

    def hear(self, text: str) -> None:
        """Take in a wish for the coach: ``{"coach": "begin"}``.

        Raises:
            RefusedFrames: if it is something else.
        """
        self._allow(1)
        try:
            given = json.loads(text) if len(text) <= _MOST_TEXT else None
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict) or list(given) != ["coach"] or given["coach"] not in WISHES:
            raise RefusedFrames("Expected frames as bytes or a wish for the coach as text, but got other text.")
        with self._changed:
            self._waiting.append(given["coach"])

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be followed."""
        return bool(self._waiting)

    def digest(self) -> str | None:
        """Let what waits be followed, up to the next wish, and a step of what is late; from any thread.

        Returns:
            JSON for the page, as of ``Followed.follow``, with ``problem``, the wish that the coach was ``told``, in
            ``words`` what the hands show, whether the device ``keeps`` what it cannot send, and the number of the
            newest frame that the server has ``got``; empty if nothing is news; None if it is too early for an answer.
        """
        with self._digesting:  # a connection may begin while that before is still being answered
            return self._digest()

    def _digest(self) -> str | None:
        now_s = time.monotonic()
        with self._changed:
            if self._waits_late() and now_s - self._answered_at < STEP_EVERY_S:
                return None
            moments, wish = self._next()
        if self.send_on is not None:
            for moment in moments:
                if not moment.late:
                    self.send(moment)
        self._unanswered += moments
        is_late = bool(moments) and moments[-1].late
        if now_s - self._answered_at < ANSWER_S and not (wish or is_late):
            return None
        self._answered_at = now_s
        answered, self._unanswered = list(self._unanswered), deque(maxlen=_MOST_WAITING)
        # Of the frames' own times, so that a slow network slows nothing down but the news.
        self._now_s = answered[-1].poses.time_s if answered else self._now_s or now_s
        if answered:
            self._words = self._words_of(answered[-1])
            self._got = answered[-1].number
        answer = {**self.follow(answered, self._now_s, wish), "problem": self.problem, "told": wish or None}
        answer["words"] = self._words
        answer["keeps"] = self.remembers or (answer["coach"] or {"phase": "done"})["phase"] != "done"
        return self._news(answer, now_s, says_got=is_late)

    def _news(self, answer: dict[str, Any], now_s: float, *, says_got: bool) -> str:
        if not says_got and answer == self._told and now_s - self._told_at < GOT_S:
            return ""
        self._told, self._told_at = answer, now_s
        return json.dumps({**answer, "got": self._got}, separators=(",", ":"), allow_nan=False)

    def _waits_late(self) -> bool:
        first = self._waiting[0] if self._waiting else None
        return isinstance(first, Moment) and first.late

    def _next(self) -> tuple[list[Moment], str]:
        """Take out what is followed next: frames, and the wish after them, or none."""
        waiting, taken = self._waiting, list[Moment]()
        times_s = [each.poses.time_s for each in waiting if isinstance(each, Moment)]
        until_s = times_s[0] + max(_STEP_S, (times_s[-1] - times_s[0]) / _MOST_STEPS) if times_s else 0.0
        while waiting:
            first = waiting[0]
            if isinstance(first, Moment) and first.late and first.poses.time_s >= until_s:
                break
            waiting.popleft()
            if isinstance(first, str):
                return taken, first
            taken.append(first)
        return taken, ""

    def _words_of(self, moment: Moment) -> str | None:
        return None if moment.hands is None or not self.reads_hands else hands_in_words(moment.hands, {})

    def _allow(self, count: int) -> None:
        now_s = time.monotonic()
        more = MOST_PER_S * (now_s - self._allowed_at)
        self._allowed, self._allowed_at = min(MOST_PER_S * _BURST_S, self._allowed + more) - count, now_s
        if self._allowed < 0:
            raise RefusedFrames(f"Expected at most {MOST_PER_S} frames a second, but got more.")

    def _clocks_apart(self, newest: DeviceFrame) -> float:
        now_s, newest_s = time.monotonic() - newest.waited_s, newest.time_s
        is_away = self._is_first and abs(newest_s + (self._apart_s or 0) - now_s) > _APART_S
        if self._apart_s is None or is_away:
            self._apart_s = now_s - newest_s
        self._is_first = False
        self._began_s = self._began_s or now_s
        return self._apart_s

    def _moment(self, frame: DeviceFrame, apart_s: float) -> Moment:
        time_s = frame.time_s + apart_s
        since_s, is_late = max(0.0, time_s - self._began_s), frame.waited_s > LATE_S
        return Moment(frame.number, since_s, frame.poses(time_s), frame.hands(time_s), is_late)
