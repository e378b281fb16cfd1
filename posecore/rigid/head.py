"""The pose of a person's head, from points of the face.

Axes: origin midway between the eyes; x to the person's left, y down, z into the head. It looks along -z, so that its
rotation is none when it looks along the camera's axis, upright.

What is seen is taken for a head of average size. A child's head is smaller, and comes out further away than it is, by
as much; its rotation is not affected.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.solving import solve_pose
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

FACE = BLAZEPOSE_33.parts["face"]
"""BlazePose's landmarks of the face, the points of ``GENERIC_HEAD``."""

# The middle of an adult's ear is about 16 mm lower than the eyes and 86 mm behind them. Distances across the head are
# rounded means of adults: pupils 63 mm (Dodgson 2004), corners of the eyes 33 and 91 mm, mouth 50 mm (Farkas,
# Anthropometry of the Head and Face, 1994), ears 142 mm (tragion to tragion; Zhuang & Bradtmiller 2005).
_GENERIC_MM = {
    "nose": (0, 38, -30),
    "left_eye_inner": (16.5, 1, 4),
    "left_eye": (31.5, 0, 0),
    "left_eye_outer": (45.5, 0, 10),
    "right_eye_inner": (-16.5, 1, 4),
    "right_eye": (-31.5, 0, 0),
    "right_eye_outer": (-45.5, 0, 10),
    "left_ear": (71, 16, 86),
    "right_ear": (-71, 16, 86),
    "mouth_left": (25, 69, -3),
    "mouth_right": (-25, 69, -3),
}

GENERIC_HEAD = np.array([_GENERIC_MM[BLAZEPOSE_33.landmarks[index]] for index in FACE]) / 1000
"""(11, 3) metres: an average adult's head, the points of ``FACE``."""

# Seen from further behind than this, a face is guessed and not seen: BlazePose draws it through the back of the head,
# where it is found at 120 degrees and more; profiles are found at up to 95.
_FURTHEST_TURN_DEG = 110.0
# In pixels. In smaller faces both ways of this room differ by 29 degrees (median), from here on by 13.
_SMALLEST_FACE_PX = 12.0
# Of 192 faces none was further from the generic head than 0.11 of its own size; there it is not a face that is seen.
_LARGEST_ERROR = 0.15


def pose_head(
    face_px: ArrayLike, camera: Camera, *, shape: ArrayLike = GENERIC_HEAD, before: RigidPose | None = None
) -> RigidPose | None:
    """The pose of a head.

    Args:
        face_px: (N, 2) pixels as OpenCV counts them, in the order of ``shape``; NaN: not seen.
        camera: that took the image.
        shape: (N, 3) metres, the points of the head in its axes.
        before: pose of the same head in the frame before.

    Returns:
        The pose; None if fewer than four points are seen, the face is turned away or less than 12 pixels large, or the
        points are not those of a head.
    """
    seen = np.asarray(face_px, np.float64)
    pose = solve_pose(shape, seen, camera, before=before)
    if pose is None:
        return None
    size_px = float(np.nanmax(np.nanmax(seen, axis=0) - np.nanmin(seen, axis=0)))
    away = float(pose.rotation[:, 2] @ pose.translation_m) / pose.distance_m < np.cos(np.radians(_FURTHEST_TURN_DEG))
    if away or size_px < _SMALLEST_FACE_PX or pose.error_px > _LARGEST_ERROR * size_px:
        return None
    return pose
