"""What a run will cost, before it starts."""

import math
from dataclasses import dataclass

from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.media.clips import ClipInfo


@dataclass(frozen=True)
class Expected:
    """Estimated cost of a run.

    Attributes:
        frames: number of frames to process, or None if the video does not declare how many it has.
        seconds: time on two cores of 2024; a slower machine takes proportionally longer.
        film_mb: size of the annotated video in megabytes; 0 without one.
    """

    frames: int | None
    seconds: float | None
    film_mb: float | None


# Measured with the full model on two cores (AMD EPYC Zen 5): milliseconds per frame and per million pixels of a frame,
# and megabytes of video per million pixels.
_MS_OF_FRAME, _MS_OF_MEGAPIXEL = 4.0, 2.0
_MS_OF_HANDS = 13.0  # of a person who signs: 26 ms of processor time more per frame
_FILM_MS: dict[FilmQuality, float] = {"fast": 2.5, "small": 6.0, "smallest": 6.0}
_FILM_MB: dict[FilmQuality, float] = {"fast": 0.017, "small": 0.007, "smallest": 0.004}


def expect_run(clip: ClipInfo, part: ClipOptions, *, film: bool, hands: bool = False) -> Expected:
    """Estimate how long a run will take, and the size of its annotated video; one with much detail is larger."""
    frames = part.frames_of(clip.frame_count, clip.fps)
    if frames is None:
        return Expected(None, None, None)
    read = part.every * math.prod(clip.size) / 1e6
    written = math.prod(part.film_size(clip.size)) / 1e6 if film else 0.0
    quality = part.film_quality
    per_frame = _MS_OF_FRAME + _MS_OF_HANDS * hands
    milliseconds = frames * (per_frame + _MS_OF_MEGAPIXEL * read + _FILM_MS[quality] * written)
    return Expected(frames, milliseconds / 1000, frames * _FILM_MB[quality] * written)
