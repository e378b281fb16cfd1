"""Bodies over time laid on each other, when nothing is known of how their axes are turned.

All fits are those of Umeyama, "Least-Squares Estimation of Transformation Parameters Between Two Point Patterns"
(1991), without mirroring. Arrays are (T, K, 3) metres; NaN: not known.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_LEAST_POINTS = 3  # that determine how one body is turned to lie on another


def known_in_both(found: Doubles, true: Doubles) -> NDArray[np.bool_]:
    """(T, K) which points are known in both."""
    return np.asarray(np.isfinite(found).all(axis=-1) & np.isfinite(true).all(axis=-1))


def fit_each(found: Doubles, true: Doubles) -> Doubles:
    """(T, K) distances after each frame's own best turn, scale and shift; NaN with fewer than 3 points in both."""
    known = known_in_both(found, true)
    known &= (known.sum(axis=1) >= _LEAST_POINTS)[:, None]
    one, other = (_around_middle(each, known) for each in (found, true))
    turns, stretches = _turns(np.einsum("tki,tkj->tij", one, other))
    sizes = (one**2).sum(axis=(1, 2))
    scales = np.where(sizes > 0, stretches / np.where(sizes > 0, sizes, 1), 0)
    laid = scales[:, None, None] * one @ turns
    return np.where(known, np.linalg.norm(laid - other, axis=-1), np.nan)


def fit_whole(found: Doubles, true: Doubles) -> Doubles:
    """(T, K) distances after one turn and one scale for all frames, and a shift for each.

    The shift lays the middles of the points that both have on each other: an estimate does not say where in the room it
    is. NaN with fewer than 3 points in both.
    """
    known = known_in_both(found, true)
    known &= (known.sum(axis=1) >= _LEAST_POINTS)[:, None]
    one, other = (_around_middle(each, known) for each in (found, true))
    turn, scale = _one_turn(one, other)
    return np.where(known, np.linalg.norm(scale * one @ turn - other, axis=-1), np.nan)


def fit_turn(found: Doubles, true: Doubles, roots: tuple[int, ...]) -> Doubles:
    """(T, K) distances with the roots' middle at 0 in both, after one turn for all frames; nothing is scaled.

    NaN where a root is not known.
    """
    one, other = (each - each[:, list(roots)].mean(axis=1, keepdims=True) for each in (found, true))
    known = known_in_both(one, other)
    one, other = (np.where(known[..., None], each, 0) for each in (one, other))
    turn, _ = _one_turn(one, other)
    return np.where(known, np.linalg.norm(one @ turn - other, axis=-1), np.nan)


def _around_middle(points: Doubles, known: NDArray[np.bool_]) -> Doubles:
    """Points around the middle of those known, 0 where not."""
    there = np.where(known[..., None], points, 0)
    counts = np.maximum(known.sum(axis=1), 1)[:, None, None]
    return np.where(known[..., None], there - there.sum(axis=1, keepdims=True) / counts, 0)


def _one_turn(one: Doubles, other: Doubles) -> tuple[Doubles, float]:
    """(3, 3) turn of all points together, applied from the right, and the scale that goes with it."""
    turns, stretches = _turns(np.einsum("tki,tkj->ij", one, other)[None])
    size = float((one**2).sum())
    return turns[0], float(stretches[0]) / size if size else 0.0


def _turns(covariances: Doubles) -> tuple[Doubles, Doubles]:
    """(T, 3, 3) turns without mirroring, applied from the right, and (T,) sums of the stretches."""
    left, stretch, right = np.linalg.svd(covariances)
    signs = np.ones_like(stretch)
    signs[:, 2] = np.where(np.linalg.det(left @ right) < 0, -1, 1)
    return (left * signs[:, None, :]) @ right, (stretch * signs).sum(axis=1)
