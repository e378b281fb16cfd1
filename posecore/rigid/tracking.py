"""Rigid bodies over time: of two poses the one that goes on from the frame before, and light smoothing.

Positions are smoothed by a 1 Euro filter, turns by its form on rotations: the slower a body turns, the smaller a share
of the way from the last smoothed rotation to the new one is gone, along the shortest way between them (slerp). Gaps
are not filled. After a cut, or if a body was out of sight for longer than ``MOST_GAP_S``, its smoothing starts again.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from posecore.motion.one_euro import OneEuro
from posecore.rigid.pose import RigidPose, RigidSlot

Doubles = NDArray[np.float64]

MOST_GAP_S = 0.5
"""A body out of sight for longer may have turned in any way: its last pose says nothing of the next one."""

# At rest, with 30 frames per second, about a sixth of the new value counts: the jitter of corners falls to a third. The
# cutoff rises by 1 Hz for each 0.1 m/s or 10 degrees/s, so that what moves by hand lags less than a frame or two.
_MIN_CUTOFF_HZ = 1.0
_CUTOFF_PER_M_S = 10.0
_CUTOFF_PER_DEG_S = 0.1
_SPEED_CUTOFF_HZ = 1.0


class RotationFilter:
    """The 1 Euro filter for rotations: of one body, or of N that are filtered each by itself.

    Args:
        min_cutoff: cutoff for a body at rest, Hz.
        beta: how much the cutoff rises with the speed, Hz per degree per second.
    """

    def __init__(self, *, min_cutoff: float, beta: float) -> None:
        self._min_cutoff = min_cutoff
        self._beta = beta
        self._smooth: Rotation | None = None
        self._last = Rotation.identity()
        self._speed: Doubles = np.zeros(3)
        self._time_s = -math.inf

    def apply(self, rotation: Doubles, time_s: float) -> Doubles:
        """The smoothed rotation, (3, 3) or (N, 3, 3); the first one passes unchanged.

        Args:
            rotation: of the same shape in each call.
            time_s: later than in the previous call.
        """
        new = Rotation.from_matrix(rotation)
        if self._smooth is None:
            self._smooth = new
        else:
            step_s = time_s - self._time_s
            speed = np.degrees((new * self._last.inv()).as_rotvec()) / step_s
            self._speed = self._speed + _share(_SPEED_CUTOFF_HZ, step_s) * (speed - self._speed)
            speeds = np.linalg.norm(self._speed, axis=-1, keepdims=True)
            share = _share(self._min_cutoff + self._beta * speeds, step_s)
            way = (new * self._smooth.inv()).as_rotvec()
            self._smooth = Rotation.from_rotvec(share * way) * self._smooth
        self._last, self._time_s = new, time_s
        return np.asarray(self._smooth.as_matrix())


@dataclass
class _Track:
    pose: RigidPose  # as it was measured
    time_s: float
    place: OneEuro
    turn: RotationFilter


class RigidTracker:
    """Follows rigid bodies through the frames of a video.

    Args:
        smoothing: whether to smooth; if not, poses pass as they are measured.
    """

    def __init__(self, *, smoothing: bool = True) -> None:
        self._smoothing = smoothing
        self._tracks: dict[RigidSlot, _Track] = {}

    def before(self, time_s: float, *, begins_shot: bool = False) -> dict[RigidSlot, RigidPose]:
        """The poses that bodies had a moment before, to choose between two solutions with; see ``choose_pose``.

        Args:
            time_s: of the frame that is now measured.
            begins_shot: a hard cut comes just before it: then nothing is known.
        """
        self._tracks = {
            slot: track
            for slot, track in self._tracks.items()
            if not begins_shot and time_s - track.time_s <= MOST_GAP_S
        }
        return {slot: track.pose for slot, track in self._tracks.items()}

    def step(self, poses: Mapping[RigidSlot, RigidPose], time_s: float) -> dict[RigidSlot, RigidPose]:
        """The poses of this frame, smoothed; call ``before`` first.

        Args:
            poses: as they were measured.
            time_s: later than in the previous call.
        """
        return {slot: self._smoothed(slot, pose, time_s) for slot, pose in poses.items()}

    def _smoothed(self, slot: RigidSlot, pose: RigidPose, time_s: float) -> RigidPose:
        track = self._tracks.get(slot)
        if track is None:
            track = _Track(
                pose,
                time_s,
                OneEuro(min_cutoff=_MIN_CUTOFF_HZ, beta=_CUTOFF_PER_M_S, speed_cutoff=_SPEED_CUTOFF_HZ),
                RotationFilter(min_cutoff=_MIN_CUTOFF_HZ, beta=_CUTOFF_PER_DEG_S),
            )
            self._tracks[slot] = track
        track.pose, track.time_s = pose, time_s
        if not self._smoothing:
            return pose
        place = track.place.apply(np.asarray(pose.translation_m, np.float32), time_s).astype(np.float64)
        return replace(pose, rotation=track.turn.apply(pose.rotation, time_s), translation_m=place)


def _share(cutoff_hz: Any, step_s: float) -> Any:
    """Weight of the new value in a first-order low pass."""
    turns = 2 * math.pi * step_s * cutoff_hz
    return turns / (turns + 1)
