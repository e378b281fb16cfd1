"""The pose of a rigid body from where its known points are seen in the image (PnP).

A flat body seen from afar or from the front has two poses, mirrored in tilt, that look almost the same: both are found
and refined, and the one whose points are nearer to where they were seen comes first. Whether that choice can be trusted
is a matter of odds: what is left of the errors of N points after six numbers were fitted to them says how large errors
are here, together with how large they usually are, which counts as two numbers more. With normal errors the likelihood
of a pose of mean squared error e² is then (N e² + 2 s²)^-(N - 2), where s is the usual spread. If the first pose is not
``SURE_ODDS`` times as likely as the second, it is "uncertain". For four corners seen with s, its error has to be about
half of the other one's. In simulated images of squares of 30 to 200 pixels, 0.2% of the certain choices are wrong
if corners are seen within 0.3 px (standard deviation), 4% within 0.5 px, and 7% within 1 px.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

MIN_POINTS = 4
"""Three points have up to four poses that explain them exactly."""
SURE_ODDS = 20.0
"""The first of two poses is certain if it is this many times as likely as the second."""
USUAL_SPREAD_PX = 0.2
"""How exactly points are usually seen, per coordinate: 0.1 to 0.3 px for the corners of markers."""

# Points are in a line, or in a plane, if their spread across it is below these shares of their spread along it.
_LINE_SHARE = 0.01
_PLANE_SHARE = 0.05
# The two poses of a flat body come together as it faces the camera; nearer than this they are one.
_SAME_DEG = 1.0
# Nearer points than this share of the body's spread are not in front of the camera in any useful sense.
_NEAREST_SHARE = 1e-3


def solve_pose(
    points_m: ArrayLike, points_px: ArrayLike, camera: Camera, *, before: RigidPose | None = None
) -> RigidPose | None:
    """The pose of a body, from N of its points and where they are seen.

    Args:
        points_m: (N, 3) metres, in the body's frame. At least four, which are not in a line.
        points_px: (N, 2) pixels of the image, as OpenCV counts them (see ``posecore.rigid.camera``); NaN: not seen.
        camera: that took the image.
        before: pose of the body a moment before, in the frame before of a video: of two poses about equally likely,
            the one is taken that is turned less from it.

    Returns:
        The pose, or None if there is none: fewer than four points are seen, those seen are in a line, or they can be
        seen by no body in front of the camera.

    Raises:
        InvalidRigidPose: if shapes do not agree, or the body's points are too few, in a line or not finite.
    """
    poses = solve_poses(points_m, points_px, camera)
    return choose_pose(poses, before) if poses else None


def choose_pose(poses: tuple[RigidPose, ...], before: RigidPose | None) -> RigidPose:
    """Of the poses that ``solve_poses`` found, the first, or if that is uncertain, the one nearest to ``before``."""
    if before is None or not poses[0].uncertain:
        return poses[0]
    nearest = min(poses, key=lambda pose: pose.turn_from(before))
    return replace(nearest, uncertain=before.uncertain)


def solve_poses(points_m: ArrayLike, points_px: ArrayLike, camera: Camera) -> tuple[RigidPose, ...]:
    """All poses of a body that explain what is seen, the most likely first: none, one, or two of a flat body.

    Args and errors are those of ``solve_pose``. The first is ``uncertain`` if the second is about as likely, and the
    second is always.
    """
    points, seen_px = _checked(points_m, points_px)
    seen = np.isfinite(seen_px).all(axis=1)
    points, seen_px = points[seen], seen_px[seen]
    if len(points) < MIN_POINTS or _spreads(points)[1] < _LINE_SHARE or _spreads(seen_px)[1] < _LINE_SHARE**2:
        return ()
    found = sorted(_refined(points, seen_px, camera), key=lambda pose: pose.error_px)
    if not found:
        return ()
    best = found[0]
    others = [pose for pose in found[1:] if pose.turn_from(best) > _SAME_DEG]
    if not others:
        return (best,)
    other = replace(others[0], uncertain=True)
    return replace(best, uncertain=odds(best.error_px, other.error_px, len(points)) < SURE_ODDS), other


def odds(error_px: float, other_error_px: float, points: int) -> float:
    """How many times as likely a pose is as another one, from their errors at this many points; see the module."""
    usual = 2 * USUAL_SPREAD_PX**2
    return float(((points * other_error_px**2 + usual) / (points * error_px**2 + usual)) ** (points - 2))


def _checked(points_m: ArrayLike, points_px: ArrayLike) -> tuple[Doubles, Doubles]:
    points, seen_px = np.asarray(points_m, np.float64), np.asarray(points_px, np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or seen_px.shape != (len(points), 2):
        raise InvalidRigidPose(
            f"Expected points of shape (N, 3) and (N, 2), but got {points.shape} and {seen_px.shape}."
        )
    if len(points) < MIN_POINTS:
        raise InvalidRigidPose(f"Expected a body of at least {MIN_POINTS} points, but got {len(points)}.")
    if not np.isfinite(points).all():
        raise InvalidRigidPose("Expected the points of the body to be finite, but got some that are not.")
    if _spreads(points)[1] < _LINE_SHARE:
        raise InvalidRigidPose("Expected points of the body that are not in a line, but got such points.")
    return points, seen_px


def _spreads(points: Doubles) -> Doubles:
    """Spread of points along their main axes, as shares of the largest one; zeros if all are in one place."""
    values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return np.asarray(values / values[0] if values[0] > 0 else values)


def _refined(points: Doubles, seen_px: Doubles, camera: Camera) -> Iterator[RigidPose]:
    """Each first guess, moved to where the points are nearest to where they were seen."""
    reach = float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())
    for guess in _guesses(points, seen_px, camera):
        if not all(np.isfinite(part).all() for part in guess):
            continue
        turn, shift = cv2.solvePnPRefineLM(points, seen_px, camera.matrix, camera.distortion, *guess)
        if not (np.isfinite(turn).all() and np.isfinite(shift).all()):
            continue
        pose = RigidPose(np.asarray(cv2.Rodrigues(turn)[0], np.float64), np.ravel(shift).astype(np.float64), 0.0)
        if pose.to_camera(points)[:, 2].min() > _NEAREST_SHARE * reach:
            away = camera.project(points, pose) - seen_px
            yield replace(pose, error_px=float(np.sqrt((away**2).sum(axis=1).mean())))


def _guesses(points: Doubles, seen_px: Doubles, camera: Camera) -> Iterator[tuple[Doubles, Doubles]]:
    """First guesses as (rotation vector, translation): by SQPNP, and of a flat body both of IPPE."""
    yield from _solved(points, seen_px, camera, cv2.SOLVEPNP_SQPNP)
    if _spreads(points)[2] < _PLANE_SHARE:
        middle = points.mean(axis=0)
        axes = np.linalg.svd(points - middle)[2]
        axes[2] *= np.linalg.det(axes)
        flat = (points - middle) @ axes.T * [1, 1, 0]
        for turn, shift in _solved(flat, seen_px, camera, cv2.SOLVEPNP_IPPE):
            rotation = cv2.Rodrigues(turn)[0] @ axes
            yield cv2.Rodrigues(rotation)[0], shift - (rotation @ middle)[:, None]


def _solved(points: Doubles, seen_px: Doubles, camera: Camera, method: int) -> Iterator[tuple[Doubles, Doubles]]:
    try:
        _, turns, shifts, _ = cv2.solvePnPGeneric(points, seen_px, camera.matrix, camera.distortion, flags=method)
    except cv2.error:  # of points that no pose explains
        return
    yield from zip(turns, shifts, strict=True)
