"""When a letter counts as shown: if it is held, not only seen in passing.

Between two letters the fingers pass through the shapes of others, and a letter that is held is misread now and then. So
a letter counts once it is read in most frames of a short window.
"""

from collections import Counter, deque

import numpy as np

from posecore.errors import InvalidOption

HOLD_S = 0.5
"""A letter is held for this time before it counts. Fluent spellers show 4 to 5 letters a second, learners about one."""
SHARE = 0.75
"""A letter counts if it is read in at least this share of the frames in that time that show a letter."""
LEAST_SHARE = 0.5
"""And in at least this share of all of them: a letter that is held is not read for sure in every frame."""
MIN_SCORE = 0.3
"""A frame whose letter has a lower score shows no letter."""
LEAST_FRAMES = 3
"""A letter counts only if it is read in so many frames, however few come in a second."""

_MOST_FRAMES = 1000  # in a window, however fast they come


class HeldLetter:
    """Follows which letter is held, frame by frame.

    A held letter stays until another, none, or no hand is held in its place: it does not flicker.

    Args:
        hold_s: how long a letter is held before it counts.
        share: 0.5..1, of the frames in that time that show a letter; so many must show this one.
        min_score: 0..1, below which a frame shows no letter.

    Attributes:
        letter: the letter that is held now; "" if none is, and None if no hand is there.
        since_s: when that was first seen; NaN before the first frame.

    Raises:
        InvalidOption: if an option is outside its range.
    """

    def __init__(self, *, hold_s: float = HOLD_S, share: float = SHARE, min_score: float = MIN_SCORE) -> None:
        if not 0 < hold_s < np.inf:
            raise InvalidOption(f"Expected 'hold_s' to be above 0 seconds, but got {hold_s}.")
        if not 0.5 < share <= 1:
            raise InvalidOption(f"Expected 'share' to be above 0.5 and at most 1, but got {share}.")
        if not 0 <= min_score <= 1:
            raise InvalidOption(f"Expected 'min_score' to be 0..1, but got {min_score}.")
        self._hold_s, self._share, self._min_score = hold_s, share, min_score
        self._frames: deque[tuple[float, str | None]] = deque(maxlen=_MOST_FRAMES)
        self.letter: str | None = ""
        self.since_s = float("nan")

    def feed(self, time_s: float, letter: str | None, score: float = 1.0) -> str | None:
        """Take in one frame and return the letter that is held now, as the attribute does.

        Args:
            time_s: of the frame. One that is not later than that before is left out.
            letter: what the hand shows; "" if it shows no letter, and None if no hand is seen.
            score: 0..1, how sure that is; NaN counts as 0.

        Raises:
            InvalidOption: if the time is not a number.
        """
        if not np.isfinite(time_s):
            raise InvalidOption(f"Expected 'time_s' to be a number of seconds, but got {time_s}.")
        if self._frames and time_s <= self._frames[-1][0]:
            return self.letter
        if np.isnan(self.since_s):
            self.since_s = float(time_s)
        self._frames.append((float(time_s), "" if letter and not score >= self._min_score else letter))
        # The last frame before the window stays: what it shows lasted until the window began.
        while len(self._frames) > 1 and self._frames[1][0] <= time_s - self._hold_s + 1e-6:
            self._frames.popleft()
        now = self._shown_most()
        if now != self.letter and time_s - self._frames[0][0] >= self._hold_s - 1e-6:
            self.letter = now
            self.since_s = next(time for time, shown in self._frames if shown == now)
        return self.letter

    @property
    def progress(self) -> float:
        """0..1, how long the newest frame's letter has been shown, of the time for which it must be held."""
        if not self._frames:
            return 0.0
        newest_s, newest = self._frames[-1]
        first_s = next(time for time, shown in self._frames if shown == newest)
        return min(1.0, (newest_s - first_s) / self._hold_s)

    def _shown_most(self) -> str | None:
        """What most frames of the window show; if nothing is in enough of them, what was held before."""
        counts = Counter(shown for _, shown in self._frames)
        lettered = Counter({shown: count for shown, count in counts.items() if shown})
        for letter, count in lettered.most_common(1):
            enough = max(LEAST_FRAMES, self._share * lettered.total(), LEAST_SHARE * counts.total())
            if count >= enough:
                return letter
        return next((each for each in ("", None) if counts[each] >= self._share * counts.total()), self.letter)
