"""Finding hands: candidates of the palm detector, each confirmed by a second look in the square that it spans."""

from collections.abc import Iterable, Sequence

import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.arms import Arm
from posecore.estimation.hands.engines import Networks
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.inputs import Picture
from posecore.estimation.regions import Region
from posecore.skeletons import HAND_21

# A candidate is looked at again if its first look has at least this score: the first square is not upright, so that the
# network knows some hands only in the second.
_MIN_FIRST_SCORE = 0.3
# A hand that only the body's wrist led to must be surer. (Of twelve in 100 photos the two below it were feet; in 180
# other pictures there were 17 above it beside 102 that the detector found, and all were hands.)
_SURE_SCORE = 0.65
# At most this many candidates of one look are examined beyond the number of hands that are wanted.
_MORE_CANDIDATES = 2
# Two hands are the same if their palms are nearer to each other than this, in palms. (Videos of ten people who sign and
# eight others: one hand followed twice, because one reading was led there from the other hand, 0.06 to 0.63, and up to
# 0.16 if they looked like a left and a right one; two hands that lie on each other from 0.62, and from 0.39.)
_SAME_PALMS, _SAME_PALMS_OF_TWO_SIDES = 0.6, 0.25
# They look like a left and a right one if the network's guesses are so far apart. (One hand: up to 0.66, or as near as
# that; pressed against each other, those of two hands from 0.77.)
_TWO_SIDES = 0.7
_WRIST = HAND_21.index("wrist")
_KNUCKLES = [HAND_21.index(f"{finger}_mcp") for finger in ("index_finger", "middle_finger", "ring_finger", "pinky")]


class Search:
    """Finds hands in a picture; for one run.

    Args:
        networks: the networks.
        options: how hands are found.
    """

    def __init__(self, networks: Networks, options: HandOptions) -> None:
        self._networks = networks
        self._options = options

    def in_picture(self, rgb: Picture, known: Sequence[RegionHand]) -> list[RegionHand]:
        """One look at the whole picture: the confirmed hands that are not among the known."""
        return self._confirmed(rgb, self._networks.detect(rgb, self._options.min_detection), known)

    def at_arm(self, rgb: Picture, arm: Arm, known: Sequence[RegionHand]) -> list[RegionHand]:
        """One look at the end of an arm: the confirmed hands there that are not among the known.

        If the palm detector finds none, the wrist itself says where to look, as in MediaPipe Holistic.
        """
        if not arm.square.usable:
            return []
        detected = self._networks.detect(rgb, self._options.min_detection, arm.square)
        found = self._confirmed(rgb, detected, known)
        return found or self._confirmed(rgb, [arm.hand_square], known, max(_SURE_SCORE, self._options.min_presence))

    def _confirmed(
        self,
        rgb: Picture,
        candidates: Iterable[Region],
        known: Sequence[RegionHand],
        min_presence: float | None = None,
    ) -> list[RegionHand]:
        least = self._options.min_presence if min_presence is None else min_presence
        found: list[RegionHand] = []
        most = max(0, self._options.hands - len(known)) + _MORE_CANDIDATES
        for region in list(candidates)[:most]:
            first = self._networks.landmarks(rgb, region)
            if is_among(first, [*known, *found]) or first.score < _MIN_FIRST_SCORE or not first.next_region.usable:
                continue
            hand = self._networks.landmarks(rgb, first.next_region)
            if hand.score > least and not is_among(hand, [*known, *found]):
                found.append(hand)
        return found


def is_among(hand: RegionHand, others: Iterable[RegionHand]) -> bool:
    """Whether a hand is one of the others."""
    return any(_is_same(hand, other) for other in others)


def _is_same(hand: RegionHand, other: RegionHand) -> bool:
    ends, other_ends = _palm(hand), _palm(other)
    apart = np.linalg.norm(ends - other_ends, axis=1).mean()
    palm = max(np.linalg.norm(knuckles - wrist) for wrist, knuckles in (ends, other_ends))
    two_sides = abs(hand.right - other.right) >= _TWO_SIDES
    return bool(apart < (_SAME_PALMS_OF_TWO_SIDES if two_sides else _SAME_PALMS) * palm)


def _palm(hand: RegionHand) -> FloatArray:
    """(2, 2) the ends of the palm in pixels, which do not depend on the side: wrist, and middle of the knuckles."""
    return np.stack([hand.points[_WRIST, :2], hand.points[_KNUCKLES, :2].mean(axis=0)])
