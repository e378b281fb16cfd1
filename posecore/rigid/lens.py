"""A lens that bends light otherwise than its camera says, seen from bodies that are known exactly.

A camera from a field of view has no distortion, and a calibration may be of other focus or zoom, or of a picture that
was straightened badly. Then the corners of a flat square cannot be explained by any pose, and near the front, where a
pose hangs on small differences, it is degrees off. What the corners cannot be explained by is taken for the lens: of
OpenCV's distortion the first radial coefficient is moved as far as they ask for and such a camera makes likely; if that
is not ``LENS_ODDS`` times as likely as the camera as it is, nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.rigid.camera import Camera
from posecore.rigid.solving import solve_poses

Doubles = NDArray[np.float64]
Seen = tuple[Doubles, Doubles]
"""Points of a body, (N, 3) metres, and where they are seen, (N, 2) pixels."""

LENS_ODDS = 10**0.5
"""Substantial evidence by Jeffreys (Theory of Probability, 1961); noise alone rarely gives it with such an error."""

# Spread of corners that are found with subpixel methods in real images, per coordinate.
_CORNER_SPREAD_PX = 0.15
# Spread of the first radial coefficient around what a camera says: common lenses without correction are within 0.2.
_LENS_SPREAD = 0.1
_MOST = 0.4
# The mean squared error of four corners from noise is above this once in a thousand times (chi-squared of 2 degrees of
# freedom, 13.8 times the variance, over 4 points).
_UNEXPLAINED_PX = _CORNER_SPREAD_PX * np.sqrt(13.8 / 4)

# Errors of a body are taken for those of a Student's t distribution with so many degrees of freedom: paper that is not
# flat, or a corner that was found wrongly, then hardly counts against the other bodies.
_FREEDOM = 4.0


def fit_lens(camera: Camera, bodies: Sequence[Seen]) -> Camera:
    """The camera with its lens as the bodies in one image show it; unchanged if noise explains what is seen.

    Args:
        camera: that took the image.
        bodies: that are known and seen exactly, such as tags.
    """
    if not bodies or _error(camera, bodies) <= _UNEXPLAINED_PX:
        return camera

    def unlikeliness(change: float) -> float:
        bent = _bent(camera, change)
        scaled = np.array([_squared(bent, body) for body in bodies]) / (_FREEDOM * _CORNER_SPREAD_PX**2)
        # What a body has left, of two numbers a point, after the six of its pose.
        left = np.array([2 * len(points) - 6 for points, _ in bodies])
        # Twice the negative logarithm of the likelihood.
        return float(((_FREEDOM + left) * np.log1p(scaled)).sum() + (change / _LENS_SPREAD) ** 2)

    found = scipy.optimize.minimize_scalar(
        unlikeliness, bounds=(-_MOST, _MOST), method="bounded", options={"xatol": 0.005}
    )
    is_likelier = unlikeliness(0.0) - float(found.fun) > 2 * np.log(LENS_ODDS)
    return _bent(camera, float(found.x)) if is_likelier else camera


def _error(camera: Camera, bodies: Sequence[Seen]) -> float:
    points = sum(len(seen) for _, seen in bodies)
    return float(np.sqrt(sum(_squared(camera, body) for body in bodies) / points))


def _squared(camera: Camera, body: Seen) -> float:
    """Sum of squared distances (pixels) of a body's points in its best pose from where they are seen; 0 without one."""
    poses = solve_poses(*body, camera)
    return poses[0].error_px ** 2 * len(body[0]) if poses else 0.0


def _bent(camera: Camera, change: float) -> Camera:
    distortion = np.zeros(max(4, len(camera.distortion)))
    distortion[: len(camera.distortion)] = camera.distortion
    distortion[0] += change
    return replace(camera, distortion=distortion)
