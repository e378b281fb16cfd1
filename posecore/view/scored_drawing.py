"""People with the label and the estimate, or several estimates, drawn on each other, as a small picture."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import COCO_17_EDGES
from posecore.system import naming_missing_library
from posecore.view import shapes
from posecore.view.palette import INK, SKY_BLUE, VERMILLION, WHITE, YELLOW, Color

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

LABEL_COLOR: Color = WHITE
ESTIMATE_COLOR: Color = VERMILLION
WRONG_COLOR: Color = YELLOW

LOOK_COLORS: Mapping[str, Color] = {"first": WHITE, "mirrored": VERMILLION, "turned": SKY_BLUE, "heavy": YELLOW}
"""Of the looks at one photo, see ``posecore.evaluation.second_opinion``: also apart for the colour-blind."""

_MARGIN = 0.25  # of the person's size, on each side
_BONE_PX, _JOINT_PX, _RIM_PX = 2.5, 3.0, 1.2
_LINE_PX = (4.4, 2.0)  # with its dark rim, and without


def draw_scored(
    rgb: NDArray[np.uint8],
    label: Doubles,
    estimate: Doubles,
    *,
    wrong: NDArray[np.bool_] | None = None,
    side: int = 320,
) -> NDArray[np.uint8]:
    """Cut a person out of a photo: the label in white with round points, the estimate in vermillion with square ones.

    Args:
        rgb: (H, W, 3), the photo.
        label: (17, 2) pixels, COCO's keypoints; NaN: not labelled.
        estimate: the same; NaN: not found.
        wrong: (17,) keypoints whose label and estimate are joined by a yellow line; None: none.
        side: length of the longer side of the picture.
    """
    apart = np.zeros(len(label), bool) if wrong is None else wrong & np.isfinite(label + estimate).all(axis=-1)
    people = [_Drawn(label, LABEL_COLOR), _Drawn(estimate, ESTIMATE_COLOR, square=True)]
    return _drawn(rgb, label, people, side, lines=np.stack([label[apart], estimate[apart]]))


def draw_looks(
    rgb: NDArray[np.uint8], by_look: Mapping[str, Sequence[Doubles]], *, side: int = 320
) -> NDArray[np.uint8]:
    """Cut out what the people of several looks cover, each look in its colour of ``LOOK_COLORS``.

    Args:
        rgb: (H, W, 3), the photo.
        by_look: (17, 2) pixels of each person, COCO's keypoints; NaN: not found. Later looks are drawn on earlier ones.
        side: length of the longer side of the picture.

    Returns:
        The whole photo if nobody is found.
    """
    people = [_Drawn(points, LOOK_COLORS[look]) for look, found in by_look.items() for points in found]
    everything = np.concatenate([np.full((1, 2), np.nan), *(person.points for person in people)])
    if not np.isfinite(everything).any():
        everything = np.array([(0, 0), rgb.shape[1::-1]], float)
    return _drawn(rgb, everything, people, side)


class _Drawn(NamedTuple):
    """A person: (17, 2) pixels of the photo, colour, and whether the points are square instead of round."""

    points: Doubles
    color: Color
    square: bool = False


def _drawn(
    rgb: NDArray[np.uint8], shown: Doubles, people: Sequence[_Drawn], side: int, lines: Doubles | None = None
) -> NDArray[np.uint8]:
    """The part of the photo that shows these points, with people on it, and on top of that lines (2, N, 2)."""
    left, top, right, bottom = _frame(rgb, shown)
    scale = side / max(right - left, bottom - top)
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cut = np.asarray(cv2.resize(rgb[top:bottom, left:right], size, interpolation=how), np.uint8)

    def on_cut(points: Doubles) -> Doubles:
        places = (points - (left, top)) * scale
        # Far away, the fixed-point numbers of OpenCV overflow.
        return np.where(np.abs(places) < 4 * max(cut.shape), places, np.nan)

    for person in people:
        _draw(cut, on_cut(person.points), person.color, square=person.square)
    if lines is not None:
        starts, ends = on_cut(lines)
        near = np.isfinite(starts + ends).all(axis=-1)
        widths = [np.full(int(near.sum()), width) for width in _LINE_PX]
        _paint(cut, [shapes.bars(starts[near], ends[near], width) for width in widths], WRONG_COLOR)
    return cut


def _frame(rgb: NDArray[np.uint8], shown: Doubles) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of the photo that shows these points."""
    known = shown[np.isfinite(shown).all(axis=-1)]
    low, high = known.min(axis=0), known.max(axis=0)
    margin = _MARGIN * max(float((high - low).max()), 40.0)
    height, width = rgb.shape[:2]
    left, top = (int(np.clip(edge - margin, 0, most - 2)) for edge, most in zip(low, (width, height), strict=True))
    right, bottom = (
        int(np.clip(edge + margin, start + 2, most))
        for edge, start, most in zip(high, (left, top), (width, height), strict=True)
    )
    return left, top, right, bottom


def _draw(canvas: NDArray[np.uint8], points: Doubles, color: Color, *, square: bool) -> None:
    known = np.asarray(np.isfinite(points).all(axis=-1))
    bones = [(start, end) for start, end in COCO_17_EDGES if known[start] and known[end]]
    starts, ends = (points[[bone[end] for bone in bones]].reshape(-1, 2) for end in (0, 1))
    lines = [shapes.bars(starts, ends, np.full(len(bones), _BONE_PX + 2 * rim)) for rim in (_RIM_PX, 0.0)]
    _paint(canvas, lines, color)
    radii = [np.full(int(known.sum()), _JOINT_PX + rim) for rim in (_RIM_PX, 0.0)]
    dots = [_squares(points[known], each) if square else shapes.discs(points[known], each) for each in radii]
    _paint(canvas, dots, color)


def _squares(centres: Doubles, radii: Doubles) -> shapes.Polygons:
    aside = np.column_stack([radii, np.zeros(len(radii))])
    return shapes.bars(centres - aside, centres + aside, 2 * radii)


def _paint(canvas: NDArray[np.uint8], rim_and_shape: list[shapes.Polygons], color: Color) -> None:
    for polygons, paint in zip(rim_and_shape, (INK, color), strict=True):
        shapes.fill(canvas, polygons, [paint] * len(polygons))
