"""Left and right of a body, told apart over time.

The model decides for each frame which side of a person is which, and in some views takes one for the other for whole
stretches. A body cannot turn around within a frame, so of the two ways to name the sides the one is right with which
its upper part travels least: the shortest path through all frames (Viterbi) over two states, as named and exchanged. It
may leave out a few frames in which the two are mixed, as after a filter that looks back, and they then belong to
neither. The legs do not decide: in a view from the side they change places alone, while shoulders and hips hardly show
which way around they are.

What counts as exchanged must be so by a margin: both if exchanging costs little and if it costs much. Where the two
differ it is unclear, and the names stay as the model gave them.

Legs or arms are exchanged alone, too. Legs that pass each other look alike, and whatever is told wrongly there would
stay so to the end; so they are mended only where they jump to each other's place, without the rest of the body, and
soon jump back.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def _both(*names: str) -> list[int]:
    return [BLAZEPOSE_33.index(f"{side}_{name}") for name in names for side in ("left", "right")]


_SHOULDERS, _HIPS = map(_both, ("shoulder", "hip"))
_UPPER, _BODY = _both("shoulder", "elbow", "hip"), _both("shoulder", "elbow", "hip", "knee", "ankle")
_ARMS, _LEGS = _both("elbow", "wrist"), _both("knee", "ankle", "foot_index")
LIMBS = (_both("elbow", "wrist", "pinky", "index", "thumb"), _both("knee", "ankle", "heel", "foot_index"))
"""The landmarks that change sides with the arms, and with the legs."""

# Frames that are left out at most between two that count, and what each costs, in mean lengths of the trunk.
_LEFT_OUT, _COST_OF_ONE = 4, 0.03
# What exchanging costs at least and at most, in the same unit. At the true exchanges, in 2 of 18 videos, it made the
# path shorter by 0.34 to 0.6; elsewhere, as with both sides in line with the camera, by less than 0.08, but for two
# frames of a person who comes into the picture.
_COSTS_OF_EXCHANGE = (0.07, 0.15)
# If the smaller part is more than this share of the frames, nobody knows which of the two is named rightly.
_MOST_EXCHANGED = 0.4
# A joint cannot be farther off than not there.
_FARTHEST = 1.0
# A frame is mixed if both ways are as far off the path.
_MIXED = 0.15
# After as long nobody knows.
_FORGOTTEN_S = 1.0
# Exchanging arms or legs alone costs the first, and lasts for as long as the second at most. There and back they travel
# farther than exchanged by at least the third, and the rest of the body by at most the last.
_COST_ALONE, _ALONE_S, _JUMP, _JUMP_OF_OTHERS = 0.1, 1.0, 0.25, 0.1


class Sides(NamedTuple):
    """Which way a person's sides are named.

    Attributes:
        exchanged: (N,) bool: left is named right.
        mixed: (N,) bool: neither.
        unclear: (N,) bool: named rightly or exchanged, which nothing decides by a margin.
    """

    exchanged: BoolArray
    mixed: BoolArray
    unclear: BoolArray


def tell_sides(xy: Doubles, times_s: Doubles) -> Sides:
    """Tell one person's left from their right in the frames of one shot.

    Most of the frames between two long absences are taken to be named rightly; with nearly as many named the other way
    around, all of them are unclear.

    Args:
        xy: (N, 33, 2) pixels, of frames in which the person is seen.
        times_s: (N,).
    """
    upper, body = _ways(xy, _UPPER), _ways(xy, _BODY)
    told = Sides(*(np.zeros(len(xy), bool) for _ in Sides._fields))
    for part in np.split(np.arange(len(xy)), np.flatnonzero(np.diff(times_s) > _FORGOTTEN_S) + 1):
        paths = [_shortest_path(upper[part], cost) for cost in _COSTS_OF_EXCHANGE]
        eager, wary = (_off_path(upper[part], path).argmin(axis=1) == 1 for path in paths)
        differ = eager != wary
        told.unclear[part] = _fewer(differ) | _as_many(differ) | _as_many(wary)
        told.mixed[part] = _off_path(body[part], paths[-1]).min(axis=1) > _MIXED
        told.exchanged[part] = _fewer(wary) & ~told.unclear[part] & ~told.mixed[part]
    return told


def _fewer(frames: BoolArray) -> BoolArray:
    """(N,) bool: these frames or all others, whichever are fewer."""
    return frames if frames.mean() <= 0.5 else ~frames


def _as_many(frames: BoolArray) -> bool:
    """Whether these frames and all others are nearly as many."""
    return bool(_fewer(frames).mean() > _MOST_EXCHANGED)


def tell_limbs(xy: Doubles, times_s: Doubles) -> tuple[BoolArray, BoolArray]:
    """(N,) bool of the arms, and of the legs: they are exchanged alone.

    Args:
        xy: (N, 33, 2) pixels, of frames in which the person is seen.
        times_s: (N,).
    """
    trunk = _SHOULDERS + _HIPS
    return _exchanged_alone(xy, times_s, _ARMS, trunk + _LEGS), _exchanged_alone(xy, times_s, _LEGS, trunk + _ARMS)


def _exchanged_alone(xy: Doubles, times_s: Doubles, joints: list[int], others: list[int]) -> BoolArray:
    """(N,) bool: these joints are exchanged, the others are not."""
    exchanged = np.zeros(len(xy), bool)
    ways, rest = _ways(xy, joints), _ways(xy, others)
    for part in np.split(np.arange(len(xy)), np.flatnonzero(np.diff(times_s) > _FORGOTTEN_S) + 1):
        nearer = _off_path(ways[part], _shortest_path(ways[part], _COST_ALONE)).argmin(axis=1)
        for before, last in pairwise(np.flatnonzero(np.diff(nearer)).tolist()):
            run = part[before + 1 : last + 1]
            edges = (run[0], run[-1] + 1)
            jumps = min(_jump(ways, edge) for edge in edges) > _JUMP
            alone = max(_jump(rest, edge) for edge in edges) < _JUMP_OF_OTHERS
            soon = times_s[run[-1]] - times_s[run[0]] < _ALONE_S
            exchanged[run] = jumps and alone and soon and not exchanged[run[0] - 1]
    return exchanged


def _jump(ways: Doubles, frame: int) -> float:
    """How much farther the joints travel to this frame as named than exchanged."""
    own, other = np.linalg.norm(ways[frame] - ways[frame - 1, 0], axis=-1).mean(axis=-1)
    return float(own - other)


def _ways(xy: Doubles, joints: list[int]) -> Doubles:
    """(N, 2, joints, 2) where joints are, as named and exchanged, in lengths of the trunk; 0 where it is not known."""
    known = np.nan_to_num(xy)
    trunks = np.linalg.norm(known[:, _SHOULDERS].mean(axis=1) - known[:, _HIPS].mean(axis=1), axis=-1)
    exchanged = [BLAZEPOSE_33.mirror[joint] for joint in joints]
    return np.stack([known[:, joints], known[:, exchanged]], axis=1) / max(float(np.median(trunks)), 1.0)


def _shortest_path(ways: Doubles, cost_of_exchange: float) -> NDArray[np.int64]:
    """(N,) which of two ways each frame is on; -1: left out.

    Args:
        ways: (N, 2, joints, 2) lengths of the trunk.
        cost_of_exchange: in lengths of the trunk.
    """
    frames = len(ways)
    costs = np.zeros((frames, 2))
    came_from = np.zeros((frames, 2, 2), np.int64)
    steps = _steps(ways)
    change = cost_of_exchange * (1 - np.eye(2))
    for frame in range(1, frames):
        # (left out, from, to)
        reach = min(_LEFT_OUT + 1, frame)
        ways_here = costs[frame - reach : frame][::-1, :, None] + steps[:reach, frame] + change
        ways_here += (_COST_OF_ONE * np.arange(reach))[:, None, None]
        flat = ways_here.reshape(-1, 2)
        best = flat.argmin(axis=0)
        costs[frame] = flat[best, [0, 1]]
        came_from[frame] = np.stack([frame - 1 - best // 2, best % 2], axis=-1)
    path = np.full(frames, -1)
    frame, way = frames - 1, int(costs[-1].argmin())
    while True:
        path[frame] = way
        if frame == 0:
            return path
        frame, way = came_from[frame, way]


def _off_path(ways: Doubles, path: NDArray[np.int64]) -> Doubles:
    """(N, 2) mean distance of each way from the path, which is a straight line through frames that are left out."""
    counted = np.flatnonzero(path >= 0)
    after = np.searchsorted(counted, np.arange(len(path)))
    before = np.where(path >= 0, after, after - 1)
    first, last = counted[before], counted[after]
    share = (np.arange(len(path)) - first) / np.maximum(last - first, 1)
    line = ways[first, path[first]] + share[:, None, None] * (ways[last, path[last]] - ways[first, path[first]])
    return np.asarray(np.linalg.norm(ways - line[:, None], axis=-1).mean(axis=-1))


def _steps(ways: Doubles) -> Doubles:
    """(reach, N, 2, 2) mean distance of the joints from one way in an earlier frame to another in each frame."""
    steps = np.full((_LEFT_OUT + 1, len(ways), 2, 2), np.inf)
    for back in range(min(_LEFT_OUT + 1, len(ways) - 1)):
        here, before = ways[back + 1 :], ways[: -back - 1]
        apart = np.linalg.norm(here[:, None] - before[:, :, None], axis=-1)
        steps[back, back + 1 :] = np.minimum(apart, _FARTHEST).mean(axis=-1)
    return steps
