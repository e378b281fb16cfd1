"""Where people are: the path of their hips through the room, estimated from a single camera.

World landmarks are centred on the hips, so that a person who walks does not move in them. Here they are put back to
where they project onto the picture: for each frame the translation t = (tx, ty, tz) is found by which a pinhole camera
sees each world landmark (X, Y, Z) at its pixel (u, v)::

    u = f (X + tx) / (Z + tz) + cx        v = f (Y + ty) / (Z + tz) + cy

with the camera's centre (cx, cy) in the middle of the picture and no lens distortion.

How far this can be trusted:

- The focal length f of the camera is not known; it follows from a field of view that is **assumed** unless the caller
  gives it. A wrong one scales depth (tz) in proportion and leaves the way across the picture as it is.
- The scale is that of the world landmarks: how large the model takes a body to be. It cannot tell a child from a
  grown-up further away.
- Depth from one camera is uncertain: it rests on how large the person looks, so one percent there is one percent
  of the distance, in each frame anew. The way across and up is far steadier. Smooth what you use.
- The model sees a crop around each person and not where it lies in the picture. So world landmarks do not know from
  which side the camera looks at somebody near the edge, and that is not put right here.
- A camera that moves, or looks up or down, moves or tilts the path; its floor is not known.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, InvalidPoses
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

RootChoice = Literal["estimated", "none"]

ASSUMED_FIELD_OF_VIEW_DEG = 60.0
"""Of the picture's longer side: that of a 31 mm lens on 36 mm film, between phones' main cameras and webcams."""

_FEET = list(BLAZEPOSE_33.parts["feet"])
# Mean square of the landmarks' distance from their middle, for a focal length of 1: about a tenth of a pixel.
_SMALLEST_SPREAD = 1e-8
_Y_UP = np.array([1, -1, -1], np.float32)

_Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RootPath:
    """The path of each person's hips.

    Attributes:
        path: (T, P, 3) float32, metres from the camera: x to the picture's right, y down, z away from the camera.
            NaN where the person is not seen, or no place in front of the camera fits.
        error_px: (T, P) float32: how far the landmarks, put there, are from where they were seen (root mean square
            over landmarks, weighted by visibility). Small is no proof: a wrong depth may project well.
        field_of_view_deg: of the picture's longer side, as assumed or given.
        focal_px: the focal length that follows from it, in pixels.
    """

    path: FloatArray
    error_px: FloatArray
    field_of_view_deg: float
    focal_px: float


def estimate_root(sequence: PoseSequence, *, field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG) -> RootPath:
    """The path of each person's hips in metres, as far as one camera can tell; see the module for how far that is.

    Each frame by itself, without smoothing: least squares over all landmarks, weighted by visibility. The equations
    above are linear in t once multiplied by the depth Z + tz.

    Args:
        sequence: its ``world`` and ``xy`` are used.
        field_of_view_deg: of the camera along the picture's longer side.

    Raises:
        InvalidOption: where the field of view is not between 0 and 180 degrees.
    """
    if not 0 < field_of_view_deg < 180:
        raise InvalidOption(
            f"Expected 'field_of_view_deg' to be between 0 and 180 degrees, but got {field_of_view_deg}."
        )
    focal_px = max(sequence.size) / 2 / math.tan(math.radians(field_of_view_deg) / 2)
    rays = (sequence.xy.astype(np.float64) - np.array(sequence.size) / 2) / focal_px
    world = sequence.world.astype(np.float64)
    weights = _weights(sequence, rays, world)
    # Where a weight is 0 the values do not count, but NaN times 0 would.
    used = weights[..., None] > 0
    rays, world = np.where(used, rays, 0), np.where(used, world, 0)
    path = _solve(rays, world, weights)
    error_px = focal_px * _projection_error(rays, world, weights, path)
    return RootPath(path.astype(np.float32), error_px.astype(np.float32), float(field_of_view_deg), focal_px)


def to_y_up(points: FloatArray) -> FloatArray:
    """The same points (..., 3) with y up and z towards the camera, x as it was: half a turn around x."""
    return np.asarray(points * _Y_UP)


def place_person(
    sequence: PoseSequence,
    person_id: int,
    *,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
) -> FloatArray:
    """One person's landmarks in a room with a floor, as files for motion programs want them.

    Axes: x to the picture's right, y up, z towards the camera. y = 0 is the lowest that a heel or toe gets in the
    whole clip; x = z = 0 is where the hips are when the person is first seen.

    Args:
        sequence: of any people.
        person_id: whose landmarks.
        root: ``"estimated"``: the person moves along the path of ``estimate_root``; ``"none"``: the hips stay above
            one point at one height.
        field_of_view_deg: as for ``estimate_root``.

    Returns:
        (T, K, 3) float32, metres; NaN where the person is not there.

    Raises:
        InvalidOption: where nobody has this id, or an option is outside its range.
        InvalidPoses: where the person is never seen, or never at a place in front of the camera.
    """
    if root not in get_args(RootChoice):
        raise InvalidOption(f"Expected 'root' to be one of {get_args(RootChoice)}, but got {root!r}.")
    sequence.slot(person_id)  # raises if there is no movement of theirs
    alone = sequence.only([person_id])
    points = alone.world[:, 0]
    if root == "estimated":
        path = estimate_root(alone, field_of_view_deg=field_of_view_deg).path[:, 0]
        placed = np.flatnonzero(np.isfinite(path[:, 0]))
        if len(placed) == 0:
            raise InvalidPoses(
                f"Person {person_id} cannot be placed: in no frame is there a place in front of the camera from where "
                "the world landmarks are seen as they are in the picture. Ask for no root."
            )
        points = points + (path - path[placed[0]])[:, None]
    points = to_y_up(points)
    feet = points[:, _FEET, 1]
    if np.isfinite(feet).any():
        points[..., 1] -= np.nanmin(feet)
    return points


def _weights(sequence: PoseSequence, rays: _Doubles, world: _Doubles) -> _Doubles:
    """(T, P, K) visibility, 0 where a landmark cannot be used."""
    there = np.isfinite(rays).all(axis=-1) & np.isfinite(world).all(axis=-1) & (sequence.visibility > 0)
    return np.where(there, sequence.visibility, 0).astype(np.float64)


def _solve(rays: _Doubles, world: _Doubles, weights: _Doubles) -> _Doubles:
    """(T, P, 3) the translations.

    With a = (u - cx) / f the equation of a landmark is tx - a tz = a Z - X, and so for y. For any tz the best tx and
    ty are weighted means; without them one unknown is left.
    """
    total = weights.sum(axis=-1)
    share = (weights / np.where(total > 0, total, np.nan)[..., None])[..., None]
    right = rays * world[..., 2:] - world[..., :2]
    mean_ray, mean_right = (share * rays).sum(axis=-2), (share * right).sum(axis=-2)
    from_mean = rays - mean_ray[..., None, :]
    spread = (share * from_mean**2).sum(axis=(-2, -1))
    depth = -(share * from_mean * right).sum(axis=(-2, -1)) / np.where(spread > _SMALLEST_SPREAD, spread, np.nan)
    depth = np.where(depth > 0, depth, np.nan)[..., None]
    return np.concatenate([mean_right + mean_ray * depth, depth], axis=-1)


def _projection_error(rays: _Doubles, world: _Doubles, weights: _Doubles, path: _Doubles) -> _Doubles:
    """(T, P) root mean square of what is left, for a focal length of 1."""
    placed = world + path[..., None, :]
    depth = placed[..., 2:]
    left = placed[..., :2] / np.where(depth > 0, depth, np.nan) - rays
    squares = np.where(weights > 0, weights * (left**2).sum(axis=-1), 0)
    total = weights.sum(axis=-1)
    return np.sqrt(squares.sum(axis=-1) / np.where(total > 0, total, np.nan))
