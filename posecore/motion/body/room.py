"""The path of a solid body through a room in which up is up, from its landmarks alone.

A result holds where the body is seen and its landmarks in metres, turned upright; not where it is in the room. But a
body of one shape is seen as it is from one place only, and by a camera that is tilted in one way only: both are found
again by least squares, the tilt with a few frames of each shot.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from posecore.motion.body.distance import steady_distance
from posecore.motion.body.skeleton import JOINTS
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, estimate_root
from posecore.motion.rotations import shortest_rotation
from posecore.poses import FloatArray, PoseSequence

Doubles = NDArray[np.float64]

_CAMERA_UP = np.array([0.0, -1.0, 0.0])
_FRAMES = 48  # from which the tilt of a shot is found
_STEEPEST = 1.7  # of the tilt's tangents: 60 degrees
# A person who was away for this long may have gone anywhere.
_AWAY_S = 0.3


def solid_paths(
    sequence: PoseSequence, *, field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG
) -> tuple[FloatArray, Doubles]:
    """The paths of the hips of solid bodies, and what is up for the camera.

    Args:
        sequence: as ``posecore.motion.body.fit`` makes it, with any scale, cut into parts or resampled.
        field_of_view_deg: with which it was made.

    Returns:
        (T, P, 3) float32, metres from the camera: x to the right, y down in the room, z away; NaN where the person is
        not seen. And (shots, 3) what is up in the camera's axes, as in ``BodyFit``.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees.
    """
    visibility = np.zeros_like(sequence.visibility)
    visibility[..., JOINTS] = np.maximum(sequence.visibility[..., JOINTS], 0.05)  # the face is where the model sees it
    bodies = replace(sequence, visibility=visibility)
    paths = np.full((*sequence.seen.shape, 3), np.nan, np.float32)
    ups = []
    for shot in sequence.shots:
        frames = bodies.at(shot)
        up = _find_tilt(frames, field_of_view_deg)
        level = shortest_rotation(_CAMERA_UP, up[None])[0]
        found = estimate_root(_tilted(frames, up), field_of_view_deg=field_of_view_deg).path.astype(np.float64)
        for slot in range(found.shape[1]):
            known = np.flatnonzero(np.isfinite(found[:, slot]).all(axis=1))
            linked = np.diff(frames.times_s[known], prepend=-np.inf) <= _AWAY_S
            paths[shot.start + known, slot] = steady_distance(frames.times_s[known], linked, found[known, slot]) @ level
        ups.append(up)
    return paths, np.array(ups).reshape(-1, 3)


def _find_tilt(shot: PoseSequence, field_of_view_deg: float) -> Doubles:
    """(3,) what is up in the camera's axes, with which the bodies of one shot are best seen as they are."""
    there = np.flatnonzero(shot.seen.any(axis=1))
    if not len(there):
        return _CAMERA_UP
    few = shot.at(there[np.unique(np.linspace(0, len(there) - 1, _FRAMES).astype(int))])

    def errors(slopes: Doubles) -> Doubles:
        seen = estimate_root(_tilted(few, _up_of(slopes)), field_of_view_deg=field_of_view_deg).error_px
        return np.nan_to_num(seen.astype(np.float64).ravel() / max(shot.size))

    return _up_of(least_squares(errors, np.zeros(2), bounds=(-_STEEPEST, _STEEPEST), diff_step=1e-3).x)


def _up_of(slopes: Doubles) -> Doubles:
    up = np.array([slopes[0], -1.0, slopes[1]])
    return np.asarray(up / np.linalg.norm(up))


def _tilted(sequence: PoseSequence, up: Doubles) -> PoseSequence:
    """The same with world landmarks in the axes of a camera for which this is up."""
    level = shortest_rotation(_CAMERA_UP, up[None])[0].astype(np.float32)
    return replace(sequence, world=sequence.world @ level.T)
