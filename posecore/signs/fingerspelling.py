"""Read finger-spelled letters from the shapes of hands.

The alphabet is the American one, without J and Z, which are movements. Three small networks, trained by
``python -m training.letters``, give each letter a probability; their numbers are in ``letters.npz`` beside this file.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.hands import FrameHands, HandSequence
from posecore.signs.landmarks import pixel_landmarks, scaled_landmarks
from posecore.signs.letter_features import describe_shapes

LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
"""The letters that are shapes; J and Z are movements."""
SURE = 0.65
"""A letter less probable than this is not given. Of a signer left out of the training, more than nine of ten letters
that are given are then right, and more than nine of ten hands get one; see ``benchmarks/letters.py``."""
WEIGHTS = Path(__file__).with_name("letters.npz")
"""What was trained."""

_OTHER_HAND = 0.9  # how much the other side counts beside the side that is given


def letters(
    landmarks: ArrayLike, handedness: Sequence[str] | NDArray[np.str_], *, aspect: float = 1.0
) -> tuple[list[str], NDArray[np.float32]]:
    """The letter that each of N hands shows, and how probable it is.

    A hand may be turned in the picture by up to 30 degrees. A hand and its mirror image give the same letter, and a
    wrong side hardly changes anything: the shape is read as both sides, and the surer one counts. The figures of
    ``docs/signs.md`` say how many letters are right, and for whom that holds.

    Args:
        landmarks: (N, 21, 3) as the hand network gives them: x and y in shares of the picture's width and height, z on
            the scale of x. NaN for a hand that is not seen.
        handedness: (N,) ``Left`` or ``Right``.
        aspect: width of the picture divided by its height. Without it, letters of pictures that are not square are
            right a little less often.

    Returns:
        letters: N letters of ``LETTERS``, or "" for a hand that shows none of them for sure.
        scores: (N,) from 0 to 1, the probability that the letter is right; for "", that it is none of the letters or
            not told apart. NaN for a hand that is not seen, which is "".

    Raises:
        InvalidHands: if the landmarks do not have this shape.
        InvalidOption: if there is not one side per hand, one is neither ``Left`` nor ``Right``, or the aspect is not
            a number above zero.
    """
    points, is_left = scaled_landmarks(landmarks, handedness, aspect)
    return _named(points, is_left)


def letters_of(hands: FrameHands | HandSequence) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """The letter of each hand of a frame or a video, and how probable it is, as ``letters`` has them.

    Returns:
        letters: (H,) of a frame, (T, H) of a video; "" for no letter for sure, and for a hand that is not seen.
        scores: of the same shape, NaN if it is not seen.
    """
    points = pixel_landmarks(hands)
    shape = points.shape[:-2]
    is_left = np.broadcast_to(np.array([slot.side == "left" for slot in hands.slots], bool), shape)
    names, scores = _named(points.reshape(-1, 21, 3), is_left.ravel())
    return np.array(names, np.str_).reshape(shape), scores.reshape(shape)


def _named(points: NDArray[np.floating], is_left: NDArray[np.bool_]) -> tuple[list[str], NDArray[np.float32]]:
    best, probable = read_right_hands(np.where(is_left[:, None, None], points * [-1, 1, 1], points), trained_letters())
    sure = probable >= SURE
    names = [LETTERS[index] if here else "" for index, here in zip(best.tolist(), sure.tolist(), strict=True)]
    return names, np.where(sure, probable, 1 - probable).astype(np.float32)


class Layers(NamedTuple):
    """One network of two layers: (features, hidden), (hidden,), (hidden, classes), (classes,)."""

    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    out_weights: NDArray[np.float32]
    out_offsets: NDArray[np.float32]


class LetterModel(NamedTuple):
    """What was trained.

    Attributes:
        mean, spread: (features,) of ``describe_shapes`` in training.
        networks: their mean counts. Their classes are ``LETTERS``, and one more for all else.
        calibration: slope and offset from the networks' log-odds to those of a letter being right.
    """

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    networks: tuple[Layers, ...]
    calibration: tuple[float, float]


@cache
def trained_letters() -> LetterModel:
    """The model of ``WEIGHTS``."""
    with np.load(WEIGHTS) as saved:
        arrays = {name: saved[name].astype(np.float32) for name in saved.files}
    networks = zip(*(arrays[name] for name in Layers._fields), strict=True)
    slope, offset = arrays["calibration"].tolist()
    return LetterModel(arrays["mean"], arrays["spread"], tuple(Layers(*each) for each in networks), (slope, offset))


def read_right_hands(points: NDArray[np.floating], model: LetterModel) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The most probable letter of N right hands, as an index into ``LETTERS``, and its probability.

    Args:
        points: (N, 21, 3) on one scale. NaN for a hand that is not seen; its probability is NaN.
        model: what was trained.
    """
    as_given, as_other = np.split(letter_shares(np.concatenate([points, points * [-1, 1, 1]]), model), 2)
    shares = np.maximum(as_given, _OTHER_HAND * as_other)
    best = np.nan_to_num(shares).argmax(axis=1)
    share = np.clip(shares.max(axis=1), 1e-6, 1 - 1e-6)
    slope, offset = model.calibration
    return best, 1 / (1 + np.exp(-(slope * np.log(share / (1 - share)) + offset)))


def letter_shares(points: NDArray[np.floating], model: LetterModel) -> NDArray[np.float64]:
    """What the networks give each letter, (N, letters), for N right hands; what is left of 1 is no letter."""
    features = (describe_shapes(points) - model.mean) / model.spread
    shares = np.zeros((len(points), len(LETTERS) + 1))
    for net in model.networks:
        values = np.maximum(features @ net.weights + net.offsets, 0) @ net.out_weights + net.out_offsets
        values = np.exp(values - values.max(axis=1, keepdims=True))
        shares += values / values.sum(axis=1, keepdims=True) / len(model.networks)
    return shares[:, : len(LETTERS)]
