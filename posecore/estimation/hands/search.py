"""Finding hands: candidates of the palm detector, each confirmed by a second look in the square that it spans."""

from collections.abc import Iterable, Sequence

import numpy as np

from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.arms import Arm
from posecore.estimation.hands.graph import HandNetworks
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
# As in MediaPipe, two hands are the same if at least so many landmarks are nearer to each other than this share of the
# larger one's palm.
_SAME_LANDMARKS, _SAME_SHARE = 10, 0.2
_PALM = [HAND_21.index(name) for name in ("wrist", "index_finger_mcp", "pinky_mcp")]


class Search:
    """Finds hands in a picture; for one run.

    Args:
        networks: the networks.
        options: how hands are found.
    """

    def __init__(self, networks: HandNetworks, options: HandOptions) -> None:
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
    apart = np.linalg.norm(hand.points[:, :2] - other.points[:, :2], axis=1)
    near = _SAME_SHARE * max(_palm_px(hand), _palm_px(other))
    return int((apart < near).sum()) >= _SAME_LANDMARKS


def _palm_px(hand: RegionHand) -> float:
    """The longest side of the triangle of the wrist and the outer knuckles."""
    corners = hand.points[_PALM, :2]
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
