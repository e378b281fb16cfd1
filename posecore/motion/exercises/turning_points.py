"""Turning points of a curve, and the repetitions between them: pure functions of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

NEAR = 0.1
"""Share of a movement's size within which it counts as at its end: from 10 to 90%, as IEEE Std 181 has rise times."""


@dataclass(frozen=True)
class Cycle:
    """From rest to the extreme and back, as indices of a curve.

    Attributes:
        start, end: when rest is left, and reached again.
        reached, left: first and last time near the extreme.
        extreme: the turning point.
        size: the smaller of both changes, on the way there and back.
        whole: False if the curve begins or ends within it.
    """

    start: int
    reached: int
    extreme: int
    left: int
    end: int
    size: float
    whole: bool = True


def find_turns(values: Doubles, least: float) -> list[int]:
    """Indices of the highest and lowest points between changes of at least this size, alternating.

    The first and the last may be at an end of the curve, where it does not turn.
    """
    steps = np.sign(np.diff(values))
    moving = np.flatnonzero(steps)
    changes = moving[1:][np.diff(steps[moving]) != 0]
    candidates = [0, *changes.tolist(), len(values) - 1]
    levels = values[candidates].tolist()
    turns: list[int] = []
    low = high = 0  # places among the candidates: the lowest and the highest since the last turn
    rising = 0
    for place, level in enumerate(levels):
        high = place if level > levels[high] else high
        low = place if level < levels[low] else low
        if rising >= 0 and levels[high] - level >= least:
            turns.append(candidates[high])
            rising, low = -1, place
        elif rising <= 0 and level - levels[low] >= least:
            turns.append(candidates[low])
            rising, high = 1, place
    if rising:
        turns.append(candidates[high if rising > 0 else low])
    return turns


def usual_size(sizes: Sequence[float]) -> float:
    """Median of the sizes, each weighted by itself, so that many small movements do not count; 0 if there are none."""
    if not len(sizes):
        return 0.0
    ordered = np.sort(np.asarray(sizes, np.float64))
    shares = np.cumsum(ordered) / ordered.sum()
    return float(ordered[np.searchsorted(shares, 0.5)])


def find_cycles(values: Doubles, least: float) -> list[Cycle]:
    """Every movement to a highest point and back, of at least this size, in order; unfinished ones at the ends too."""
    turns = find_turns(values, least)
    if len(turns) < 2:
        return []
    first = 0 if values[turns[0]] > values[turns[1]] else 1
    around: list[int | None] = [None, *turns, None]
    return [_cycle(values, around[place], turns[place], around[place + 2]) for place in range(first, len(turns), 2)]


def _cycle(values: Doubles, before: int | None, extreme: int, after: int | None) -> Cycle:
    """The cycle of a highest point between two lowest ones, of which one may be missing."""
    way_there = values[before or 0 : extreme + 1][::-1]
    way_back = values[extreme : None if after is None else after + 1]
    reached, start = _leave(way_there)
    left, end = _leave(way_back)
    sizes = [float(values[extreme] - values[turn]) for turn in (before, after) if turn is not None]
    return Cycle(
        start=0 if before is None else extreme - start,
        reached=extreme - reached,
        extreme=extreme,
        left=extreme + left,
        end=len(values) - 1 if after is None else extreme + end,
        size=min(sizes),
        whole=len(sizes) == 2,
    )


def _leave(way: Doubles) -> tuple[int, int]:
    """On the way from the extreme to rest, the last place near the extreme, and the first near rest after that."""
    margin = NEAR * (way[0] - way.min())
    near_rest = int((way <= way.min() + margin).argmax())
    near_extreme = np.flatnonzero(way[: near_rest + 1] >= way[0] - margin)
    return int(near_extreme[-1]), near_rest
