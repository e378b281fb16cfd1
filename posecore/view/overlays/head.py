"""Where a head is in the picture, for what is worn on it.

The head's own axes: x to the person's left, y up, z out of the face; the origin is the middle between the ears, and
the unit is the distance between the ears. Its points are drawn by the rotation of the head and the scale at which the
face appears (weak perspective: a head is shallow compared with its distance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.person import Person

_Doubles = NDArray[np.float64]

_FACE = list(BLAZEPOSE_33.parts["face"])
_LEFT_EAR, _RIGHT_EAR = BLAZEPOSE_33.index("left_ear"), BLAZEPOSE_33.index("right_ear")
_EYES, _FRONT = [2, 5], [2, 5, 9, 10]  # middles of the eyes; with the corners of the mouth


@dataclass(frozen=True)
class Head:
    """Where a head is in the picture.

    Attributes:
        rotation: (3, 3), head to camera; the camera's x is to the right, y down, z away from it.
        eyes_px: (2,) pixels, the middle between the eyes.
        eyes: (3,) the same in the head's axes.
        unit: pixels of the distance between the ears, seen from straight ahead.
    """

    rotation: _Doubles
    eyes_px: _Doubles
    eyes: _Doubles
    unit: float

    def on_picture(self, points: _Doubles) -> _Doubles:
        """(N, 2) pixels of (N, 3) points in the head's axes."""
        turned: _Doubles = (points - self.eyes) @ self.rotation.T
        return self.eyes_px + self.unit * turned[:, :2]

    def towards_camera(self, direction: tuple[float, float, float]) -> float:
        """-1..1: 1 if a direction of the head points straight at the camera."""
        return float(-(self.rotation @ np.array(direction))[2])


def head_of(person: Person) -> Head | None:
    """Where the head is; None if less than half of the face's landmarks are seen, or they have no extent."""
    if person.seen[_FACE].sum() < len(_FACE) / 2 or not np.isfinite(person.points[_FACE]).all():
        return None
    world = person.world
    across = world[_LEFT_EAR] - world[_RIGHT_EAR]
    width = float(np.linalg.norm(across))
    middle = (world[_LEFT_EAR] + world[_RIGHT_EAR]) / 2
    ahead = world[_FRONT].mean(axis=0) - middle
    if width == 0:
        return None
    x = across / width
    z = ahead - (ahead @ x) * x
    depth = float(np.linalg.norm(z))
    if depth == 0:
        return None
    z /= depth
    rotation = np.column_stack([x, np.cross(z, x), z])
    # Weak perspective: the scale that carries the face in metres onto the face in the picture.
    flat, seen = world[_FACE][:, :2], person.points[_FACE]
    scale = float(np.sqrt(seen.var(axis=0).sum() / flat.var(axis=0).sum()))
    eyes = rotation.T @ (world[_EYES].mean(axis=0) - middle) / width
    return Head(rotation, person.points[_EYES].mean(axis=0), eyes, scale * width) if scale > 0 else None
