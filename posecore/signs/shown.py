"""What hands show: everything that is recognised in a frame alone, for each hand of a photo or video."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.signs.fingerspelling import letters_of
from posecore.signs.recognition import NO_GESTURE, gestures_of

Label = Literal["gesture", "letter"]
"""What can be written beside a hand."""

Texts = NDArray[np.object_]
Scores = NDArray[np.float32]

# Read at a time, so that memory stays bounded.
_BLOCK_FRAMES = 4096


@dataclass(frozen=True, eq=False)
class ShownSigns:
    """What H hands show in a photo or frame, or in T frames.

    Attributes:
        gesture: (H,) or (T, H) a name of ``posecore.signs.gesture_table``; "none" if it is no gesture, "" if the hand
            is not seen.
        gesture_score: of the same shape, float32, 0..1; for "none", how clearly it is no gesture; NaN if not seen.
        letter: of the same shape: a letter of ``posecore.signs.fingerspelling.LETTERS``; "" if it is none for sure, or
            the hand is not seen.
        letter_score: of the same shape, float32, 0..1: the probability that this is right; NaN if not seen.
    """

    gesture: Texts
    gesture_score: Scores
    letter: Texts
    letter_score: Scores

    def __getitem__(self, index: int) -> "ShownSigns":
        """Of one frame of several."""
        return ShownSigns(**{name: values[index] for name, values in self.arrays.items()})

    @property
    def arrays(self) -> dict[str, Any]:
        """The arrays by name."""
        return dict(vars(self))


def read_signs(hands: FrameHands | HandSequence) -> ShownSigns:
    """Recognise what each hand shows in each frame, as ``posecore.signs.gestures_of`` and ``letters_of`` do."""
    if isinstance(hands, FrameHands) or len(hands) <= _BLOCK_FRAMES:
        gesture, gesture_score = gestures_of(hands)
        letter, letter_score = letters_of(hands)
        named = np.where(np.isnan(gesture_score), "", gesture.astype(object))
        return ShownSigns(named, gesture_score, letter.astype(object), letter_score)
    starts = range(0, len(hands), _BLOCK_FRAMES)
    blocks = [read_signs(hands.at(slice(start, start + _BLOCK_FRAMES))).arrays for start in starts]
    return ShownSigns(**{name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})


def gesture_words(gesture: str) -> str:
    """The name of a gesture as it is written for people, such as "thumb up" or "no gesture"."""
    return "no gesture" if gesture == NO_GESTURE else gesture.replace("_", " ")


def sign_notes(slots: tuple[HandSlot, ...], signs: ShownSigns, label: Label = "gesture") -> dict[HandSlot, str]:
    """What to write beside the hands of one frame: their gestures or letters, of those that show one."""
    return _notes(slots, signs.letter if label == "letter" else signs.gesture)


def gesture_notes(hands: HandSequence) -> list[dict[HandSlot, str]]:
    """``sign_notes`` of each frame of a video, with gestures only: letters take a hundred times as long to read."""
    notes: list[dict[HandSlot, str]] = []
    for start in range(0, len(hands), _BLOCK_FRAMES):
        gestures, scores = gestures_of(hands.at(slice(start, start + _BLOCK_FRAMES)))
        seen = np.where(np.isnan(scores), "", gestures.astype(object))
        notes += [_notes(hands.slots, names) for names in seen]
    return notes


def _notes(slots: tuple[HandSlot, ...], names: Texts) -> dict[HandSlot, str]:
    there = zip(slots, names.tolist(), strict=True)
    return {slot: gesture_words(name) for slot, name in there if name not in ("", NO_GESTURE)}
