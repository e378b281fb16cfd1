"""What a caller may choose about an estimation."""

import os
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from posecore.errors import InvalidOption
from posecore.limits import LIMITS

EngineChoice = Literal["auto", "fast", "mediapipe"]
"""What may be asked for: an engine by its name, or "auto" for the fast one wherever it runs."""


SearchChoice = Literal["fast", "thorough"]
"""How people are looked for: one look at the whole picture, or closer looks at parts of it too."""


@dataclass(frozen=True)
class PoseOptions:
    """Options of one estimation; the same for a picture, a clip and a live stream.

    Attributes:
        model: name of a registered pose bundle ("lite", "full", "heavy"), or the path of a ``.task``
            file, which is used as given.
        people: the most people to look for, 1 to ``LIMITS.people``.
        min_detection: score, 0..1, from which the person detector's find counts.
        min_presence: score, 0..1, from which the landmark model's "a person is here" counts.
        min_tracking: overlap, 0..1, from which a person found anew is one who was followed already.
            It matters with several people only.
        engine: "fast" runs the model's networks on OpenVINO, "mediapipe" is MediaPipe Tasks, the
            reference; "auto" is the fast one, and MediaPipe where that does not run.
        search: "fast" looks at the whole picture once and misses who is small in it; "thorough" looks at
            parts of it too and lets everybody it finds confirm to be there. Of the fast engine.
        object_detector: path of an object detection model of MediaPipe's that knows people; the thorough search then
            begins with what it finds. None: with BlazePose's own detector.
        segmentation: also each person's silhouette, as ``FramePoses.masks``; it takes 1.6 times as long.
        smoothing: in a clip or stream, each person's landmarks are smoothed over time as they come (One-Euro filter,
            MediaPipe's settings). Off: as the model gives them, for ``posecore.smooth_sequence`` to smooth later.
            MediaPipe's own engine always smooths where one person is asked for.
        threads: of the fast engine for one inference; None: one for each usable core, at most four.

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
        if not (isinstance(self.people, int) and 1 <= self.people <= LIMITS.people):
            raise InvalidOption(
                f"Expected 'people' to be a whole number from 1 to {LIMITS.people}, but got {self.people}."
            )
        for name in ("min_detection", "min_presence", "min_tracking"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InvalidOption(f"Expected {name!r} to be from 0 to 1, but got {value}.")
        if self.engine not in get_args(EngineChoice):
            raise InvalidOption(f"Expected 'engine' to be one of {get_args(EngineChoice)}, but got {self.engine!r}.")
        if self.search not in get_args(SearchChoice):
            raise InvalidOption(f"Expected 'search' to be one of {get_args(SearchChoice)}, but got {self.search!r}.")
        if self.search == "thorough" and self.engine == "mediapipe":
            raise InvalidOption("Expected 'search' to be 'fast' with MediaPipe's engine, but got 'thorough'.")
        if self.object_detector is not None and self.search != "thorough":
            raise InvalidOption("Expected 'search' to be 'thorough' with an object detector, but got 'fast'.")
        if self.threads is not None and not (isinstance(self.threads, int) and self.threads >= 1):
            raise InvalidOption(f"Expected 'threads' to be a whole number from 1, but got {self.threads}.")

    def as_dict(self) -> dict[str, object]:
        """Plain values, for a manifest. A file given by its path is named by its file name only."""
        files = {"model": self.model, "object_detector": self.object_detector}
        return asdict(self) | {name: path and os.path.basename(os.fspath(path)) for name, path in files.items()}
