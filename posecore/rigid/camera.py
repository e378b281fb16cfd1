"""The camera: how directions in front of it become pixels.

Pixels are OpenCV's here: (0, 0) is the middle of the first pixel. The landmarks of ``FramePoses`` and ``FrameHands``
count from its corner: subtract half a pixel from theirs.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidCamera
from posecore.rigid.pose import RigidPose
from posecore.system import naming_missing_library
from posecore.values import frozen

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

# The numbers of coefficients of OpenCV's models.
_DISTORTIONS = (0, 4, 5, 8, 12, 14)
# Diagonal of a frame of 35 mm film (36 x 24 mm). The focal length "in 35 mm film" is defined by diagonals (CIPA
# DCG-001), whatever the shape of the picture.
_FILM_DIAGONAL_MM = math.hypot(36, 24)
# Sizes of one picture in different resolutions have sides that are rounded.
_SHAPE_TOLERANCE = 0.01
# In OpenCV's models the error of undistorted points falls by iteration; these are enough for strong wide-angle lenses.
_UNDISTORT = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-10)


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera's intrinsics, in OpenCV's model.

    Attributes:
        matrix: (3, 3) float64: [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], pixels.
        distortion: (D,) float64, D one of 0, 4, 5, 8, 12, 14: OpenCV's coefficients (k1, k2, p1, p2, k3, ...).
        size: (width, height) of the upright image that the matrix is for, pixels.

    Raises:
        InvalidCamera: if a shape is another, a number is not finite, the last row is not (0, 0, 1), or a focal length
            or the size is not above zero.
    """

    matrix: Doubles
    distortion: Doubles
    size: tuple[int, int]

    def __post_init__(self) -> None:
        matrix, distortion = frozen(self.matrix, np.float64), frozen(np.ravel(self.distortion), np.float64)
        if matrix.shape != (3, 3):
            raise InvalidCamera(f"Expected 'matrix' to have shape (3, 3), but got {matrix.shape}.")
        if len(distortion) not in _DISTORTIONS:
            raise InvalidCamera(
                f"Expected 'distortion' to have {', '.join(map(str, _DISTORTIONS))} numbers, but got {len(distortion)}."
            )
        if not (np.isfinite(matrix).all() and np.isfinite(distortion).all()):
            raise InvalidCamera("Expected the numbers of a camera to be finite, but got some that are not.")
        if min(matrix[0, 0], matrix[1, 1]) <= 0 or matrix[2].tolist() != [0, 0, 1]:
            raise InvalidCamera(
                "Expected 'matrix' to be [[fx, 0, cx], [0, fy, cy], [0, 0, 1]] with focal lengths above zero, but got "
                f"{matrix.tolist()}."
            )
        width, height = (int(side) for side in self.size)
        if min(width, height) <= 0:
            raise InvalidCamera(f"Expected 'size' to be above zero in both dimensions, but got {(width, height)}.")
        for name, value in (("matrix", matrix), ("distortion", distortion), ("size", (width, height))):
            object.__setattr__(self, name, value)

    @classmethod
    def from_fov(cls, size: tuple[int, int], fov_deg: float) -> Self:
        """A camera without distortion whose longer side sees this angle.

        Args:
            size: (width, height), pixels.
            fov_deg: field of view across the image's longer side, degrees, above 0 and below 180. It is the horizontal
                one of a camera held level, and stays the same if it is held upright.

        Raises:
            InvalidCamera: if the angle or the size is outside its range.
        """
        if not 0 < fov_deg < 180:
            raise InvalidCamera(f"Expected a field of view above 0 and below 180 degrees, but got {fov_deg}.")
        return cls._central(size, max(size) / 2 / math.tan(math.radians(fov_deg) / 2))

    @classmethod
    def from_focal_35mm(cls, size: tuple[int, int], focal_mm: float) -> Self:
        """A camera without distortion by its focal length in 35 mm equivalent, as EXIF has it.

        Raises:
            InvalidCamera: if the focal length or the size is not above zero.
        """
        if not 0 < focal_mm < math.inf:
            raise InvalidCamera(f"Expected a focal length above 0 mm, but got {focal_mm}.")
        return cls._central(size, focal_mm / _FILM_DIAGONAL_MM * math.hypot(*size))

    @classmethod
    def _central(cls, size: tuple[int, int], focal_px: float) -> Self:
        width, height = size
        matrix = np.array([[focal_px, 0, (width - 1) / 2], [0, focal_px, (height - 1) / 2], [0, 0, 1.0]])
        return cls(matrix, np.empty(0), size)

    @property
    def fov_deg(self) -> float:
        """Field of view across the longer side, degrees, without distortion."""
        width, height = self.size
        longer = width / self.matrix[0, 0] if width >= height else height / self.matrix[1, 1]
        return math.degrees(2 * math.atan(longer / 2))

    def scaled(self, size: tuple[int, int]) -> "Camera":
        """The same camera for its image scaled to another (width, height).

        Raises:
            InvalidCamera: if that size has another shape: then it is not the same image, but a part of it or one that
                was turned.
        """
        across, down = (new / old for new, old in zip(size, self.size, strict=True))
        if abs(across / down - 1) > _SHAPE_TOLERANCE:
            raise InvalidCamera(
                f"The camera is for images of {self.size[0]} x {self.size[1]} pixels, and this one has "
                f"{size[0]} x {size[1]}. Expected the same shape: calibrate the camera with such images."
            )
        matrix = self.matrix.copy()
        matrix[:2, 2] += 0.5  # scaling keeps the image's corner in place, not the middle of its first pixel
        matrix[0] *= across
        matrix[1] *= down
        matrix[:2, 2] -= 0.5
        return Camera(matrix, self.distortion, size)

    def project(self, points_m: ArrayLike, pose: RigidPose | None = None) -> Doubles:
        """(N, 2) pixels of points (N, 3); NaN for those that are not in front of the camera.

        Args:
            points_m: metres, in the frame of the body that has the pose; without one in the camera's.
            pose: of the body.
        """
        points = np.asarray(points_m, np.float64)
        points = (points if pose is None else pose.to_camera(points)).reshape(-1, 3)
        pixels = np.full((len(points), 2), np.nan)
        ahead = points[:, 2] > 1e-6
        if ahead.any():
            drawn, _ = cv2.projectPoints(points[ahead], np.zeros(3), np.zeros(3), self.matrix, self.distortion)
            pixels[ahead] = drawn[:, 0]
        return pixels

    def directions(self, points_px: ArrayLike) -> Doubles:
        """(N, 2): x / z and y / z of what is seen at pixels (N, 2); NaN for pixels that are NaN."""
        points = np.asarray(points_px, np.float64).reshape(-1, 1, 2)
        return np.asarray(cv2.undistortPoints(points, self.matrix, self.distortion, criteria=_UNDISTORT)[:, 0])
