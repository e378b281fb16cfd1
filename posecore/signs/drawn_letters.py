"""Find the letters J and Z, which are drawn in the air: J with the little finger, Z with the index finger.

The way of the fingertip is compared with the letter at steps of equal length: in which direction it goes, and where to.
So neither the size nor the speed matters, nor whether the tip rests at the corners.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidHands
from posecore.hands import HandSequence, HandSlot
from posecore.signs.landmarks import pixel_landmarks, scaled_landmarks
from posecore.signs.measures import Doubles, measure_hands, palm_length

SHORTEST_S, LONGEST_S = 0.35, 2.5
"""A letter takes at least and at most this time."""
LEAST_LIKENESS = 0.75
"""Of directions and of places, as a cosine."""

_GRID_S = 1 / 30
_LONGEST_GAP_S = 0.2
_STEPS = 24
_RESTING = 0.03  # share of the way that a resting hand shakes
_LEAST_SHAPE = 0.6  # share of the frames in which the hand has the letter's shape


@dataclass(frozen=True)
class _Drawn:
    """How a letter is drawn by a right hand, as the camera sees it: the signer's left is to the right."""

    corners: tuple[tuple[float, float], ...]
    tip: int
    shape: tuple[str, ...]  # of the measures of a hand
    least_path: float  # palm lengths


_DRAWN = {
    "J": _Drawn(
        ((0, 0), (0, 0.9), (0.08, 1.12), (0.25, 1.25), (0.45, 1.2), (0.58, 1.02)),
        tip=20,
        shape=("pinky straight", "index bent"),
        least_path=1.0,
    ),
    "Z": _Drawn(((0, 0), (-1, 0), (0, 1), (-1, 1)), tip=8, shape=("index straight", "ring bent"), least_path=2.0),
}


@dataclass(frozen=True)
class MovedLetter:
    """A letter that was drawn.

    Attributes:
        letter: J or Z.
        start_s, end_s: seconds, as in the times given.
        score: 0..1, how alike the way of the fingertip is.
        slot: whose hand, if it was found in a ``HandSequence``.
    """

    letter: str
    start_s: float
    end_s: float
    score: float
    slot: HandSlot | None = None


def moved_letters(
    landmarks: ArrayLike, times_s: ArrayLike, handedness: str, *, aspect: float = 1.0
) -> list[MovedLetter]:
    """J and Z drawn by one hand, in order of time. They do not overlap.

    For a live stream, give the last three seconds: a letter is found as soon as it is drawn to its end.

    Args:
        landmarks: (T, 21, 3) as the hand network gives them: x and y in shares of the picture's width and height, z on
            the scale of x. NaN in frames in which the hand is not seen; gaps of up to 0.2 s are bridged.
        times_s: (T,) seconds, increasing.
        handedness: ``Left`` or ``Right``, the signer's own.
        aspect: width of the picture divided by its height.

    Raises:
        InvalidHands: if the landmarks do not have this shape, or there is not one increasing time per frame.
        InvalidOption: if the side is neither ``Left`` nor ``Right``, or the aspect is not a number above zero.
    """
    points, is_left = scaled_landmarks(landmarks, [handedness] * len(np.asarray(landmarks)), aspect)
    times = np.asarray(times_s, np.float64)
    if times.shape != (len(points),) or not (np.diff(times) > 0).all() or not np.isfinite(times).all():
        raise InvalidHands(f"Expected 'times_s' to be {len(points)} increasing times, but got shape {times.shape}.")
    return _drawn_letters(np.where(is_left[:, None, None], points * [-1, 1, 1], points), times)


def moved_letters_of(sequence: HandSequence) -> list[MovedLetter]:
    """J and Z drawn by any hand of a video, in order of their ends."""
    points = pixel_landmarks(sequence).astype(np.float64)
    found = []
    for index, slot in enumerate(sequence.slots):
        side = np.array([-1 if slot.side == "left" else 1, 1, 1])
        letters = _drawn_letters(points[:, index] * side, sequence.times_s, sequence.cuts)
        found += [replace(letter, slot=slot) for letter in letters]
    return sorted(found, key=lambda each: each.end_s)


def _drawn_letters(points: Doubles, times: Doubles, cuts: Collection[int] = ()) -> list[MovedLetter]:
    """Those of one right hand on one scale; nothing goes on from the frame before a cut."""
    seen = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)))
    shots = np.searchsorted(sorted(cuts), seen, side="right")
    breaks = (np.diff(times[seen]) > _LONGEST_GAP_S) | (np.diff(shots) > 0)
    stretches = np.split(seen, np.flatnonzero(breaks) + 1)
    return [each for stretch in stretches for each in _letters_in_a_stretch(points[stretch], times[stretch])]


def _letters_in_a_stretch(points: Doubles, times: Doubles) -> list[MovedLetter]:
    """Those of a hand that is seen all the time. The most alike one counts where several overlap."""
    if len(times) < 3 or times[-1] - times[0] < SHORTEST_S:
        return []
    grid = np.arange(times[0], times[-1] + 1e-9, _GRID_S)
    nearest = np.searchsorted((times[1:] + times[:-1]) / 2, grid)
    palm = float(np.median(palm_length(points))) or np.inf  # nothing moves if the hand has no size
    measures = measure_hands(points)
    candidates = []
    for letter, drawn in _DRAWN.items():
        shaped = (np.min([measures[part] for part in drawn.shape], axis=0) > 0)[nearest]
        shaped &= measures["thumb out"][nearest] < 0.4  # that would be a Y or an L
        tip = np.stack([np.interp(grid, times, points[:, drawn.tip, axis]) for axis in (0, 1)], axis=1) / palm
        found = _alike_windows(_smooth(tip), shaped, drawn)
        candidates += [(likeness, letter, first, last) for likeness, first, last in found]
    letters = []
    taken = np.zeros(len(grid), bool)
    for likeness, letter, first, last in sorted(candidates, reverse=True):
        if not taken[first : last + 1].any():
            taken[first : last + 1] = True
            letters.append(MovedLetter(letter, float(grid[first]), float(grid[last]), likeness))
    return sorted(letters, key=lambda each: each.start_s)


def _alike_windows(tip: Doubles, shaped: NDArray[np.bool_], drawn: _Drawn) -> list[tuple[float, int, int]]:
    """(likeness, first, last) of each window of the grid in which the tip draws the letter."""
    way = _length_along(tip)
    shown = np.concatenate([[0], shaped.cumsum()])
    lengths = np.unique(np.geomspace(SHORTEST_S, LONGEST_S, 14) / _GRID_S).astype(int)
    starts = [np.arange(0, len(tip) - length, 2) for length in lengths]
    first = np.concatenate(starts)
    last = np.concatenate([each + length for each, length in zip(starts, lengths, strict=True)])
    far = way[last] - way[first] >= drawn.least_path
    often = shown[last + 1] - shown[first] >= _LEAST_SHAPE * (last + 1 - first)
    first, last = first[far & often], last[far & often]
    likeness = _likeness(tip, way, first, last, drawn)
    alike = likeness >= LEAST_LIKENESS
    # Without the rest before and after it.
    begin, length = way[first[alike]], (way[last] - way[first])[alike]
    start, end = (np.searchsorted(way, begin + share * length).tolist() for share in (_RESTING, 1 - _RESTING))
    return list(zip(likeness[alike].tolist(), start, end, strict=True))


def _likeness(
    tip: Doubles, way: Doubles, first: NDArray[np.intp], last: NDArray[np.intp], drawn: _Drawn
) -> NDArray[np.float64]:
    """(N,) cosines between a letter and what the tip draws from each first to each last place of its way."""
    corners = np.array(drawn.corners, np.float64)
    wanted = _directions_and_places(corners, _length_along(corners), np.array([0]), np.array([-1]))
    got = _directions_and_places(tip, way, first, last)
    directions, places = (_cosines(mine, its) for mine, its in zip(got, wanted, strict=True))
    return np.minimum(directions, places)


def _length_along(path: Doubles) -> Doubles:
    """Length of a path up to each of its points."""
    return np.concatenate([[0.0], np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()])


def _directions_and_places(
    path: Doubles, way: Doubles, first: NDArray[np.intp], last: NDArray[np.intp]
) -> tuple[Doubles, Doubles]:
    """(N, steps, 2) from points at equal distances along parts of a path to the next, and from their middle to each.

    Args:
        path: (T, 2).
        way: (T,) its length up to each point.
        first: (N,) where the parts begin.
        last: (N,) where they end.
    """
    steps = np.linspace(way[first], way[last], _STEPS + 1, axis=1)
    places = np.stack([np.interp(steps, way, path[:, axis]) for axis in (0, 1)], axis=2)
    return np.diff(places, axis=1), places - places.mean(axis=1, keepdims=True)


def _cosines(first: Doubles, second: Doubles) -> Doubles:
    """(N,) of (N, steps, 2) and (1, steps, 2)."""
    lengths = np.linalg.norm(first, axis=(1, 2)) * np.linalg.norm(second, axis=(1, 2))
    return np.asarray((first * second).sum(axis=(1, 2)) / np.maximum(lengths, 1e-9))


def _smooth(tip: Doubles) -> Doubles:
    """Means of three frames: 0.1 s."""
    padded = np.pad(tip, ((1, 1), (0, 0)), mode="edge")
    return np.asarray(sliding_window_view(padded, 3, axis=0).mean(axis=2))
