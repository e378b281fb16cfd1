"""Errors of bodies in metres, and how much a body that stands still moves."""

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.keypoints import COCO_17

Doubles = NDArray[np.float64]

_HIPS = (COCO_17.index("left_hip"), COCO_17.index("right_hip"))
_LEAST_POINTS = 3  # that determine how one body is turned to lie on another


def mpjpe(found_m: Doubles, true_m: Doubles) -> float:
    """MPJPE: mean distance of the joints in metres, after both bodies are moved to have the middle of the hips at 0.

    As in Ionescu et al., "Human3.6M" (2014), whose root is the pelvis.

    Args:
        found_m: (17, 3) metres, in COCO's order; NaN: not known.
        true_m: the same, with the same axes.

    Returns:
        Metres; NaN if a hip is not known, or no joint is in both.
    """
    bodies = [body - body[list(_HIPS)].mean(axis=0) for body in (found_m, true_m)]
    distances = np.linalg.norm(bodies[0] - bodies[1], axis=-1)
    known = np.isfinite(distances)
    return float(distances[known].mean()) if known.any() else float("nan")


def aligned_mpjpe(found_m: Doubles, true_m: Doubles) -> float:
    """PA-MPJPE: mean distance of the joints in metres after the best turn, scale and shift of the found body.

    The Procrustes fit is that of Umeyama, "Least-Squares Estimation of Transformation Parameters Between Two Point
    Patterns" (1991), without mirroring. Arguments as for ``mpjpe``.

    Returns:
        Metres; NaN if fewer than 3 joints are in both.
    """
    known = np.isfinite(found_m).all(axis=-1) & np.isfinite(true_m).all(axis=-1)
    if known.sum() < _LEAST_POINTS:
        return float("nan")
    found, true = found_m[known], true_m[known]
    found, true = found - found.mean(axis=0), true - true.mean(axis=0)
    left, stretch, right = np.linalg.svd(found.T @ true)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    size = (found**2).sum()
    scale = (stretch * signs).sum() / size if size else 0.0
    turned = scale * found @ (left * signs) @ right
    return float(np.linalg.norm(turned - true, axis=-1).mean())


def still_jitter(points: Doubles) -> tuple[Doubles, Doubles]:
    """How much the landmarks of a body move that stands still.

    Args:
        points: (T, K, D) of one person over time, pixels or metres; NaN: not there.

    Returns:
        Two arrays (K,), in the same unit: the root mean square distance from the mean place, which includes slow drift,
        and that between neighbouring frames, which does not. NaN if a landmark is in fewer than two (neighbouring)
        frames.
    """
    return _root_mean_square(points - _mean(points)), _root_mean_square(np.diff(points, axis=0), least=1)


def _mean(points: Doubles) -> Doubles:
    known = np.isfinite(points).all(axis=-1, keepdims=True)
    return np.where(known, points, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _root_mean_square(steps: Doubles, least: int = 2) -> Doubles:
    squares = (steps**2).sum(axis=-1)
    known = np.isfinite(squares)
    counts = known.sum(axis=0)
    means = np.where(known, squares, 0).sum(axis=0) / np.maximum(counts, 1)
    return np.where(counts >= least, np.sqrt(means), np.nan)
