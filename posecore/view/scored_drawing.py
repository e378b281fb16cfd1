"""People with the label and the estimate, or several estimates, drawn on each other, as a small picture."""

from collections.abc import Mapping, Sequence

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

LOOK_COLORS: Mapping[str, Color] = {"first": WHITE, "mirrored": VERMILLION, "turned": SKY_BLUE, "heavy": YELLOW}
"""Of the looks at one photo, see ``posecore.evaluation.second_opinion``: also apart for the colour-blind."""

_MARGIN = 0.25  # of the person's size, on each side
_BONE_PX, _JOINT_PX, _RIM_PX = 2.5, 3.0, 1.2


def draw_scored(rgb: NDArray[np.uint8], label: Doubles, estimate: Doubles, *, side: int = 320) -> NDArray[np.uint8]:
    """Cut a person out of a photo, with the label in white and the estimate in vermillion.

    Args:
        rgb: (H, W, 3), the photo.
        label: (17, 2) pixels, COCO's keypoints; NaN: not labelled.
        estimate: the same; NaN: not found.
        side: length of the longer side of the picture.
    """
    return _drawn(rgb, label, [(label, LABEL_COLOR), (estimate, ESTIMATE_COLOR)], side)


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
    people = [(points, LOOK_COLORS[look]) for look, found in by_look.items() for points in found]
    everything = np.concatenate([np.full((1, 2), np.nan), *(points for points, _ in people)])
    if not np.isfinite(everything).any():
        everything = np.array([(0, 0), rgb.shape[1::-1]], float)
    return _drawn(rgb, everything, people, side)


def _drawn(
    rgb: NDArray[np.uint8], shown: Doubles, people: Sequence[tuple[Doubles, Color]], side: int
) -> NDArray[np.uint8]:
    left, top, right, bottom = _frame(rgb, shown)
    scale = side / max(right - left, bottom - top)
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cut = np.asarray(cv2.resize(rgb[top:bottom, left:right], size, interpolation=how), np.uint8)
    for points, color in people:
        places = (points - (left, top)) * scale
        # Far away, the fixed-point numbers of OpenCV overflow.
        _draw(cut, np.where(np.abs(places) < 4 * max(cut.shape), places, np.nan), color)
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


def _draw(canvas: NDArray[np.uint8], points: Doubles, color: Color) -> None:
    known = np.asarray(np.isfinite(points).all(axis=-1))
    bones = [(start, end) for start, end in COCO_17_EDGES if known[start] and known[end]]
    starts, ends = (points[[bone[end] for bone in bones]].reshape(-1, 2) for end in (0, 1))
    joints = points[known]
    for rim, paint in ((_RIM_PX, INK), (0.0, color)):
        shapes.fill(canvas, shapes.bars(starts, ends, np.full(len(bones), _BONE_PX + 2 * rim)), [paint] * len(bones))
        shapes.fill(canvas, shapes.discs(joints, np.full(len(joints), _JOINT_PX + rim)), [paint] * len(joints))
