"""BlazePose as an engine of posecore: pixels in, ``FramePoses`` out, for pictures and for streams."""

import math
from collections.abc import Iterable

import numpy as np

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose
from posecore.estimation.blazepose.regions import Region, overlap
from posecore.estimation.blazepose.search import Search, SquareBySquare
from posecore.estimation.checks import Picture, check_time
from posecore.estimation.options import PoseOptions
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33

# A thorough search takes as long as many frames. It may come again after this many seconds, and while nobody comes of
# it, after twice as many each time up to the most.
_SEARCH_AGAIN_S, _SEARCH_AT_LEAST_EVERY_S = 0.5, 2.0


class _Estimator:
    """BlazePose for one run.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable: where OpenVINO or these networks do not run here.
    """

    def __init__(self, options: PoseOptions) -> None:
        self._options = options
        self._blazepose = BlazePose(options)
        self._search: Search | None = None
        if options.search == "thorough":
            self._search = Search(self._blazepose, SquareBySquare(self._blazepose))

    def close(self) -> None:
        """Nothing is held that needs freeing: the networks are shared, the rest is memory."""

    def _find(self, rgb: Picture) -> list[Region]:
        return self._blazepose.detect(rgb, self._options.min_detection)

    def _read(self, rgb: Picture, regions: list[Region]) -> list[RegionPose]:
        """The people really there in the first regions, as many as are wanted."""
        poses = (self._blazepose.landmarks(rgb, region) for region in regions[: self._options.people])
        return [pose for pose in poses if pose.score > self._options.min_presence]


class PictureEstimator(_Estimator):
    """Estimates pictures that have nothing to do with each other. Not to be used by two threads at once."""

    def estimate(self, rgb: Picture) -> FramePoses:
        """The people in one picture, the surest first; with the thorough search from left to right.

        Args:
            rgb: (H, W, 3) uint8, upright.

        Raises:
            InvalidOption: where rgb is not such an array.
        """
        if self._search is None:
            poses = self._read(rgb, self._find(rgb))
        else:
            poses = _left_to_right(self._search.people(rgb)[: self._options.people])
        return _to_poses(poses, rgb, time_s=0.0)


class StreamEstimator(_Estimator):
    """Estimates the frames of one clip or one live stream, in order.

    Who was found in a frame is looked for around the same place in the next; the detector runs only
    while fewer people are followed than are wanted. One person is smoothed over time, several are not.
    """

    def __init__(self, options: PoseOptions) -> None:
        super().__init__(options)
        self._last_s = -math.inf
        self._search_from_s = -math.inf
        self._pause_s = _SEARCH_AGAIN_S
        self._followed: list[Region] = []
        self._smoothing: PoseSmoothing | None = None

    @property
    def followed(self) -> tuple[Region, ...]:
        """Where people are looked for in the next frame."""
        return tuple(self._followed)

    def follow(self, regions: Iterable[Region]) -> None:
        """Look there in the next frame, whoever was followed so far."""
        self._followed = list(regions)

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """The people in the next frame.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a clip's frame.
            time_s: the frame's own time, later than that of the frame before.

        Raises:
            InvalidOption: where rgb is not such an array or time does not go forward.
        """
        check_time(time_s, self._last_s)
        self._last_s = time_s
        found = self._look(rgb, time_s) if len(self._followed) < self._options.people else []
        poses = self._read(rgb, _one_each(self._followed + found, self._options.min_tracking))
        self._followed = [pose.next_region for pose in poses if pose.next_region.usable]
        if self._options.people == 1:
            poses = self._smooth(poses, time_s)
        return _to_poses(poses, rgb, time_s)

    def _look(self, rgb: Picture, time_s: float) -> list[Region]:
        """Who may be there besides those who are followed; thoroughly now and then, where that is wanted."""
        found = self._find(rgb)
        if self._search is None or len(found) >= self._options.people or time_s < self._search_from_s:
            return found
        everybody = [pose.next_region for pose in self._search.people(rgb)]
        more = len(everybody) > len(self._followed)
        self._pause_s = _SEARCH_AGAIN_S if more else min(2 * self._pause_s, _SEARCH_AT_LEAST_EVERY_S)
        self._search_from_s = time_s + self._pause_s
        return everybody or found

    def _smooth(self, poses: list[RegionPose], time_s: float) -> list[RegionPose]:
        if not poses:
            self._smoothing = None  # whoever comes next starts anew
        elif self._smoothing is None:
            self._smoothing = PoseSmoothing()
        return [self._smoothing.apply(pose, time_s) for pose in poses] if self._smoothing else poses


def _left_to_right(poses: list[RegionPose]) -> list[RegionPose]:
    return sorted(poses, key=lambda pose: float(pose.alignment[0, 0]))


def _one_each(regions: list[Region], same: float) -> list[Region]:
    """The regions without those that a later one overlaps by more than ``same``: they are one person's."""
    kept: list[Region] = []
    for region in regions:
        kept = [other for other in kept if overlap(region, other) <= same]
        kept.append(region)
    return kept


def _to_poses(poses: list[RegionPose], rgb: Picture, time_s: float) -> FramePoses:
    people, landmarks = len(poses), len(BLAZEPOSE_33)
    points = np.array([pose.points for pose in poses], np.float32).reshape(people, landmarks, 3)
    height, width = rgb.shape[:2]
    return FramePoses(
        xy=points[..., :2],
        z=points[..., 2],
        world=np.array([pose.world for pose in poses], np.float32).reshape(people, landmarks, 3),
        visibility=np.array([pose.visibility for pose in poses], np.float32).reshape(people, landmarks),
        presence=np.array([pose.presence for pose in poses], np.float32).reshape(people, landmarks),
        person_ids=np.arange(1, people + 1),
        time_s=time_s,
        size=(width, height),
    )
