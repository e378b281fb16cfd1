"""BlazePose as an engine of posecore: pictures in, ``FramePoses`` out."""

from dataclasses import replace

from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose, to_frame
from posecore.estimation.blazepose.regions import Region
from posecore.estimation.blazepose.search import is_among, with_mask
from posecore.estimation.inputs import Picture
from posecore.estimation.object_detector import thorough_search
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.tracking import left_to_right
from posecore.poses import FramePoses

# Of more people than are wanted, so many are counted.
_COUNTED = 10


class PictureEstimator:
    """Estimates pictures that have nothing to do with each other. Not to be used by two threads at once.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable: if OpenVINO or these networks do not run here.
    """

    def __init__(self, options: PoseOptions) -> None:
        self._options = options
        self._blazepose = BlazePose(options)
        self._search = thorough_search(self._blazepose, options)

    def close(self) -> None:
        """Nothing is held that needs freeing: the networks are shared, the rest is memory."""

    def estimate(self, rgb: Picture) -> FramePoses:
        """The people in one picture, the surest of them as many as are wanted, from left to right.

        Args:
            rgb: (H, W, 3) uint8, upright.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        poses, left_out = self._thorough(rgb) if self._options.search == "thorough" else self._fast(rgb)
        frame = to_frame(poses, (rgb.shape[1], rgb.shape[0]), time_s=0.0)
        return replace(left_to_right(frame), left_out=left_out)

    def _thorough(self, rgb: Picture) -> tuple[list[RegionPose], int]:
        """The surest of everybody who is there, and how many more there are."""
        people = self._search.people(rgb)
        wanted = people[: self._options.people]
        if self._options.segmentation:
            wanted = [with_mask(self._blazepose, rgb, pose) for pose in wanted]
        return wanted, len(people) - len(wanted)

    def _fast(self, rgb: Picture) -> tuple[list[RegionPose], int]:
        """Who is there in as many of the detector's regions as people are wanted, and how many are in the others."""
        regions = self._blazepose.detect(rgb, self._options.min_detection)
        wanted = self._options.people
        people = self._present(rgb, regions[:wanted], mask=self._options.segmentation)
        others: list[RegionPose] = []
        for pose in self._present(rgb, regions[wanted : wanted + _COUNTED]):
            if not is_among(pose, people + others):
                others.append(pose)
        return people, len(others)

    def _present(self, rgb: Picture, regions: list[Region], *, mask: bool = False) -> list[RegionPose]:
        poses = (self._blazepose.landmarks(rgb, region, mask=mask) for region in regions)
        return [pose for pose in poses if pose.score > self._options.min_presence]
