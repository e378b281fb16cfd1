"""Which engine runs: the fast one wherever it does, MediaPipe where it does not or where MediaPipe was asked for."""

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
    """Which engine a run has, in a form that can be shown and written into a manifest.

    Attributes:
        name: "fast" or "mediapipe".
        library: what runs the networks, with its version.
        instead_because: where MediaPipe stands in for the fast engine: why that does not run. Else None.
    """

    name: Literal["fast", "mediapipe"]
    library: str
    instead_because: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """The attributes by name, ready for JSON."""
        return asdict(self)


class PictureEstimator(Protocol):
    """Estimates pictures that have nothing to do with each other, one after the other."""

    def estimate(self, rgb: RgbArray) -> FramePoses:
        """The people in one picture, (H, W, 3) uint8, upright."""

    def close(self) -> None:
        """Free what it holds. Calling it again does nothing."""


class StreamEstimator(Protocol):
    """Estimates the frames of one clip or one live stream, in order."""

    @property
    def resume_state(self) -> ResumeState:
        """What ``resume`` needs to go on behind the last frame; None if the engine cannot."""

    @property
    def saw_more(self) -> bool:
        """Whether more people than are wanted were in view at some time, as far as that is known."""

    def resume(self, state: ResumeState) -> None:
        """Go on where an estimator of the same engine left off, as its ``resume_state`` says; None: start afresh."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """The people in the next frame, (H, W, 3) uint8, upright, or its ``pixels``; time goes forward."""

    def close(self) -> None:
        """Free what it holds. Calling it again does nothing."""


def find_engine(options: PoseOptions) -> EngineUsed:
    """The engine that these options lead to on this machine; its networks are loaded.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable: if the fast engine was asked for by its name and does not run.
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
    """An estimator for picture_estimator.

    Raises:
        As ``find_engine``; MissingSystemLibrary: where MediaPipe's native part cannot be loaded.
    """
    if find_engine(options).name == "fast":
        return picture_estimator.PictureEstimator(options)
    return mediapipe_tasks.PictureEstimator(options)


def open_stream_estimator(options: PoseOptions) -> StreamEstimator:
    """An estimator for one clip or one stream.

    Raises:
        As ``open_picture_estimator``.
    """
    if find_engine(options).name == "fast":
        return stream_estimator.StreamEstimator(options)
    return mediapipe_tasks.StreamEstimator(options)


@lru_cache(maxsize=8)
def _used(name: Literal["fast", "mediapipe"], instead_because: str | None = None) -> EngineUsed:
    library, package = _LIBRARIES[name]
    return EngineUsed(name, f"{library} {version(package)}", instead_because)
