"""MediaPipe's Hand Landmarker task in place of the two hand networks, where these do not run."""

import os
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from posecore.errors import InvalidOption
from posecore.estimation.arrays import FloatArray
from posecore.estimation.crops import Cropper
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.inputs import Picture, RgbArray, check_picture, check_process
from posecore.estimation.mediapipe_tasks import first_line, options_without_metrics
from posecore.estimation.models import find_model, model_unusable
from posecore.estimation.regions import Region
from posecore.skeletons import HAND_21
from posecore.system import naming_missing_library

# Sides of the crops that the task gets, from which it cuts the hand itself: of a square that is searched, at least and
# at most; of one around a hand.
_SEARCHED_SIDES, _HAND_SIDE = (192, 768), 512
# The task does not know where a hand is, and detects its palm once more. In a square of this many sides of the region
# it found all of 18 hands in photos, in the region itself 11 of them.
_AROUND_REGION = 2.0
# There, this score of the palm is enough: the region was found before, and the landmark network judges it once more.
_MIN_DETECTION_AGAIN = 0.1


class TaskNetworks:
    """What ``HandNetworks`` does, by the task in image mode: each look is at a crop of its own.

    The task says neither how sure it is that a hand is there, nor where palms are. So the score of every hand that it
    accepts is 1, and of others 0; and a detected hand is one whose landmarks it accepts.

    Args:
        options: model, number of hands and limits; None: ``HandOptions()``.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        MissingSystemLibrary: if MediaPipe's native library cannot be loaded.
    """

    def __init__(self, options: HandOptions | None = None) -> None:
        options = options or HandOptions()
        self._process = os.getpid()
        self._path = find_model(options.model)
        self._far = self._open(options, options.min_detection)
        self._close = self._open(options, min(options.min_detection, _MIN_DETECTION_AGAIN))

    def _open(self, options: HandOptions, min_detection: float) -> Any:
        with naming_missing_library():
            # Imported here: it takes a second, and is seldom needed.
            from mediapipe.tasks.python import vision

            try:
                landmarker = vision.HandLandmarker.create_from_options(
                    vision.HandLandmarkerOptions(
                        base_options=options_without_metrics(self._path),
                        running_mode=vision.RunningMode.IMAGE,
                        num_hands=options.hands,
                        min_hand_detection_confidence=min_detection,
                        min_hand_presence_confidence=options.min_presence,
                    )
                )
            except (RuntimeError, ValueError, FileNotFoundError) as error:
                raise model_unusable(self._path, first_line(error)) from error
        weakref.finalize(self, _free, landmarker, self._process)
        return landmarker

    def detect(self, rgb: Picture, min_score: float = 0.5, within: Region | None = None) -> list[Region]:
        """The regions of hands, as ``HandNetworks.detect``; ``min_score`` is that of the options.

        Raises:
            InvalidOption: if rgb is not such an array.
            EngineUnavailable: in a process forked since.
        """
        check_picture(rgb)
        seen = within or Region.whole(rgb.shape[1], rgb.shape[0])
        least, most = _SEARCHED_SIDES
        side = min(most, max(least, round(seen.size)))
        regions = [hand.next_region for hand in self._look(self._far, rgb, seen, side, cv2.BORDER_CONSTANT)]
        return [region for region in regions if region.usable]

    def landmarks(self, rgb: Picture, region: Region) -> RegionHand:
        """Estimate the hand in a region, as ``HandNetworks.landmarks``; its score is 1, or 0 if there is none.

        Raises:
            InvalidOption: if rgb is not such an array, or the region is not usable.
            EngineUnavailable: in a process forked since.
        """
        check_picture(rgb)
        if not region.usable:
            raise InvalidOption(f"Expected a region with finite values and at least 1 pixel wide, but got {region}.")
        around = replace(region, size=_AROUND_REGION * region.size)
        middle = np.array([region.x, region.y], np.float32)
        apart = {
            float(np.linalg.norm(hand.points[:, :2].mean(axis=0) - middle)): hand
            for hand in self._look(self._close, rgb, around, _HAND_SIDE, cv2.BORDER_REPLICATE)
        }
        if apart and min(apart) < region.size / 2:
            return apart[min(apart)]
        nothing = np.tile(np.array([region.x, region.y, 0], np.float32), (len(HAND_21), 1))
        return RegionHand(nothing, np.zeros_like(nothing), 0.0, 0.5)

    def _look(self, landmarker: Any, rgb: Picture, region: Region, side: int, border: int) -> Iterator[RegionHand]:
        """The hands that the task accepts in a crop of the region."""
        import mediapipe

        check_process(self._process)
        crop: RgbArray = np.empty((side, side, 3), np.uint8)
        Cropper(crop, border).cut(rgb, region)
        try:
            result = landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=crop))
        except RuntimeError as error:  # a bundle with other networks fails only here
            raise model_unusable(self._path, first_line(error)) from error
        turn = region.directions().T
        for shares, metres, (side_of_hand,) in zip(
            result.hand_landmarks, result.hand_world_landmarks, result.handedness, strict=True
        ):
            points, world = _array(shares), _array(metres)
            points[:, :2] = region.to_picture(points[:, :2])
            points[:, 2] *= np.float32(region.size)
            world[:, :2] = world[:, :2] @ turn
            is_right = side_of_hand.category_name == "Right"
            yield RegionHand(points, world, 1.0, side_of_hand.score if is_right else 1 - side_of_hand.score)


def _array(landmarks: Any) -> FloatArray:
    return np.array([(point.x, point.y, point.z) for point in landmarks], np.float32)


def _free(landmarker: Any, opened_in: int) -> None:
    """Free the model, unless this process was forked since: its threads are not here."""
    if os.getpid() == opened_in:
        landmarker.close()
