"""Practice of letters: which one to show next, whether it was shown, how long it took, and how it went in all.

Letters are asked at random, those that were missed more often. A letter is answered when one is held (see
``posecore.signs.holding``): the right one goes on to the next, a wrong one is noted and the same is asked on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from posecore.errors import InvalidOption
from posecore.signs.holding import HOLD_S, HeldLetter

LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
"""Asked if nothing else is given: those that are shapes. J and Z are movements."""
MISSED_COUNTS = 5
"""A letter that was missed every time is asked so many times as often as one that never was."""


@dataclass
class LetterResult:
    """How the practice of one letter went.

    Attributes:
        asked: times that it was asked and then shown or skipped.
        at_once: times that it was shown with no wrong letter before.
        skipped: times that it was given up.
        wrong: letters that were shown in its place, and how often.
        seconds: for each time that it was shown, from when it was asked until it was first seen.
    """

    asked: int = 0
    at_once: int = 0
    skipped: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def mean_s(self) -> float:
        """Mean of ``seconds``; NaN if it was never shown."""
        return float(np.mean(self.seconds)) if self.seconds else float("nan")


@dataclass(frozen=True)
class PracticeSummary:
    """How a practice went.

    Attributes:
        asked: letters that were shown or skipped.
        at_once: those that were shown with no wrong letter before.
        skipped: those that were given up.
        mean_s: mean seconds to show a letter; NaN if none was.
        missed: letters that were not always shown at once, most often missed first.
    """

    asked: int
    at_once: int
    skipped: int
    mean_s: float
    missed: tuple[str, ...]


class LetterPractice:
    """Asks for letters, frame by frame.

    Args:
        letters: those that are asked; at least two.
        seed: of the random order; the same seed and answers give the same order.
        hold_s: how long a letter is held before it counts.

    Attributes:
        asked: the letter to show now.
        wrong: the wrong letter that was shown last for it; "" if none was.
        results: by letter.

    Raises:
        InvalidOption: if there are fewer than two letters, one is twice or empty, or ``hold_s`` is not above 0.
    """

    def __init__(self, letters: Sequence[str] = LETTERS, *, seed: int | None = None, hold_s: float = HOLD_S) -> None:
        if len(letters) < 2 or len(set(letters)) != len(letters) or not all(letters):
            raise InvalidOption(f"Expected 'letters' to be two or more different letters, but got {list(letters)}.")
        self.results = {letter: LetterResult() for letter in letters}
        self._random = Random(seed)  # for practice, not for secrets  # nosec B311
        self._held = HeldLetter(hold_s=hold_s)
        self._newest_s = self._asked_s = float("nan")
        self.asked = self.wrong = ""
        self._ask()

    @property
    def progress(self) -> float:
        """0..1, how long the newest frame's letter has been shown, of the time for which it must be held."""
        return self._held.progress

    def feed(self, time_s: float, letter: str | None, score: float = 1.0) -> bool | None:
        """Take in one frame.

        Args:
            time_s: of the frame. One that is not later than that before is left out.
            letter: what the hand shows; "" if it shows no letter, None if no hand is seen.
            score: 0..1, how sure that is; NaN counts as 0.

        Returns:
            True if the letter asked for was shown with this frame, and the next one is asked; False if a wrong one was;
            None if nothing was answered.

        Raises:
            InvalidOption: if the time is not a number.
        """
        before = self._held.letter
        held = self._held.feed(time_s, letter, score)
        if np.isnan(self._newest_s):
            self._asked_s = time_s
        self._newest_s = time_s
        # What is still on the hand when the next letter is asked was answered before.
        if not held or held == before:
            return None
        if held != self.asked:
            self.wrong = held
            self.results[self.asked].wrong[held] += 1
            return False
        self.results[self.asked].seconds.append(max(0.0, self._held.since_s - self._asked_s))
        self._end(at_once=not self.wrong)
        return True

    def skip(self) -> None:
        """Give the letter up; the next one is asked."""
        self.results[self.asked].skipped += 1
        self._end(at_once=False)

    @property
    def summary(self) -> PracticeSummary:
        """How it went so far; the letter that is asked now is left out until it is shown or skipped."""
        results = self.results.values()
        seconds = [each for result in results for each in result.seconds]
        missed = {letter: result.asked - result.at_once for letter, result in self.results.items()}
        return PracticeSummary(
            asked=sum(result.asked for result in results),
            at_once=sum(result.at_once for result in results),
            skipped=sum(result.skipped for result in results),
            mean_s=float(np.mean(seconds)) if seconds else float("nan"),
            missed=tuple(sorted((each for each in missed if missed[each]), key=lambda each: -missed[each])),
        )

    def _end(self, *, at_once: bool) -> None:
        self.results[self.asked].asked += 1
        self.results[self.asked].at_once += at_once
        self._ask()

    def _ask(self) -> None:
        """Ask for a letter other than the one before."""
        others = [letter for letter in self.results if letter != self.asked]
        weights = [
            1 + (MISSED_COUNTS - 1) * (result.asked - result.at_once) / max(1, result.asked)
            for result in map(self.results.__getitem__, others)
        ]
        self.asked = self._random.choices(others, weights)[0]
        self.wrong = ""
        self._asked_s = self._newest_s
