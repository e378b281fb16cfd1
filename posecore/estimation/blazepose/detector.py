"""Decoding the detector network's raw boxes: anchors, scores, and one region per person."""

from functools import cache

import numpy as np

from posecore.estimation.arrays import FloatArray, logistic
from posecore.estimation.regions import Region

SIDE = 224
"""Width and height of the detector's input in pixels."""

BOXES = 2254
"""Boxes the network proposes, one per anchor."""

BOX_VALUES = 12
"""Values of a box: centre x and y, width, height, then x and y of four alignment points; all in pixels
of the input from the anchor's centre. The first point is the middle of the hips; the second lies on the circle
around them that contains the whole body."""

# Cells along a side of the network's three grids, and anchors per cell. (SSD anchors of MediaPipe's pose detector:
# strides 8, 16 and three times 32, two anchors per layer, all of size one.)
_GRIDS = ((SIDE // 8, 2), (SIDE // 16, 2), (SIDE // 32, 6))

# Boxes that overlap more than this (intersection over union) belong to the same person.
_SAME_PERSON = 0.5

# At most this many people come from one look: as many as a search examines. It matters for a lowest score near 0, which
# takes every anchor for a person.
_MOST_PEOPLE = 60


@cache
def anchors() -> FloatArray:
    """(BOXES, 2) centres of the anchors as shares of the input's side."""
    grids = []
    for cells, count in _GRIDS:
        along = ((np.arange(cells) + 0.5) / cells).astype(np.float32)
        row_by_row = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(row_by_row, count, axis=0))
    centres = np.concatenate(grids)
    centres.flags.writeable = False  # the cached array is shared by all callers
    return centres


def decode_regions(raw_boxes: FloatArray, raw_scores: FloatArray, seen: Region, min_score: float) -> list[Region]:
    """Decode the network's output to one region per person, highest score first, at most 60.

    Args:
        raw_boxes: (BOXES, BOX_VALUES) as the network outputs them.
        raw_scores: (BOXES,) before the logistic function.
        seen: the square of the picture that the network was shown.
        min_score: lowest accepted score, 0..1.
    """
    scores = logistic(raw_scores)
    likely = np.flatnonzero(scores >= min_score)
    values = raw_boxes[likely].reshape(-1, BOX_VALUES // 2, 2) / np.float32(SIDE)
    values[:, 0] += anchors()[likely]
    values[:, 2:] += anchors()[likely][:, None]
    real = (values[:, 1] >= 0).all(axis=1)
    people = _merge(values[real], scores[likely[real]])
    regions = [Region.around(seen.to_picture(points), score) for points, score in people]
    return [region for region in regions if region.usable]


def _merge(values: FloatArray, scores: FloatArray) -> list[tuple[FloatArray, float]]:
    """Merge overlapping boxes to the alignment points (2, 2) and score of each person.

    Boxes are averaged, weighted by score (weighted non-maximum suppression), which gives steadier points than the best
    box only.
    """
    corners = np.concatenate([values[:, 0] - values[:, 1] / 2, values[:, 0] + values[:, 1] / 2], axis=1)
    left = np.argsort(-scores, kind="stable")
    people: list[tuple[FloatArray, float]] = []
    while left.size and len(people) < _MOST_PEOPLE:
        best = left[0]
        same = _overlaps(corners[left], corners[best]) > _SAME_PERSON
        same[0] = True  # a box with zero area overlaps nothing, not even itself
        group = left[same]
        weights = scores[group] if scores[best] > 0 else None  # a score as low as can be is rounded to 0
        points = np.average(values[group, 2:4], axis=0, weights=weights)
        people.append((points.astype(np.float32), float(scores[best])))
        left = left[~same]
    return people


def _overlaps(boxes: FloatArray, box: FloatArray) -> FloatArray:
    """(N,) intersection over union of each box with ``box``; boxes are x and y of two corners."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    union = _areas(boxes) + _areas(box[None]) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _areas(boxes: FloatArray) -> FloatArray:
    area: FloatArray = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return area
