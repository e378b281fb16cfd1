"""BlazePose as an engine for videos and live streams: frames in, ``FramePoses`` out."""

import math
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose, to_frame
from posecore.estimation.blazepose.search import Search, SquareBySquare, Sweep, with_mask
from posecore.estimation.inputs import Picture, ResumeState, check_picture, check_time
from posecore.estimation.object_detector import thorough_search
from posecore.estimation.oks import oks_between
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region, overlap
from posecore.estimation.tracking import SAME_POSE, Succession, Tracks
from posecore.poses import FramePoses

# While fewer people are followed than requested, the detector runs this often: in every second frame of most videos,
# which is enough for people who enter. It runs in every frame while nobody is followed or someone was just lost.
_LOOK_EVERY_S = 0.06
# With the requested number of people, the detector runs this often to count those who are in view: at first more often,
# as it misses some of them in most frames and a video may be short, then rarely, as it takes half as long as a frame.
_COUNT_FIRST_EVERY_S, _COUNT_EVERY_S = 0.5, 2.0
_COUNT_RARER = 0.2  # of the time since the first count
# At most this many of the detector's regions are examined for somebody to follow.
_MOST_NEW = 2
# So sure a detection, with so sure landmarks, needs no confirmation. (Of a table that looks like a person, in 22
# frames: up to 0.56 and 0.98.)
_SURE_DETECTION, _SURE_POSE = 0.85, 0.95
# Neither does whoever was lost so short a time ago in a region that overlaps this much: it is the same person.
_BACK_WITHIN_S, _BACK_OVERLAP = 0.5, 0.3
# At most this many lost people per frame are searched for at their expected positions.
_MOST_EXPECTED = 3


class StreamEstimator:
    """Estimates the frames of one video or live stream, in order.

    A person found in one frame is searched for around the same place in the next. The detector runs mainly while fewer
    people are followed than requested. Each person is smoothed over time, unless the options say otherwise.

    Args:
        options: how people are found.
        counts: whether to look for people beyond those asked for, only to count them in ``most_seen``.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if OpenVINO or these networks do not run here.
    """

    def __init__(self, options: PoseOptions, *, counts: bool = False) -> None:
        blazepose = BlazePose(options)
        self._last_s = -math.inf
        follow = _OnePerson if options.people == 1 else _SeveralPeople
        self._people = follow(blazepose, options, counts=counts)

    def close(self) -> None:
        """Do nothing: the networks are shared, and everything else is garbage-collected."""

    @property
    def resume_state(self) -> ResumeState:
        """All that the next frame depends on."""
        return self._people.state

    def resume(self, state: ResumeState) -> None:
        """Go on where another estimator with the same options was; None: do nothing."""
        if state is not None:
            self._people.restore(state)

    def begin_shot(self) -> None:
        """Forget everyone, as a hard cut comes before the next frame."""
        self._people.begin_shot()

    @property
    def most_seen(self) -> int:
        """The largest number of people in view at once, as far as known, whatever number was requested."""
        return self._people.most_seen

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Estimate the people in the next frame.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            time_s: the frame's own time, later than the previous frame's.

        Raises:
            InvalidOption: if rgb is not such an array, or ``time_s`` is not later than the previous one.
        """
        check_picture(rgb)
        check_time(time_s, self._last_s)
        self._last_s = time_s
        return self._people.step(rgb, time_s)


def _quick_search(blazepose: BlazePose, options: PoseOptions) -> Search:
    return Search(
        blazepose,
        SquareBySquare(blazepose),
        min_score=options.min_presence,
        min_detection=options.min_detection,
        patient=True,
    )


def _find_others(
    rgb: Picture,
    known: list[RegionPose],
    *,
    blazepose: BlazePose,
    search: Search,
    options: PoseOptions,
    more_than: int = 0,
) -> list[RegionPose]:
    """One look at the whole picture: the confirmed people besides the known ones, if there may be more than so many."""
    found = blazepose.detect(rgb, options.min_detection)
    most = options.min_tracking
    elsewhere = [region for region in found if all(overlap(region, pose.next_region) <= most for pose in known)]
    return search.confirm(rgb, elsewhere, known) if len(known) + len(elsewhere) > more_than else []


def _sweep(blazepose: BlazePose, options: PoseOptions) -> Sweep | None:
    return Sweep(thorough_search(blazepose, options)) if options.search == "thorough" else None


class _OnePerson:
    """As in MediaPipe: follows the first person found, and after losing them the next one found, who gets a new id."""

    def __init__(self, blazepose: BlazePose, options: PoseOptions, *, counts: bool) -> None:
        self.followed: list[Region] = []
        self.most_seen = 0
        self._last: tuple[Region, float] | None = None  # where somebody was last followed, and when
        self._blazepose = blazepose
        self._options = options
        self._counts = counts
        self._search = _quick_search(blazepose, options)
        self._find_others = partial(_find_others, blazepose=blazepose, search=self._search, options=options)
        self._first_count_s = math.inf
        self._next_count_s = -math.inf
        self._sweep = _sweep(blazepose, options)
        self._smoothing: PoseSmoothing | None = None
        self._ids = Succession()

    @property
    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        return {
            "followed": [asdict(region) for region in self.followed],
            "most_seen": self.most_seen,
            "last": self._last and [asdict(self._last[0]), self._last[1]],
            "counts_s": [self._first_count_s, self._next_count_s],
            "sweep": self._sweep and self._sweep.state,
            "smoothing": self._smoothing and self._smoothing.state,
            "ids": self._ids.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from another one's ``state``."""
        self.followed = [Region(**region) for region in state["followed"]]
        self.most_seen = state["most_seen"]
        self._last = state["last"] and (Region(**state["last"][0]), state["last"][1])
        self._first_count_s, self._next_count_s = state["counts_s"]
        if self._sweep is not None:
            self._sweep.restore(state["sweep"])
        if state["smoothing"] is not None:
            self._smoothing = PoseSmoothing.restored(state["smoothing"])
        self._ids.restore(state["ids"])

    def begin_shot(self) -> None:
        """Forget the person."""
        self.followed, self._smoothing, self._last = [], None, None
        self._ids.begin_shot()
        self._first_count_s, self._next_count_s = math.inf, -math.inf
        if self._sweep is not None:
            self._sweep.restart()

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Estimate the person in the next frame."""
        size = (rgb.shape[1], rgb.shape[0])
        followed = self.followed
        for region in followed or self._look(rgb, time_s):
            pose = self._blazepose.landmarks(rgb, region, mask=self._options.segmentation)
            if pose.score > self._options.min_presence:
                self.followed = [pose.next_region] if pose.next_region.usable else []
                if self._counts:
                    self._count(rgb, time_s, pose)
                shown = self._smooth(pose, time_s) if self._options.smoothing else pose
                goes_on = bool(followed) or self._is_back(region, time_s)
                self._last = (pose.next_region, time_s) if pose.next_region.usable else None
                return self._ids.join(rgb, to_frame([shown], size, time_s), goes_on=goes_on)
        self.followed = []
        self._smoothing = None  # the next person starts fresh
        return FramePoses.nobody(size, time_s)

    def _look(self, rgb: Picture, time_s: float) -> list[Region]:
        """At most one region, with somebody in it beyond doubt: furniture can look like a person once."""
        detected = self._blazepose.detect(rgb, self._options.min_detection)
        found = (region for region in detected[:_MOST_NEW] if self._is_somebody(rgb, region, time_s))
        region = next(found, None)
        if region is not None:
            return [region]
        others = [] if self._sweep is None else self._sweep.look(rgb, time_s)
        return [pose.next_region for pose in others[:1]]

    def _is_somebody(self, rgb: Picture, region: Region, time_s: float) -> bool:
        """Whether a region shows the person just lost, a person who is seen clearly, or one who is confirmed."""
        if self._is_back(region, time_s):
            return True
        if region.score >= _SURE_DETECTION and self._blazepose.landmarks(rgb, region).score >= _SURE_POSE:
            return True
        return bool(self._search.confirm(rgb, [region]))

    def _is_back(self, region: Region, time_s: float) -> bool:
        """Whether the person just lost is likely to be in a region."""
        if self._last is None:
            return False
        last, last_s = self._last
        return time_s - last_s <= _BACK_WITHIN_S and overlap(region, last) >= _BACK_OVERLAP

    def _count(self, rgb: Picture, time_s: float, followed: RegionPose) -> None:
        """Now and then, count the people in view; thoroughly once in a shot, as that takes as long as many frames."""
        if time_s < self._next_count_s:
            return
        is_first = time_s < self._first_count_s
        if self._sweep is not None and is_first:
            others = self._sweep.complete(rgb, [followed])
        else:
            others = self._find_others(rgb, [followed], more_than=self.most_seen)
        self._first_count_s = min(self._first_count_s, time_s)
        rarer_s = _COUNT_RARER * (time_s - self._first_count_s)
        self._next_count_s = time_s + min(max(_COUNT_FIRST_EVERY_S, rarer_s), _COUNT_EVERY_S)
        self.most_seen = max(self.most_seen, 1 + len(others))

    def _smooth(self, pose: RegionPose, time_s: float) -> RegionPose:
        self._smoothing = self._smoothing or PoseSmoothing()
        points, world, visibility = self._smoothing.apply(
            pose.points, pose.world, pose.visibility, time_s=time_s, scale=pose.next_region.size
        )
        return replace(pose, points=points, world=world, visibility=visibility)


class _SeveralPeople:
    """Follows several people with lasting ids, even through a short absence."""

    def __init__(self, blazepose: BlazePose, options: PoseOptions, *, counts: bool) -> None:
        self.followed: list[Region] = []
        self.most_seen = 0
        self._blazepose = blazepose
        self._options = options
        self._counts = counts
        self._search = _quick_search(blazepose, options)
        self._find_others = partial(_find_others, blazepose=blazepose, search=self._search, options=options)
        self._sweep = _sweep(blazepose, options)
        self._tracks = Tracks(smoothing=options.smoothing)
        self._last_regions: dict[int, Region] = {}
        self._looked_s = -math.inf

    @property
    def state(self) -> dict[str, Any]:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        return {
            "followed": [asdict(region) for region in self.followed],
            "most_seen": self.most_seen,
            "sweep": self._sweep and self._sweep.state,
            "tracks": self._tracks.state,
            "last_regions": [[person, asdict(region)] for person, region in self._last_regions.items()],
            "looked_s": self._looked_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from another one's ``state``."""
        self.followed = [Region(**region) for region in state["followed"]]
        self.most_seen, self._looked_s = state["most_seen"], state["looked_s"]
        if self._sweep is not None:
            self._sweep.restore(state["sweep"])
        self._tracks.restore(state["tracks"])
        self._last_regions = {person: Region(**region) for person, region in state["last_regions"]}

    def begin_shot(self) -> None:
        """Forget everyone, and look for people at once."""
        self.followed, self._last_regions = [], {}
        self._tracks.begin_shot()
        self._looked_s = -math.inf
        if self._sweep is not None:
            self._sweep.restart()

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Estimate the people in the next frame."""
        size = (rgb.shape[1], rgb.shape[0])
        poses = self._read_followed(rgb)
        known = len(poses)
        missing = self._options.people - known
        if missing > 0:
            places = self._expected(size, time_s)[: min(missing, _MOST_EXPECTED)]
            poses += self._search.confirm(rgb, places, known=poses)
        poses += self._new(rgb, time_s, poses)
        self.most_seen = max(self.most_seen, len(poses))
        del poses[self._options.people :]
        if self._options.segmentation:
            poses = [pose if pose.mask else with_mask(self._blazepose, rgb, pose) for pose in poses]
        found = to_frame(poses, size, time_s)
        ids = self._tracks.join(found, known, rgb)
        self._remember(poses, ids, time_s)
        return self._tracks.numbered(found, ids)

    def _read_followed(self, rgb: Picture) -> list[RegionPose]:
        """The followed people who are still there; if two regions lead to one person, only the better pose."""
        mask = self._options.segmentation
        poses = [self._blazepose.landmarks(rgb, region, mask=mask) for region in self.followed]
        there = [pose for pose in poses if pose.score > self._options.min_presence]
        kept: list[RegionPose] = []
        for pose in sorted(there, key=lambda pose: -pose.score):
            if all(oks_between(pose.points[:, :2], other.points[:, :2]) < SAME_POSE for other in kept):
                kept.append(pose)
        return kept

    def _expected(self, size: tuple[int, int], time_s: float) -> list[Region]:
        """Regions in the picture where recently lost people are expected."""
        moved = [
            replace(region, x=region.x + across, y=region.y + down)
            for person, (across, down) in self._tracks.absent(time_s).items()
            for region in [self._last_regions[person]]
        ]
        return [region for region in moved if 0 <= region.x <= size[0] and 0 <= region.y <= size[1]]

    def _new(self, rgb: Picture, time_s: float, known: list[RegionPose]) -> list[RegionPose]:
        """People found besides those already known."""
        wanted = len(known) < self._options.people
        new: list[RegionPose] = []
        if self._is_time_to_look(len(known), time_s):
            self._looked_s = time_s
            new = self._find_others(rgb, known, more_than=0 if wanted else self.most_seen)
        if wanted and self._sweep is not None:
            new += self._sweep.look(rgb, time_s, [*known, *new])
        return new

    def _is_time_to_look(self, known: int, time_s: float) -> bool:
        if known >= self._options.people:
            return self._counts and time_s >= self._looked_s + _COUNT_EVERY_S
        return known == 0 or known < len(self.followed) or time_s >= self._looked_s + _LOOK_EVERY_S

    def _remember(self, poses: list[RegionPose], ids: list[int], time_s: float) -> None:
        here = {person: pose.next_region for pose, person in zip(poses, ids, strict=True) if person}
        self.followed = [region for region in here.values() if region.usable]
        absent = {person: self._last_regions[person] for person in self._tracks.absent(time_s)}
        self._last_regions = absent | here
