"""Decoding the palm detector's raw boxes to one region per hand."""

import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.boxes import anchor_centres, decode_boxes, merge_boxes
from posecore.estimation.hands.squares import around_palm
from posecore.estimation.regions import Region

SIDE = 192
"""Width and height of the detector's input in pixels."""

BOXES = 2016
"""Boxes the network proposes, one per anchor."""

BOX_VALUES = 18
"""Values of a box: centre x and y, width, height, then x and y of seven points of the palm; all in pixels of the input
from the anchor's centre. The first point is the wrist, the third the knuckle of the middle finger."""

# Cells along a side of the network's grids, and anchors per cell. (SSD anchors of MediaPipe's palm detector: strides 8
# and three times 16, two anchors per layer, all of size one.)
_GRIDS = ((SIDE // 8, 2), (SIDE // 16, 6))

# The points among the pairs of values of a box.
_WRIST, _KNUCKLE = 2, 4

# Boxes that overlap more than this (intersection over union) belong to the same palm.
_SAME_PALM = 0.3

# At most this many palms come from one look.
_MOST_PALMS = 60


def anchors() -> FloatArray:
    """(BOXES, 2) centres of the anchors as shares of the input's side."""
    return anchor_centres(_GRIDS)


def decode_regions(raw_boxes: FloatArray, raw_scores: FloatArray, seen: Region, min_score: float) -> list[Region]:
    """Decode the network's output to one region per hand, highest score first, at most 60.

    Args:
        raw_boxes: (BOXES, BOX_VALUES) as the network outputs them.
        raw_scores: (BOXES,) before the logistic function.
        seen: the upright square of the picture that the network was shown.
        min_score: lowest accepted score, 0..1.
    """
    boxes, scores = decode_boxes(raw_boxes, raw_scores, anchors(), side=SIDE, min_score=min_score)
    palms = merge_boxes(boxes, scores, same=_SAME_PALM, most=_MOST_PALMS)
    regions = [_region(box, seen, score) for box, score in palms]
    return [region for region in regions if region.usable]


def _region(box: FloatArray, seen: Region, score: float) -> Region:
    centre, wrist, knuckle = seen.to_picture(box[[0, _WRIST, _KNUCKLE]])
    return around_palm(centre, box[1] * np.float32(seen.size), wrist, knuckle, score)
