"""Choosing what finds hands: the fast engine if it runs here, MediaPipe otherwise or on request."""

from typing import Protocol

from posecore.errors import EngineUnavailable
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.graph import HandNetworks
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.hands.tasks_networks import TaskNetworks
from posecore.estimation.inputs import Picture
from posecore.estimation.regions import Region


class Networks(Protocol):
    """Both looks at a picture, for one run."""

    def detect(self, rgb: Picture, min_score: float = 0.5, within: Region | None = None) -> list[Region]:
        """Detect hands in the whole picture, or within an upright square of it."""

    def landmarks(self, rgb: Picture, region: Region) -> RegionHand:
        """Estimate the hand in a region, with a score for whether a hand is there."""


def open_networks(options: HandOptions) -> Networks:
    """Load what these options select on this machine; fast after the first time, if it is the fast engine.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if ``options.engine`` is "fast" and the fast engine does not run.
        MissingSystemLibrary: if MediaPipe's native library cannot be loaded.
    """
    if options.engine == "mediapipe":
        return TaskNetworks(options)
    try:
        return HandNetworks(options)
    except EngineUnavailable:
        if options.engine == "fast":
            raise
        return TaskNetworks(options)
