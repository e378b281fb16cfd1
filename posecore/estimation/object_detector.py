"""MediaPipe's object detector as a source of candidates, in place of BlazePose's own detector.

None of the packages used here contains its models (EfficientDet-Lite and SSD MobileNet, trained on COCO, which has the
category "person"). Google offers them at https://ai.google.dev/edge/mediapipe/solutions/vision/object_detector; once a
file is in the model folder, it can be selected.
"""

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from posecore.errors import ModelNotFound, ModelUnusable
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.search import Look, Search, SquareBySquare
from posecore.estimation.blazepose.search import squares as squares_of
from posecore.estimation.inputs import Picture, area_of
from posecore.estimation.mediapipe_tasks import first_line, options_without_metrics
from posecore.estimation.models import model_folders
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region
from posecore.system import naming_missing_library

FILE_NAMES = ("efficientdet_lite2.tflite", "efficientdet_lite0.tflite", "ssd_mobilenet_v2.tflite")
"""Google's file names, most accurate model first."""

_PERSON = "person"
_MIN_SCORE = 0.25
_MOST = 60
# Ratio of BlazePose's region to the longer side of a box around the body, about.
_REGION = 1.5


def thorough_search(blazepose: BlazePose, options: PoseOptions, *, patient: bool = False) -> Search:
    """Set up the thorough search for these options; patient, as ``Search``, for a photo.

    Raises:
        As ``ObjectDetector``.
    """
    if options.object_detector is None:
        squares = SquareBySquare(blazepose, photo=patient)
        return Search(blazepose, squares, closer=squares.closer, patient=patient)
    detector = ObjectDetector(options.object_detector)

    def candidates(picture: Picture) -> list[Look]:
        # A box around a cut-off person says little about where the hips are, but a person that close is large enough
        # for BlazePose's own detector.
        return [partial(blazepose.detect, picture), *detector(picture)]

    return Search(blazepose, candidates, patient=True)


def find_object_detector() -> Path | None:
    """Find an object detector's file in this machine's model folders; None if there is none."""
    files = (folder / name for name in FILE_NAMES for folder in model_folders())
    return next((file for file in files if file.is_file()), None)


class ObjectDetector:
    """Finds candidates with an object detector, in the whole picture and its largest squares. For one run.

    Args:
        path: of the model, as offered by Google.

    Raises:
        ModelNotFound: if there is no such file.
        ModelUnusable: if it is not an object detector that knows people.
        MissingSystemLibrary: if MediaPipe's native library cannot be loaded.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        file = Path(path)
        if not file.is_file():
            raise ModelNotFound(f"There is no object detector at {file}. Expected one of {', '.join(FILE_NAMES)}.")
        self._detector = _create(file)

    def __call__(self, picture: Picture) -> list[Look]:
        """One look at the whole picture and one at each of the largest squares."""
        height, width = picture.shape[:2]
        parts = [square for square, _ in squares_of(width, height)]
        largest = [part for part in parts if part.size == parts[0].size]
        return [partial(self._look, picture, part) for part in (Region.whole(width, height), *largest)]

    def _look(self, picture: Picture, part: Region) -> list[Region]:
        import mediapipe

        height, width = picture.shape[:2]
        rows, columns = _span(part.y, part.size, height), _span(part.x, part.size, width)
        shown = np.ascontiguousarray(area_of(picture, rows, columns))
        found = self._detector.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=shown))
        return [
            region_of(box.origin_x + columns.start, box.origin_y + rows.start, box.width, box.height, score)
            for box, score in ((one.bounding_box, one.categories[0].score) for one in found.detections)
            if box.width > 0 and box.height > 0
        ]


def region_of(left: float, top: float, width: float, height: float, score: float) -> Region:
    """BlazePose's region for a person in an upright box; pixels."""
    return Region(left + width / 2, top + height / 2, _REGION * max(width, height), 0.0, score)


def _span(centre: float, size: float, length: int) -> slice:
    return slice(max(0, round(centre - size / 2)), min(length, max(1, round(centre + size / 2))))


def _create(file: Path) -> Any:
    with naming_missing_library():
        from mediapipe.tasks.python import vision

        try:
            return vision.ObjectDetector.create_from_options(
                vision.ObjectDetectorOptions(
                    base_options=options_without_metrics(file),
                    running_mode=vision.RunningMode.IMAGE,
                    category_allowlist=[_PERSON],
                    score_threshold=_MIN_SCORE,
                    max_results=_MOST,
                )
            )
        except (RuntimeError, ValueError, FileNotFoundError) as error:
            raise ModelUnusable(
                f"{file} cannot be used as an object detector that knows people ({first_line(error)}). "
                f"Expected one of Google's {', '.join(FILE_NAMES)}."
            ) from error
