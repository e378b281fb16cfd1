"""The boxes that MediaPipe's detectors propose: their anchors, decoding, and merging those of one person or hand."""

from functools import cache

import numpy as np

from posecore.estimation.arrays import FloatArray, logistic


@cache
def anchor_centres(grids: tuple[tuple[int, int], ...]) -> FloatArray:
    """(N, 2) centres of a detector's anchors as shares of its input's side, row by row in each grid.

    Args:
        grids: of each grid, the cells along a side, and the anchors per cell.
    """
    centres = []
    for cells, count in grids:
        along = ((np.arange(cells) + 0.5) / cells).astype(np.float32)
        row_by_row = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        centres.append(np.repeat(row_by_row, count, axis=0))
    joined = np.concatenate(centres)
    joined.flags.writeable = False  # the cached array is shared by all callers
    return joined


def decode_boxes(
    raw_boxes: FloatArray, raw_scores: FloatArray, anchors: FloatArray, *, side: int, min_score: float
) -> tuple[FloatArray, FloatArray]:
    """Decode a detector's output to boxes, (N, V, 2): centre, size and points as shares of its input; and (N,) scores.

    Args:
        raw_boxes: (A, 2 V) as the network outputs them, in its input's pixels from the anchors.
        raw_scores: (A,) before the logistic function.
        anchors: (A, 2) as from ``anchor_centres``.
        side: of the input, pixels.
        min_score: lowest accepted score, 0..1.
    """
    scores = logistic(raw_scores)
    likely = np.flatnonzero(scores >= min_score)
    boxes = raw_boxes[likely].reshape(-1, raw_boxes.shape[1] // 2, 2) / np.float32(side)
    boxes[:, 0] += anchors[likely]
    boxes[:, 2:] += anchors[likely][:, None]
    real = (boxes[:, 1] >= 0).all(axis=1)
    return boxes[real], scores[likely[real]]


def merge_boxes(boxes: FloatArray, scores: FloatArray, *, same: float, most: int) -> list[tuple[FloatArray, float]]:
    """Merge overlapping boxes; returns each merged one, (V, 2), with its score, highest score first.

    Boxes are averaged, weighted by score (weighted non-maximum suppression), which gives steadier points than the best
    box only.

    Args:
        boxes: (N, V, 2) centre, size and points of each box.
        scores: (N,) 0..1.
        same: boxes that overlap more than this (intersection over union) are merged.
        most: at most this many are returned.
    """
    corners = np.concatenate([boxes[:, 0] - boxes[:, 1] / 2, boxes[:, 0] + boxes[:, 1] / 2], axis=1)
    left = np.argsort(-scores, kind="stable")
    merged: list[tuple[FloatArray, float]] = []
    while left.size and len(merged) < most:
        best = left[0]
        together = _overlaps(corners[left], corners[best]) > same
        together[0] = True  # a box with zero area overlaps nothing, not even itself
        group = left[together]
        weights = scores[group] if scores[best] > 0 else None  # a score as low as can be is rounded to 0
        mean = np.average(boxes[group], axis=0, weights=weights)
        merged.append((mean.astype(np.float32), float(scores[best])))
        left = left[~together]
    return merged


def _overlaps(boxes: FloatArray, box: FloatArray) -> FloatArray:
    """(N,) intersection over union of each box with ``box``; boxes are x and y of two corners."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    union = _areas(boxes) + _areas(box[None]) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _areas(boxes: FloatArray) -> FloatArray:
    area: FloatArray = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return area
