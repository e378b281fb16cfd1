"""Options of pose estimation."""

import os
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from posecore.errors import InvalidOption
from posecore.estimation.checks import check_count, check_share, check_threads
from posecore.limits import LIMITS

EngineChoice = Literal["auto", "fast", "mediapipe"]
"""An engine by name, or "auto" for the fast one if it runs here and MediaPipe otherwise."""


SearchChoice = Literal["fast", "thorough"]
"""How to search for people: only in the whole picture, or in parts of it too."""


@dataclass(frozen=True)
class PoseOptions:
    """Options of one estimation; the same for a photo, a video and a live stream.

    Attributes:
        model: name of a registered pose bundle ("lite", "full", "heavy"), or the path of a ``.task`` file, which is
            used as given.
        people: maximum number of people, 1 to ``LIMITS.people``.
        min_detection: lowest accepted score of the person detector, 0..1.
        min_presence: lowest accepted score of the landmark model that a person is present, 0..1.
        min_tracking: overlap, 0..1, above which a detected person counts as one already followed. It matters only
            with several people.
        engine: "fast" runs the model's networks on OpenVINO; "mediapipe" is MediaPipe Tasks, the reference; "auto"
            is the fast one if it runs here, otherwise MediaPipe.
        search: "fast" searches the whole picture once and misses people who are small in it; "thorough" searches
            parts of it too and confirms each candidate by a second detection. Fast engine only.
        object_detector: path of a MediaPipe object detection model that knows people, used for the thorough search's
            candidates; None: BlazePose's own detector.
        segmentation: also compute each person's silhouette, as ``FramePoses.masks``; takes 1.6 times as long.
        smoothing: smooth each person's landmarks over time while a video or stream is processed (One-Euro filter,
            MediaPipe's settings). Off: raw model output, which ``posecore.smooth_sequence`` can smooth later.
            MediaPipe's own engine always smooths if ``people`` is 1.
        threads: threads per inference of the fast engine, 1 to 1024; None: one per usable core, at most four.

    Raises:
        InvalidOption: if a value is outside its range.
    """

    model: str | os.PathLike[str] = "full"
    people: int = 1
    min_detection: float = 0.5
    min_presence: float = 0.5
    min_tracking: float = 0.5
    engine: EngineChoice = "auto"
    search: SearchChoice = "fast"
    object_detector: str | os.PathLike[str] | None = None
    segmentation: bool = False
    smoothing: bool = True
    threads: int | None = None

    def __post_init__(self) -> None:
        check_count("people", self.people, LIMITS.people)
        for name in ("min_detection", "min_presence", "min_tracking"):
            check_share(name, getattr(self, name))
        if self.engine not in get_args(EngineChoice):
            raise InvalidOption(f"Expected 'engine' to be one of {get_args(EngineChoice)}, but got {self.engine!r}.")
        if self.search not in get_args(SearchChoice):
            raise InvalidOption(f"Expected 'search' to be one of {get_args(SearchChoice)}, but got {self.search!r}.")
        if self.search == "thorough" and self.engine == "mediapipe":
            raise InvalidOption("Expected 'search' to be 'fast' with MediaPipe's engine, but got 'thorough'.")
        if self.object_detector is not None and self.search != "thorough":
            raise InvalidOption("Expected 'search' to be 'thorough' with an object detector, but got 'fast'.")
        check_threads(self.threads)

    def as_dict(self) -> dict[str, object]:
        """Plain values for a manifest. Of a path, only the file name is kept."""
        files = {"model": self.model, "object_detector": self.object_detector}
        return asdict(self) | {name: path and os.path.basename(os.fspath(path)) for name, path in files.items()}
