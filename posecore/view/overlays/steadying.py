"""Keeping pieces still on people who are still, without falling behind those who move.

A value is held until it has moved farther than the model's noise, and then follows at that distance; within it, it
drifts to the middle of the noise. So a piece is never farther behind than the noise would have moved it anyhow, however
fast or slowly somebody moves. A low pass that is as steady at rest falls behind by centimetres.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.head import Head, head_of
from posecore.view.overlays.person import Person

_Doubles = NDArray[np.float64]

_TRUNK = list(BLAZEPOSE_33.parts["torso"])
# Noise of the landmarks of a still person before a camera, measured on a photo with new noise in its pixels in each of
# 60 frames: nearly all values are within it. In distances between the ears, each about 0.15 m, and in degrees.
_EYES, _SIZE, _TURN_DEG = 0.05, 0.04, 7.0
_TRUNK_M = 0.008
_DRIFT = 0.004  # share of the way to the newest value, a frame
_FORGOTTEN_AFTER_S = 0.5


class Steadying:
    """Steadies the head and trunk of one person from frame to frame."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._trunk: _Doubles | None = None  # pixels
        self._time_s = -math.inf

    def apply(self, person: Person, size: tuple[int, int], time_s: float) -> tuple[Person, Head | None]:
        """The person with a steady trunk, and the steady head; as they are after half a second unseen.

        Args:
            person: of the next frame.
            size: (width, height) of the frame, pixels.
            time_s: its time, later than that before.

        Returns:
            The person, and the head; None if it is not seen.
        """
        if not self._time_s < time_s <= self._time_s + _FORGOTTEN_AFTER_S:
            self._head = self._trunk = None
        self._time_s = time_s
        head = head_of(person, size)
        self._head = head if head is None or self._head is None else _steady_head(self._head, head)
        trunk = person.points[_TRUNK]
        if not np.isfinite(trunk).all():
            self._trunk = None
            return person, self._head
        held = trunk if self._trunk is None else self._trunk
        self._trunk = _follow(held, trunk, _TRUNK_M * person.px_per_m)
        steady = replace(person, points=person.points.copy())
        steady.points[_TRUNK] = self._trunk
        return steady, self._head


def _steady_head(held: Head, new: Head) -> Head:
    turn = Rotation.from_matrix(held.rotation.T @ new.rotation).as_rotvec()
    turned = Rotation.from_rotvec(_follow(np.zeros(3), turn, math.radians(_TURN_DEG)))
    return Head(
        rotation=held.rotation @ turned.as_matrix(),
        eyes_px=_follow(held.eyes_px, new.eyes_px, _EYES * new.unit),
        unit=float(_follow(np.array([held.unit]), np.array([new.unit]), _SIZE * new.unit)[0]),
    )


def _follow(held: _Doubles, new: _Doubles, noise: float) -> _Doubles:
    """(..., N) vectors, moved towards the new ones until none is farther from them than the noise."""
    way = new - held
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    return np.asarray(held + way * np.maximum(_DRIFT, 1 - noise / np.maximum(distance, 1e-9)))
