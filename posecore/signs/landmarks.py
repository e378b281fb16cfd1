"""Landmarks of hands as they are given, on one scale."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidHands, InvalidOption
from posecore.hands import FrameHands, HandSequence


def scaled_landmarks(
    landmarks: ArrayLike, handedness: Sequence[str] | NDArray[np.str_], aspect: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Landmarks of N hands on one scale, (N, 21, 3), and which of them are left hands, (N,).

    Args:
        landmarks: (N, 21, 3), x and y in shares of the picture's width and height, z on the scale of x.
        handedness: (N,) ``Left`` or ``Right``.
        aspect: width of the picture divided by its height.

    Raises:
        InvalidHands: if the landmarks do not have this shape.
        InvalidOption: if there is not one side per hand, one is neither ``Left`` nor ``Right``, or the aspect is not
            a number above zero.
    """
    points = np.asarray(landmarks, np.float64)
    if points.ndim != 3 or points.shape[1:] != (21, 3):
        raise InvalidHands(f"Expected 'landmarks' to have shape (N, 21, 3), but got {points.shape}.")
    sides = [str(side) for side in handedness]
    if len(sides) != len(points) or not set(sides) <= {"Left", "Right"}:
        raise InvalidOption(
            f"Expected 'handedness' to be 'Left' or 'Right' for each of {len(points)} hands, but got {sides}."
        )
    if not 0 < aspect < np.inf:
        raise InvalidOption(f"Expected 'aspect' to be above zero, but got {aspect}.")
    return points * np.array([aspect, 1, aspect]), np.array([side == "Left" for side in sides], bool)


def pixel_landmarks(hands: FrameHands | HandSequence) -> NDArray[np.float32]:
    """The landmarks of each hand in pixels, (H, 21, 3) of a frame or (T, H, 21, 3) of a video."""
    return np.concatenate([hands.xy, hands.z[..., None]], axis=-1)
