"""BlazePose as an engine for photos: pixels in, ``FramePoses`` out."""

from dataclasses import replace

from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose, to_frame
from posecore.estimation.blazepose.mirroring import averaged_with_mirror_image
from posecore.estimation.blazepose.search import is_among, with_mask
from posecore.estimation.inputs import Picture
from posecore.estimation.object_detector import thorough_search
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region
from posecore.estimation.tracking import left_to_right
from posecore.poses import FramePoses

# At most this many people beyond those requested are counted.
_COUNTED = 10


class PictureEstimator:
    """Estimates independent photos. Two threads must not use it at the same time.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if OpenVINO or these networks do not run here.
    """

    def __init__(self, options: PoseOptions) -> None:
        self._options = options
        self._blazepose = BlazePose(options)
        self._search = thorough_search(self._blazepose, options, patient=True)

    def close(self) -> None:
        """Do nothing: the networks are shared, and everything else is garbage-collected."""

    def estimate(self, rgb: Picture) -> FramePoses:
        """Estimate the people in one photo: up to the requested number, best scores first, ordered from left to right.

        Args:
            rgb: (H, W, 3) uint8, upright.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        poses, left_out = self._thorough(rgb) if self._options.search == "thorough" else self._fast(rgb)
        frame = to_frame(poses, (rgb.shape[1], rgb.shape[0]), time_s=0.0)
        return replace(left_to_right(frame), left_out=left_out)

    def _thorough(self, rgb: Picture) -> tuple[list[RegionPose], int]:
        """The people with the best scores, and how many more were found."""
        people = self._search.people(rgb, self._options.people)
        wanted = [averaged_with_mirror_image(self._blazepose, rgb, pose) for pose in people[: self._options.people]]
        if self._options.segmentation:
            wanted = [with_mask(self._blazepose, rgb, pose) for pose in wanted]
        return wanted, len(people) - len(wanted)

    def _fast(self, rgb: Picture) -> tuple[list[RegionPose], int]:
        """The people in the detector's best regions, and how many more are in the other regions."""
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
