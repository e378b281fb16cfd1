"""How alike two movements of the hands are, and where in a long movement one is that is alike.

Movements are stretched to the same length, so that a slow signer is like a fast one, and compared by where the hands
are, how they move, where one is from the other, and their shapes. Dynamic time warping allows for a sign of which one
part is done more slowly. The mirror image counts as well, for left-handed signers.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.signs.movements import Doubles, HandMovement
from posecore.skeletons import HAND_21

STEPS = 32
"""To which movements are stretched: 50 ms of a usual sign."""
WARPED = 8
"""Steps by which one movement may be ahead of or behind the other."""

# What a difference of one shoulder width, or of one palm length, weighs.
_PLACE, _SPEED, _APART, _SHAPE = 0.6, 0.3, 0.7, 0.7
_FINGERS = ("thumb", "index_finger", "middle_finger", "ring_finger", "pinky")
_SHAPED_BY = [HAND_21.index(name) for name in (*(f"{each}_tip" for each in _FINGERS), "index_finger_mcp", "pinky_mcp")]
_RESTING = np.array([[0.7, 1.3], [-0.7, 1.3]])  # where hands count as being that are down, wherever they are
_UP, _DOWN = 0.8, 1.2  # below the shoulders; in between a hand counts in part
_STAYS_DOWN = 0.5  # a hand that is never up by so much
_SMOOTHED_BY = (0.06, 0.24, 0.4, 0.24, 0.06)  # a Gaussian of one moment: landmarks of a body jitter

# A search looks at pieces that begin every so many moments, and whose lengths rise by so much.
_STEP, _LONGER = 2, 1.25
_FASTEST, _SLOWEST = 0.6, 1.7  # lengths of a piece, of that of an example
_CORE = 0.1  # what is left out at both ends of an example: without a rest, no hand is raised or lowered there


class Compared:
    """A movement as it is compared, and its mirror image."""

    def __init__(self, movement: HandMovement) -> None:
        self.movement = movement

    def distance(self, other: "Compared") -> float:
        """How far apart two movements are, one of them mirrored if that is nearer; about 1 for different signs."""
        # Only what compares loads the C library.
        from dtaidistance.dtw_ndim import distance_fast

        own = self._features[0]
        found = []
        for features in other._features:
            both = (each.series(own.known & features.known) for each in (own, features))
            found.append(distance_fast(*both, window=WARPED) / np.sqrt(STEPS * own.hands(features)))
        return float(min(found))

    @cached_property
    def core(self) -> "Compared":
        """The movement without the moments in which the hands are raised and lowered."""
        length = len(self.movement.places)
        cut = round(_CORE * length)
        return self.piece(cut, length - cut)

    def piece(self, start: int, end: int) -> "Compared":
        """The moments from one to before another."""
        return Compared(HandMovement(self.movement.places[start:end], self.movement.shapes[start:end]))

    @cached_property
    def _features(self) -> "tuple[_Features, _Features]":
        ends = np.array([[0, len(self.movement.places) - 1]])
        both = (_Tracks.of(each).features(ends) for each in (self.movement, self.movement.mirrored))
        one, mirrored = (_Features(each.motion[0], each.shapes[0], each.known, each.up[0]) for each in both)
        return one, mirrored


class Piece(NamedTuple):
    """A piece of a long movement: its first moment, the one after its last, and how far it is from each example."""

    start: int
    end: int
    distances: Doubles


def pieces_like(movement: HandMovement, examples: Sequence[Compared], nearest: float) -> list[Piece]:
    """The pieces of a movement that may be one of the examples, nearest first; they overlap.

    They are compared step by step, without warping, so distances are a little too large; those of examples that last
    much longer or shorter are infinite.

    Args:
        movement: which may have several signs in it, without rest between them.
        examples: what is looked for.
        nearest: a piece is left out if it is farther than this from all examples.
    """
    cores = [each.core for each in examples]
    lengths = np.array([len(each.movement.places) for each in cores])
    ends = _places_to_look(len(movement.places), lengths)
    if not len(ends):
        return []
    given = _Tracks.of(movement).features(ends - np.array([0, 1]))
    distances = np.empty((len(ends), len(cores)))
    for index, each in enumerate(cores):
        distances[:, index] = np.min([given.distances(features) for features in each._features], axis=0)
    ratios = np.diff(ends, axis=1) / lengths
    distances[(ratios < _FASTEST) | (ratios > _SLOWEST)] = np.inf
    order = np.argsort(distances.min(axis=1))
    return [Piece(int(ends[at, 0]), int(ends[at, 1]), distances[at]) for at in order if distances[at].min() <= nearest]


def _places_to_look(length: int, lengths: NDArray[np.integer]) -> NDArray[np.intp]:
    """(W, 2) first moment, and the one after the last, of all pieces to look at."""
    shortest, longest = max(4.0, _FASTEST * lengths.min()), min(_SLOWEST * lengths.max(), length)
    sizes = shortest * _LONGER ** np.arange(np.log(max(longest / shortest, 1)) / np.log(_LONGER) + 1)
    found = [
        (start, start + size)
        for size in np.unique(np.rint(sizes).astype(int))
        for start in range(0, length - size + 1, _STEP)
    ]
    return np.array(found, np.intp).reshape(-1, 2)


class _Features(NamedTuple):
    """What is compared of a movement, weighted, or of several pieces of one with a leading W.

    Attributes:
        motion: (STEPS, D)
        shapes: (STEPS, 2, S)
        known: (2,) whether the shape of each hand is.
        up: (2,) 0..1, in how much of the movement each hand is up.
    """

    motion: Doubles
    shapes: Doubles
    known: NDArray[np.bool_]
    up: Doubles

    def hands(self, other: "_Features") -> Doubles:
        """0.5 for two movements of one hand, to 1 for those of both: what hangs down is the same in all signs."""
        return np.asarray(np.clip(np.maximum(self.up, other.up).mean(axis=-1), 0.5, 1))

    def series(self, known: NDArray[np.bool_]) -> Doubles:
        """(STEPS, D + 2 S), without the shapes of hands that are not known in both movements."""
        shapes = (self.shapes * known[:, None]).reshape(STEPS, -1)
        return np.concatenate([self.motion, shapes], axis=1)

    def distances(self, other: "_Features") -> Doubles:
        """(W,) how far each of the pieces is from another movement, step by step."""
        apart = ((self.motion - other.motion) ** 2).sum(axis=(1, 2))
        shapes_apart = ((self.shapes - other.shapes) ** 2).sum(axis=(1, 3)) * (self.known & other.known)
        return np.asarray(np.sqrt((apart + shapes_apart.sum(axis=1)) / (STEPS * self.hands(other))))


class _Tracks(NamedTuple):
    """Places (T, 2, 2), shapes (T, 2, S, 3) and how much each hand is up (T, 2, 1), smoothed."""

    places: Doubles
    shapes: Doubles
    up: Doubles
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, movement: HandMovement) -> "_Tracks":
        smooth = _smoothed(movement.places)
        up = np.clip((_DOWN - smooth[..., 1:]) / (_DOWN - _UP), 0, 1)
        # The shape of a hand that stays down counts as none, whether it is found or not.
        known = np.asarray(np.isfinite(movement.shapes).all(axis=(0, 2, 3)) | (up.max(axis=(0, 2)) < _STAYS_DOWN))
        shapes = np.nan_to_num(movement.shapes[:, :, _SHAPED_BY]) * up[..., None]
        return cls(_RESTING + up * (smooth - _RESTING), shapes, up, known)

    def features(self, ends: NDArray[np.integer]) -> _Features:
        """Of W pieces, from (W, 2) their first and last moments."""
        places, shapes, up = (_stretched(each, ends) for each in self[:3])
        # Per half of the movement, so that it does not matter how long it takes.
        speeds = np.gradient(places, axis=1) * STEPS / 2
        apart = (places[:, :, 1] - places[:, :, 0]) * np.sqrt(up[:, :, 0] * up[:, :, 1])
        count = len(ends)
        motion = np.concatenate(
            [
                _PLACE * places.reshape(count, STEPS, -1),
                _SPEED * speeds.reshape(count, STEPS, -1),
                _APART * apart,
            ],
            axis=2,
        )
        weight = _SHAPE / np.sqrt(len(_SHAPED_BY))
        shapes = weight * shapes.reshape(count, STEPS, 2, -1)
        return _Features(motion, shapes, self.known, up[..., 0].mean(axis=1))


def _smoothed(values: Doubles) -> Doubles:
    padded = np.concatenate([values[:1], values[:1], values, values[-1:], values[-1:]])
    return np.asarray(sum(share * padded[at : at + len(values)] for at, share in enumerate(_SMOOTHED_BY)))


def _stretched(values: Doubles, ends: NDArray[np.integer]) -> Doubles:
    """(W, STEPS, ...) from (T, ...), linear between the moments."""
    at = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * np.linspace(0, 1, STEPS)
    low = np.minimum(at.astype(int), len(values) - 2)
    share = (at - low).reshape(*at.shape, *[1] * (values.ndim - 1))
    return np.asarray(values[low] * (1 - share) + values[low + 1] * share)
