"""A standing person in metres, turned and seen by a distant camera."""

import numpy as np
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, FramePoses

SIZE = (640, 480)
PX_PER_M = 220.0

# x to the person's left, y up, z forwards; the left side only, from the middle of the hips.
LEFT_OR_MIDDLE = {
    "nose": (0.0, 0.66, 0.12),
    "left_eye_inner": (0.015, 0.70, 0.10),
    "left_eye": (0.032, 0.70, 0.095),
    "left_eye_outer": (0.045, 0.70, 0.085),
    "left_ear": (0.075, 0.68, 0.0),
    "mouth_left": (0.025, 0.62, 0.10),
    "left_shoulder": (0.18, 0.5, 0.0),
    "left_elbow": (0.34, 0.3, 0.02),
    "left_wrist": (0.48, 0.12, 0.06),
    "left_pinky": (0.53, 0.05, 0.07),
    "left_index": (0.52, 0.03, 0.09),
    "left_thumb": (0.49, 0.06, 0.10),
    "left_hip": (0.11, 0.0, 0.0),
    "left_knee": (0.12, -0.42, 0.03),
    "left_ankle": (0.13, -0.84, 0.0),
    "left_heel": (0.12, -0.89, -0.04),
    "left_foot_index": (0.18, -0.89, 0.12),
}


def standing() -> np.ndarray:
    """(33, 3) metres."""
    points = []
    for index, name in enumerate(BLAZEPOSE_33.landmarks):
        x, y, z = LEFT_OR_MIDDLE.get(name) or LEFT_OR_MIDDLE[BLAZEPOSE_33.landmarks[BLAZEPOSE_33.mirror[index]]]
        points.append((x if name in LEFT_OR_MIDDLE else -x, y, z))
    return np.array(points)


def seen_by_camera(turn: Rotation | None = None, **more: object) -> FramePoses:
    """A frame with the person, turned in its own axes.

    In the camera's axes (x right, y down, z away) a person who faces it has its left at the right.
    """
    facing = np.diag([1.0, -1.0, -1.0])
    world = (turn or Rotation.identity()).apply(standing()) @ facing.T
    xy = world[:, :2] * PX_PER_M + np.array([320.0, 240.0])
    values: dict[str, object] = {
        "xy": xy[None],
        "z": world[None, :, 2] * PX_PER_M,
        "world": world[None],
        "visibility": np.ones((1, 33)),
        "presence": np.ones((1, 33)),
        "person_ids": np.array([1]),
        "time_s": 0.0,
        "size": SIZE,
    }
    return FramePoses(**{**values, **more})  # type: ignore[arg-type]
