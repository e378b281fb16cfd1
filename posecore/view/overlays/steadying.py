"""Keeping pieces still on people who are still, without falling behind those who move.

A value is held until it has moved farther than the model's noise, and then follows at that distance; within it, it
drifts to the middle of the noise. So a piece is never farther behind than the noise would have moved it anyhow, however
fast or slowly somebody moves. A low pass that is as steady at rest falls behind by centimetres.
"""

import math
from dataclasses import replace

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from posecore.view.overlays.head import Head, head_of
from posecore.view.overlays.person import Person

_Doubles = NDArray[np.float64]

# Noise of the landmarks of a still person before a camera, measured on a photo with new noise in its pixels in each of
# 60 frames: nearly all values are within it. In distances between the ears, each about 0.15 m, and in degrees.
_EYES, _SIZE, _TURN_DEG = 0.05, 0.04, 7.0
_POINT_M = 0.008
_DEPTH_M = 0.04
_DRIFT = 0.002  # share of the way to the newest value, a frame
_FORGOTTEN_AFTER_S = 0.5


class Steadying:
    """Steadies the landmarks, scale and head of one person from frame to frame."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._person: Person | None = None
        self._time_s = -math.inf

    def apply(self, person: Person, size: tuple[int, int], time_s: float) -> tuple[Person, Head | None]:
        """The person with steady landmarks and scale, and the steady head; as they are after half a second unseen.

        Args:
            person: of the next frame.
            size: (width, height) of the frame, pixels.
            time_s: its time, later than that before.

        Returns:
            The person, and the head; None if it is not seen.
        """
        if not self._time_s < time_s <= self._time_s + _FORGOTTEN_AFTER_S:
            self._head = self._person = None
        self._time_s = time_s
        head = head_of(person, size)
        self._head = head if head is None or self._head is None else _steady_head(self._head, head)
        self._person = person if self._person is None else _steady_person(self._person, person)
        return self._person, self._head


def _steady_person(held: Person, new: Person) -> Person:
    px_per_m = _follow_number(held.px_per_m, new.px_per_m, _SIZE * new.px_per_m)
    begin = np.where(np.isfinite(held.points), held.points, new.points)
    before = np.where(np.isfinite(held.depths), held.depths, new.depths)
    return replace(
        new,
        points=follow(begin, new.points, _POINT_M * px_per_m),
        px_per_m=px_per_m,
        depths=follow(before[:, None], new.depths[:, None], _DEPTH_M)[:, 0],
    )


def _steady_head(held: Head, new: Head) -> Head:
    turn = scipy.spatial.transform.Rotation.from_matrix(held.rotation.T @ new.rotation).as_rotvec()
    turned = scipy.spatial.transform.Rotation.from_rotvec(follow(np.zeros(3), turn, math.radians(_TURN_DEG)))
    return Head(
        rotation=held.rotation @ turned.as_matrix(),
        eyes_px=follow(held.eyes_px, new.eyes_px, _EYES * new.unit),
        unit=_follow_number(held.unit, new.unit, _SIZE * new.unit),
    )


def _follow_number(held: float, new: float, noise: float) -> float:
    return float(follow(np.array([held]), np.array([new]), noise)[0])


def follow(held: _Doubles, new: _Doubles, noise: float) -> _Doubles:
    """(..., N) vectors, moved towards the new ones until none is farther from them than the noise."""
    way = new - held
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    return np.asarray(held + way * np.maximum(_DRIFT, 1 - noise / np.maximum(distance, 1e-9)))
