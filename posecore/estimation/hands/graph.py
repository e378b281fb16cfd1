"""The two hand networks: one detects palms in a picture, one estimates the landmarks of the hand in a region."""

from typing import Any

import cv2

from posecore.errors import InvalidOption
from posecore.estimation.crops import Cropper
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands import detector, landmarks
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.inputs import Picture, check_picture
from posecore.estimation.models import find_model
from posecore.estimation.networks import Network, Request, load_networks, usual_threads
from posecore.estimation.regions import Region
from posecore.skeletons import HAND_21

_DETECTOR = Network(
    name="hand_detector",
    task="hand",
    file_name="hand_detector.tflite",
    side=detector.SIDE,
    outputs={"Identity": (1, detector.BOXES, detector.BOX_VALUES), "Identity_1": (1, detector.BOXES, 1)},
    mean=0.0,
    scale=255.0,
)
_LANDMARKS = Network(
    name="hand_landmarks_detector",
    task="hand",
    file_name="hand_landmarks_detector.tflite",
    side=landmarks.SIDE,
    outputs={
        "Identity": (1, len(HAND_21) * 3),
        "Identity_1": (1, 1),
        "Identity_2": (1, 1),
        "Identity_3": (1, len(HAND_21) * 3),
    },
    mean=0.0,
    scale=255.0,
)


def load(options: HandOptions) -> list[Any]:
    """Load and compile the networks for these options; fast after the first time.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if OpenVINO or these networks do not run here.
    """
    return load_networks(find_model(options.model), (_DETECTOR, _LANDMARKS), options.threads or usual_threads())


class HandNetworks:
    """The networks of a bundle and the steps around them, for one run.

    It holds the buffers of its run, so two threads must not use it at the same time; the networks themselves are
    shared. It keeps no state between calls.

    Args:
        options: model and number of threads; None: ``HandOptions()``.

    Raises:
        As ``load``.
    """

    def __init__(self, options: HandOptions | None = None) -> None:
        self._detector, self._landmarks = (Request(network) for network in load(options or HandOptions()))
        self._whole = Cropper(self._detector.picture, cv2.BORDER_CONSTANT)
        self._close = Cropper(self._landmarks.picture, cv2.BORDER_REPLICATE)

    def detect(self, rgb: Picture, min_score: float = 0.5, within: Region | None = None) -> list[Region]:
        """Detect hands, highest score first, at most 60.

        The detector's input is scaled down to 192 pixels: in a whole picture it misses hands smaller than about a
        tenth of it.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            min_score: lowest accepted score, 0..1.
            within: the upright square of the picture to search; None: the whole picture.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        check_picture(rgb)
        height, width = rgb.shape[:2]
        seen = within or Region.whole(width, height)
        self._whole.cut(rgb, seen)
        boxes, scores = self._detector.run()
        return detector.decode_regions(boxes[0], scores[0, :, 0], seen, min_score)

    def landmarks(self, rgb: Picture, region: Region) -> RegionHand:
        """Estimate the hand in a region, with a score for whether a hand is there.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            region: from ``detect``, from the hand in the previous frame, or drawn by hand.

        Raises:
            InvalidOption: if rgb is not such an array, or the region is not usable.
        """
        check_picture(rgb)
        if not region.usable:
            raise InvalidOption(f"Expected a region with finite values and at least 1 pixel wide, but got {region}.")
        self._close.cut(rgb, region)
        points, score, right, world = self._landmarks.run()
        return landmarks.decode_hand(
            points.reshape(len(HAND_21), 3),
            float(score[0, 0]),
            float(right[0, 0]),
            world.reshape(len(HAND_21), 3),
            region,
        )
