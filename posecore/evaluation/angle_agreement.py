"""How well two ways to measure an angle agree, for instance an estimate and the labels.

Bias and limits of agreement are those of Bland and Altman, "Statistical Methods for Assessing Agreement Between Two
Methods of Clinical Measurement" (1986). ICC(A,1) is that of McGraw and Wong, "Forming Inferences About Some Intraclass
Correlation Coefficients" (1996): two-way, absolute agreement, one measurement; Shrout and Fleiss (1979) call it
ICC(2,1).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.keypoints import COCO_17
from posecore.motion.angles import ANGLES, angle_between

Doubles = NDArray[np.float64]

JOINT_ANGLES = tuple(
    name
    for name, angle in ANGLES.items()
    if angle.kind == "joint" and all(landmark in COCO_17 for point in angle.points for landmark in point)
)
"""The joint angles of ``posecore.motion.angles`` that COCO's 17 keypoints determine."""


class Agreement(NamedTuple):
    """Agreement of measurements with the truth.

    Attributes:
        pairs: number of pairs.
        bias: mean of measured minus true.
        low, high: limits of agreement, bias -+ 1.96 standard deviations: 95% of differences are within them, if they
            are normally distributed. NaN for fewer than two pairs.
        icc: ICC(A,1), 1 = perfect; NaN for fewer than two pairs, or if nothing varies.
    """

    pairs: int
    bias: float
    low: float
    high: float
    icc: float


def agreement(measured: Doubles, true: Doubles) -> Agreement:
    """Agreement of (N,) measurements with the (N,) true values; pairs with a NaN are left out."""
    known = np.isfinite(measured) & np.isfinite(true)
    pairs = np.stack([measured[known], true[known]], axis=-1)
    differences = pairs[:, 0] - pairs[:, 1]
    nan = float("nan")
    if len(pairs) < 2:
        return Agreement(len(pairs), float(differences[0]) if len(pairs) else nan, nan, nan, nan)
    bias, spread = float(differences.mean()), 1.96 * float(differences.std(ddof=1))
    return Agreement(len(pairs), bias, bias - spread, bias + spread, icc_a1(pairs))


def icc_a1(ratings: Doubles) -> float:
    """ICC(A,1) of (n, k) measurements: n subjects, each measured in k ways. NaN if nothing varies.

    (MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n), with the mean squares of rows, columns and error.
    """
    n, k = ratings.shape
    if n < 2:
        return float("nan")
    rows, columns, mean = ratings.mean(axis=1), ratings.mean(axis=0), ratings.mean()
    of_rows = k * ((rows - mean) ** 2).sum() / (n - 1)
    of_columns = n * ((columns - mean) ** 2).sum() / (k - 1)
    of_error = ((ratings - rows[:, None] - columns + mean) ** 2).sum() / ((n - 1) * (k - 1))
    whole = of_rows + (k - 1) * of_error + k * (of_columns - of_error) / n
    return float((of_rows - of_error) / whole) if whole else float("nan")


def joint_angles(points: Doubles) -> Doubles:
    """(..., A) degrees, the angles of ``JOINT_ANGLES`` in (..., 17, 2 or 3) keypoints; NaN where one is missing."""
    angles = []
    for name in JOINT_ANGLES:
        start, joint, end = (
            points[..., [COCO_17.index(landmark) for landmark in point], :].mean(axis=-2)
            for point in ANGLES[name].points
        )
        angles.append(angle_between(start - joint, end - joint))
    return np.stack(angles, axis=-1)
