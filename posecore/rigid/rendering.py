"""Images of tags and boards as a camera would take them: exact geometry, then blur, contrast and noise."""

import numpy as np

from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.tags import FAMILIES
from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2

_FINER = 4


def render(surfaces: list[tuple[np.ndarray, float, RigidPose]], camera: Camera, *, seed: int = 0) -> np.ndarray:
    """(H, W, 3) uint8 of flat surfaces in front of a grey wall.

    Args:
        surfaces: each as its grey picture, the size of a pixel of it in metres, and the pose of its middle; the later
            ones are in front.
        camera: without distortion.
        seed: of the noise.
    """
    width, height = (_FINER * side for side in camera.size)
    fine = camera.scaled((width, height))
    drawn = np.full((height, width), 180, np.uint8)
    for picture, pixel_m, pose in surfaces:
        rows, columns = picture.shape
        edge = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]])
        flat = np.column_stack([(edge - [columns / 2, rows / 2]) * pixel_m, np.zeros(4)])
        there = fine.project(flat, pose).astype(np.float32)
        way = cv2.getPerspectiveTransform((edge - 0.5).astype(np.float32), there)
        cv2.warpPerspective(picture, way, (width, height), drawn, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    image = cv2.GaussianBlur(
        cv2.resize(drawn, camera.size, interpolation=cv2.INTER_AREA).astype(np.float64), (0, 0), 0.5
    )
    noisy = 0.7 * image + 40 + np.random.default_rng(seed).normal(0, 3, image.shape)
    return np.repeat(noisy.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def tag(family: str, number: int, size_m: float, pose: RigidPose) -> tuple[np.ndarray, float, RigidPose]:
    """A tag with a white margin, as ``render`` takes it.

    Args:
        family: one of ``posecore.rigid.tags.FAMILIES``.
        number: of the tag.
        size_m: side of its black square, metres.
        pose: where it is.
    """
    dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES[family])
    side = 20 * (dictionary.markerSize + 2)
    return np.pad(cv2.aruco.generateImageMarker(dictionary, number, side), 30, constant_values=255), size_m / side, pose
