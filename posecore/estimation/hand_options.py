"""Options of hand estimation."""

import os
from dataclasses import asdict, dataclass
from typing import get_args

from posecore.errors import check_choice
from posecore.estimation.checks import check_count, check_share, check_threads
from posecore.estimation.pose_options import EngineChoice
from posecore.limits import LIMITS


@dataclass(frozen=True)
class HandOptions:
    """Options of one estimation of hands; the same for a photo, a video and a live stream.

    Attributes:
        model: "hand", the registered bundle, or the path of a ``.task`` file, which is used as given.
        hands: maximum number of hands, 1 to twice ``LIMITS.people``.
        min_detection: lowest accepted score of the palm detector, 0..1.
        min_presence: lowest accepted score of the landmark model that a hand is present, 0..1.
        engine: as of ``PoseOptions``: "fast" runs the two networks on OpenVINO; "mediapipe" is MediaPipe Tasks; "auto"
            is the fast one if it runs here, otherwise MediaPipe.
        threads: threads per inference of the fast engine, 1 to 1024; None: one per usable core, at most four.

    Raises:
        InvalidOption: if a value is outside its range.
    """

    model: str | os.PathLike[str] = "hand"
    hands: int = 2
    min_detection: float = 0.5
    min_presence: float = 0.5
    engine: EngineChoice = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        check_count("hands", self.hands, 2 * LIMITS.people)
        check_share("min_detection", self.min_detection)
        check_share("min_presence", self.min_presence)
        check_choice("engine", self.engine, get_args(EngineChoice))
        check_threads(self.threads)

    def as_dict(self) -> dict[str, object]:
        """Plain values for a manifest. Of the model's path, only the file name is kept."""
        return asdict(self) | {"model": os.path.basename(os.fspath(self.model))}
