"""Where a head is in the picture, for what is worn on it.

The head's axes here: x to the person's left, y up, z out of the face; the origin is the middle between the ears, and
the unit is the distance between them. Points are drawn as from afar (weak perspective), as a head is shallow compared
with its distance.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.rigid.camera import Camera
from posecore.rigid.head import FACE, GENERIC_HEAD, pose_head
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.person import Person

_Doubles = NDArray[np.float64]

_FACE = list(FACE)
_EYES = [BLAZEPOSE_33.index("left_eye"), BLAZEPOSE_33.index("right_eye")]
_EARS_M = GENERIC_HEAD[[_FACE.index(BLAZEPOSE_33.index(f"{side}_ear")) for side in ("left", "right")]]
_UNIT_M = float(np.linalg.norm(_EARS_M[0] - _EARS_M[1]))
_FLIPPED = np.array([1.0, -1.0, -1.0])  # between these axes and those of posecore.rigid
EYES = -_EARS_M.mean(axis=0) * _FLIPPED / _UNIT_M
"""(3,) the middle between the eyes."""
_ASSUMED_FOV_DEG = 60.0  # of a webcam or phone; the rotation of a head hardly depends on it


@dataclass(frozen=True)
class Head:
    """Where a head is in the picture.

    Attributes:
        rotation: (3, 3), from the head's axes to those of the picture: x to the right, y down, z away from the camera.
        eyes_px: (2,) pixels, the middle between the eyes.
        unit: pixels of the distance between the ears, seen from straight ahead.
    """

    rotation: _Doubles
    eyes_px: _Doubles
    unit: float

    def on_picture(self, points: _Doubles) -> _Doubles:
        """(N, 2) pixels of (N, 3) points in the head's axes."""
        turned: _Doubles = (points - EYES) @ self.rotation.T
        return self.eyes_px + self.unit * turned[:, :2]

    def towards_camera(self, direction: tuple[float, float, float]) -> float:
        """-1..1: 1 if a direction of the head points straight at the camera."""
        return float(-(self.rotation @ np.array(direction))[2])


def head_of(person: Person, size: tuple[int, int]) -> Head | None:
    """Where the head is in a picture of (width, height); None as for ``pose_head``."""
    camera = Camera.from_fov(size, _ASSUMED_FOV_DEG)
    pose = pose_head(np.where(person.seen[_FACE, None], person.points[_FACE], np.nan), camera)
    if pose is None or not person.seen[_EYES].all():
        return None
    # Turned as it is seen along the line of sight, as if it were in the middle of the picture.
    sight = pose.translation_m / pose.distance_m
    to_middle, _ = scipy.spatial.transform.Rotation.align_vectors([0.0, 0.0, 1.0], sight)
    rotation = to_middle.as_matrix() @ pose.rotation * _FLIPPED
    unit = camera.matrix[0, 0] * _UNIT_M / pose.translation_m[2]
    return Head(rotation, person.points[_EYES].mean(axis=0), float(unit))
