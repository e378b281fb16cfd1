"""Taught signs before a live camera: spotted ones go to the line, and new examples are recorded."""

import math
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from pages.ui.live.followed import Moment
from pages.ui.signs.book import TaughtSigns
from posecore import FrameHands, FramePoses, HandSequence, PoseSequence
from posecore.signs.taught import SignBook, SignSpotter, SpottedSign

COUNTDOWN_S = 3.0
LONGEST_S = 4.0

_KEPT = 100
_SHOWN_S = 3.0
_NOBODY = "Nobody in view. Step back until your head, shoulders and hands are in the picture."


class LiveWords:
    """Spots the signs of one visitor, from any thread.

    Args:
        signs: those that were taught; later changes count from the next frame on.
    """

    def __init__(self, signs: TaughtSigns) -> None:
        self._signs = signs
        self._lock = threading.Lock()
        self._book: SignBook | None = None
        self._newest_s = -math.inf
        self._taken: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._number = 0
        self._last: SpottedSign | None = None
        self._last_s = -math.inf
        self._poses: FramePoses | None = None

    def report(self, moments: Iterable[Moment], since: int, wish: str = "") -> dict[str, Any]:
        """What the board shows, as for ``Reader.report``."""
        with self._lock:
            if self._book is not self._signs.book:
                self._book = self._signs.book
                self._spotter = SignSpotter(self._book)
            for moment in moments:
                if moment.hands is not None and moment.hands.time_s > self._newest_s:
                    self._newest_s = moment.hands.time_s
                    self._feed(moment.poses, moment.hands)
            return self._answer(since)

    def _feed(self, poses: FramePoses, hands: FrameHands) -> None:
        self._poses = poses
        for spotted in self._spotter.feed(poses, hands):
            self._last, self._last_s = spotted, hands.time_s
            if spotted.text:
                self._number += 1
                self._taken.append((self._number, spotted.text))

    def _answer(self, since: int) -> dict[str, Any]:
        recent = self._last if self._newest_s - self._last_s < _SHOWN_S else None
        if self._spotter.is_moving:
            state = "Watching a movement"
        elif recent is None:
            state = "Ready: sign, then put the hands down"
        elif recent.text:
            state = f"Found: {recent.text}"
        else:
            state = "Not one of your signs"
        return {
            "letter": recent.text if recent else "",
            "score": round(recent.score, 2) if recent else 0,
            "state": state,
            "progress": 0,
            "gesture": "",
            "hint": _NOBODY if self._poses is not None and not len(self._poses) else "",
            "number": self._number,
            "taken": [word for text in (text for n, text in self._taken if n > since) for word in (text, " ")],
            "practice": None,
            "over": 0,
        }


class LiveLesson:
    """Records examples of one sign after a countdown, from any thread.

    Args:
        signs: learn the examples.

    Attributes:
        text: of the sign that is recorded; empty: none can be.
    """

    def __init__(self, signs: TaughtSigns) -> None:
        self._signs = signs
        self._lock = threading.Lock()
        self.text = ""
        self._newest_s = -math.inf
        self._begins_s: float | None = None
        self._frames: list[tuple[FramePoses, FrameHands]] = []
        self._over = 0
        self._poses: FramePoses | None = None

    def report(self, moments: Iterable[Moment], since: int, wish: str = "") -> dict[str, Any]:
        """What the board shows, as for ``Reader.report``.

        Args:
            moments: the newest of the stream; known ones are left out.
            since: not needed here.
            wish: ``"record"``: an example; ``"stop"``: end it early.
        """
        with self._lock:
            there = list(moments)
            for moment in there:
                if moment.hands is not None and moment.hands.time_s > self._newest_s:
                    self._newest_s = moment.hands.time_s
                    self._feed(moment.poses, moment.hands)
            can_record = bool(there and self.text.strip())  # without frames, the time is not known
            if wish == "record" and can_record and self._begins_s is None:
                self._begins_s = self._newest_s + COUNTDOWN_S
            elif wish == "stop" and self._begins_s is not None:
                self._end()
            return self._answer(can_record)

    def _feed(self, poses: FramePoses, hands: FrameHands) -> None:
        self._poses = poses
        if self._begins_s is None or hands.time_s < self._begins_s:
            return
        self._frames.append((poses, hands))
        if hands.time_s >= self._begins_s + LONGEST_S:
            self._end()

    def _end(self) -> None:
        frames, self._frames, self._begins_s = self._frames, [], None
        self._over += 1
        if len(frames) < 2:
            self._signs.told.append((False, "Nothing was recorded: it was stopped during the countdown."))
            return
        poses, hands = zip(*frames, strict=True)
        size, fps = poses[0].size, (len(frames) - 1) / (poses[-1].time_s - poses[0].time_s)
        self._signs.learn(
            self.text,
            PoseSequence.from_frames(poses, size=size, fps=fps),
            HandSequence.from_frames(hands, size=size, fps=fps),
            of="Camera",
        )

    def _answer(self, can_record: bool) -> dict[str, Any]:
        letter, progress, recording = "", 0.0, self._begins_s is not None
        if self._begins_s is None:
            state = f"Ready to record “{self.text.strip()}”" if self.text.strip() else "Write what the sign means first"
        elif self._newest_s < self._begins_s:
            left_s = self._begins_s - self._newest_s
            letter, progress, state = f"{math.ceil(left_s)}", 1 - left_s / COUNTDOWN_S, "Hands down, get ready"
        else:
            progress = min(1.0, (self._newest_s - self._begins_s) / LONGEST_S)
            letter, state = "REC", "Sign now, then put the hands down"
        return {
            "letter": letter,
            "score": 0,
            "state": state,
            "progress": round(progress, 2),
            "gesture": "",
            "hint": _NOBODY if self._poses is not None and not len(self._poses) else "",
            "number": 0,
            "taken": [],
            "practice": None,
            "over": self._over,
            "lesson": "recording" if recording else "ready" if can_record else "waiting",
        }
