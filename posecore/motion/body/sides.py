"""Left and right of a body, told apart over time.

The model decides for each frame which side of a person is which, and in some views takes one for the other for whole
stretches. A body cannot turn around within a frame, so of the two ways to name the sides the one is right with which
the joints travel least: the shortest path through all frames (Viterbi) over two states, as named and exchanged. It may
leave out a few frames in which the two are mixed, as after a filter that looks back, and they then belong to neither.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_JOINTS = [
    BLAZEPOSE_33.index(f"{side}_{joint}")
    for joint in ("shoulder", "elbow", "hip", "knee", "ankle")
    for side in ("left", "right")
]
_OTHERS = [_JOINTS.index(BLAZEPOSE_33.mirror[joint]) for joint in _JOINTS]
_SHOULDERS, _HIPS = (
    [_JOINTS.index(BLAZEPOSE_33.index(f"{side}_{joint}")) for side in ("left", "right")]
    for joint in ("shoulder", "hip")
)

# Frames that are left out at most between two that count, and what each costs, in mean lengths of the trunk.
_LEFT_OUT, _COST_OF_ONE = 4, 0.03
# What exchanging costs, so that sides in one line with the camera are not exchanged for nothing.
_COST_OF_EXCHANGE = 0.1
# A joint cannot be farther off than not there.
_FARTHEST = 1.0
# A frame is mixed if both ways are as far off the path.
_MIXED = 0.15
# After as long nobody knows.
_FORGOTTEN_S = 1.0


class Sides(NamedTuple):
    """Which way a person's sides are named.

    Attributes:
        exchanged: (N,) bool: left is named right.
        mixed: (N,) bool: neither.
    """

    exchanged: BoolArray
    mixed: BoolArray


def tell_sides(xy: Doubles, times_s: Doubles) -> Sides:
    """Tell one person's left from their right in the frames of one shot.

    Most of the frames between two long absences are taken to be named rightly.

    Args:
        xy: (N, 33, 2) pixels, of frames in which the person is seen.
        times_s: (N,).
    """
    joints = np.nan_to_num(xy[:, _JOINTS])
    trunks = np.linalg.norm(joints[:, _SHOULDERS].mean(axis=1) - joints[:, _HIPS].mean(axis=1), axis=-1)
    joints = joints / max(float(np.median(trunks)), 1.0)
    ways = np.stack([joints, joints[:, _OTHERS]], axis=1)
    exchanged, mixed = np.zeros(len(xy), bool), np.zeros(len(xy), bool)
    for part in np.split(np.arange(len(xy)), np.flatnonzero(np.diff(times_s) > _FORGOTTEN_S) + 1):
        path = _shortest_path(ways[part])
        off = _off_path(ways[part], path)
        nearer = off.argmin(axis=1)
        exchanged[part] = nearer == (1 if nearer.mean() <= 0.5 else 0)
        mixed[part] = off.min(axis=1) > _MIXED
    return Sides(exchanged, mixed)


def _shortest_path(ways: Doubles) -> NDArray[np.int64]:
    """(N,) which of two ways each frame is on; -1: left out.

    Args:
        ways: (N, 2, joints, 2) lengths of the trunk.
    """
    frames = len(ways)
    costs = np.zeros((frames, 2))
    came_from = np.zeros((frames, 2, 2), np.int64)
    steps = _steps(ways)
    change = _COST_OF_EXCHANGE * (1 - np.eye(2))
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
