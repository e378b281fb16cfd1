"""Motions of hands in a live stream."""

from collections import deque

import numpy as np

from posecore.hands import FrameHands, HandSequence
from posecore.signs.motions import SETTLED_S, Motion, find_motions

_WINDOW_S = 3.0
_EVERY_S = 0.15


class LiveMotions:
    """Reports each motion once: a swipe half a second after it at the latest, the others once they are clear.

    A wave that goes on is reported at its third stroke and not again. Only the last three seconds are kept. For one
    stream and one thread.
    """

    def __init__(self) -> None:
        self._frames: deque[FrameHands] = deque()
        self._looked_s = -np.inf
        self._reported: list[Motion] = []

    def feed(self, hands: FrameHands) -> list[Motion]:
        """Take in one frame and return the motions that it makes known, often none.

        Args:
            hands: of the frame. If it is not later than the last one, a new stream begins, and all before is forgotten.
        """
        now = hands.time_s
        if self._frames and now <= self._frames[-1].time_s:
            self._frames.clear()
            self._reported.clear()
            self._looked_s = -np.inf
        self._frames.append(hands)
        while self._frames[0].time_s < now - _WINDOW_S:
            self._frames.popleft()
        if now - self._looked_s < _EVERY_S:
            return []
        self._looked_s = now
        found = find_motions(HandSequence.from_frames(list(self._frames), size=hands.size, fps=1 / _EVERY_S))
        known = [each for each in found if each.end_s <= now - SETTLED_S or not each.name.startswith("swipe")]
        new = [motion for motion in known if not any(_goes_on(old, motion) for old in self._reported)]
        # What goes on is kept as far as it has come, so that it is still known when its beginning is forgotten.
        self._reported = known + [old for old in self._reported if old.end_s > now - _WINDOW_S]
        return new


def _goes_on(old: Motion, motion: Motion) -> bool:
    """If it is the same motion, as it looked before or as far as it had come."""
    return (motion.name, motion.slot) == (old.name, old.slot) and motion.start_s <= old.end_s
