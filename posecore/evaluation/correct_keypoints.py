"""PCK, the percentage of correct keypoints: of all labelled keypoints, the share that is near enough to the label.

What is near enough is a share of the person's own size:

- PCK by torso: of the distance from the right shoulder to the left hip (Sapp and Taskar, "MODEC: Multimodal
  Decomposable Models for Human Pose Estimation", 2013). PCK@0.2 is the measure that Google publishes for BlazePose.
- PCKh: of the length of the head (Andriluka et al., "2D Human Pose Estimation: New Benchmark and State of the Art
  Analysis", 2014). There it is 0.6 times the diagonal of a box around the head, which COCO's form does not have; here
  it is the distance from the top of the head to the neck, which is about the same.

A keypoint of a person who was not found is wrong.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 11))
"""Those of the curve: 0.05 to 0.5."""


def correct_and_counted(
    errors_px: Doubles, lengths_px: Doubles, threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which keypoints are correct, and which count.

    Args:
        errors_px: (N, K) distance of each keypoint from its label, pixels; infinite: labelled, but not found; NaN: not
            labelled.
        lengths_px: (N,) length of each person's torso or head, pixels; NaN: not labelled, so that none of the person's
            keypoints count.
        threshold: share of that length within which a keypoint is correct.

    Returns:
        Two arrays (N, K).
    """
    usable = np.isfinite(lengths_px) & (lengths_px > 0)
    counted = ~np.isnan(errors_px) & usable[:, None]
    within = errors_px <= threshold * np.where(usable, lengths_px, 0)[:, None]
    return within & counted, counted


def pck(errors_px: Doubles, lengths_px: Doubles, threshold: float) -> float:
    """Share of correct keypoints, 0..1, of all together; NaN if none counts. Arguments of ``correct_and_counted``."""
    correct, counted = correct_and_counted(errors_px, lengths_px, threshold)
    return share(correct.sum(), counted.sum())


def pck_by_keypoint(errors_px: Doubles, lengths_px: Doubles, threshold: float) -> Doubles:
    """(K,) share of correct keypoints, 0..1, of each one; NaN if it is never labelled."""
    correct, counted = correct_and_counted(errors_px, lengths_px, threshold)
    return np.array([share(*each) for each in zip(correct.sum(axis=0), counted.sum(axis=0), strict=True)])


def share(some: float, of_all: float) -> float:
    """A part of a whole, NaN if there is no whole."""
    return float(some) / float(of_all) if of_all else float("nan")
