"""Numbering hands without bodies: each hand's side is by its shape, and people are made up of a left and a right."""

from collections.abc import Collection, Iterable
from itertools import count

from posecore.hands import HandSlot, Side

# A followed hand changes sides only if its shape has looked like the other one for a while: the mean over about this
# many frames is so far from the middle. (In single frames, such as a fist seen from the side, the network often errs.)
_FRAMES = 10
_MARGIN = 0.2


def side_of(right: float) -> Side:
    """The side that a hand looks like, given how much it looks like a right one, 0..1."""
    return "right" if right >= 0.5 else "left"


def blended(mean: float, right: float) -> float:
    """The running mean of how much a followed hand looks like a right one."""
    return mean + (right - mean) / _FRAMES


def is_sure_of_other(side: Side, mean: float) -> bool:
    """Whether a hand on one side has clearly looked like the other."""
    return mean > 0.5 + _MARGIN if side == "left" else mean < 0.5 - _MARGIN


def free_slot(side: Side, taken: Collection[HandSlot]) -> HandSlot:
    """The slot of this side with the lowest person number that is not taken."""
    return next(slot for person in count(1) if (slot := HandSlot(person, side)) not in taken)


def paired(rights: Iterable[float]) -> list[HandSlot]:
    """The slots of hands that are all new, in their order: the first left and the first right hand are person 1's."""
    slots: list[HandSlot] = []
    for right in rights:
        slots.append(free_slot(side_of(right), slots))
    return slots
