"""Lettering on a picture: landmark names placed where there is room, and tags with people's names or ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FloatArray
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library
from posecore.view.palette import INK, WHITE, Color, ink_on
from posecore.view.shapes import fill, pill

with naming_missing_library():
    import cv2

_MEDIUM, _BOLD = 500, 700  # font weights
_EDGES = np.array(BLAZEPOSE_33.edges)

# The large joints are labelled first, the crowded corners of the eyes last.
_EYE_CORNERS = (1, 3, 4, 6)
_PARTS_IN_TURN = ("arms", "legs", "torso", "feet", "face", "hands")
_IN_TURN = (
    *(index for part in _PARTS_IN_TURN for index in BLAZEPOSE_33.parts[part] if index not in _EYE_CORNERS),
    *_EYE_CORNERS,
)


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Drawn(NamedTuple):
    """One drawn person: names must not cover it."""

    points: FloatArray  # (K, 2) pixels
    shown: NDArray[np.bool_]  # (K,)
    radii: NDArray[np.float64]  # (K,) pixels, of the dots


class Strokes(NamedTuple):
    """N straight strokes with round ends; a dot is a stroke of zero length."""

    starts: np.ndarray  # (N, 2) pixels
    ends: np.ndarray  # (N, 2)
    radii: np.ndarray  # (N,) half the stroke's width


@dataclass
class FreeSpace:
    """The part of the picture where a name or tag may still be written.

    Attributes:
        width, height: of the picture.
        drawn: strokes that must stay visible.
        taken: boxes of names and tags.
    """

    width: int
    height: int
    drawn: list[Strokes]
    taken: list[Box]

    def has(self, box: Box) -> bool:
        """Whether a box is inside the picture and overlaps nothing."""
        inside = box.left >= 2 and box.top >= 2 and box.right <= self.width - 2 and box.bottom <= self.height - 2
        if not inside or any(_overlap(box, other) for other in self.taken):
            return False
        return not any(_covers(box, strokes) for strokes in self.drawn)


def short_name(landmark: str) -> str:
    """Short name to write beside a joint, such as ``"L shoulder"`` for ``"left_shoulder"``."""
    words = landmark.replace("foot_index", "toes").split("_")
    side = next((word for word in words if word in ("left", "right")), None)
    rest = " ".join(word for word in words if word != side)
    return rest if side is None else f"{side[0].upper()} {rest}"


# The font's space is narrow, and the letters' rim narrows it further, so each is doubled.
_NAMES = tuple(short_name(landmark).replace(" ", "  ") for landmark in BLAZEPOSE_33.landmarks)


def draw_names(canvas: np.ndarray, people: Sequence[Drawn], taken: Sequence[Box]) -> None:
    """Write each landmark's name where it covers no bone, dot, other name or ``taken`` box.

    A name without such a place is left out, and so are all names of a person too small for lettering.
    """
    height, width = canvas.shape[:2]
    size = _letter_size((width, height))
    free = FreeSpace(width, height, [_strokes(person) for person in people], list(taken))
    for person in people:
        for index in _worth_naming(person, size):
            places = _places(person, index, size)
            box = next((box for box in places if free.has(box) and _is_nearest(person, index, box)), None)
            if box is not None:
                free.taken.append(box._replace(left=box.left - size / 4, right=box.right + size / 4))
                _write(canvas, _NAMES[index], box, size)


class Tag(NamedTuple):
    """A person's name or id on a pill in the person's colour; positions and sizes in pixels."""

    text: str
    color: Color
    x: float  # of its centre
    y: float
    half_width: float
    radius: float
    letter_size: int

    @property
    def box(self) -> Box:
        """Its bounding box, without the rim."""
        return Box(self.x - self.half_width, self.y - self.radius, self.x + self.half_width, self.y + self.radius)


def place_tag(picture: tuple[int, int], text: str, color: Color, foot: tuple[float, float], bone_width: float) -> Tag:
    """Place a person's tag with its bottom at ``foot``, but inside the picture; smaller for a smaller person.

    Args:
        picture: its (width, height).
        text: the tag's text.
        color: of the person.
        foot: x and y of the bottom centre in pixels.
        bone_width: of the drawn person in pixels.
    """
    largest = 1.25 * _letter_size(picture)
    size = round(min(max(2.6 * bone_width, 0.6 * largest, 9), largest))
    radius = 0.8 * size
    half = max(radius, _text_width(text, size, _BOLD) / 2 + 0.45 * size)
    width, height = picture
    x = _clamp(foot[0], half + 2, width - half - 2)
    y = _clamp(foot[1] - radius, radius + 2, height - radius - 2)
    return Tag(text, color, x, y, half, radius, size)


def draw_tag(canvas: np.ndarray, tag: Tag) -> None:
    """Draw a tag where it was placed."""
    text, color, size = tag.text, tag.color, tag.letter_size
    rim = max(1.0, 0.1 * size)
    reach = tag.half_width - tag.radius
    fill(canvas, pill(tag.x - reach, tag.x + reach, tag.y, tag.radius + rim), [INK])
    fill(canvas, pill(tag.x - reach, tag.x + reach, tag.y, tag.radius), [color])
    width = _text_width(text, size, _BOLD)
    origin = (round(tag.x - width / 2), round(tag.y + 0.36 * size))  # digits are 0.72 of the font size high
    cv2.putText(canvas, text, origin, ink_on(color), cv2.FontFace("sans"), size, _BOLD)


def _letter_size(picture: tuple[int, int]) -> int:
    """Font size in pixels that is readable when the whole picture, of this (width, height), fills a screen."""
    return round(float(np.clip(0.0145 * np.hypot(*picture), 11, 60)))


def _worth_naming(person: Drawn, size: int) -> Iterator[int]:
    """The shown landmarks that are large enough to name, in the order in which they are placed."""
    if _extent(person, range(len(BLAZEPOSE_33))) < 12 * size:
        return
    face_is_large = _extent(person, BLAZEPOSE_33.parts["face"]) > 3 * size
    for index in _IN_TURN:
        crowded = index in BLAZEPOSE_33.parts["face"] and index != BLAZEPOSE_33.index("nose")
        if person.shown[index] and (face_is_large or not crowded):
            yield index


def _extent(person: Drawn, indices: Sequence[int]) -> float:
    """Longer side in pixels of the bounding box of the given landmarks that are shown."""
    points = person.points[[index for index in indices if person.shown[index]]]
    return float(np.ptp(points, axis=0).max()) if len(points) else 0.0


def _text_width(text: str, size: int, weight: int) -> float:
    return float(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size, weight)[2])


def _places(person: Drawn, index: int, size: int) -> Iterator[Box]:
    """Candidate boxes for a name around its landmark, best first: beside it, away from the body's middle."""
    x, y = (float(value) for value in person.points[index])
    width, height = _text_width(_NAMES[index], size, _MEDIUM), 1.05 * size
    out = 1 if x >= person.points[person.shown, 0].mean() else -1
    gap = float(person.radii[index]) + 0.3 * size
    for side, lift in ((out, 0), (out, 1), (out, -1), (0, -1), (0, 1), (-out, 0), (-out, -1), (-out, 1)):
        # Above or below the landmark, a name is centred on it; beside it, the name starts or ends at the gap.
        left = x + side * gap - width * (1 - side) / 2
        top = y - height / 2 + lift * (gap + height / 2)
        yield Box(left, top, left + width, top + height)


def _is_nearest(person: Drawn, index: int, box: Box) -> bool:
    """Whether no other dot is clearly nearer to the name, so that the name is not mistaken for that one's."""
    points = person.points[person.shown]
    nearest = np.hypot(*(points - points.clip(box[:2], box[2:])).T).min()
    own = person.points[index]
    return bool(np.hypot(*(own - own.clip(box[:2], box[2:]))) <= 1.5 * nearest)


def _overlap(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def _strokes(person: Drawn) -> Strokes:
    bones = _EDGES[person.shown[_EDGES].all(axis=1)]
    dots = person.points[person.shown]
    return Strokes(
        np.concatenate((person.points[bones[:, 0]], dots)),
        np.concatenate((person.points[bones[:, 1]], dots)),
        np.concatenate((person.radii[bones].min(axis=1), person.radii[person.shown])),
    )


def _covers(box: Box, strokes: Strokes) -> bool:
    """Whether the box covers part of a stroke: some of its line is inside all four edges (slab method)."""
    low = np.array(box[:2]) - strokes.radii[:, None] - strokes.starts
    high = np.array(box[2:]) + strokes.radii[:, None] - strokes.starts
    along = strokes.ends - strokes.starts
    along = np.where(np.abs(along) < 1e-6, 1e-6, along)  # no division by zero for axis-aligned strokes and dots
    enters, leaves = np.minimum(low / along, high / along), np.maximum(low / along, high / along)
    return bool((np.maximum(enters.max(axis=1), 0) <= np.minimum(leaves.min(axis=1), 1)).any())


def _write(canvas: np.ndarray, text: str, box: Box, size: int) -> None:
    """Write white letters with a dark rim, made of the same letters in dark, shifted to every side."""
    face = cv2.FontFace("sans")
    x, y = round(box.left), round(box.top + 0.8 * size)
    rim = max(1, round(size / 12))
    for across in (-rim, 0, rim):
        for down in (-rim, 0, rim):
            cv2.putText(canvas, text, (x + across, y + down), INK, face, size, _MEDIUM)
    cv2.putText(canvas, text, (x, y), WHITE, face, size, _MEDIUM)


def _clamp(value: float, low: float, high: float) -> float:
    """Move the value into the range, or to its middle if the range is empty."""
    return max(low, min(value, high)) if low <= high else (low + high) / 2
