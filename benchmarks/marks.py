"""Photos and videos that can be told apart by their pixels, also after the app has drawn on them or encoded them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from PIL import Image

from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import BALANCE, published_clip

BITS = 16
_CHECKS = 4
_SQUARE_PX = 20
_MARGIN_PX = 8
_WIDTH = 480
_STRIP_PX = _SQUARE_PX + 2 * _MARGIN_PX
_PLACES = 6
_FPS = 30
_PERSON_AT = 0.38  # of the width of the sample video
CLOSE_PX = 22
"""How far from the place of the right person a result may be: less than half way to the next place."""


@dataclass(frozen=True)
class Marked:
    """A photo or video with a mark.

    Attributes:
        name: of the file, with its number.
        content: of the file.
        number: that the strip of squares above the person says.
        picture: (H, W, 3) uint8, the first frame.
        center_x: of the person in pixels, about.
    """

    name: str
    content: bytes
    number: int
    picture: np.ndarray
    center_x: float


class Maker:
    """Makes marked photos and videos from the sample video of one person, who stands in one of several places.

    Args:
        frames: of each video.

    Raises:
        DownloadFailed: if the sample video is not on this machine and cannot be fetched.
    """

    def __init__(self, frames: int) -> None:
        with open_clip(published_clip(BALANCE)) as clip:
            self._frames = [_small(frame.rgb) for frame in islice(clip, frames)]

    def photo(self, number: int, name: str) -> Marked:
        """A JPEG."""
        [picture] = self._marked(number, self._frames[:1])
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=90)
        return Marked(name, file.getvalue(), number, picture, self._center(number))

    def clip(self, number: int, name: str) -> Marked:
        """An MP4 of all frames."""
        pictures = self._marked(number, self._frames)
        height, width = pictures[0].shape[:2]
        with TemporaryDirectory() as folder:
            path = Path(folder, "clip.mp4")
            with FilmWriter(path, (width, height), fps_hint=_FPS) as film:
                for index, picture in enumerate(pictures):
                    film.write(picture, index / _FPS)
            return Marked(name, path.read_bytes(), number, pictures[0], self._center(number))

    def _left(self, number: int) -> int:
        room = _WIDTH - self._frames[0].shape[1]
        return number % _PLACES * room // (_PLACES - 1)

    def _center(self, number: int) -> float:
        return self._left(number) + _PERSON_AT * self._frames[0].shape[1]

    def _marked(self, number: int, frames: Sequence[np.ndarray]) -> list[np.ndarray]:
        strip, left = _strip(number), self._left(number)
        pictures = []
        for frame in frames:
            height, width = frame.shape[:2]
            picture = np.full((_STRIP_PX + height, _WIDTH, 3), 120, np.uint8)
            picture[:_STRIP_PX] = strip
            picture[_STRIP_PX:, left : left + width] = frame
            pictures.append(picture)
        return pictures


def read_mark(picture: np.ndarray) -> int | None:
    """The number that the squares at the top say; None if they cannot be read."""
    scale = picture.shape[1] / _WIDTH
    middle = round((_MARGIN_PX + _SQUARE_PX / 2) * scale)
    columns = [round((_MARGIN_PX + (place + 0.5) * _SQUARE_PX) * scale) for place in range(BITS + _CHECKS)]
    around = max(1, round(4 * scale))
    bits = [
        int(picture[middle - around : middle + around, column - around : column + around].mean() > 127)
        for column in columns
    ]
    number = sum(bit << place for place, bit in enumerate(bits[:BITS]))
    return number if bits == _bits(number) else None


def first_frame(video: bytes) -> np.ndarray:
    """The first frame of a video, (H, W, 3) uint8."""
    with av.open(io.BytesIO(video)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def decoded(photo: bytes) -> np.ndarray:
    """A photo, (H, W, 3) uint8."""
    return np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"))


def center_of_drawing(drawn: np.ndarray, given: np.ndarray) -> float | None:
    """Where something was drawn, on average, in pixels from the left of the given picture; None if nothing was."""
    height, width = given.shape[:2]
    if drawn.shape != given.shape:
        drawn = np.asarray(Image.fromarray(drawn).resize((width, height)))
    changed = np.abs(drawn.astype(int) - given).max(axis=2) > 90
    return float(np.nonzero(changed)[1].mean()) if changed.any() else None


def _bits(number: int) -> list[int]:
    bits = [number >> place & 1 for place in range(BITS)]
    checks = sum(bits) % (1 << _CHECKS)
    return bits + [checks >> place & 1 for place in range(_CHECKS)]


def _strip(number: int) -> np.ndarray:
    strip = np.full((_STRIP_PX, _WIDTH, 3), 120, np.uint8)
    for place, bit in enumerate(_bits(number)):
        left = _MARGIN_PX + place * _SQUARE_PX
        strip[_MARGIN_PX : _MARGIN_PX + _SQUARE_PX, left : left + _SQUARE_PX] = 255 * bit
    return strip


def _small(rgb: np.ndarray) -> np.ndarray:
    """The frame at 400 pixels high, with an even width."""
    height = 400
    width = round(rgb.shape[1] * height / rgb.shape[0] / 2) * 2
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BOX))
