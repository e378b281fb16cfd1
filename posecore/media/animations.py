"""Animated pictures (GIF, WebP, PNG) as a source of video frames.

They are decoded with Pillow, as photos are, so that the first frame is the same in both.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from posecore.limits import LIMITS

ANIMATION_SUFFIXES = (".gif", ".webp", ".png", ".apng")
"""File name endings that an animated picture may have."""

_FORMATS = ("GIF", "WEBP", "PNG")
# Two pictures that alternate are no movement.
_FEWEST_FRAMES = 3
# Browsers show frames that state 10 ms or less for 100 ms, which is what was meant when they were made.
_SHORTEST_MS, _USUAL_MS = 10, 100
_TIME_BASE = Fraction(1, 1000)


def is_animation(path: Path) -> bool:
    """Whether a file is an animated picture with enough frames to be a video."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size
            return width * height <= LIMITS.picture_pixels and moves(image)
    except Exception:  # noqa: BLE001 - hostile bytes: whatever a decoder raises, this is not an animation
        return False


def moves(image: Image.Image) -> bool:
    """Whether an open picture has enough frames to be a video; it may be at another frame afterwards."""
    try:
        if image.format in _FORMATS and getattr(image, "is_animated", False):
            image.seek(_first_of(image) + _FEWEST_FRAMES - 1)  # counting all frames of a GIF could take minutes
            return True
    except Exception:  # noqa: BLE001 - hostile bytes, as above; of fewer frames, EOFError
        return False
    return False


class Animation:
    """An animated picture that is open for reading; a ``posecore.media.clips.FrameSource``.

    Transparent pixels are blended with white.

    Args:
        path: for which ``is_animation`` is true.
        most_pixels: a larger frame is not decoded: the animation ends before it.
        on_frame: called before each frame is decoded.
    """

    pixel_aspect = None
    counted = True
    notes = ()
    lacked_memory = False
    recorded_s = None
    focal_35mm = None

    def __init__(self, path: Path, most_pixels: int, on_frame: Callable[[], None]) -> None:
        self._most_pixels = most_pixels
        self._on_frame = on_frame
        self._image = Image.open(path, formats=_FORMATS)
        self.damaged_packets = 0
        self.size = self._image.size
        self.codec = (self._image.format or "").lower()
        self.frame_count = getattr(self._image, "n_frames", 1) - _first_of(self._image)
        self.fps = 1000 / _milliseconds(self._image)
        self.duration_s = self.frame_count / self.fps

    def frames(self) -> Iterator[av.VideoFrame]:
        """The frames from the first one on."""
        time_ms = 0.0
        for index in range(_first_of(self._image), _first_of(self._image) + self.frame_count):
            self._on_frame()
            try:
                self._image.seek(index)
                width, height = self._image.size
                if width * height > self._most_pixels:
                    raise ValueError("a GIF can grow from frame to frame")
                self._image.load()
                rgb = _upright_rgb(self._image)
            except Exception:  # noqa: BLE001 - hostile bytes; what comes after a broken frame depends on it
                self.damaged_packets += 1
                return
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts, frame.time_base = round(time_ms), _TIME_BASE
            time_ms += _milliseconds(self._image)
            yield frame

    def seek(self, stamp_s: float) -> bool:
        """Return to the first frame: these files have no others from which decoding could begin."""
        return True

    def ended_early(self, frames: int, length_s: float) -> bool:
        """Whether there were fewer frames than there should be."""
        return frames < self.frame_count

    def close(self) -> None:
        """Close the file."""
        self._image.close()


def _first_of(image: Image.Image) -> int:
    """1 if a PNG begins with a picture for programs that show no animations, which is not part of it."""
    return int(getattr(image, "default_image", False))


def _milliseconds(image: Image.Image) -> float:
    stated = float(image.info.get("duration") or 0)
    return stated if stated > _SHORTEST_MS else _USUAL_MS


def _upright_rgb(image: Image.Image) -> np.ndarray:
    rgba = ImageOps.exif_transpose(image).convert("RGBA")
    return np.array(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB"))
