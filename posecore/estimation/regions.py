"""The region of a person or hand: a rotated square in the picture, and the affine maps between it and the picture."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.estimation.arrays import FloatArray

# A person's square is 1.25 times as large as the circle around the hips that contains the body.
_MARGIN = 1.25


@dataclass(frozen=True)
class Region:
    """A square around one person, or one hand, rotated so that it is upright in it.

    Attributes:
        x, y: its centre (of a person: the middle of the hips) in pixels of the picture, origin top left, y down.
        size: length of a side in pixels.
        rotation: from upright, clockwise on the screen, in radians from -pi to pi.
        score: the detector's confidence that a person or hand is here, 0..1; for a region derived from landmarks, the
            network's score for them.
    """

    x: float
    y: float
    size: float
    rotation: float
    score: float

    @classmethod
    def whole(cls, width: int, height: int) -> "Region":
        """The upright square around a whole picture."""
        return cls(width / 2, height / 2, float(max(width, height)), 0.0, 1.0)

    @classmethod
    def around(cls, alignment: FloatArray, score: float) -> "Region":
        """A person's region, spanned by BlazePose's two alignment points.

        Args:
            alignment: (2, 2) in pixels: the middle of the hips, and a point above the head on the circle that
                contains the body.
            score: of the region.
        """
        (x, y), (rim_x, rim_y) = alignment.tolist()
        right, down = rim_x - x, rim_y - y
        rotation = math.remainder(math.pi / 2 - math.atan2(-down, right), 2 * math.pi)
        return cls(x, y, 2 * _MARGIN * math.hypot(right, down), rotation, score)

    @property
    def usable(self) -> bool:
        """Whether it is a finite square of at least one pixel."""
        return math.isfinite(self.x + self.y + self.size + self.rotation) and self.size >= 1

    def directions(self) -> FloatArray:
        """(2, 2) rotation matrix: from the region's own axes to the picture's."""
        cosine, sine = math.cos(self.rotation), math.sin(self.rotation)
        return np.array([[cosine, -sine], [sine, cosine]], np.float32)

    def to_picture(self, points: FloatArray) -> FloatArray:
        """Convert points of the region to pixels of the picture.

        Args:
            points: (N, 2) shares of the region's side, origin at its top left corner.
        """
        centre = np.array([self.x, self.y], np.float32)
        offsets = (points - np.float32(0.5)) * np.float32(self.size)
        return (offsets @ self.directions().T + centre).astype(np.float32)

    def crop_matrix(self, side: int) -> NDArray[np.float64]:
        """(2, 3) affine map from a crop of side x side pixels to the picture.

        Pixel (0, 0) of the crop maps to the region's corner, without the half-pixel offset that would centre it:
        MediaPipe's networks were trained like this.
        """
        scale = self.size / side
        cosine, sine = scale * math.cos(self.rotation), scale * math.sin(self.rotation)
        half = side / 2
        left = self.x - half * (cosine - sine)
        top = self.y - half * (sine + cosine)
        return np.array([[cosine, -sine, left], [sine, cosine, top]])


def overlap(first: Region, second: Region) -> float:
    """Intersection over union of two regions, ignoring rotation, 0..1."""
    width = _shared(first.x, first.size, second.x, second.size)
    height = _shared(first.y, first.size, second.y, second.size)
    shared = width * height
    return shared / (first.size**2 + second.size**2 - shared)


def _shared(centre: float, size: float, other_centre: float, other_size: float) -> float:
    """Length of the intersection of two intervals."""
    low = max(centre - size / 2, other_centre - other_size / 2)
    high = min(centre + size / 2, other_centre + other_size / 2)
    return max(0.0, high - low)
