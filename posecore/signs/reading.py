"""What the hand that spells shows, frame by frame, of live frames and of a video alike: letters, gestures, its place.

J and Z are drawn in the air: they come once, in the frame in which they were drawn to their end.

With several hands in view, one spells: the one whose letters were large and sure in the last second. A hand at rest,
the other hand and a person in the background are left out this way.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.signs.drawn_letters import LONGEST_S, MovedLetter, moved_letters, moved_letters_of
from posecore.signs.fingerspelling import letters
from posecore.signs.landmarks import pixel_landmarks
from posecore.signs.recognition import NO_GESTURE, gestures
from posecore.signs.spelling import DELETE, SPACE, HandPlace, SpelledWord, spell
from posecore.skeletons import HAND_21

SPACE_GESTURE, DELETE_GESTURE = "open_palm", "thumb_down"
SURE = 0.7
"""A gesture counts as a space or a deletion from this score on: neither may come from a letter by mistake."""
REMEMBERED_S = 1.0
"""What a hand showed this long ago counts half for the choice of the hand that spells."""
SURE_DRAWN = 0.8
"""A drawn letter counts from this score on. Hands that go from I to the next letter reached 0.75 in a real clip."""
SEARCH_EVERY_S = 0.15
"""Drawn letters are searched for so often in a stream."""
ENDED_S = 0.2
"""A letter of a stream is drawn to its end if the hand did not go on with it for this time."""

_WINDOW_S = LONGEST_S + 0.5
_MOST_FRAMES = 256  # in the window, however fast they come

_WRIST, _KNUCKLE = HAND_21.index("wrist"), HAND_21.index("middle_finger_mcp")


class ReadHand(NamedTuple):
    """What one hand shows.

    Attributes:
        slot: whose hand it is.
        letter: "" if it shows no letter.
        score: 0..1, how sure that is.
        gesture: of ``GESTURES``, or "none".
        gesture_score: 0..1.
        place: where it is.
    """

    slot: HandSlot
    letter: str
    score: float
    gesture: str
    gesture_score: float
    place: HandPlace


class Shown(NamedTuple):
    """What the hand that spells shows in one frame.

    Attributes:
        time_s: of the frame.
        letter: as for ``SpellingLine.feed``: None if no hand is seen, "" if it shows no letter, ``SPACE`` or ``DELETE``
            if it shows their gestures.
        score: 0..1, how sure that is; 0 without a hand.
        gesture: of ``GESTURES``, or "none".
        gesture_score: 0..1.
        slot: whose hand it is; None without a hand.
        place: where it is; None without a hand.
        drawn: J or Z, in the frame in which it was drawn to its end; live, a moment later.
    """

    time_s: float
    letter: str | None
    score: float
    gesture: str
    gesture_score: float
    slot: HandSlot | None
    place: HandPlace | None
    drawn: MovedLetter | None = None


class SpellingHand:
    """Follows the hand that spells through a stream of frames.

    Args:
        commands: whether an open palm is a space, and a thumb down a deletion.
    """

    def __init__(self, *, commands: bool = True) -> None:
        self._commands = commands
        self._drawing = _Drawing()
        self._weights: dict[HandSlot, float] = {}
        self._last_s = -np.inf

    def read(self, hands: FrameHands) -> Shown:
        """What the hand that spells shows in the next frame."""
        shown = self.read_shape(hands)
        return shown._replace(drawn=self._drawing.read(hands, shown.slot))

    def read_shape(self, hands: FrameHands) -> Shown:
        """The same, without letters that are drawn."""
        share = 0.5 ** ((hands.time_s - self._last_s) / REMEMBERED_S)
        self._weights = {slot: weight * share for slot, weight in self._weights.items()}
        self._last_s = hands.time_s
        seen = read_hands(hands)
        if not seen:
            return Shown(hands.time_s, None, 0.0, NO_GESTURE, 0.0, None, None)
        for each in seen:
            self._weights[each.slot] = self._weights.get(each.slot, 0.0) + each.place.palm * (
                each.score if each.letter else 0
            )
        best = max(seen, key=lambda each: self._weights[each.slot])
        letter, score = best.letter, best.score
        if self._commands and best.gesture_score >= SURE and best.gesture in (SPACE_GESTURE, DELETE_GESTURE):
            letter, score = (SPACE if best.gesture == SPACE_GESTURE else DELETE), best.gesture_score
        return Shown(hands.time_s, letter, score, best.gesture, best.gesture_score, best.slot, best.place)


class _Drawing:
    """Finds drawn letters in the newest seconds of a stream, each once."""

    def __init__(self) -> None:
        self._window: deque[FrameHands] = deque(maxlen=_MOST_FRAMES)
        self._slot: HandSlot | None = None
        self._searched_s = self._last_end_s = -np.inf

    def read(self, hands: FrameHands, slot: HandSlot | None) -> MovedLetter | None:
        """The letter that ended, if one did.

        Args:
            hands: the next frame. One that is not later than that before is left out.
            slot: of the hand that spells; None: not seen, and the last one counts.
        """
        if self._window and hands.time_s <= self._window[-1].time_s:
            return None
        if self._window and hands.size != self._window[-1].size:
            self._window.clear()
        self._window.append(hands)
        self._slot = slot or self._slot
        while hands.time_s - self._window[0].time_s > _WINDOW_S:
            self._window.popleft()
        if self._slot is None or hands.time_s - self._searched_s < SEARCH_EVERY_S:
            return None
        self._searched_s = hands.time_s
        width, height = hands.size
        points = np.array([_landmarks_of(each, self._slot) for each in self._window]) / [width, height, width]
        times = [each.time_s for each in self._window]
        for found in moved_letters(points, times, self._slot.side.capitalize(), aspect=width / height):
            ended = found.end_s <= hands.time_s - ENDED_S
            if ended and found.score >= SURE_DRAWN and found.start_s >= self._last_end_s:
                self._last_end_s = found.end_s
                return replace(found, slot=self._slot)
        return None


def _landmarks_of(hands: FrameHands, slot: HandSlot) -> NDArray[np.float32]:
    """(21, 3) pixels; NaN if this hand is not in the frame."""
    if slot not in hands.slots:
        return np.full((21, 3), np.nan, np.float32)
    return pixel_landmarks(hands)[hands.slots.index(slot)]


def read_hands(hands: FrameHands) -> list[ReadHand]:
    """What each hand of a photo or frame shows, by itself."""
    seen = np.flatnonzero(np.isfinite(hands.xy).all(axis=(1, 2)) & np.isfinite(hands.z).all(axis=1))
    if not seen.size:
        return []
    hands = hands.take(seen.tolist())
    width, height = hands.size
    points = np.concatenate([hands.xy, hands.z[..., None]], axis=2) / np.array([width, height, width])
    sides = [slot.side.capitalize() for slot in hands.slots]
    shown, scores = letters(points, sides, aspect=width / height)
    named, met = gestures(points, sides, aspect=width / height)
    palms = np.linalg.norm(hands.xy[:, _KNUCKLE] - hands.xy[:, _WRIST], axis=1).tolist()
    wrists = hands.xy[:, _WRIST].tolist()
    each = zip(hands.slots, shown, np.nan_to_num(scores).tolist(), named, np.nan_to_num(met).tolist(), strict=True)
    return [
        ReadHand(slot, letter, score, gesture, gesture_score, HandPlace(x, y, palm))
        for (slot, letter, score, gesture, gesture_score), (x, y), palm in zip(each, wrists, palms, strict=True)
    ]


def read_video(sequence: HandSequence, *, commands: bool = True) -> list[Shown]:
    """What the hand that spells shows in each frame of a video; see ``SpellingHand``."""
    hand = SpellingHand(commands=commands)
    shown = [hand.read_shape(sequence.frame(index)) for index in range(len(sequence))]
    for drawn in moved_letters_of(sequence):
        ended = min(int(np.searchsorted(sequence.times_s, drawn.end_s)), len(shown) - 1)
        if drawn.score >= SURE_DRAWN and shown[ended].slot == drawn.slot:
            shown[ended] = shown[ended]._replace(drawn=drawn)
    return shown


def spelled(shown: Sequence[Shown]) -> list[SpelledWord]:
    """The words that were spelled, with their times."""
    return spell(
        [each.time_s for each in shown],
        [each.letter for each in shown],
        [each.score for each in shown],
        places=[each.place for each in shown],
        drawn=[each.drawn for each in shown],
    )


class LetterSpan(NamedTuple):
    """A letter as it was seen in a video.

    Attributes:
        letter: A to Z.
        start_s, end_s: seconds: from its first frame until the one after its last; of J and Z, while they were drawn.
        score: 0..1, how sure it is, on average.
    """

    letter: str
    start_s: float
    end_s: float
    score: float


def letter_spans(shown: Sequence[Shown]) -> list[LetterSpan]:
    """The letters that were seen, whether they were held long enough to count or not, in order of time; J and Z last.

    A letter that is seen in a single frame is left out.
    """
    spans = []
    for letter, group in groupby(range(len(shown)), key=lambda index: shown[index].letter):
        run = list(group)
        if len(run) > 1 and letter and letter.isalpha():
            end = shown[min(run[-1] + 1, len(shown) - 1)]
            score = float(np.mean([shown[index].score for index in run]))
            spans.append(LetterSpan(letter, float(shown[run[0]].time_s), float(end.time_s), score))
    drawn = (each.drawn for each in shown if each.drawn is not None)
    return [*spans, *(LetterSpan(each.letter, each.start_s, each.end_s, each.score) for each in drawn)]
