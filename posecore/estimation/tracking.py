"""Tracking: lasting ids for the people found in each frame of a stream, and smoothing of each person.

People are recognised by position, pose and the colours of their clothes. Distances in the picture are converted to
metres by the person's own body size, so that the same limits hold near and far.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Self

import numpy as np

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.clothes import SAME_CLOTHES, clothes_apart, torso_colors
from posecore.estimation.inputs import Picture
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

# How often the clothes of a person who is alone are looked at, and the time constant for averaging their colours.
_CLOTHES_EVERY_S, _CLOTHES_OVER_S = 0.1, 1.0
# Of several people the colours are averaged slowly, as a mistake must be found before they are forgotten, and over a
# short time, as those of a single frame vary.
_SLOWLY_S, _WORN_OVER_S = 5.0, 0.7
# Metres that a difference of clothes counts as, and the absence after which the colours of a person's clothes over a
# short time begin anew.
_CLOTHES_M, _ABSENT_S = 2.0, 0.2
# Two people's ids were exchanged if that many differences less remain when they are exchanged back; one person became
# another if their clothes differ this much.
_EXCHANGED, _REPLACED = 0.15, 0.3

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
    worn: FloatArray | None = None  # colours of the clothes: those seen, or the mean over a short time
    clothes: FloatArray | None = None  # their slow mean
    since_s: float = -math.inf  # since when the short mean is of one person

    @property
    def state(self) -> dict[str, Any]:
        """What ``restored`` needs: plain values for JSON."""
        return {name: np.asarray(value).tolist() for name, value in vars(self).items()}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        """Another track as it was when it had this ``state``."""
        arrays = {name: np.array(value, np.float32) for name, value in state.items() if isinstance(value, list)}
        return cls(**state | arrays)

    def update(self, seen: "_Track") -> None:
        """Update with what is seen now."""
        step_s = seen.time_s - self.time_s
        share = 1 - math.exp(-step_s / _SPEED_OVER_S)
        speed = (seen.centre - self.centre) / np.float32(step_s)
        self.speed = self.speed + np.float32(share) * (speed - self.speed)
        self.time_s, self.centre = seen.time_s, seen.centre
        self.pixels_per_m, self.world = seen.pixels_per_m, seen.world
        if step_s > _ABSENT_S:
            self.worn, self.since_s = None, seen.time_s
        if seen.worn is not None:
            self.worn = _mixed(self.worn, seen.worn, step_s / _WORN_OVER_S)
            self.clothes = _mixed(self.clothes, seen.worn, step_s / _SLOWLY_S)

    @property
    def is_sure(self) -> bool:
        """Whether the short mean is of one person, and long enough."""
        return self.worn is not None and self.time_s - self.since_s >= _WORN_OVER_S

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
        other_clothes = clothes_apart(self.clothes, seen.worn)
        pose = float(np.linalg.norm(seen.world - self.world, axis=1).mean())
        return _CLOTHES_M * other_clothes + away + growth + math.exp(-unseen_s / _POSE_COUNTS_S) * pose


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
            "tracks": [[person, track.state] for person, track in self._tracks.items()],
            "smoothing": [[person, smoothing.state] for person, smoothing in self._smoothing.items()],
            "next_id": self._next_id,
            "time_s": self._time_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where other tracks were when they had this ``state``."""
        self._next_id, self._time_s = state["next_id"], state["time_s"]
        self._smoothing = {person: PoseSmoothing.restored(each) for person, each in state["smoothing"]}
        self._tracks = {person: _Track.restored(each) for person, each in state["tracks"]}

    def begin_shot(self) -> None:
        """Forget the people seen so far: anyone found from the next frame on is new."""
        self._tracks, self._smoothing = {}, {}

    def follow(self, found: FramePoses, picture: Picture | None = None) -> FramePoses:
        """Give the people found in the next frame their ids, and sort them by id.

        Args:
            found: in any order, with any ids, possibly with duplicates; later than the previous frame.
            picture: as for ``join``.
        """
        once = _without_duplicates(found)
        return self.numbered(once, self.join(once, picture=picture))

    def join(self, found: FramePoses, known: int = 0, picture: Picture | None = None) -> list[int]:
        """Assign an id to each person found in the next frame; new people get the next numbers.

        People who are new in the same frame are numbered from left to right. If clothes show that two people's ids were
        exchanged, as after a hug, they get them back; if one person has become another, that one is new.

        Args:
            found: in any order, with any ids; later than the previous frame.
            known: number of people at the start of ``found`` who come from followed regions: they are never new.
            picture: the frame, (H, W, 3) uint8, for the colours of clothes; None: they do not count.

        Returns:
            The id of each person found; 0 for one who should be known but is not recognised.
        """
        self._tracks = {
            person: track for person, track in self._tracks.items() if found.time_s - track.time_s <= _REMEMBERED_S
        }
        self._time_s = found.time_s
        seen = [_to_track(found, index) for index in range(len(found))]
        if picture is not None:
            for one, worn in zip(seen, _clothes_in(picture, found), strict=True):
                one.worn = one.clothes = worn
        recognized = self._recognize(seen)
        ids = [recognized.get(index, 0) for index in range(len(seen))]
        for index, person in recognized.items():
            self._tracks[person].update(seen[index])
        new = [index for index in range(known, len(seen)) if index not in recognized]
        for index in sorted(new, key=lambda index: float(seen[index].centre[0])):
            ids[index] = self._add(seen[index])
        renamed = self._put_right([person for person in ids if person])
        return [renamed.get(person, person) for person in ids]

    def _add(self, track: _Track) -> int:
        self._tracks[self._next_id] = replace(track, since_s=track.time_s)
        self._next_id += 1
        return self._next_id - 1

    def _put_right(self, here: list[int]) -> dict[int, int]:
        """Undo exchanges of ids among the people in view, as their clothes show: id before -> id now."""
        sure = [person for person in here if self._tracks[person].is_sure]
        for one, other in combinations(sure, 2):
            first, second = self._tracks[one], self._tracks[other]
            straight = clothes_apart(first.clothes, first.worn) + clothes_apart(second.clothes, second.worn)
            crossed = clothes_apart(first.clothes, second.worn) + clothes_apart(second.clothes, first.worn)
            if straight - crossed > _EXCHANGED:
                self._exchange(one, other)
                return {one: other, other: one}
        for person in sure:
            track = self._tracks[person]
            if clothes_apart(track.clothes, track.worn) > _REPLACED:
                del self._tracks[person]
                new = self._add(replace(track, clothes=track.worn))
                if person in self._smoothing:
                    self._smoothing[new] = self._smoothing.pop(person)
                return {person: new}
        return {}

    def _exchange(self, one: int, other: int) -> None:
        first, second = self._tracks[one], self._tracks[other]
        first.clothes, second.clothes = second.clothes, first.clothes
        first.since_s = second.since_s = first.time_s
        self._tracks[one], self._tracks[other] = second, first
        if one in self._smoothing and other in self._smoothing:
            self._smoothing[one], self._smoothing[other] = self._smoothing[other], self._smoothing[one]

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


class Succession:
    """Ids of people who are followed one after the other: 1, and the next number for each new person.

    Somebody who is taken up after a loss is a new person if they cannot have come so far since, or wear other colours.
    """

    def __init__(self) -> None:
        self.begin_shot()

    def begin_shot(self) -> None:
        """Forget the people seen so far, and count from 1 again: after a cut everyone is new anyway."""
        self._person = 0
        self._last: _Track | None = None
        self._clothes: FloatArray | None = None
        self._clothes_s = -math.inf

    @property
    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        clothes = None if self._clothes is None else self._clothes.tolist()
        return {
            "person": self._person,
            "last": self._last and self._last.state,
            "clothes": clothes,
            "clothes_s": self._clothes_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where another succession was when it had this ``state``."""
        self._person, self._clothes_s = state["person"], state["clothes_s"]
        self._last = state["last"] and _Track.restored(state["last"])
        self._clothes = None if state["clothes"] is None else np.array(state["clothes"], np.float32)

    def join(self, rgb: Picture, found: FramePoses, *, goes_on: bool) -> FramePoses:
        """Give the only person of the next frame their id.

        Args:
            rgb: the frame.
            found: one person; later than the previous frame with a person.
            goes_on: the person is followed from the previous frame.
        """
        seen = _to_track(found, 0)
        is_due = found.time_s >= self._clothes_s + _CLOTHES_EVERY_S
        worn = torso_colors(rgb, found.xy[0]) if is_due or not goes_on else None
        if self._last is None or not (goes_on or self._is_same(self._last, seen, worn)):
            self._person += 1
            self._last, self._clothes = seen, None
        else:
            self._last.update(seen)
        if worn is not None:
            self._clothes = _mixed(self._clothes, worn, (found.time_s - self._clothes_s) / _CLOTHES_OVER_S)
            self._clothes_s = found.time_s
        return replace(found, person_ids=np.array([self._person]))

    def _is_same(self, last: _Track, seen: _Track, worn: FloatArray | None) -> bool:
        if seen.time_s - last.time_s <= _REMEMBERED_S and not math.isfinite(last.match_cost(seen)):
            return False
        return clothes_apart(self._clothes, worn) <= SAME_CLOTHES


def _mixed(before: FloatArray | None, now: FloatArray, step: float) -> FloatArray:
    """Running mean of colours with what is seen now, after a step as a share of the mean's time constant."""
    return now if before is None else before + np.float32(1 - math.exp(-step)) * (now - before)


def _clothes_in(picture: Picture, found: FramePoses) -> list[FloatArray | None]:
    """Colours of each person's clothes; None for torsos that overlap, as the colours of both would be mixed."""
    torsos = found.xy[:, _TORSO]
    low, high = torsos.min(axis=1), torsos.max(axis=1)
    shared = (np.minimum(high[:, None], high) > np.maximum(low[:, None], low)).all(axis=-1)
    return [
        torso_colors(picture, xy) if overlaps == 1 else None
        for xy, overlaps in zip(found.xy, shared.sum(axis=1).tolist(), strict=True)
    ]


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
