"""The poses of a person's torso, pelvis and feet, from the landmarks of the body.

Axes: x to the person's left, y down, z into the body, from front to back.

torso        origin midway between the shoulders; y exactly towards the middle of the hips, x nearly along the shoulders
pelvis       origin midway between the hips; x exactly along the hips, y nearly away from the shoulders
left_foot    and right_foot: origin at the ankle; z exactly from the toes to the heel, y nearly along the shin

World landmarks are metres, but do not say where the person is. They are placed in front of the camera as one body that
is seen where the landmarks are in the image (PnP): so a person who walks moves in metres, and landmarks that the model
saw in a crop beside the middle of the image are turned as much as the camera's rays are there. The scale is that of the
world landmarks: the body size that the model assumes. It cannot distinguish a child from an adult further away.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidRigidPose
from posecore.motion.rotations import rotation_to_axes
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.solving import solve_pose
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

_SHOULDERS = [BLAZEPOSE_33.index(f"{side}_shoulder") for side in ("left", "right")]
_HIPS = [BLAZEPOSE_33.index(f"{side}_hip") for side in ("left", "right")]
_FEET = {
    f"{side}_foot": [BLAZEPOSE_33.index(f"{side}_{part}") for part in ("knee", "ankle", "heel", "foot_index")]
    for side in ("left", "right")
}

# World landmarks shorten feet that point towards the camera, down to 4 cm. So the direction of a foot is the one in
# which this length is seen as it is in the image: from the heel to where BlazePose has the toes, of an adult's foot of
# 26 cm. In four calibrated videos feet are then 11 to 24 degrees off (median), with world landmarks 19 to 72.
_FOOT_M = 0.21
# World landmarks have the image's axes, so the whole body is turned only as the camera's rays are. Points that ask for
# more are not those of a body.
_LARGEST_TURN_DEG = 45.0
_UNTURNED = RigidPose(np.eye(3), np.zeros(3), 0.0)
# In pixels, of the part of the person that is seen.
_SMALLEST_BODY_PX = 24.0


def place_landmarks(world_m: ArrayLike, points_px: ArrayLike, camera: Camera) -> RigidPose | None:
    """Where landmarks in metres are, as one rigid body that has the landmarks' own origin and axes.

    Args:
        world_m: (N, 3) metres, x to the image's right, y down, z away from the camera.
        points_px: (N, 2) pixels as OpenCV counts them; NaN: not seen.
        camera: that took the image.

    Returns:
        The pose, from those axes to the camera's; None if too few points are seen, they are within 24 pixels, or no
        body in front of the camera explains them.
    """
    world, seen_px = np.asarray(world_m, np.float64), np.array(points_px, np.float64)
    known = np.isfinite(world).all(axis=1) & np.isfinite(seen_px).all(axis=1)
    if not known.any() or np.ptp(seen_px[known], axis=0).max() < _SMALLEST_BODY_PX:
        return None
    try:
        pose = solve_pose(world[known], seen_px[known], camera, before=_UNTURNED)
    except InvalidRigidPose:  # too few landmarks, or all in a line
        return None
    if pose is None:
        return None
    turn_deg = np.degrees(np.arccos(np.clip(pose.rotation[:, 2] @ pose.translation_m / pose.distance_m, -1, 1)))
    return None if turn_deg > _LARGEST_TURN_DEG else pose


def pose_torso_and_feet(
    placed: RigidPose, world_m: ArrayLike, points_px: ArrayLike, camera: Camera
) -> dict[str, RigidPose]:
    """The poses of a person's torso, pelvis and feet.

    Args:
        placed: where the person's landmarks are, from ``place_landmarks``.
        world_m: (33, 3) metres, BlazePose's world landmarks.
        points_px: (33, 2) pixels as OpenCV counts them; NaN: not seen.
        camera: that took the image.

    Returns:
        By kind. A part is absent if a landmark that its axes need is not seen, or its landmarks give no axes. Errors
        in pixels are those of the whole person.
    """
    seen_px = np.asarray(points_px, np.float64)
    body = placed.to_camera(world_m)
    shoulders, hips = body[_SHOULDERS].mean(axis=0), body[_HIPS].mean(axis=0)
    across, along = body[_HIPS[0]] - body[_HIPS[1]], hips - shoulders
    pelvis = _axes(across, along, axes=(0, 1))
    found = {
        "torso": (_SHOULDERS + _HIPS, shoulders, _axes(along, body[_SHOULDERS[0]] - body[_SHOULDERS[1]], axes=(1, 0))),
        "pelvis": (_SHOULDERS + _HIPS, hips, pelvis),
    }
    for kind, landmarks in _FEET.items():
        knee, ankle, heel, _ = landmarks
        to_heel = _toes_to_heel(body[heel, 2], camera.directions(seen_px[landmarks[2:]]), forward=-pelvis[:, 2])
        found[kind] = (landmarks, body[ankle], _axes(to_heel, body[ankle] - body[knee], axes=(2, 1)))
    return {
        kind: RigidPose(rotation, origin, placed.error_px)
        for kind, (landmarks, origin, rotation) in found.items()
        if np.isfinite(seen_px[landmarks]).all() and np.isfinite(rotation).all()
    }


def _toes_to_heel(depth_m: float, directions: Doubles, forward: Doubles) -> Doubles:
    """(3,) metres from the toes to the heel; NaN if they are not seen.

    The toes are where their ray is a foot's length from the heel, or if it is nowhere as near, where it is nearest. Of
    two such places the one is taken that is more to the front of the person.

    Args:
        depth_m: of the heel, along the camera's axis.
        directions: (2, 2), in which the heel and the toes are seen.
        forward: (3,), the front of the person.
    """
    heel, ray = np.column_stack([directions, [1.0, 1.0]])
    heel, ray = depth_m * heel, ray / np.linalg.norm(ray)
    nearest = ray @ heel
    half = np.sqrt(max(0.0, _FOOT_M**2 - float(heel @ heel - nearest**2)))
    places = [heel - (nearest + step) * ray for step in (half, -half)]
    return min(places, key=lambda to_heel: float(to_heel @ forward))


def _axes(first: Doubles, second: Doubles, *, axes: tuple[int, int]) -> Doubles:
    """(3, 3) rotation of a body with one axis exactly along ``first`` and one nearly along ``second``, or NaN."""
    return np.asarray(rotation_to_axes(first[None], second[None], axes=axes)[0])
