"""Choosing the engine: the fast one if it runs here, MediaPipe otherwise or on request."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Literal, Protocol

from posecore.errors import EngineUnavailable
from posecore.estimation import mediapipe_tasks
from posecore.estimation.blazepose import picture_estimator, stream_estimator
from posecore.estimation.blazepose.graph import load
from posecore.estimation.inputs import Picture, ResumeState, RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.poses import FramePoses

_LIBRARIES = {"fast": ("OpenVINO", "openvino"), "mediapipe": ("MediaPipe Tasks", "mediapipe")}


@dataclass(frozen=True)
class EngineUsed:
    """The engine of a run, in a form for display and manifests.

    Attributes:
        name: "fast" or "mediapipe".
        library: the library that runs the networks, with its version.
        instead_because: why the fast engine does not run, if MediaPipe replaces it; otherwise None.
    """

    name: Literal["fast", "mediapipe"]
    library: str
    instead_because: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """The attributes by name, ready for JSON."""
        return asdict(self)


class PictureEstimator(Protocol):
    """Estimates independent photos, one after the other."""

    def estimate(self, rgb: RgbArray) -> FramePoses:
        """Estimate the people in one photo, (H, W, 3) uint8, upright."""

    def close(self) -> None:
        """Free all resources. Calling it again does nothing."""


class StreamEstimator(Protocol):
    """Estimates the frames of one video or live stream, in order."""

    @property
    def resume_state(self) -> ResumeState:
        """State for ``resume`` to continue after the last frame; None if the engine does not support it."""

    @property
    def most_seen(self) -> int:
        """The largest number of people in view at once, as far as known; 0 if nothing is known."""

    def resume(self, state: ResumeState) -> None:
        """Continue from the ``resume_state`` of another estimator of the same engine; None: start from scratch."""

    def begin_shot(self) -> None:
        """Forget everyone, as a hard cut comes before the next frame. Nobody keeps their id, if there are several."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Estimate the people in the next frame: (H, W, 3) uint8, upright, or a ``ClipFrame.pixels``.

        ``time_s`` must be later than in the previous call.
        """

    def close(self) -> None:
        """Free all resources. Calling it again does nothing."""


def find_engine(options: PoseOptions) -> EngineUsed:
    """Find the engine that these options select on this machine, and load its networks if it is the fast one.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if ``options.engine`` is "fast" and the fast engine does not run.
    """
    if options.engine == "mediapipe":
        return _used("mediapipe")
    try:
        load(options)
    except EngineUnavailable as error:
        if options.engine == "fast":
            raise
        return _used("mediapipe", instead_because=str(error))
    return _used("fast")


def open_picture_estimator(options: PoseOptions) -> PictureEstimator:
    """Open an estimator for photos.

    Raises:
        MissingSystemLibrary: if MediaPipe's native library cannot be loaded.
        Also as ``find_engine``.
    """
    if find_engine(options).name == "fast":
        return picture_estimator.PictureEstimator(options)
    return mediapipe_tasks.PictureEstimator(options)


def open_stream_estimator(options: PoseOptions, *, counts: bool = False) -> StreamEstimator:
    """Open an estimator for one video or live stream.

    Args:
        options: how people are found.
        counts: whether to look for people beyond those asked for, only to count them in ``most_seen``; it takes time.

    Raises:
        As ``open_picture_estimator``.
    """
    if find_engine(options).name == "fast":
        return stream_estimator.StreamEstimator(options, counts=counts)
    return mediapipe_tasks.StreamEstimator(options)


@lru_cache(maxsize=8)
def _used(name: Literal["fast", "mediapipe"], instead_because: str | None = None) -> EngineUsed:
    library, package = _LIBRARIES[name]
    return EngineUsed(name, f"{library} {version(package)}", instead_because)
