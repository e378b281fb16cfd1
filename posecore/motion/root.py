"""The path of each person's hips through the room, estimated from a single camera.

World landmarks are centred on the hips, so a walking person does not move in them. This module finds, for each frame,
the translation t = (tx, ty, tz) with which a pinhole camera sees each world landmark (X, Y, Z) at its pixel (u, v)::

    u = f (X + tx) / (Z + tz) + cx        v = f (Y + ty) / (Z + tz) + cy

with the principal point (cx, cy) in the middle of the picture and no lens distortion.

How reliable this is:

- The camera's focal length f is unknown; it follows from a field of view that is **assumed** unless the caller gives
  it. A wrong one scales depth (tz) in proportion and leaves motion across the picture as it is.
- The scale is that of the world landmarks: the body size the model assumes. It cannot distinguish a child from an
  adult further away.
- Depth from one camera is uncertain: it depends on the person's apparent size, so an error of one percent in size is
  one percent of the distance, independently in each frame. Sideways and vertical motion is far steadier. Smooth the
  result before using it.
- The model sees a crop around each person, not where the crop lies in the picture. So world landmarks ignore the
  angle from which the camera sees a person near the edge. ``turns_to_camera`` says how much, and ``in_camera_axes``
  corrects it; nothing else here does.
- A camera that moves, or looks up or down, moves or tilts the path; the floor is unknown. After a hard cut the camera
  is another one.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, InvalidPoses
from posecore.motion.rotations import shortest_rotation
from posecore.poses import FloatArray, FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Poses = TypeVar("Poses", FramePoses, PoseSequence)

RootChoice = Literal["estimated", "none"]

ASSUMED_FIELD_OF_VIEW_DEG = 60.0
"""Along the picture's longer side: that of a 31 mm lens on 36 mm film, between phone main cameras and webcams."""

_HIPS = [BLAZEPOSE_33.index(f"{side}_hip") for side in ("left", "right")]
_FEET = list(BLAZEPOSE_33.parts["feet"])
# Variance of the landmarks' positions for a focal length of 1; below this (about a tenth of a pixel) depth is unknown.
_SMALLEST_SPREAD = 1e-8
_Y_UP = np.array([1, -1, -1], np.float32)

_Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RootPath:
    """The path of each person's hips.

    Attributes:
        path: (T, P, 3) float32, metres from the camera: x to the picture's right, y down, z away from the camera.
            NaN where the person is not seen, or no position in front of the camera fits.
        error_px: (T, P) float32, reprojection error: root mean square distance between the projected and the seen
            landmarks, weighted by visibility. A small error proves nothing: a wrong depth may project well.
        field_of_view_deg: along the picture's longer side, as assumed or given.
        focal_px: the focal length that follows from it, in pixels.
    """

    path: FloatArray
    error_px: FloatArray
    field_of_view_deg: float
    focal_px: float


def estimate_root(sequence: PoseSequence, *, field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG) -> RootPath:
    """Estimate the path of each person's hips in metres; the module docstring says how reliable it is.

    Each frame is solved by itself, without smoothing: least squares over all landmarks, weighted by visibility. The
    equations above are linear in t once multiplied by the depth Z + tz.

    Args:
        sequence: its ``world`` and ``xy`` are used.
        field_of_view_deg: of the camera, along the picture's longer side.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees.
    """
    focal_px = focal_length_px(sequence.size, field_of_view_deg)
    rays = (sequence.xy.astype(np.float64) - np.array(sequence.size) / 2) / focal_px
    world = sequence.world.astype(np.float64)
    used = np.isfinite(rays).all(axis=-1) & np.isfinite(world).all(axis=-1) & (sequence.visibility > 0)
    weights = np.where(used, sequence.visibility, 0).astype(np.float64)
    # NaN with a weight of 0 would still make the sums NaN.
    rays, world = np.where(used[..., None], rays, 0), np.where(used[..., None], world, 0)
    path = _solve(rays, world, weights)
    error_px = focal_px * _projection_error(rays, world, weights, path)
    return RootPath(path.astype(np.float32), error_px.astype(np.float32), float(field_of_view_deg), focal_px)


def turns_to_camera(
    poses: FramePoses | PoseSequence, *, field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG
) -> NDArray[np.float64]:
    """(P, 3, 3) or (T, P, 3, 3) rotations of world landmarks from the axes of each person's crop to the camera's.

    A level camera looks down on somebody low in the picture, and sees the nearer of two feet lower: in the crop, whose
    middle are the hips, the floor seems to slope. Turning the landmarks as the ray to the hips is turned undoes this;
    then they also fit better to where they are seen. NaN where the person is not seen.

    Args:
        poses: their ``xy`` is used.
        field_of_view_deg: as for ``estimate_root``.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees.
    """
    focal_px = focal_length_px(poses.size, field_of_view_deg)
    middle = poses.xy[..., _HIPS, :].mean(axis=-2, dtype=np.float64) - np.array(poses.size) / 2
    rays = np.concatenate([middle, np.full((*middle.shape[:-1], 1), focal_px)], axis=-1)
    return shortest_rotation(np.array([0.0, 0.0, 1.0]), rays.reshape(-1, 3)).reshape(*rays.shape[:-1], 3, 3)


def in_camera_axes(poses: Poses, *, field_of_view_deg: float) -> Poses:
    """The same people with world landmarks in the camera's axes, as ``turns_to_camera`` turns them; the rest stays.

    Joint angles do not change, but the lean of a trunk does, and how people stand to each other. Do it once: what is
    in the camera's axes already would be turned again. A solid body is in the axes of the room, and needs it not.

    Args:
        poses: with world landmarks as the model gives them; is not changed.
        field_of_view_deg: of the camera, along the picture's longer side; of a photo, that of
            ``posecore.rigid.camera_files.camera_of_photo``, if its EXIF data say it.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees.
    """
    turns = turns_to_camera(poses, field_of_view_deg=field_of_view_deg).astype(np.float32)
    return replace(poses, world=poses.world @ np.swapaxes(turns, -1, -2))


def check_field_of_view(field_of_view_deg: float) -> None:
    """Raise InvalidOption unless this is between 0 and 180 degrees."""
    if not 0 < field_of_view_deg < 180:
        raise InvalidOption(
            f"Expected 'field_of_view_deg' to be between 0 and 180 degrees, but got {field_of_view_deg}."
        )


def focal_length_px(size: tuple[int, int], field_of_view_deg: float) -> float:
    """Focal length, pixels, of a camera with pictures of (width, height) and this field of view along the longer side.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees.
    """
    check_field_of_view(field_of_view_deg)
    return max(size) / 2 / math.tan(math.radians(field_of_view_deg) / 2)


def view_deg_of(size: tuple[int, int], focal_35mm: float | None) -> float:
    """Field of view, degrees along the longer side, of pictures of (width, height) through a lens.

    Args:
        size: pixels.
        focal_35mm: focal length in 35 mm equivalent, millimetres: of the same view along the diagonal of 36 x 24 mm;
            None: not known, so the field of view is assumed.
    """
    if focal_35mm is None:
        return ASSUMED_FIELD_OF_VIEW_DEG
    half = max(size) / math.hypot(*size) * math.hypot(36, 24) / 2
    return round(math.degrees(2 * math.atan(half / focal_35mm)), 1)


def lens_in_words(size: tuple[int, int], focal_35mm: float | None) -> str:
    """A sentence on where the field of view comes from; arguments as for ``view_deg_of``."""
    view = f"{view_deg_of(size, focal_35mm):g} degrees"
    if focal_35mm is None:
        return f"The video does not state its lens: a field of view of {view} is assumed."
    return f"The video states a lens of {focal_35mm:g} mm (35 mm equivalent), with a field of view of {view}."


def to_y_up(points: FloatArray) -> FloatArray:
    """Turn points (..., 3) half around x: y up and z towards the camera, x unchanged."""
    return np.asarray(points * _Y_UP)


def place_person(
    sequence: PoseSequence,
    person_id: int,
    *,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    path: FloatArray | None = None,
) -> FloatArray:
    """Place one person's landmarks in a room with a floor, as file formats for motion programs expect.

    Axes: x to the picture's right, y up, z towards the camera. y = 0 is the lowest position of a heel or toe in the
    whole video; x = z = 0 is where the hips are when the person is first seen. After a cut nobody knows where the
    camera is, so the path starts again above that point.

    Args:
        sequence: with any number of people.
        person_id: the person to place.
        root: ``"estimated"``: the person moves along the path of ``estimate_root``; ``"none"``: the hips stay above
            one point at one height.
        field_of_view_deg: as for ``estimate_root``.
        path: (T, 3) m of the hips, to move along instead of the estimated one.

    Returns:
        (T, K, 3) float32, metres; NaN where the person is not seen.

    Raises:
        InvalidOption: if nobody has this id, or an option is outside its range.
        InvalidPoses: if the person is never seen, or no frame has a position in front of the camera.
    """
    if root not in get_args(RootChoice):
        raise InvalidOption(f"Expected 'root' to be one of {get_args(RootChoice)}, but got {root!r}.")
    sequence.slot(person_id)  # raises if there is no movement of theirs
    one_person = sequence.only([person_id])
    points = one_person.world[:, 0]
    if root == "estimated":
        if path is None:
            path = estimate_root(one_person, field_of_view_deg=field_of_view_deg).path[:, 0]
        placed = np.isfinite(path[:, 0])
        if not placed.any():
            raise InvalidPoses(
                f"Person {person_id} cannot be placed: in no frame is there a place in front of the camera from where "
                "the world landmarks are seen as they are in the picture. Ask for no root."
            )
        starts = [path[shot][placed[shot].argmax()] for shot in one_person.shots]
        lengths = [shot.stop - shot.start for shot in one_person.shots]
        points = points + (path - np.repeat(starts, lengths, axis=0))[:, None]
    points = to_y_up(points)
    feet = points[:, _FEET, 1]
    if np.isfinite(feet).any():
        points[..., 1] -= np.nanmin(feet)
    return points


def _solve(rays: _Doubles, world: _Doubles, weights: _Doubles) -> _Doubles:
    """Solve for the translations, (T, P, 3).

    With a = (u - cx) / f the equation of a landmark is tx - a tz = a Z - X, and likewise for y. For any tz the best
    tx and ty are weighted means; substituting them leaves tz as the only unknown.
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
    """(T, P) root mean square of the residuals, for a focal length of 1."""
    placed = world + path[..., None, :]
    depth = placed[..., 2:]
    left = placed[..., :2] / np.where(depth > 0, depth, np.nan) - rays
    squares = np.where(weights > 0, weights * (left**2).sum(axis=-1), 0)
    total = weights.sum(axis=-1)
    return np.sqrt(squares.sum(axis=-1) / np.where(total > 0, total, np.nan))
