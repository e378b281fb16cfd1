"""What hands show: everything that is recognised in a frame alone, for each hand of a photo or video."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.signs.recognition import NO_GESTURE, gestures_of

Texts = NDArray[np.object_]
Scores = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ShownSigns:
    """What H hands show in a photo or frame, or in T frames.

    Attributes:
        gesture: (H,) or (T, H) a name of ``posecore.signs.gesture_table``; "none" if it is no gesture, "" if the hand
            is not seen.
        gesture_score: of the same shape, float32, 0..1; for "none", how clearly it is no gesture; NaN if not seen.
    """

    gesture: Texts
    gesture_score: Scores

    def __getitem__(self, index: int) -> "ShownSigns":
        """Of one frame of several."""
        return ShownSigns(**{name: values[index] for name, values in self.arrays.items()})

    @property
    def arrays(self) -> dict[str, Any]:
        """The arrays by name."""
        return dict(vars(self))


def read_signs(hands: FrameHands | HandSequence) -> ShownSigns:
    """Recognise what each hand shows in each frame, as ``posecore.signs.gestures_of`` does."""
    gesture, gesture_score = gestures_of(hands)
    return ShownSigns(np.where(np.isnan(gesture_score), "", gesture.astype(object)), gesture_score)


def sign_notes(slots: tuple[HandSlot, ...], signs: ShownSigns) -> dict[HandSlot, str]:
    """What to write beside the hands of one frame: their gestures, of those that make one."""
    words = zip(slots, signs.gesture.tolist(), strict=True)
    return {slot: word.replace("_", " ") for slot, word in words if word not in ("", NO_GESTURE)}
