"""BlazePose as an engine of posecore: pictures in, ``FramePoses`` out."""

from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose, to_frame
from posecore.estimation.blazepose.search import Search, SquareBySquare
from posecore.estimation.checks import Picture
from posecore.estimation.options import PoseOptions
from posecore.poses import FramePoses


class PictureEstimator:
    """Estimates pictures that have nothing to do with each other. Not to be used by two threads at once.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable: where OpenVINO or these networks do not run here.
    """

    def __init__(self, options: PoseOptions) -> None:
        self._options = options
        self._blazepose = BlazePose(options)
        self._search = Search(self._blazepose, SquareBySquare(self._blazepose))

    def close(self) -> None:
        """Nothing is held that needs freeing: the networks are shared, the rest is memory."""

    def estimate(self, rgb: Picture) -> FramePoses:
        """The people in one picture, the surest first; with the thorough search from left to right.

        Args:
            rgb: (H, W, 3) uint8, upright.

        Raises:
            InvalidOption: where rgb is not such an array.
        """
        if self._options.search == "thorough":
            poses = _left_to_right(self._search.people(rgb)[: self._options.people])
        else:
            poses = self._fast(rgb)
        return to_frame(poses, (rgb.shape[1], rgb.shape[0]), time_s=0.0)

    def _fast(self, rgb: Picture) -> list[RegionPose]:
        """The people really there in the detector's first regions, as many as are wanted."""
        regions = self._blazepose.detect(rgb, self._options.min_detection)[: self._options.people]
        poses = [self._blazepose.landmarks(rgb, region) for region in regions]
        return [pose for pose in poses if pose.score > self._options.min_presence]


def _left_to_right(poses: list[RegionPose]) -> list[RegionPose]:
    return sorted(poses, key=lambda pose: float(pose.alignment[0, 0]))
