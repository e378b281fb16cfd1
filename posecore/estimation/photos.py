"""Estimating photos with networks that stay loaded, as loading them takes longer than using them."""

import threading
from collections import OrderedDict

from posecore.estimation.engines import PictureEstimator, open_picture_estimator
from posecore.estimation.inputs import RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.poses import FramePoses
from posecore.system import replace_after_fork


def estimate_photo(rgb: RgbArray, options: PoseOptions) -> FramePoses:
    """Find the people in one photo, as ``PictureEstimator.estimate`` does."""
    return _PICTURE_ESTIMATORS.estimate(rgb, options)


def release_models() -> None:
    """Free the models that ``estimate_photo`` keeps; MediaPipe complains if that is left to the end of a program."""
    _PICTURE_ESTIMATORS.close()


class _PictureEstimators:
    """The most recently used estimators."""

    KEPT = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[PoseOptions, PictureEstimator] = OrderedDict()

    def estimate(self, rgb: RgbArray, options: PoseOptions) -> FramePoses:
        # One lock for choosing and using: an estimator serves one thread at a time and must not be closed meanwhile,
        # and one inference already fills the processor.
        with self._lock:
            return self._get(options).estimate(rgb)

    def close(self) -> None:
        """Free them all; the next call to ``estimate`` loads them again."""
        with self._lock:
            while self._kept:
                self._kept.popitem()[1].close()

    def _get(self, options: PoseOptions) -> PictureEstimator:
        if options not in self._kept:
            self._kept[options] = open_picture_estimator(options)
        self._kept.move_to_end(options)
        while len(self._kept) > self.KEPT:
            _, oldest = self._kept.popitem(last=False)
            oldest.close()
        return self._kept[options]


_PICTURE_ESTIMATORS = _PictureEstimators()


def _load_anew() -> object:
    global _PICTURE_ESTIMATORS
    inherited, _PICTURE_ESTIMATORS = _PICTURE_ESTIMATORS, _PictureEstimators()
    return inherited


replace_after_fork(_load_anew)
