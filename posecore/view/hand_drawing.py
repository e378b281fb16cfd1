"""Drawing hands on a photo or video frame: bones coloured by finger, joints, and a tag that says which hand it is.

Like bodies, hands have dark outlines, so that they are visible on any background, and strokes that scale with their
size in the picture. To draw bodies too, draw them first, without the landmarks that they have of the same hands.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from posecore.errors import InvalidHands
from posecore.hands import SIDES as BODY_SIDES
from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.poses import FloatArray, FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21
from posecore.view import labels as writing
from posecore.view.drawing import check_picture, places_of
from posecore.view.palette import FINGERS, HAND_BONE_PARTS, HAND_PARTS, INK, SIDES, Color
from posecore.view.shapes import bars, discs, fill

_EDGES = np.array(HAND_21.edges)
_WRIST, _KNUCKLE = HAND_21.index("wrist"), HAND_21.index("middle_finger_mcp")
COARSE = {
    side: [BLAZEPOSE_33.index(f"{side}_{finger}") for finger in ("pinky", "index", "thumb")] for side in BODY_SIDES
}
"""The three landmarks that a body itself has of each of its hands, which are beneath the 21 of that hand."""

_GRID = 9  # places for a tag across a hand, and down
_BONE_COLORS: list[Color] = [FINGERS[part] for part in HAND_BONE_PARTS]
_JOINT_COLORS: list[Color] = [FINGERS[part] for part in HAND_PARTS]


@dataclass(frozen=True)
class _Hand:
    """One hand, ready to draw."""

    slot: HandSlot
    text: str
    points: FloatArray  # (K, 2) pixels; (0, 0) is the middle of the first pixel, as in OpenCV
    width: float  # of a bone, pixels

    @property
    def outline(self) -> float:
        """Width of the dark rim, pixels."""
        return max(0.8, 0.3 * self.width)

    @property
    def strokes(self) -> writing.Strokes:
        """Its bones with their rims, which cover its joints, too."""
        radii = np.full(len(_EDGES), self.width + self.outline)
        return writing.Strokes(self.points[_EDGES[:, 0]], self.points[_EDGES[:, 1]], radii)

    @property
    def extent(self) -> writing.Box:
        """Bounding box of the drawn hand, pixels."""
        reach = self.width + self.outline
        (left, top), (right, bottom) = self.points.min(axis=0), self.points.max(axis=0)
        return writing.Box(left - reach, top - reach, right + reach, bottom + reach)


def draw_hands(
    rgb: np.ndarray,
    hands: FrameHands,
    *,
    notes: Mapping[HandSlot, str] | None = None,
    people: Mapping[int, str] | None = None,
    tags: bool = True,
) -> np.ndarray:
    """Draw hands on a copy of the picture.

    Bones and joints are coloured by finger. A tag in the colour of its side says which hand it is, above the hand or,
    if there is no free space, beside or below it.

    Args:
        rgb: (H, W, 3) uint8, the picture the hands belong to, with bodies drawn on it or not; it is not changed.
        hands: landmarks in pixels of that picture. A hand with NaN is left out.
        notes: what else the tags say, such as a gesture or a letter, by the slots of the hands.
        people: what the tags call the people, by their ids; those without a word are not named. None: by their ids if
            there are hands of several people. For a video choose one of them, so that tags do not change when one
            person leaves.
        tags: whether there are tags.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidHands: if the picture is not (H, W, 3) uint8 of the hands' size, or the hands are not those of one frame.
    """
    if not isinstance(hands, FrameHands):
        raise InvalidHands(
            f"Expected the FrameHands of one frame, but got {type(hands).__name__}. Use sequence.frame(index) for a "
            "frame of a sequence."
        )
    check_picture(rgb, hands)
    canvas = np.array(rgb)
    HandOverlay(hands, notes=notes, people=people, tags=tags).draw_on(canvas)
    return canvas


class HandOverlay:
    """The hands of a video frame, ready to draw, together with the areas that drawing changes.

    Args:
        hands: landmarks in pixels of the frame.
        notes, people, tags: as for ``draw_hands``.

    Attributes:
        places: as of ``posecore.view.drawing.Overlay``.
    """

    def __init__(
        self,
        hands: FrameHands,
        *,
        notes: Mapping[HandSlot, str] | None = None,
        people: Mapping[int, str] | None = None,
        tags: bool = True,
    ) -> None:
        self._hands = _hands(hands, notes or {}, people)
        self._tags = _tags(self._hands, hands.size) if tags else []
        self.places = places_of([*(hand.extent for hand in self._hands), *(tag.box for tag in self._tags)], hands.size)

    def draw_on(self, canvas: np.ndarray) -> None:
        """Draw the hands on (H, W, 3) uint8 of the frame's size, C-contiguous and writable."""
        for hand in self._hands:
            _draw_hand(canvas, hand)
        # Tags come last, so that no bones cross them.
        for tag in self._tags:
            writing.draw_tag(canvas, tag)


def without_coarse_hands(poses: FramePoses, hands: FrameHands) -> FramePoses:
    """The bodies of a frame for drawing, without their own three landmarks of each hand, which would be beneath its 21.

    Args:
        poses: the bodies.
        hands: in the same frame. A hand with NaN is not drawn, so its body keeps its own landmarks.

    Returns:
        The same bodies, with the visibility NaN of each pinky, index and thumb of these people's hands.
    """
    visibility = poses.visibility.copy()
    ids = poses.person_ids.tolist()
    for slot, points in zip(hands.slots, hands.xy, strict=True):
        if slot.person in ids and np.isfinite(points).all():
            visibility[ids.index(slot.person), COARSE[slot.side]] = np.nan
    return replace(poses, visibility=visibility)


def people_beside(sequence: PoseSequence, hands: HandSequence | None) -> dict[int, str]:
    """What tags call the people in a whole video: their ids if hands of several people have no bodies beside them."""
    ids = set() if hands is None or len(sequence.person_ids) else {slot.person for slot in hands.slots}
    return {person: str(person) for person in ids} if len(ids) > 1 else {}


def _hands(hands: FrameHands, notes: Mapping[HandSlot, str], people: Mapping[int, str] | None) -> list[_Hand]:
    ids = {slot.person for slot in hands.slots}
    called = people if people is not None else {person: str(person) for person in ids if len(ids) > 1}
    # Far outside the picture the exact position does not matter, and OpenCV's integers would overflow.
    reach = 4 * max(hands.size)
    made = [
        _Hand(
            slot,
            " ".join(filter(None, (called.get(slot.person), slot.side, notes.get(slot)))),
            points.clip(-reach, reach) - np.float32(0.5),
            _bone_width(points, hands.size),
        )
        for slot, points in zip(hands.slots, hands.xy, strict=True)
        if np.isfinite(points).all()
    ]
    return sorted(made, key=lambda hand: hand.width)  # the largest is the nearest: drawn last, on top


def _bone_width(points: FloatArray, size: tuple[int, int]) -> float:
    """Bone width in pixels: proportional to the hand, within bounds proportional to the picture."""
    spread = float(np.sqrt(points.var(axis=0).sum()))
    diagonal = float(np.hypot(*size))
    return float(np.clip(0.055 * spread, max(0.9, 0.0011 * diagonal), max(1.5, 0.006 * diagonal)))


def _draw_hand(canvas: np.ndarray, hand: _Hand) -> None:
    """Draw all outlines before all colours, so that no outline cuts through a neighbouring bone."""
    starts, ends = hand.points[_EDGES[:, 0]], hand.points[_EDGES[:, 1]]
    widths = np.full(len(_EDGES), hand.width)
    radii = np.full(len(HAND_21), 0.9 * hand.width)
    fill(canvas, bars(starts, ends, widths + 2 * hand.outline), [INK] * len(_EDGES))
    fill(canvas, bars(starts, ends, widths), _BONE_COLORS)
    fill(canvas, discs(hand.points, radii + hand.outline), [INK] * len(HAND_21))
    fill(canvas, discs(hand.points, radii), _JOINT_COLORS)


def _tags(hands: Sequence[_Hand], size: tuple[int, int]) -> list[writing.Tag]:
    """A tag for each hand, where it covers no stroke of a hand and no other tag if there is such a place."""
    free = writing.FreeSpace(*size, [hand.strokes for hand in hands], [])
    tags = []
    for hand in reversed(hands):  # the largest chooses first
        tag = next((tag for tag in _tag_places(hand, size) if free.has(tag.box)), next(_tag_places(hand, size)))
        free.taken.append(tag.box)
        tags.append(tag)
    return tags


def _tag_places(hand: _Hand, size: tuple[int, int]) -> Iterator[writing.Tag]:
    """Candidates for the tag of a hand, best first: around it and, if it fills the picture, anywhere on it.

    Its fingers' end comes first, as the arm is at the other.
    """

    def tag_at(x: float, bottom: float) -> writing.Tag:
        return writing.place_tag(size, hand.text, SIDES[hand.slot.side], (x, bottom), 1.4 * hand.width)

    left, top, right, bottom = hand.extent
    middle = (left + right) / 2
    above = tag_at(middle, top - hand.width)
    beside = hand.width + above.half_width
    height = 2 * above.radius
    below = tag_at(middle, bottom + hand.width + height)
    yield from (below, above) if hand.points[_KNUCKLE, 1] > hand.points[_WRIST, 1] else (above, below)
    level = (top + bottom + height) / 2
    for foot in ((right + beside, level), (left - beside, level)):
        yield tag_at(*foot)
    columns, rows = np.linspace(left, right, _GRID).tolist(), np.linspace(top + height, bottom, _GRID).tolist()
    for foot in sorted(product(columns, rows), key=lambda foot: math.hypot(foot[0] - middle, foot[1] - top)):
        yield tag_at(*foot)
