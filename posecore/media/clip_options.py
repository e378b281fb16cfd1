"""Options for reading a video and encoding the annotated one."""

import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from posecore.errors import InvalidOption

FilmQuality = Literal["fast", "small", "smallest"]
"""How a video is encoded: "fast" takes the least time; "small" is slower and gives about a third of the size;
"smallest", to send it, looks worse and never needs more than 70 KB for a second."""

_SMALLEST_SIDE = 64


@dataclass(frozen=True)
class ClipOptions:
    """Which frames of a video are analysed, and how the annotated video is encoded.

    Attributes:
        start_s, end_s: only frames from ``start_s`` to before ``end_s``, in seconds from the video's first
            frame; None: to its end. Times in the result stay those of the video; the annotated one starts at 0.
        every: use every nth of those frames; fast movement needs all of them.
        film_side: largest allowed longer side of the annotated video in pixels; None: as the input.
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
        """Plain values for a manifest."""
        return asdict(self)

    def film_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) of the annotated video for an input of this size."""
        scale = min(1.0, self.film_side / max(size)) if self.film_side else 1.0
        width, height = (max(1, round(side * scale)) for side in size)
        return width, height

    def frames_of(self, frame_count: int | None, fps: float) -> int | None:
        """Expected number of analysed frames if the video states ``frame_count``; None if it states none."""
        if frame_count is None:
            return None
        last = frame_count if self.end_s is None else min(frame_count, math.ceil(self.end_s * fps))
        return max(0, math.ceil((last - math.ceil(self.start_s * fps)) / self.every))
