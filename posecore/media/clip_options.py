"""What a caller may choose about a clip and the film made of it."""

import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from posecore.errors import InvalidOption

FilmQuality = Literal["fast", "small"]
"""How a film is encoded: "fast" takes the least time, "small" a third of the size more slowly."""

_SMALLEST_SIDE = 64


@dataclass(frozen=True)
class ClipOptions:
    """Which frames of a clip are worked on, and how the film of it is made.

    Attributes:
        start_s, end_s: only frames from ``start_s`` to before ``end_s``, in seconds from the clip's first
            frame; None: to its end. Times in the result stay those of the clip; the film begins at 0.
        every: only each n-th of those frames; what moves fast needs all of them.
        film_side: longest side of the film in pixels, where the clip's is longer; None: as the clip.
        film_quality: see ``FilmQuality``.

    Raises:
        InvalidOption: if a value is outside its range.
    """

    start_s: float = 0.0
    end_s: float | None = None
    every: int = 1
    film_side: int | None = None
    film_quality: FilmQuality = "fast"

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < math.inf:
            raise InvalidOption(f"Expected 'start_s' to be 0 or more seconds, but got {self.start_s}.")
        if self.end_s is not None and not self.start_s < self.end_s < math.inf:
            raise InvalidOption(f"Expected 'end_s' to be later than {self.start_s} s, but got {self.end_s}.")
        if not (isinstance(self.every, int) and self.every >= 1):
            raise InvalidOption(f"Expected 'every' to be a whole number from 1, but got {self.every}.")
        if self.film_side is not None and not (isinstance(self.film_side, int) and self.film_side >= _SMALLEST_SIDE):
            raise InvalidOption(
                f"Expected 'film_side' to be a whole number from {_SMALLEST_SIDE}, but got {self.film_side}."
            )
        if self.film_quality not in get_args(FilmQuality):
            raise InvalidOption(
                f"Expected 'film_quality' to be one of {get_args(FilmQuality)}, but got {self.film_quality!r}."
            )

    def as_dict(self) -> dict[str, object]:
        """Plain values, for a manifest."""
        return asdict(self)

    def film_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) of the film of a clip of this size."""
        scale = min(1.0, self.film_side / max(size)) if self.film_side else 1.0
        width, height = (max(1, round(side * scale)) for side in size)
        return width, height

    def frames_of(self, frame_count: int | None, fps: float) -> int | None:
        """How many frames are worked on, of a clip that states so many; None if it states none."""
        if frame_count is None:
            return None
        last = frame_count if self.end_s is None else min(frame_count, math.ceil(self.end_s * fps))
        return max(0, math.ceil((last - math.ceil(self.start_s * fps)) / self.every))
