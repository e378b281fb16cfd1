"""Tracking: lasting ids for the people found in each frame of a stream, and smoothing of each person.

People are recognised by position and pose. Distances in the picture are converted to metres by the person's own body
size, so that the same limits hold near and far.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.oks import oks_between
from posecore.poses import FloatArray, FramePoses
from posecore.skeletons import BLAZEPOSE_33

SAME_POSE = 0.5
"""Two detections with at least this similarity (OKS) are the same person."""

# How long a person who is out of sight is still expected to return.
_REMEMBERED_S = 2.0
# Largest distance from the expected position: metres, plus metres per second out of sight.
_REACH_M, _REACH_M_PER_S = 1.0, 2.5
# Largest factor by which a body may appear larger or smaller; from one frame to the next it hardly changes.
_MOST_GROWTH = 2.0
# Motion is extrapolated for at most this long.
_EXTRAPOLATED_S = 0.5
# Time constant for averaging speeds.
_SPEED_OVER_S = 0.15
# Time constant after which a person's last pose no longer counts.
_POSE_COUNTS_S = 0.3
# Approximate width of BlazePose's region around a standing person, the unit of speed for smoothing.
_REGION_M = 2.2

# Cost of an impossible match: more than all possible ones together.
_IMPOSSIBLE = 1e6

_TORSO = [BLAZEPOSE_33.index(name) for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]


@dataclass
class _Track:
    """One person as last seen."""

    time_s: float
    centre: FloatArray  # (2,) pixels
    pixels_per_m: float
    world: FloatArray  # (33, 3)
    speed: FloatArray = field(default_factory=lambda: np.zeros(2, np.float32))  # (2,) pixels per second

    def update(self, seen: "_Track") -> None:
        """Update with what is seen now."""
        step_s = seen.time_s - self.time_s
        share = 1 - math.exp(-step_s / _SPEED_OVER_S)
        speed = (seen.centre - self.centre) / np.float32(step_s)
        self.speed = self.speed + np.float32(share) * (speed - self.speed)
        self.time_s, self.centre = seen.time_s, seen.centre
        self.pixels_per_m, self.world = seen.pixels_per_m, seen.world

    @property
    def region_px(self) -> float:
        """Approximate width of BlazePose's region around the person, pixels."""
        return _REGION_M * self.pixels_per_m

    def shift(self, time_s: float) -> FloatArray:
        """(2,) pixels from the last position to the expected one."""
        return self.speed * np.float32(min(time_s - self.time_s, _EXTRAPOLATED_S))

    def match_cost(self, seen: "_Track") -> float:
        """Cost of a match, as a distance in metres from what is expected; infinite if it cannot be the same person."""
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
        smoothing: whether to smooth each person's landmarks over time.
    """

    def __init__(self, *, smoothing: bool = True) -> None:
        self._smooths = smoothing
        self._tracks: dict[int, _Track] = {}
        self._smoothing: dict[int, PoseSmoothing] = {}
        self._next_id = 1
        self._time_s = -math.inf

    @property
    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        return {
            "tracks": [
                [person, {name: np.asarray(value).tolist() for name, value in vars(track).items()}]
                for person, track in self._tracks.items()
            ],
            "smoothing": [[person, smoothing.state] for person, smoothing in self._smoothing.items()],
            "next_id": self._next_id,
            "time_s": self._time_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where other tracks were when they had this ``state``."""
        self._next_id, self._time_s = state["next_id"], state["time_s"]
        self._smoothing = {person: PoseSmoothing.restored(each) for person, each in state["smoothing"]}
        self._tracks = {}
        for person, fields in state["tracks"]:
            arrays = {name: np.array(fields[name], np.float32) for name in ("centre", "world", "speed")}
            self._tracks[person] = _Track(**fields | arrays)

    def begin_shot(self) -> None:
        """Forget the people seen so far: anyone found from the next frame on is new."""
        self._tracks, self._smoothing = {}, {}

    def follow(self, found: FramePoses) -> FramePoses:
        """Give the people found in the next frame their ids, and sort them by id.

        Args:
            found: in any order, with any ids, possibly with duplicates; later than the previous frame.
        """
        once = _without_duplicates(found)
        return self.numbered(once, self.join(once))

    def join(self, found: FramePoses, known: int = 0) -> list[int]:
        """Assign an id to each person found in the next frame; new people get the next numbers.

        People who are new in the same frame are numbered from left to right.

        Args:
            found: in any order, with any ids; later than the previous frame.
            known: number of people at the start of ``found`` who come from followed regions: they are never new.

        Returns:
            The id of each person found; 0 for one who should be known but is not recognised.
        """
        self._tracks = {
            person: track for person, track in self._tracks.items() if found.time_s - track.time_s <= _REMEMBERED_S
        }
        self._time_s = found.time_s
        seen = [_to_track(found, index) for index in range(len(found))]
        recognized = self._recognize(seen)
        ids = [recognized.get(index, 0) for index in range(len(seen))]
        for index, person in recognized.items():
            self._tracks[person].update(seen[index])
        new = [index for index in range(known, len(seen)) if index not in recognized]
        for index in sorted(new, key=lambda index: float(seen[index].centre[0])):
            ids[index] = self._next_id
            self._tracks[self._next_id] = seen[index]
            self._next_id += 1
        return ids

    def numbered(self, poses: FramePoses, ids: Sequence[int]) -> FramePoses:
        """Give people these ids and sort by id, leaving out those with id 0; smooth if requested."""
        order = [index for index in np.argsort(ids).tolist() if ids[index]]
        people = replace(poses.take(order), person_ids=np.array([ids[index] for index in order], np.int64))
        return self._smooth(people) if self._smooths else people

    def _smooth(self, people: FramePoses) -> FramePoses:
        ids = people.person_ids.tolist()
        # Forget those who are not here: after an absence smoothing starts again.
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
        """People not seen in the last frame but still expected, with the (2,) pixels they are expected to have moved.

        The most recently seen person comes first.
        """
        absent = [(track, person) for person, track in self._tracks.items() if track.time_s < self._time_s]
        absent.sort(key=lambda entry: -entry[0].time_s)
        return {person: track.shift(time_s) for track, person in absent}

    def _recognize(self, seen: Sequence[_Track]) -> dict[int, int]:
        """Match the people seen to known tracks at the lowest total cost: index in ``seen`` -> id."""
        if not seen or not self._tracks:
            return {}
        from scipy.optimize import linear_sum_assignment  # slow to import, and not needed for one person

        costs = np.array([[track.match_cost(one) for one in seen] for track in self._tracks.values()])
        rows, columns = linear_sum_assignment(np.where(np.isfinite(costs), costs, _IMPOSSIBLE))
        ids = list(self._tracks)
        return {
            int(column): ids[row] for row, column in zip(rows, columns, strict=True) if np.isfinite(costs[row, column])
        }


def left_to_right(poses: FramePoses) -> FramePoses:
    """Number the people in one photo from left to right."""
    order = np.argsort(poses.xy[:, _TORSO, 0].mean(axis=1), kind="stable")
    return replace(poses.take(order.tolist()), person_ids=np.arange(1, len(poses) + 1))


def _without_duplicates(poses: FramePoses) -> FramePoses:
    """Drop duplicate detections of a person, keeping the one with the higher visibility."""
    kept: list[int] = []
    for index in np.argsort(-poses.visibility.mean(axis=1), kind="stable").tolist():
        if all(oks_between(poses.xy[index], poses.xy[other]) < SAME_POSE for other in kept):
            kept.append(index)
    return poses.take(sorted(kept))


def _to_track(poses: FramePoses, index: int) -> _Track:
    xy, world = poses.xy[index], poses.world[index]
    spread_px, spread_m = (math.sqrt(float(points.var(axis=0).sum())) for points in (xy, world[:, :2]))
    return _Track(
        time_s=poses.time_s,
        centre=xy[_TORSO].mean(axis=0),
        pixels_per_m=max(spread_px, 1e-3) / max(spread_m, 1e-3),
        world=world,
    )
