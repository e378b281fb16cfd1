"""Decoding the detector network's raw boxes: anchors, scores, and one region per person."""

from posecore.estimation.arrays import FloatArray
from posecore.estimation.boxes import anchor_centres, decode_boxes, merge_boxes
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

# The two alignment points among the pairs of values of a box.
_ALIGNMENT = slice(2, 4)

# Boxes that overlap more than this (intersection over union) belong to the same person.
_SAME_PERSON = 0.5

# At most this many people come from one look: as many as a search examines. It matters for a lowest score near 0, which
# takes every anchor for a person.
_MOST_PEOPLE = 60


def anchors() -> FloatArray:
    """(BOXES, 2) centres of the anchors as shares of the input's side."""
    return anchor_centres(_GRIDS)


def decode_regions(raw_boxes: FloatArray, raw_scores: FloatArray, seen: Region, min_score: float) -> list[Region]:
    """Decode the network's output to one region per person, highest score first, at most 60.

    Args:
        raw_boxes: (BOXES, BOX_VALUES) as the network outputs them.
        raw_scores: (BOXES,) before the logistic function.
        seen: the square of the picture that the network was shown.
        min_score: lowest accepted score, 0..1.
    """
    boxes, scores = decode_boxes(raw_boxes, raw_scores, anchors(), side=SIDE, min_score=min_score)
    people = merge_boxes(boxes, scores, same=_SAME_PERSON, most=_MOST_PEOPLE)
    regions = [Region.around(seen.to_picture(box[_ALIGNMENT]), score) for box, score in people]
    return [region for region in regions if region.usable]
