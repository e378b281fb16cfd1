"""The networks of a pose landmarker's bundle."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from posecore.estimation import networks
from posecore.estimation.blazepose import detector, landmarks
from posecore.estimation.networks import Network

_DETECTOR = Network(
    name="pose_detector",
    task="pose",
    file_name="pose_detector.tflite",
    side=detector.SIDE,
    outputs={"Identity": (1, detector.BOXES, detector.BOX_VALUES), "Identity_1": (1, detector.BOXES, 1)},
    mean=127.5,
    scale=127.5,
)
_LANDMARKS = Network(
    name="pose_landmarks_detector",
    task="pose",
    file_name="pose_landmarks_detector.tflite",
    side=landmarks.SIDE,
    outputs={
        "Identity": (1, landmarks.POINTS * landmarks.POINT_VALUES),
        "Identity_1": (1, 1),
        "Identity_3": (1, landmarks.HEATMAP_SIDE, landmarks.HEATMAP_SIDE, landmarks.POINTS),
        "Identity_4": (1, landmarks.POINTS * 3),
    },
    mean=0.0,
    scale=255.0,
)
# The same plus the person's silhouette, which takes 1.6 times as long.
_LANDMARKS_AND_MASK = replace(
    _LANDMARKS,
    name="pose_landmarks_and_mask",
    outputs={**_LANDMARKS.outputs, "Identity_2": (1, landmarks.SIDE, landmarks.SIDE, 1)},
)


@dataclass(frozen=True)
class Networks:
    """The compiled networks of one bundle: read-only, shared by all threads.

    Attributes:
        detector, landmarks: OpenVINO's compiled models.
        landmarks_and_mask: likewise, if requested.
    """

    detector: Any
    landmarks: Any
    landmarks_and_mask: Any | None = None


def load_networks(bundle: Path, threads: int, *, masks: bool = False) -> Networks:
    """Load and compile a bundle's networks, cached by file and number of threads.

    Args:
        bundle: a pose landmarker ``.task`` file.
        threads: threads per inference.
        masks: also load the network that outputs silhouettes.

    Raises:
        As ``posecore.estimation.networks.load_networks``.
    """
    wanted = (_DETECTOR, _LANDMARKS, _LANDMARKS_AND_MASK) if masks else (_DETECTOR, _LANDMARKS)
    return Networks(*networks.load_networks(bundle, wanted, threads))
