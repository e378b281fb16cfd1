"""MediaPipe's Pose Landmarker task as an engine: pixels in, ``FramePoses`` out.

The task has different running modes. In image mode each picture is independent; in video mode the task follows a
person from frame to frame and, with one person, smooths the landmarks over time. A video-mode landmarker therefore
belongs to one video or stream.
"""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from posecore.estimation.inputs import (
    Picture,
    ResumeState,
    RgbArray,
    check_picture,
    check_process,
    check_time,
    whole_of,
)
from posecore.estimation.models import find_model, model_unusable
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.tracking import Tracks, left_to_right
from posecore.poses import FramePoses, Mask
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library

# The network's masks are 256 x 256; at the size of a large photo, several of them would fill the memory.
_MASK_SIDE = 1024
# MediaPipe takes whole milliseconds.
_MS_PER_S = 1000


class _Estimator:
    """A loaded model in one of MediaPipe's running modes; ``close`` frees it.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        MissingSystemLibrary: if MediaPipe's native library cannot be loaded.
    """

    _RUNNING_MODE: str

    def __init__(self, options: PoseOptions) -> None:
        self._process = os.getpid()
        self._path = find_model(options.model)
        self._options = options
        self._landmarker = _create_landmarker(self._path, options, self._RUNNING_MODE)

    def close(self) -> None:
        """Free the model. Calling it again does nothing, nor does calling it in a process forked since."""
        if self._process == os.getpid():
            self._landmarker.close()

    def _estimate(self, detect: Callable[[Any], Any], rgb: RgbArray, time_s: float) -> FramePoses:
        import mediapipe

        check_process(self._process)
        check_picture(rgb)
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))
        try:
            result = detect(image)
        except RuntimeError as error:  # a bundle with networks other than a pose landmarker's fails only here
            raise model_unusable(self._path, first_line(error)) from error
        height, width = rgb.shape[:2]
        return _to_poses(result, size=(width, height), time_s=time_s)


class PictureEstimator(_Estimator):
    """Estimates independent photos (image mode).

    Safe to share between threads: MediaPipe runs the calls one after the other.
    """

    _RUNNING_MODE = "IMAGE"

    def estimate(self, rgb: RgbArray) -> FramePoses:
        """Estimate the people in one photo, ordered from left to right.

        Args:
            rgb: (H, W, 3) uint8, upright.

        Raises:
            InvalidOption: if rgb is not such an array.
        """
        return left_to_right(self._estimate(self._landmarker.detect, rgb, time_s=0.0))


class StreamEstimator(_Estimator):
    """Estimates the frames of one video or live stream, in order (video mode).

    Do not share it between streams: it remembers where the person was. MediaPipe smooths only a single person and
    assigns no ids; several people get ids and smoothing here.
    """

    _RUNNING_MODE = "VIDEO"

    def __init__(self, options: PoseOptions) -> None:
        super().__init__(options)
        self._last_s = -math.inf
        self._last_ms: int | None = None
        self._tracks = Tracks(smoothing=options.smoothing) if options.people > 1 else None
        self._most_seen = 0

    @property
    def most_seen(self) -> int:
        """The largest number of people found at once: MediaPipe does not report more than requested."""
        return self._most_seen

    @property
    def resume_state(self) -> ResumeState:
        """None: MediaPipe does not expose its regions."""
        return None

    def resume(self, state: ResumeState) -> None:
        """No effect: MediaPipe does not accept regions."""

    def begin_shot(self) -> None:
        """Forget everyone, by loading the task again: it has no other way."""
        self.close()
        self._landmarker = _create_landmarker(self._path, self._options, self._RUNNING_MODE)
        if self._tracks is not None:
            self._tracks.begin_shot()

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Estimate the people in the next frame.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            time_s: the frame's own time, later than the previous frame's.

        Raises:
            InvalidOption: if rgb is not such an array, or ``time_s`` is not later than the previous one.
        """
        check_picture(rgb)
        time_ms = self._next_ms(time_s)
        found = self._estimate(lambda image: self._landmarker.detect_for_video(image, time_ms), whole_of(rgb), time_s)
        tracked = found if self._tracks is None else self._tracks.follow(found, rgb)
        self._most_seen = max(self._most_seen, len(tracked))
        return tracked

    def _next_ms(self, time_s: float) -> int:
        """Whole milliseconds, strictly increasing even if frames are less than one apart."""
        check_time(time_s, self._last_s)
        self._last_s = time_s
        time_ms = round(time_s * _MS_PER_S)
        if self._last_ms is not None:
            time_ms = max(time_ms, self._last_ms + 1)
        self._last_ms = time_ms
        return time_ms


def _create_landmarker(path: Path, options: PoseOptions, running_mode: str) -> Any:
    with naming_missing_library():
        # Imported here: it takes a second, and much of posecore works without it.
        from mediapipe.tasks.python import vision

        try:
            return vision.PoseLandmarker.create_from_options(
                vision.PoseLandmarkerOptions(
                    base_options=options_without_metrics(path),
                    running_mode=vision.RunningMode[running_mode],
                    num_poses=options.people,
                    min_pose_detection_confidence=options.min_detection,
                    min_pose_presence_confidence=options.min_presence,
                    min_tracking_confidence=options.min_tracking,
                    output_segmentation_masks=options.segmentation,
                )
            )
        except (RuntimeError, ValueError, FileNotFoundError) as error:
            raise model_unusable(path, first_line(error)) from error


def options_without_metrics(path: Path) -> Any:
    """Base options of a landmarker that sends no usage metrics.

    MediaPipe 1.2 posts the task's name, its latencies and the versions of MediaPipe and Python to a Google server,
    every minute and on closing, and has no option to turn this off. The people in the photos did not agree to it. An
    empty CA bundle makes the connection fail before anything is sent; None or "" would not, because the system's
    bundle would then be used.
    """
    from mediapipe.tasks.python.core.base_options import BaseOptions

    class WithoutMetrics(BaseOptions):
        def to_ctypes(self) -> Any:
            fields = super().to_ctypes()
            if "ca_bundle_path" not in dict(fields._fields_):  # ctypes would silently accept any name
                raise RuntimeError("this version of MediaPipe is not the pinned one: its usage metrics would be sent")
            fields.ca_bundle_path = os.devnull.encode()
            return fields

    return WithoutMetrics(model_asset_path=str(path))


def first_line(error: Exception) -> str:
    """MediaPipe's error message, without its source location."""
    return str(error).strip().splitlines()[0].rstrip(".: ")


def _to_poses(result: Any, *, size: tuple[int, int], time_s: float) -> FramePoses:
    """Convert a result: MediaPipe gives x and y as shares of width and height, and z on the scale of the width."""
    people = len(result.pose_landmarks)
    shape = (people, len(BLAZEPOSE_33), 5)
    picture = np.array(
        [[(p.x, p.y, p.z, p.visibility, p.presence) for p in person] for person in result.pose_landmarks],
        np.float32,
    ).reshape(shape)
    world = np.array([[(p.x, p.y, p.z) for p in person] for person in result.pose_world_landmarks], np.float32)
    width, height = size
    return FramePoses(
        xy=picture[..., :2] * np.array([width, height], np.float32),
        z=picture[..., 2] * np.float32(width),
        world=world.reshape(people, len(BLAZEPOSE_33), 3),
        visibility=picture[..., 3],
        presence=picture[..., 4],
        person_ids=np.arange(1, people + 1),
        time_s=time_s,
        size=size,
        # MediaPipe scales masks up to the picture's size, beyond their real resolution.
        masks=tuple(
            Mask(np.array(np.squeeze(image.numpy_view()), np.float32), np.eye(2, 3)).within(_MASK_SIDE)
            for image in result.segmentation_masks or ()
        ),
    )
