"""Spelling to a live camera: which letter is shown and how long it is held, what was taken, and practice."""

import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from pages.ui.live.followed import Moment
from pages.ui.signs.letter_hands import letter_picture
from pages.ui.signs.wording import hint, told_letter
from posecore.hands import FrameHands
from posecore.signs.practice import LetterPractice
from posecore.signs.reading import Shown, SpellingHand
from posecore.signs.spelling import SpellingLine

_KEPT = 200  # taken letters that the browser may not have fetched yet


class LiveSpelling:
    """Follows the hand of one visitor, from any thread. It outlives its streams, as ``Coach`` does.

    The text itself is in the browser, where it can be typed too; it fetches what was taken.

    Attributes:
        is_practice: whether letters are asked for instead of taken.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hand, self._line = SpellingHand(), SpellingLine()
        self._practice: LetterPractice | None = None
        self._right: bool | None = None
        self._taken: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._number = 0
        self._newest_s = float("-inf")
        self._shown: Shown | None = None
        self._hand_s = float("-inf")
        self._hands: FrameHands | None = None

    @property
    def is_practice(self) -> bool:
        """Whether letters are asked for instead of taken."""
        return self._practice is not None

    def practise(self, on: bool) -> None:
        """Begin to ask for letters, or go on to take them. Nothing changes if that is so already."""
        with self._lock:
            if on != self.is_practice:
                self._practice = LetterPractice() if on else None

    def report(self, moments: Iterable[Moment], since: int, wish: str = "") -> dict[str, Any]:
        """What the board shows, as for ``Reader.report``.

        Args:
            moments: the newest of the stream; known ones are left out.
            since: number of the last taken letter that the browser knows.
            wish: in practice, ``"skip"``: another letter; ``"again"``: start over.
        """
        with self._lock:
            for moment in moments:
                # The frame has the time of its arrival, which goes on from one stream to the next.
                frame = moment.hands
                if frame is not None and frame.time_s > self._newest_s:
                    self._newest_s = frame.time_s
                    self._feed(frame)
            if self._practice is not None and wish == "skip":
                self._practice.skip()
            elif self._practice is not None and wish == "again":
                self._practice, self._right = LetterPractice(), None
            return self._answer(since)

    def _feed(self, frame: FrameHands) -> None:
        shown = self._shown = self._hand.read(frame)
        self._hands = frame
        if shown.letter is not None:
            self._hand_s = frame.time_s
        if self._practice is not None:
            right = self._practice.feed(frame.time_s, shown.letter, shown.score)
            self._right = self._right if right is None else right
            return
        taken = self._line.feed(frame.time_s, shown.letter, shown.score, shown.place)
        if shown.drawn is not None:
            taken += self._line.draw(shown.drawn)
        for each in taken:
            self._number += 1
            self._taken.append((self._number, each))

    def _answer(self, since: int) -> dict[str, Any]:
        shown = self._shown
        followed = self._line if self._practice is None else self._practice
        answer: dict[str, Any] = {
            "letter": "" if shown is None else told_letter(shown.letter),
            "score": 0 if shown is None else round(shown.score, 2),
            "progress": round(followed.progress, 2) if shown is not None and shown.letter else 0,
            "gesture": "" if shown is None or shown.gesture == "none" else shown.gesture.replace("_", " "),
            "hint": "" if self._hands is None else hint(self._hands, self._newest_s - self._hand_s),
            "number": self._number,
            "taken": [what for number, what in self._taken if number > since],
            "practice": None,
            "over": 0,
        }
        if self._practice is not None:
            asked, summary = self._practice.asked, self._practice.summary
            answer["practice"] = {
                "asked": asked,
                "picture": letter_picture(asked),
                "wrong": self._practice.wrong,
                "right": self._right,
                "done": summary.asked,
                "at_once": summary.at_once,
                "skipped": summary.skipped,
                "mean_s": round(summary.mean_s, 1) if summary.asked > summary.skipped else None,
                "missed": list(summary.missed[:5]),
            }
        return answer
