"""Whose hand it is: the arms of the bodies in a frame say where hands are expected, and whose they are."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from posecore.errors import InvalidHands
from posecore.estimation.arrays import FloatArray
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.hands.slots import free_slot, side_of
from posecore.estimation.regions import Region
from posecore.hands import SIDES, HandSlot
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33

# The square in which a hand is searched for has this side, and its palm fills about a fifth of it. (In 140 arms of 60
# photos and frames the palm detector found 45 hands in whole pictures and 82 in these squares, and nothing else.)
_SQUARE_M = 0.5
# A hand fills a turned square of this side, as it does the squares that the palm detector gives.
_HAND_SQUARE_M = 0.25
# Only a wrist that is in the picture, and at least so visible, is searched.
_VISIBLE = 0.5
# A hand belongs to an arm if their wrists are no farther apart than this. (Hands found in their own arm's square: up to
# 0.13 m, almost all within 0.04 m.) A hand that was the arm's in the frame before may be farther away, since the
# body's wrist jumps.
_REACH_M, _REACH_OF_OWN_M = 0.2, 0.3
# A longer hand than this, by the scale of a body, is not that body's. (Hands of people who sign: up to 0.17 m. If a
# hand fills the picture, the network makes up a body from it, in whose scale it is 0.45 m long or more.)
_LONGEST_M = 0.3
# Of two hands that are as near, the arm's own is the one that looks like its side, or was its own before.
_OTHER_SIDE_M, _OWN_M = 0.1, 0.05

_BONES = np.array(
    [
        (BLAZEPOSE_33.index(start), BLAZEPOSE_33.index(end))
        for start, end in (
            ("left_shoulder", "right_shoulder"),
            ("left_shoulder", "left_elbow"),
            ("right_shoulder", "right_elbow"),
            ("left_elbow", "left_wrist"),
            ("right_elbow", "right_wrist"),
        )
    ]
)


@dataclass(frozen=True)
class Arm:
    """One arm of a body in a frame.

    Attributes:
        slot: the slot of its hand.
        wrist: (2,) pixels.
        hand: (2,) pixels, where the middle of the hand is expected.
        pixels_per_m: of this body in this picture.
        searchable: whether its wrist is in the picture and visible.
    """

    slot: HandSlot
    wrist: FloatArray
    hand: FloatArray
    pixels_per_m: float
    searchable: bool

    @property
    def square(self) -> Region:
        """The upright square in which to search for its hand."""
        x, y = self.hand.tolist()
        return Region(x, y, _SQUARE_M * self.pixels_per_m, 0.0, 1.0)

    @property
    def hand_square(self) -> Region:
        """The square that its hand is expected to fill, turned so that the fingers point up in it."""
        x, y = self.hand.tolist()
        across, down = (self.hand - self.wrist).tolist()
        return Region(x, y, _HAND_SQUARE_M * self.pixels_per_m, math.atan2(across, -down), 1.0)


def arms_of(poses: FramePoses, size: tuple[int, int]) -> list[Arm]:
    """Both arms of each person whose size in the picture is known.

    Raises:
        InvalidHands: if the picture, of this (width, height), is not that of the poses.
    """
    if poses.size != size:
        raise InvalidHands(f"Expected poses of the same picture, of {size}, but got poses of {poses.size}.")
    return [arm for person in range(len(poses)) for arm in _arms(poses, person)]


def _arms(poses: FramePoses, person: int) -> Iterator[Arm]:
    xy, world = poses.xy[person], poses.world[person, :, :2]
    length_px, length_m = (
        float(np.linalg.norm(points[_BONES[:, 0]] - points[_BONES[:, 1]], axis=1).sum()) for points in (xy, world)
    )
    if not (length_px > 0 and length_m > 0):
        return
    width, height = poses.size
    for side in SIDES:
        wrist, index, pinky = (xy[BLAZEPOSE_33.index(f"{side}_{name}")] for name in ("wrist", "index", "pinky"))
        visibility = poses.visibility[person, BLAZEPOSE_33.index(f"{side}_wrist")]
        inside = 0 <= wrist[0] < width and 0 <= wrist[1] < height
        yield Arm(
            slot=HandSlot(int(poses.person_ids[person]), side),
            wrist=wrist,
            hand=(2 * index + pinky) / 3,  # as MediaPipe Holistic does
            pixels_per_m=length_px / length_m,
            searchable=bool(inside and visibility >= _VISIBLE),
        )


def whose(hands: Sequence[RegionHand], arms: Sequence[Arm], before: Sequence[HandSlot | None]) -> list[HandSlot | None]:
    """The slot of each hand, by the arm whose wrist is nearest; None for a hand that is at no arm.

    A hand that is too large for any of the bodies is nobody's of them: it gets a free slot, by its shape.

    Args:
        hands: in one frame.
        arms: of all bodies in it.
        before: the slot of each hand in the frame before; None if it is new.
    """
    pairs = []
    too_large = [all(_length_px(hand) > _LONGEST_M * arm.pixels_per_m for arm in arms) for hand in hands]
    for index, hand in enumerate(hands):
        for arm in arms:
            if _length_px(hand) > _LONGEST_M * arm.pixels_per_m:
                continue
            apart = float(np.linalg.norm(hand.points[0, :2] - arm.wrist)) / arm.pixels_per_m
            own = before[index] == arm.slot
            if apart <= (_REACH_OF_OWN_M if own else _REACH_M):
                like_other = 1 - hand.right if arm.slot.side == "right" else hand.right
                pairs.append((apart + _OTHER_SIDE_M * like_other - _OWN_M * own, index, arm.slot))
    slots: list[HandSlot | None] = [None] * len(hands)
    for _, index, slot in sorted(pairs):
        if slots[index] is None and slot not in slots:
            slots[index] = slot
    for index, hand in enumerate(hands):
        if too_large[index]:
            taken = [slot for slot in slots if slot is not None]
            last = before[index]
            slots[index] = last if last is not None and last not in taken else free_slot(side_of(hand.right), taken)
    return slots


def _length_px(hand: RegionHand) -> float:
    return float(np.ptp(hand.points[:, :2], axis=0).max())
