"""Separating people from their background: blur it, make it plain, replace it by a picture, or cut people out."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, InvalidPoses, check_choice
from posecore.poses import FramePoses
from posecore.system import naming_missing_library
from posecore.view.palette import PLAIN
from posecore.view.shapes import flood

with naming_missing_library():
    import cv2

_LONGEST_PX = 2560  # of a picture behind people; larger ones would only take memory


@dataclass(frozen=True)
class BackgroundPicture:
    """A picture to be seen behind people. Two are equal if their pixels are.

    Attributes:
        rgb: (h, w, 3) uint8, upright, as ``posecore.decode_picture`` gives it.
        sha256: of its pixels.

    Raises:
        InvalidOption: if it is something else.
    """

    rgb: NDArray[np.uint8] = field(compare=False, repr=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        shape, dtype = np.shape(self.rgb), getattr(self.rgb, "dtype", None)
        if len(shape) != 3 or shape[2] != 3 or 0 in shape or dtype != np.uint8:
            raise InvalidOption(f"Expected 'rgb' to have shape (h, w, 3) and type uint8, but got {shape} and {dtype}.")
        scale = _LONGEST_PX / max(shape[:2])
        if scale < 1:
            smaller = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
            object.__setattr__(self, "rgb", cv2.resize(self.rgb, smaller, interpolation=cv2.INTER_AREA))
        pixels = np.ascontiguousarray(self.rgb)
        object.__setattr__(self, "sha256", hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest())


BackgroundName = Literal["keep", "blur", "plain"]
Background = BackgroundName | BackgroundPicture
"""What to do with everything that is not a person: keep it, blur it, make it one colour, or replace it by a picture."""

# The network's masks have soft edges; between these values a pixel goes from background to person.
_EDGE = (0.3, 0.7)
# Blur radius as a share of the picture's longer side, and how much smaller the blurred copy is (the difference does
# not show).
_BLUR, _SMALLER = 0.012, 4


def check_background(background: Background, *, has_silhouettes: bool = True) -> None:
    """Raise InvalidOption unless it is one, and one that can be drawn with or without silhouettes."""
    if not isinstance(background, BackgroundPicture):
        check_choice("background", background, get_args(BackgroundName))
    if background != "keep" and not has_silhouettes:
        kind = "picture as" if isinstance(background, BackgroundPicture) else background
        raise InvalidOption(f"Expected 'segmentation' to be on for a {kind} background, but it is off.")


def silhouette(poses: FramePoses) -> NDArray[np.float32]:
    """(H, W) float32, 0..1: the share of each pixel that is a person.

    Raises:
        InvalidPoses: if there are people without masks; ``PoseOptions(segmentation=True)`` provides them.
    """
    width, height = poses.size
    people = np.zeros((height, width), np.float32)
    if len(poses) and not poses.masks:
        raise InvalidPoses("Expected people with their silhouettes, but got none: estimate with segmentation=True.")
    for mask in poses.masks:
        np.maximum(people, mask.on_picture(poses.size), out=people)
    low, high = _EDGE
    return ((people - np.float32(low)) / np.float32(high - low)).clip(0, 1)


def on_background(rgb: np.ndarray, poses: FramePoses, background: Background) -> np.ndarray:
    """Return a copy of the picture with its background changed.

    Args:
        rgb: (H, W, 3) uint8, the picture the poses belong to.
        poses: with masks, unless the background is kept.
        background: what to do with it.

    Raises:
        InvalidPoses: as ``silhouette``.
    """
    if background == "keep":
        return np.array(rgb, order="C")
    people = silhouette(poses)
    if isinstance(background, BackgroundPicture):
        behind = _covering(background, poses.size)
    elif background == "blur":
        behind = _blurred(rgb, 1 - people)
    else:
        behind = np.empty_like(rgb, order="C")
        flood(behind, PLAIN)
    return cv2.blendLinear(np.ascontiguousarray(rgb), behind, people, 1 - people)


def cut_out(rgb: np.ndarray, poses: FramePoses) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 RGBA: the people, with everything else transparent.

    Raises:
        InvalidPoses: as ``silhouette``.
    """
    opaque = np.rint(silhouette(poses) * 255).astype(np.uint8)
    return np.dstack([rgb, opaque])


@lru_cache(maxsize=4)
def _covering(picture: BackgroundPicture, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3): the middle of the picture, as much of it as covers a frame of (width, height)."""
    height, width = picture.rgb.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    part = [min(side, max(1, round(of / scale))) for side, of in ((width, size[0]), (height, size[1]))]
    left, top = (width - part[0]) // 2, (height - part[1]) // 2
    middle = picture.rgb[top : top + part[1], left : left + part[0]]
    return cv2.resize(middle, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _blurred(rgb: np.ndarray, counted: NDArray[np.float32]) -> np.ndarray:
    """Blur the picture with each pixel weighted by ``counted``, so that people's colours do not bleed into it."""
    height, width = rgb.shape[:2]
    size = (max(1, width // _SMALLER), max(1, height // _SMALLER))
    weights = cv2.resize(counted, size, interpolation=cv2.INTER_AREA) + np.float32(1e-3)
    colors = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) * weights[..., None]
    sigma = max(0.5, _BLUR * max(height, width) / _SMALLER)
    around = cv2.GaussianBlur(weights, (0, 0), sigma)[..., None]
    small = (cv2.GaussianBlur(colors, (0, 0), sigma) / around).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
