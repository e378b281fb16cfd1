"""Who is who from frame to frame: lasting ids for the people an engine finds in each, and smoothing for each of them.

A person is known by place and shape. Lengths are told in metres, by the size of the person's own body in the
picture, so that the same bounds hold near and far.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.oks import oks_between
from posecore.poses import FloatArray, FramePoses
from posecore.skeletons import BLAZEPOSE_33

SAME_POSE = 0.5
"""Two finds are one person where their poses are this alike (OKS)."""

# How long somebody who is not seen is still expected.
_REMEMBERED_S = 2.0
# From where a person is expected, the middle of the body may be so far away: metres, and metres for each second unseen.
_REACH_M, _REACH_M_PER_S = 1.0, 2.5
# A body does not become so many times as large or small; from one frame to the next it hardly changes.
_MOST_GROWTH = 2.0
# Somebody goes on as before for so long; further than that is not foreseen.
_FORESEEN_S = 0.5
# Speeds are averaged over about so long.
_SPEED_OVER_S = 0.15
# How soon the pose a person had tells nothing any more.
_POSE_COUNTS_S = 0.3
# BlazePose's region around somebody who stands is about so wide; the smoothing measures speeds by it.
_REGION_M = 2.2

# More than any cost of one who can be the same: it is worse than all others together.
_NOBODY = 1e6

_TORSO = [BLAZEPOSE_33.index(name) for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]


@dataclass
class _Track:
    """One person, as seen last."""

    time_s: float
    centre: FloatArray  # (2,) pixels
    pixels_per_m: float
    world: FloatArray  # (33, 3)
    speed: FloatArray = field(default_factory=lambda: np.zeros(2, np.float32))  # (2,) pixels a second

    def see(self, seen: "_Track") -> None:
        """Go on with what is seen now."""
        step_s = seen.time_s - self.time_s
        share = 1 - math.exp(-step_s / _SPEED_OVER_S)
        speed = (seen.centre - self.centre) / np.float32(step_s)
        self.speed = self.speed + np.float32(share) * (speed - self.speed)
        self.time_s, self.centre = seen.time_s, seen.centre
        self.pixels_per_m, self.world = seen.pixels_per_m, seen.world

    @property
    def region_px(self) -> float:
        """About the width of BlazePose's region around the person."""
        return _REGION_M * self.pixels_per_m

    def shift(self, time_s: float) -> FloatArray:
        """(2,) pixels from the place of last to where the person is expected."""
        return self.speed * np.float32(min(time_s - self.time_s, _FORESEEN_S))

    def unlikeness(self, seen: "_Track") -> float:
        """How unlike what is expected it is, in metres; infinite where it cannot be the same person."""
        unseen_s = seen.time_s - self.time_s
        scale = math.sqrt(self.pixels_per_m * seen.pixels_per_m)
        growth = abs(math.log(seen.pixels_per_m / self.pixels_per_m))
        away = float(np.linalg.norm(seen.centre - self.centre - self.shift(seen.time_s))) / scale
        if growth > math.log(_MOST_GROWTH) or away > _REACH_M + _REACH_M_PER_S * unseen_s:
            return math.inf
        pose = float(np.linalg.norm(seen.world - self.world, axis=1).mean())
        return away + growth + math.exp(-unseen_s / _POSE_COUNTS_S) * pose


class Tracks:
    """The people of one stream.

    Args:
        smoothing: each person's landmarks are smoothed over time.
    """

    def __init__(self, *, smoothing: bool = True) -> None:
        self._smooths = smoothing
        self._tracks: dict[int, _Track] = {}
        self._smoothing: dict[int, PoseSmoothing] = {}
        self._next_id = 1
        self._time_s = -math.inf

    def follow(self, found: FramePoses) -> FramePoses:
        """The people found in the next frame with their ids, in the order of these.

        Args:
            found: in any order, with any ids, some perhaps twice; later than the frame before.
        """
        once = _without_doubles(found)
        return self.numbered(once, self.join(once))

    def join(self, found: FramePoses, known: int = 0) -> list[int]:
        """The id of each of the people found in the next frame; whoever is new gets the next number.

        People who are new in the same frame are numbered from left to right.

        Args:
            found: in any order, with any ids; later than the frame before.
            known: the first so many were looked for where somebody was before: they are never new.

        Returns:
            For each of the found the id; 0 for one who should be known and is not.
        """
        self._tracks = {
            person: track for person, track in self._tracks.items() if found.time_s - track.time_s <= _REMEMBERED_S
        }
        self._time_s = found.time_s
        seen = [_seen(found, index) for index in range(len(found))]
        recognized = self._recognize(seen)
        ids = [recognized.get(index, 0) for index in range(len(seen))]
        for index, person in recognized.items():
            self._tracks[person].see(seen[index])
        new = [index for index in range(known, len(seen)) if index not in recognized]
        for index in sorted(new, key=lambda index: float(seen[index].centre[0])):
            ids[index] = self._next_id
            self._tracks[self._next_id] = seen[index]
            self._next_id += 1
        return ids

    def numbered(self, poses: FramePoses, ids: Sequence[int]) -> FramePoses:
        """The people with these ids, in their order; those with id 0 are left out."""
        order = [index for index in np.argsort(ids).tolist() if ids[index]]
        people = replace(poses.take(order), person_ids=np.array([ids[index] for index in order], np.int64))
        return self._smooth(people) if self._smooths else people

    def _smooth(self, people: FramePoses) -> FramePoses:
        ids = people.person_ids.tolist()
        # Who is not here is forgotten: after an absence smoothing begins anew.
        self._smoothing = {person: self._smoothing.get(person) or PoseSmoothing() for person in ids}
        points = np.concatenate([people.xy, people.z[..., None]], axis=2)
        world, visibility = people.world.copy(), people.visibility.copy()
        for index, person in enumerate(ids):
            points[index], world[index], visibility[index] = self._smoothing[person].apply(
                points[index].copy(),
                people.world[index],
                people.visibility[index],
                time_s=people.time_s,
                scale=self._tracks[person].region_px,
            )
        return replace(people, xy=points[..., :2], z=points[..., 2], world=world, visibility=visibility)

    def absent(self, time_s: float) -> dict[int, FloatArray]:
        """Who was not seen in the last frame but is still expected; (2,) pixels from where they were last.

        Whoever was seen last comes first.
        """
        absent = [(track, person) for person, track in self._tracks.items() if track.time_s < self._time_s]
        absent.sort(key=lambda entry: -entry[0].time_s)
        return {person: track.shift(time_s) for track, person in absent}

    def _recognize(self, seen: Sequence[_Track]) -> dict[int, int]:
        """Of those seen (by their place in the list) the ids of all who are known; together as alike as possible."""
        if not seen or not self._tracks:
            return {}
        from scipy.optimize import linear_sum_assignment  # it takes a moment, and one person needs none of it

        costs = np.array([[track.unlikeness(one) for one in seen] for track in self._tracks.values()])
        rows, columns = linear_sum_assignment(np.where(np.isfinite(costs), costs, _NOBODY))
        ids = list(self._tracks)
        return {
            int(column): ids[row] for row, column in zip(rows, columns, strict=True) if np.isfinite(costs[row, column])
        }


def left_to_right(poses: FramePoses) -> FramePoses:
    """The people of one picture, numbered in the order in which they stand."""
    order = np.argsort(poses.xy[:, _TORSO, 0].mean(axis=1), kind="stable")
    return replace(poses.take(order.tolist()), person_ids=np.arange(1, len(poses) + 1))


def _without_doubles(poses: FramePoses) -> FramePoses:
    """Of those who are found twice, only the surer pose."""
    kept: list[int] = []
    for index in np.argsort(-poses.visibility.mean(axis=1), kind="stable").tolist():
        if all(oks_between(poses.xy[index], poses.xy[other]) < SAME_POSE for other in kept):
            kept.append(index)
    return poses.take(sorted(kept))


def _seen(poses: FramePoses, index: int) -> _Track:
    xy, world = poses.xy[index], poses.world[index]
    spread_px, spread_m = (math.sqrt(float(points.var(axis=0).sum())) for points in (xy, world[:, :2]))
    return _Track(
        time_s=poses.time_s,
        centre=xy[_TORSO].mean(axis=0),
        pixels_per_m=max(spread_px, 1e-3) / max(spread_m, 1e-3),
        world=world,
    )
