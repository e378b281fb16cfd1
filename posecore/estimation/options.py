"""What a caller may choose about an estimation."""

import os
from dataclasses import asdict, dataclass

from posecore.errors import InvalidOption
from posecore.limits import LIMITS


@dataclass(frozen=True)
class PoseOptions:
    """Options of one estimation; the same for a picture, a clip and a live stream.

    Attributes:
        model: name of a registered pose bundle ("lite", "full", "heavy"), or the path of a ``.task``
            file, which is used as given.
        people: the most people to look for, 1 to ``LIMITS.people``. With one person MediaPipe smooths
            the landmarks of a clip or stream over time (One-Euro filter); with several it does not.
        min_detection: score, 0..1, from which the person detector's find counts.
        min_presence: score, 0..1, from which the landmark model's "a person is here" counts.
        min_tracking: score, 0..1, below which a followed person is lost and searched for anew.

    Raises:
        InvalidOption: where a value is outside its range.
    """

    model: str | os.PathLike[str] = "full"
    people: int = 1
    min_detection: float = 0.5
    min_presence: float = 0.5
    min_tracking: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.people <= LIMITS.people:
            raise InvalidOption(f"Expected 'people' to be from 1 to {LIMITS.people}, but got {self.people}.")
        for name in ("min_detection", "min_presence", "min_tracking"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InvalidOption(f"Expected {name!r} to be from 0 to 1, but got {value}.")

    def as_dict(self) -> dict[str, object]:
        """Plain values, for a manifest. A model given by its path is named by its file name only."""
        return asdict(self) | {"model": os.path.basename(os.fspath(self.model))}
