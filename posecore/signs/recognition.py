"""Name the gesture of each hand."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.hands import FrameHands, HandSequence
from posecore.signs.gesture_table import GESTURES, Gesture
from posecore.signs.landmarks import pixel_landmarks, scaled_landmarks
from posecore.signs.measures import Doubles, measure_hands

NO_GESTURE = "none"
_LEAST = 0.5  # each part is then at least as near to the gesture as to its opposite


def gestures(
    landmarks: ArrayLike, handedness: Sequence[str] | NDArray[np.str_], *, aspect: float = 1.0
) -> tuple[list[str], NDArray[np.float32]]:
    """The gesture of each of N hands, such as ``thumb_up``, and how well it is met.

    A gesture of ``GESTURES`` is met as well as the worst of its parts. The best met one counts if that is at least 0.5;
    otherwise it is ``none``. Neither the size of a hand matters nor its turn, except for thumbs up and down: these are
    told in an upright picture, with 40 degrees for a camera that is not level. Nor does it matter which hand it is: a
    mirrored picture gives the same, and a wrong side changes nothing.

    Landmarks in metres would be worse: the network bends straight fingers in them by 30 to 60 degrees.

    Args:
        landmarks: (N, 21, 3) as the hand network gives them: x and y in shares of the picture's width and height, z on
            the scale of x. NaN for a hand that is not seen.
        handedness: (N,) ``Left`` or ``Right``.
        aspect: width of the picture divided by its height.

    Returns:
        names: N names: of ``GESTURES``, or ``none``.
        scores: (N,) from 0 to 1; for ``none``, how clearly no gesture is met. NaN for a hand that is not seen, which is
            ``none``.

    Raises:
        InvalidHands: if the landmarks do not have this shape.
        InvalidOption: if there is not one side per hand, one is neither ``Left`` nor ``Right``, or the aspect is not
            above zero.
    """
    points, _ = scaled_landmarks(landmarks, handedness, aspect)
    return _named(points)


def gestures_of(hands: FrameHands | HandSequence) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """The gesture of each hand of a frame or a video, and how well it is met, as ``gestures`` has them.

    Returns:
        names: (H,) of a frame, (T, H) of a video; ``none`` if the hand is not seen.
        scores: of the same shape, NaN if it is not seen.
    """
    points = pixel_landmarks(hands)
    names, scores = _named(points.reshape(-1, *points.shape[-2:]))
    shape = points.shape[:-2]
    return np.array(names, np.str_).reshape(shape), scores.reshape(shape)


def _named(points: NDArray[np.floating]) -> tuple[list[str], NDArray[np.float32]]:
    met = score_gestures(points)
    every = list(met)
    scores = np.stack(list(met.values()), axis=1)
    best = np.nan_to_num(scores).argmax(axis=1)
    score = scores.max(axis=1)
    found = score >= _LEAST
    names = [every[index] if here else NO_GESTURE for index, here in zip(best.tolist(), found.tolist(), strict=True)]
    return names, np.where(found, score, 1 - score).astype(np.float32)


def score_gestures(points: NDArray[np.floating]) -> dict[str, Doubles]:
    """How well N hands meet each gesture of ``GESTURES``, (N,) from 0 to 1; NaN for a hand that has NaN.

    Args:
        points: (N, 21, 3), x to the right, y down and z away from the camera on one scale, such as pixels.
    """
    measures = measure_hands(points)
    return {name: np.max([_met(way, measures) for way in ways], axis=0) for name, ways in GESTURES.items()}


def _met(gesture: Gesture, measures: Mapping[str, Doubles]) -> Doubles:
    """How well the worst met condition is met."""
    parts = [
        1 - measures[condition.removeprefix("not ")] if condition.startswith("not ") else measures[condition]
        for condition in gesture.conditions
    ]
    return np.asarray(np.min(parts, axis=0))
