"""A person of known size and pose, as a camera sees them; and the beginning of a real video."""

from itertools import islice
from pathlib import Path

import numpy as np

from posecore import FramePoses
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.rigid.camera import Camera
from posecore.rigid.head import FACE, GENERIC_HEAD
from posecore.rigid.pose import RigidPose
from posecore.skeletons import BLAZEPOSE_33

CAMERA = Camera.from_fov((1280, 960), 60)

_LEFT_M = {
    "left_shoulder": (0.18, -0.5, 0),
    "left_elbow": (0.24, -0.25, 0.02),
    "left_wrist": (0.26, 0, 0),
    "left_pinky": (0.27, 0.08, 0.01),
    "left_index": (0.27, 0.09, -0.02),
    "left_thumb": (0.25, 0.05, -0.03),
    "left_hip": (0.1, 0, 0),
    "left_knee": (0.1, 0.42, -0.02),
    "left_ankle": (0.1, 0.82, 0),
    "left_heel": (0.1, 0.87, 0.05),
    "left_foot_index": (0.1, 0.87, -0.16),
}
EYES = np.array([0, -0.7, -0.08])
"""Midway between the eyes, metres from the middle of the hips."""


def _standing() -> np.ndarray:
    body = np.zeros((33, 3))
    body[list(FACE)] = GENERIC_HEAD + EYES
    for name, place in _LEFT_M.items():
        index = BLAZEPOSE_33.index(name)
        body[index] = place
        body[BLAZEPOSE_33.mirror[index]] = np.array(place) * [-1, 1, 1]
    return body


STANDING = _standing()
"""(33, 3) metres, a person who stands upright and faces the camera; origin midway between the hips."""


def seen_at(
    pose: RigidPose, *, body: np.ndarray = STANDING, camera: Camera = CAMERA, visibility: float = 1.0
) -> FramePoses:
    """A person with this body, the standing one if none is given, at this place, as a model without errors sees it."""
    return FramePoses(
        xy=(camera.project(body, pose) + 0.5)[None],
        z=np.zeros((1, 33)),
        world=(body @ pose.rotation.T)[None],
        visibility=np.full((1, 33), visibility),
        presence=np.ones((1, 33)),
        person_ids=[4],
        time_s=0.0,
        size=camera.size,
    )


def beginning_of(video: Path, frames: int, target: Path) -> Path:
    """Write a video's first frames to another file."""
    with open_clip(video) as clip, FilmWriter(target, clip.info.size, fps_hint=clip.info.fps) as film:
        for frame in islice(clip, frames):
            film.write(frame.rgb, frame.time_s)
    return target
