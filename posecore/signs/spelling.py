"""Spelled letters put together to text: the line that a person spells to a camera, and the words spelled in a video.

A letter is taken when it is held (see ``posecore.signs.holding``). The same letter is taken a second time if it is
released and shown again, if the hand shifts sideways with it, as signers do for a double letter, or if it is held on
for long. A space comes when no hand has been seen for a second, or from a hand shape that the caller reads as one.
J and Z, which are drawn in the air, are taken at the end of their movement.
"""

from collections import deque
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from posecore.errors import InvalidOption
from posecore.signs.drawn_letters import MovedLetter
from posecore.signs.holding import HOLD_S, HeldLetter

SPACE = " "
"""Fed in place of a letter, such as for an open palm: held, it is taken as a space."""
DELETE = "\b"
"""Fed in place of a letter, such as for a thumb down: held, it takes the last letter away."""
VIDEO_HOLD_S = 0.4
"""A letter of a video is held for this time to count, less than live, where people wait until it is taken."""
AGAIN_S = 1.5
"""A letter held on for this time after it was taken is taken a second time; never a third."""
APART_S = 0.2
"""A letter that was away for this time and is shown again is taken again. Misread frames are fewer in a row."""
PAUSE_S = 1.0
"""No hand for this time is a space."""
SHIFT = 0.5
"""A hand that moved sideways by so many palm lengths while it held a letter shows a double letter."""
BEGINNINGS = {"J": "I", "Z": "DX"}
"""The letters that a hand seems to show while it draws these: pointing is almost a D, and is often read as X."""
LEAD_S = 0.3
"""A hand that showed a letter's beginning so shortly before it drew the letter did not mean the beginning."""
MOST_LETTERS = 10_000
"""Of a line. More are not taken."""

_MOST_CHANGES = 100  # that can be undone
_MOST_RECENT = 10  # letters that a drawn one may take back


class HandPlace(NamedTuple):
    """Where a hand is: its wrist, and the length of its palm from the wrist to the middle finger; pixels."""

    x: float
    y: float
    palm: float


class SpelledWord(NamedTuple):
    """A word spelled in a video, from when its first letter was seen until its last was let go; seconds."""

    text: str
    start_s: float
    end_s: float


class SpellingLine:
    """The text that a person spells, frame by frame.

    Args:
        hold_s: how long a letter is held before it is taken.
        again_s: how long it is held on before it is taken a second time; infinite: never.
        pause_s: how long no hand is seen before a space is taken; infinite: never.

    Attributes:
        text: what was spelled so far, at most ``MOST_LETTERS``.
        on_hand: the letter that was taken last, also a moment after it was let go; "" before the first.
        since_s: when that was first seen; NaN before the first letter.
        until_s: when it was last seen.

    Raises:
        InvalidOption: if an option is outside its range.
    """

    def __init__(self, *, hold_s: float = HOLD_S, again_s: float = AGAIN_S, pause_s: float = PAUSE_S) -> None:
        for name, seconds in (("again_s", again_s), ("pause_s", pause_s)):
            if not seconds > 0:
                raise InvalidOption(f"Expected {name!r} to be above 0 seconds, but got {seconds}.")
        self._hold_s, self._again_s, self._pause_s = hold_s, again_s, pause_s
        self._held = HeldLetter(hold_s=hold_s)
        self._before: deque[str] = deque(maxlen=_MOST_CHANGES)
        self.text = ""
        self.since_s = self.until_s = float("nan")
        self._newest_s = self._hand_s = float("-inf")
        self.on_hand = ""  # was taken, and is still shown or was a moment ago
        self._taken_s = 0.0
        self._taken_at: HandPlace | None = None
        self._is_double = False
        self._left_over, self._left_over_s = "", 0.0  # what a hand that drew a letter still shows, and when it did last
        self._recent: deque[SpelledWord] = deque(maxlen=_MOST_RECENT)  # the letters that were taken last

    @property
    def progress(self) -> float:
        """0..1, how long the newest frame's letter has been shown, of the time for which it must be held."""
        return self._held.progress

    def feed(self, time_s: float, letter: str | None, score: float = 1.0, place: HandPlace | None = None) -> str:
        """Take in one frame.

        Args:
            time_s: of the frame. One that is not later than that before is left out.
            letter: what the hand shows, ``SPACE`` or ``DELETE``; "" if it shows no letter, None if no hand is seen.
            score: 0..1, how sure that is; NaN counts as 0.
            place: where the hand is; without it, no double letter is found by a shift.

        Returns:
            What was taken with this frame: a letter, ``SPACE``, ``DELETE``, or "" if nothing was.

        Raises:
            InvalidOption: if the time is not a number.
        """
        if time_s <= self._newest_s:
            return ""
        if self._is_left_over(time_s, letter):
            letter = ""
        if self.on_hand and letter == self.on_hand and time_s - self.until_s > APART_S:
            self.on_hand, self._held = "", HeldLetter(hold_s=self._hold_s)  # let go and shown again
        held = self._held.feed(time_s, letter, score)
        self._newest_s = time_s
        if letter is None:
            paused = time_s - self._hand_s >= self._pause_s and self.text[-1:] not in ("", SPACE)
            return self._take(SPACE) if paused else ""
        self._hand_s = time_s
        if letter == self.on_hand:
            self._show_on(time_s)
        if not held or held != letter:
            return ""
        if held != self.on_hand:
            self.since_s, self.until_s = self._held.since_s, time_s
            self._is_double = held in (SPACE, DELETE)  # these are not doubled
        elif not self._is_double and self._held_on(time_s, place):
            self._is_double = True
        else:
            return ""
        self.on_hand, self._taken_s, self._taken_at = held, time_s, place
        if held not in (SPACE, DELETE):
            self._recent.append(SpelledWord(held, self.since_s, time_s))
        return self._take(held)

    def draw(self, drawn: MovedLetter) -> str:
        """Take a letter that was drawn in the air; call it after ``feed`` with the frame in which that is known.

        What the hand seemed to hold while it drew is taken back, and so is the letter's beginning: the I of a J, the D
        of a Z, unless it was let go for ``LEAD_S``. What the hand then still shows is taken once it was let go.

        Returns:
            What was taken: a ``DELETE`` for each letter that was taken back, and the letter.
        """
        self._held = HeldLetter(hold_s=self._hold_s)
        taken = ""
        while self._recent and self.text.endswith(self._recent[-1].text):  # else it was changed since
            last = self._recent[-1]
            is_beginning = last.text in BEGINNINGS[drawn.letter] and last.end_s >= drawn.start_s - LEAD_S
            if not is_beginning and last.start_s < drawn.start_s:
                break
            self._recent.pop()
            taken += self._take(DELETE)
        taken += self._take(drawn.letter)
        self._recent.append(SpelledWord(drawn.letter, drawn.start_s, drawn.end_s))
        self._left_over, self._left_over_s = BEGINNINGS[drawn.letter], self._newest_s
        self.on_hand, self.since_s, self.until_s = drawn.letter, drawn.start_s, drawn.end_s
        return taken

    def space(self) -> None:
        """Add a space."""
        self._change(self.text + SPACE)

    def delete(self) -> None:
        """Take the last letter or space away."""
        self._change(self.text[:-1])

    def clear(self) -> None:
        """Take all away."""
        self._change("")

    def complete(self, word: str) -> None:
        """Put a word, such as one of ``suggest_words``, in the place of the last one, with a space after it."""
        self._change(self.text[: len(self.text) - len(self.last_word)] + word + SPACE)

    def undo(self) -> None:
        """Take the last change back, whatever it was; of the newest 100."""
        if self._before:
            self.text = self._before.pop()

    @property
    def last_word(self) -> str:
        """The letters after the last space."""
        return self.text.rpartition(SPACE)[2]

    def _show_on(self, time_s: float) -> None:
        """The letter that was taken last is still shown."""
        self.until_s = time_s
        if self._recent and self._recent[-1].text == self.on_hand:
            self._recent[-1] = self._recent[-1]._replace(end_s=time_s)

    def _is_left_over(self, time_s: float, letter: str | None) -> bool:
        """Whether the letter is only what a hand still shows that drew another one."""
        if not letter or letter not in self._left_over:
            return False
        if time_s - self._left_over_s > APART_S:  # let go and shown again
            self._left_over = ""
            return False
        self._left_over_s = time_s
        return True

    def _held_on(self, time_s: float, place: HandPlace | None) -> bool:
        """Whether the letter that was taken is shown a second time without being let go."""
        if time_s - self._taken_s >= self._again_s:
            return True
        if place is None or self._taken_at is None:
            return False
        return abs(place.x - self._taken_at.x) > SHIFT * self._taken_at.palm

    def _take(self, taken: str) -> str:
        self._change(self.text[:-1] if taken == DELETE else self.text + taken)
        return taken

    def _change(self, text: str) -> None:
        if text != self.text:
            self._before.append(self.text)
            self.text = text[:MOST_LETTERS]


def spell(
    times_s: ArrayLike,
    letters: Sequence[str | None],
    scores: ArrayLike | None = None,
    *,
    places: Sequence[HandPlace | None] | None = None,
    drawn: Sequence[MovedLetter | None] | None = None,
    hold_s: float = VIDEO_HOLD_S,
    again_s: float = AGAIN_S,
    pause_s: float = PAUSE_S,
) -> list[SpelledWord]:
    """The words spelled in a video, from the letter that each frame shows.

    Args:
        times_s: (T,) of the frames, increasing.
        letters: (T,) as for ``SpellingLine.feed``: "" if the hand shows no letter, None if no hand is seen.
        scores: (T,) 0..1; None: all are sure.
        places: (T,) where the hand is, to find double letters by a shift.
        drawn: (T,) J or Z, once, in the frame in which it was drawn to its end.
        hold_s: how long a letter is held before it is taken.
        again_s: how long it is held on before it is taken a second time.
        pause_s: how long no hand is seen between two words.

    Raises:
        InvalidOption: if the lengths differ, a time is not a number, or an option is outside its range.
    """
    times = np.asarray(times_s, np.float64)
    sure = np.ones(len(times)) if scores is None else np.asarray(scores, np.float64)
    where = [None] * len(times) if places is None else places
    moved = [None] * len(times) if drawn is None else drawn
    if not len(times) == len(letters) == len(sure) == len(where) == len(moved):
        raise InvalidOption(
            "Expected as many times, letters, scores, places and drawn letters, but got "
            f"{len(times)}, {len(letters)}, {len(sure)}, {len(where)} and {len(moved)}."
        )
    line = SpellingLine(hold_s=hold_s, again_s=again_s, pause_s=pause_s)
    spelled: list[SpelledWord] = []  # letter by letter, spaces too
    for time_s, letter, score, place, ended in zip(times.tolist(), letters, sure.tolist(), where, moved, strict=True):
        taken = line.feed(time_s, letter, score, place)
        if ended is not None:
            taken += line.draw(ended)
        for each in taken:
            if each == DELETE:
                del spelled[-1:]
            else:
                spelled.append(SpelledWord(each, line.since_s, line.until_s))
        if not taken and spelled and spelled[-1].text == line.on_hand:
            spelled[-1] = spelled[-1]._replace(end_s=line.until_s)
    words = [list(group) for is_space, group in groupby(spelled, key=lambda each: each.text == SPACE) if not is_space]
    return [SpelledWord("".join(each.text for each in word), word[0].start_s, word[-1].end_s) for word in words]
