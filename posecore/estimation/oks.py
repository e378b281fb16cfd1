"""Object keypoint similarity (OKS): 1 for identical poses, 0 for poses far apart.

The measure of the COCO keypoint challenge (https://cocodataset.org/#keypoints-eval): the mean over the keypoints
of exp(-d^2 / (2 s^2 k^2)), where d is the distance in pixels, s^2 the person's area in square pixels, and k twice the
keypoint's sigma, the spread among human annotators.
"""

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import COCO_17_FROM_BLAZEPOSE

Points = NDArray[np.floating]

# In COCO's order of the 17 keypoints: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles.
# fmt: off
COCO_SIGMAS = np.array([
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089,
    0.089,
])
# fmt: on

# Area of a person's silhouette over that of the box around the keypoints, about, in COCO's labels.
_FILL = 0.6


def oks(found: Points, true: Points, area: float, counted: NDArray[np.bool_] | None = None) -> float:
    """OKS of a detected person with a labelled one.

    Args:
        found: (17, 2) pixels; NaN: not found, which counts as far away.
        true: (17, 2) pixels.
        area: of the labelled person in square pixels.
        counted: (17,) bool, which keypoints are labelled; None: all.

    Returns:
        0..1; 0 where no keypoint counts.
    """
    all_counted = np.ones(len(COCO_SIGMAS), bool) if counted is None else counted
    return float(oks_matrix(found[None], true[None], np.array([area]), all_counted[None])[0, 0])


def oks_matrix(found: Points, true: Points, areas: Points, counted: NDArray[np.bool_]) -> Points:
    """OKS of each of P detected people with each of L labelled ones; arguments and zeros as for ``oks``.

    Args:
        found: (P, 17, 2) pixels.
        true: (L, 17, 2) pixels.
        areas: (L,) square pixels.
        counted: (L, 17) bool.

    Returns:
        (P, L) 0..1.
    """
    squares = ((found[:, None] - true[None]) ** 2).sum(axis=-1)
    spread = 2 * np.maximum(areas, 1.0)[:, None] * (2 * COCO_SIGMAS) ** 2
    likeness = np.nan_to_num(np.exp(-squares / spread))
    return (likeness * counted).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)


def oks_between(one: Points, other: Points) -> float:
    """OKS of two detected people, with the mean of their areas.

    Args:
        one: (33, 2) BlazePose landmarks in pixels.
        other: the same.
    """
    keypoints = [points[list(COCO_17_FROM_BLAZEPOSE)] for points in (one, other)]
    area = sum(area_of(points) for points in keypoints) / 2
    return oks(keypoints[0], keypoints[1], area)


def area_of(keypoints: Points) -> float:
    """Approximate area in square pixels of a person with these keypoints, (17, 2)."""
    width, height = np.ptp(keypoints, axis=0)
    return float(_FILL * width * height)
