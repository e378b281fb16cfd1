"""BlazePose: detects people in a picture and estimates the landmarks of the person in a region."""

import math

import cv2
import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.blazepose import detector, landmarks
from posecore.estimation.blazepose.landmarks import RegionPose
from posecore.estimation.blazepose.networks import Networks, load_networks
from posecore.estimation.crops import Cropper
from posecore.estimation.inputs import Picture, RgbArray, check_picture
from posecore.estimation.models import find_model
from posecore.estimation.networks import Request, usual_threads
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region

# Nobody is detected in parts of a picture with a smaller range of grey levels, so the network is not asked. (A portrait
# of 12 levels scores up to 0.46, one of 6 levels up to 0.07, and none of 4 levels or less 0.05.)
_LEAST_CONTRAST = 5


def load(options: PoseOptions) -> Networks:
    """Load and compile the networks for these options; fast after the first time.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if OpenVINO or these networks do not run here.
    """
    return load_networks(find_model(options.model), options.threads or usual_threads(), masks=options.segmentation)


class BlazePose:
    """The networks of a bundle and the steps around them, for one run.

    It holds the buffers of its run, so two threads must not use it at the same time; the networks themselves are
    shared. It keeps no state between calls.

    Args:
        options: model and number of threads; None: ``PoseOptions()``.

    Raises:
        As ``load``.
    """

    def __init__(self, options: PoseOptions | None = None) -> None:
        networks = load(options or PoseOptions())
        self._detector = Request(networks.detector)
        self._landmarks = Request(networks.landmarks)
        self._whole = Cropper(self._detector.picture, cv2.BORDER_CONSTANT)
        self._close = Cropper(self._landmarks.picture, cv2.BORDER_REPLICATE)
        if networks.landmarks_and_mask is not None:
            self._with_mask = Request(networks.landmarks_and_mask)
            self._close_with_mask = Cropper(self._with_mask.picture, cv2.BORDER_REPLICATE)

    def detect(self, rgb: Picture, min_score: float = 0.5, within: Region | None = None) -> list[Region]:
        """Detect people, highest score first, at most 60.

        The detector's input is scaled down to 224 pixels: it often misses a person shorter than about a quarter of it.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            min_score: lowest accepted score, 0..1.
            within: the square of the picture to search, turned if people are; None: the whole picture, upright.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        check_picture(rgb)
        height, width = rgb.shape[:2]
        seen = within or Region.whole(width, height)
        self._whole.cut(rgb, seen)
        if _is_plain(self._detector.picture, seen, (width, height)):
            return []
        boxes, scores = self._detector.run()
        return detector.decode_regions(boxes[0], scores[0, :, 0], seen, min_score)

    def landmarks(self, rgb: Picture, region: Region, *, mask: bool = False, mirrored: bool = False) -> RegionPose:
        """Estimate the person in a region, with a score for whether a person is there.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            region: from ``detect``, from the pose in the previous frame, or drawn by hand.
            mask: also compute the silhouette; requires the option ``segmentation``.
            mirrored: show the network the region's mirror image; its landmarks are turned back. Without a mask.

        Raises:
            InvalidOption: if rgb is not such an array, or the region is not usable.
        """
        check_picture(rgb)
        if not region.usable:
            raise InvalidOption(f"Expected a region with finite values and at least 1 pixel wide, but got {region}.")
        cropper, request = (self._close_with_mask, self._with_mask) if mask else (self._close, self._landmarks)
        cropper.cut(rgb, region)
        if mirrored:
            request.picture[:] = request.picture[:, ::-1].copy()
        points, score, heatmaps, world, *masks = request.run()
        return landmarks.decode_pose(
            points.reshape(landmarks.POINTS, landmarks.POINT_VALUES),
            float(score[0, 0]),
            heatmaps[0],
            world.reshape(landmarks.POINTS, 3),
            region,
            masks[0][0, :, :, 0] if masks else None,
            mirrored=mirrored,
        )


def _is_plain(crop: RgbArray, seen: Region, size: tuple[int, int]) -> bool:
    """Whether the crop of a region turned by quarters shows next to no contrast beside the black around the picture."""
    quarters = seen.rotation / (math.pi / 2)
    if abs(quarters - round(quarters)) > 1e-6:
        return False
    scale = len(crop) / seen.size  # pixels of the crop, per pixel of the picture
    corners = (np.array([[0, 0], [size[0] - 1, size[1] - 1]]) - (seen.x, seen.y)) @ np.rint(seen.directions())
    starts, ends = np.sort(corners * scale + len(crop) / 2, axis=0)
    columns, rows = (
        slice(max(0, math.ceil(start)), max(0, math.floor(end) + 1)) for start, end in zip(starts, ends, strict=True)
    )
    shown = crop[rows, columns]
    return shown.size == 0 or bool(shown.max() - shown.min() < _LEAST_CONTRAST)
