"""Who is the most prominent person in a video: the largest in the picture and longest in view."""

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FloatArray, PoseSequence


def sizes_in_view(xy: FloatArray) -> NDArray[np.float64]:
    """(P,) the diagonals of the boxes around each person, added up over all frames (T, P, 33, 2), in pixels."""
    there = np.isfinite(xy)
    low, high = np.where(there, xy, np.inf).min(axis=2), np.where(there, xy, -np.inf).max(axis=2)
    return np.asarray(np.where(there.any(axis=2), high - low, 0).astype(np.float64).sum(axis=(0, 2)))


def most_prominent_first(sequence: PoseSequence) -> list[int]:
    """The ids of all people, of whom the first is the largest and longest in view."""
    order = np.argsort(-sizes_in_view(sequence.xy), kind="stable")
    ids: list[int] = sequence.person_ids[order].tolist()
    return ids
