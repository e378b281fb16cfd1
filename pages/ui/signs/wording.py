"""What is seen of hands, in words."""

import numpy as np

from posecore.hands import FrameHands
from posecore.signs.spelling import DELETE, SPACE

_PATIENCE_S = 2.0
_LEAST_PALM = 0.06  # of the picture's longer side; the fingers of smaller hands are a few pixels thin
_MOST_OUTSIDE = 0.2  # of the largest hand's landmarks
_NAMED = {SPACE: "space", DELETE: "delete"}


def told_letter(letter: str | None) -> str:
    """A letter, "space" or "delete"; empty for none."""
    return _NAMED.get(letter or "", letter or "")


def how_sure(score: float) -> str:
    """A score from 0 to 1 in words."""
    if score >= 0.85:
        return "clear"
    return "likely" if score >= 0.6 else "unsure"


def hint(hands: FrameHands, unseen_s: float) -> str:
    """What the signer could do for better letters; empty if all is well.

    Args:
        hands: of the newest frame.
        unseen_s: seconds since a hand was seen.
    """
    if not len(hands):
        if unseen_s < _PATIENCE_S:
            return ""
        return (
            "No hand in view. Hold one hand up, half a metre from the camera, without gloves and in good light. "
            "Fists and hands in front of a face are harder to find."
        )
    if len({slot.person for slot in hands.slots}) > 1:
        return "Hands of two people are in view. Only the larger one that spells is read."
    return framing_hint(hands)


def framing_hint(hands: FrameHands) -> str:
    """What is wrong with how the largest of one or more hands is in the picture; empty if nothing is."""
    sizes = np.ptp(hands.xy, axis=1).max(axis=1)
    points = hands.xy[sizes.argmax()]
    outside = ((points < 0) | (points > np.array(hands.size))).any(axis=1)
    if outside.mean() > _MOST_OUTSIDE:
        return "Part of the hand is outside the picture. Move it to the middle."
    if sizes.max() < _LEAST_PALM * max(hands.size):
        return "The hand is small in the picture. Come nearer."
    return ""
