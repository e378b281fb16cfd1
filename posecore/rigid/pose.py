"""Where a rigid body is and how it is turned: one body, those of one frame, and those of a video.

Coordinate frames
    camera     metres; origin at the camera, x to the image's right, y down, z forward, away from the camera (OpenCV).
    body       metres; origin and axes are those of its kind. All kinds have in common that a body that faces the camera
               upright has its axes parallel to the camera's: x to the image's right, y down, z into the body.
A rotation turns body axes into camera axes: a point p of the body is at ``rotation @ p + translation_m``.

Euler angles
    Yaw, pitch and roll in degrees; ``rotation = Ry(yaw) @ Rx(pitch) @ Rz(roll)``: all turns are right-handed about the
    axes x, y and z above. For a body that faces the camera:
    yaw > 0    it turns to the image's left, which is a person's own right; -180..180.
    pitch > 0  it looks down; -90..90. At -90 and 90 yaw and roll turn about the same axis, and roll is given as 0.
    roll > 0   it tilts clockwise in the image; -180..180.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidRigidPose
from posecore.values import FramesInTime, freeze_time, frozen

Doubles = NDArray[np.float64]

EULER_ORDER = "YXZ"
"""Yaw, pitch, roll as scipy names their axes; capitals mean intrinsic rotations."""

# A matrix of float32 numbers is a rotation within 1e-6; one that was written with four decimals within 2e-4.
_ROTATION_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class RigidPose:
    """Where a rigid body is in front of the camera, and how it is turned. None of its numbers is NaN.

    Attributes:
        rotation: (3, 3) float64, from body axes to camera axes.
        translation_m: (3,) float64, the body's origin in the camera's frame, metres.
        error_px: how far the body's points are from where they were seen, pixels: the root of the mean squared
            distance; 0 or more.
        uncertain: another rotation explains what was seen about as well; see ``posecore.rigid.solving``.

    Raises:
        InvalidRigidPose: if a shape is another, a number is not finite, or the matrix is no rotation.
    """

    rotation: Doubles
    translation_m: Doubles
    error_px: float
    uncertain: bool = False

    def __post_init__(self) -> None:
        for name, shape in (("rotation", (3, 3)), ("translation_m", (3,))):
            array = frozen(getattr(self, name), np.float64)
            if array.shape != shape:
                raise InvalidRigidPose(f"Expected {name!r} to have shape {shape}, but got {array.shape}.")
            if not np.isfinite(array).all():
                raise InvalidRigidPose(f"Expected {name!r} to be finite, but got {array.tolist()}.")
            object.__setattr__(self, name, array)
        unlike = float(np.abs(self.rotation @ self.rotation.T - np.eye(3)).max())
        if unlike > _ROTATION_TOLERANCE or np.linalg.det(self.rotation) < 0:
            raise InvalidRigidPose(
                "Expected 'rotation' to be orthonormal with determinant 1, but got "
                f"{self.rotation.tolist()} with determinant {np.linalg.det(self.rotation):.3g}."
            )
        if not 0 <= self.error_px < np.inf:
            raise InvalidRigidPose(f"Expected 'error_px' to be 0 or more, but got {self.error_px}.")
        object.__setattr__(self, "error_px", float(self.error_px))
        object.__setattr__(self, "uncertain", bool(self.uncertain))

    @classmethod
    def from_euler(cls, euler_deg: ArrayLike, translation_m: ArrayLike, error_px: float = 0.0) -> Self:
        """The pose with these (yaw, pitch, roll) in degrees.

        Raises:
            InvalidRigidPose: if a shape is another, or a number is not finite.
        """
        angles = np.asarray(euler_deg, np.float64)
        if angles.shape != (3,) or not np.isfinite(angles).all():
            raise InvalidRigidPose(f"Expected 'euler_deg' to be three finite numbers, but got {angles.tolist()}.")
        rotation = scipy.spatial.transform.Rotation.from_euler(EULER_ORDER, angles, degrees=True).as_matrix()
        return cls(rotation, np.asarray(translation_m), error_px)

    @property
    def euler_deg(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll in degrees; see the top of this module."""
        yaw, pitch, roll = euler_of(self.rotation)
        return float(yaw), float(pitch), float(roll)

    @property
    def quaternion(self) -> Doubles:
        """(4,) the rotation as x, y, z, w, with w of 0 or more."""
        return np.asarray(scipy.spatial.transform.Rotation.from_matrix(self.rotation).as_quat(canonical=True))

    @property
    def distance_m(self) -> float:
        """From the camera to the body's origin, metres."""
        return float(np.linalg.norm(self.translation_m))

    def to_camera(self, points_m: ArrayLike) -> Doubles:
        """(N, 3) metres: points of the body in the camera's frame."""
        return np.asarray(np.asarray(points_m, np.float64) @ self.rotation.T + self.translation_m)

    def turn_from(self, other: "RigidPose") -> float:
        """Degrees of the one rotation that turns another pose into this one, 0..180."""
        return float(turn_between(self.rotation, other.rotation))


@dataclass(frozen=True, order=True)
class RigidSlot:
    """Which rigid body it is.

    Attributes:
        kind: what it is: a family of tags, such as "36h11", or a part of a person, such as "head".
        id: number of the tag or the person, 0 or more.

    Raises:
        InvalidRigidPose: if there is no kind, or the number is below 0.
    """

    kind: str
    id: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", int(self.id))
        if not self.kind or self.id < 0:
            raise InvalidRigidPose(f"Expected a kind and an id of 0 or more, but got {self.kind!r} and {self.id}.")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, eq=False)
class FrameRigid:
    """The rigid bodies found in one photo or frame.

    Attributes:
        poses: by slot; bodies that were not found are absent.
        time_s: seconds since the first frame; 0 for a photo.
        size: (width, height) of the upright image, pixels.
        begins_shot: a hard cut comes just before this frame of a video; False if unknown.
    """

    poses: Mapping[RigidSlot, RigidPose]
    time_s: float
    size: tuple[int, int]
    begins_shot: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "poses", dict(sorted(self.poses.items(), key=lambda item: item[0])))
        object.__setattr__(self, "time_s", float(self.time_s))

    def __len__(self) -> int:
        """Number of bodies."""
        return len(self.poses)


@dataclass(frozen=True, eq=False)
class RigidSequence(FramesInTime):
    """The rigid bodies of a video: T frames, B slots.

    A body is one slot of the B axis through all frames; the slot is NaN while that body is not seen.

    Attributes:
        rotation: (T, B, 3, 3) float64, from body axes to camera axes.
        translation_m: (T, B, 3) float64, metres.
        error_px: (T, B) float64, pixels.
        uncertain: (T, B) bool; False if the body is not seen.
        slots: which body each is, unique.
        times_s, fps, cuts: see ``posecore.values.FramesInTime``.
        size: (width, height) of the upright frames, pixels.

    Raises:
        InvalidRigidPose: if shapes do not agree, slots repeat, times or cuts do not increase, or size or fps are not
            positive.
    """

    rotation: Doubles
    translation_m: Doubles
    error_px: Doubles
    uncertain: NDArray[np.bool_]
    slots: tuple[RigidSlot, ...]
    times_s: Doubles
    size: tuple[int, int]
    fps: float
    cuts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        freeze_time(self, InvalidRigidPose)
        object.__setattr__(self, "slots", tuple(self.slots))
        if len(set(self.slots)) < len(self.slots):
            raise InvalidRigidPose(f"Expected 'slots' to be unique, but got {[str(slot) for slot in self.slots]}.")
        lead = (len(self), len(self.slots))
        shapes = {"rotation": (3, 3), "translation_m": (3,), "error_px": (), "uncertain": ()}
        for name, tail in shapes.items():
            array = frozen(getattr(self, name), np.bool_ if name == "uncertain" else np.float64)
            if array.shape != lead + tail:
                raise InvalidRigidPose(f"Expected {name!r} to have shape {lead + tail}, but got {array.shape}.")
            object.__setattr__(self, name, array)
        if min(self.size) <= 0:
            raise InvalidRigidPose(f"Expected 'size' to be above zero in both dimensions, but got {self.size}.")

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T, B) bool: the body was found in the frame."""
        return np.asarray(np.isfinite(self.error_px))

    @property
    def euler_deg(self) -> Doubles:
        """(T, B, 3) degrees: yaw, pitch and roll; NaN if the body is not seen."""
        return euler_of(self.rotation)

    def frame(self, index: int) -> FrameRigid:
        """The bodies seen in one frame.

        Raises:
            IndexError: if there is no such frame.
        """
        poses = {
            slot: RigidPose(
                self.rotation[index, each],
                self.translation_m[index, each],
                float(self.error_px[index, each]),
                bool(self.uncertain[index, each]),
            )
            for each, slot in enumerate(self.slots)
            if np.isfinite(self.error_px[index, each])
        }
        return FrameRigid(poses, float(self.times_s[index]), self.size, self.begins_shot(index))

    @classmethod
    def from_frames(cls, frames: Sequence[FrameRigid], *, size: tuple[int, int], fps: float) -> Self:
        """The bodies of consecutive frames, as one value.

        Raises:
            InvalidRigidPose: if times do not increase, or size or fps are not positive.
        """
        slots = tuple(sorted({slot for frame in frames for slot in frame.poses}))
        lead = (len(frames), len(slots))
        rotation, translation_m = np.full((*lead, 3, 3), np.nan), np.full((*lead, 3), np.nan)
        error_px, uncertain = np.full(lead, np.nan), np.zeros(lead, np.bool_)
        for index, frame in enumerate(frames):
            for slot, pose in frame.poses.items():
                place = index, slots.index(slot)
                rotation[place], translation_m[place] = pose.rotation, pose.translation_m
                error_px[place], uncertain[place] = pose.error_px, pose.uncertain
        times_s = np.array([frame.time_s for frame in frames], np.float64)
        cuts = np.array([index for index, frame in enumerate(frames) if index and frame.begins_shot], np.int64)
        return cls(rotation, translation_m, error_px, uncertain, slots, times_s, size, fps, cuts)


def euler_of(rotations: ArrayLike) -> Doubles:
    """(..., 3) degrees: yaw, pitch and roll of (..., 3, 3) rotations; NaN if a rotation is."""
    matrices = np.asarray(rotations, np.float64)
    angles = np.full(matrices.shape[:-1], np.nan)
    known = np.isfinite(matrices).all(axis=(-2, -1))
    if known.any():
        turns = scipy.spatial.transform.Rotation.from_matrix(matrices[known])
        angles[known] = turns.as_euler(EULER_ORDER, degrees=True, suppress_warnings=True)
    return angles


def turn_between(one: ArrayLike, other: ArrayLike) -> Doubles:
    """(...,) degrees, 0..180, between rotations (..., 3, 3); NaN if one of them is."""
    relative = np.swapaxes(np.asarray(one, np.float64), -1, -2) @ np.asarray(other, np.float64)
    twice_cosine = np.trace(relative, axis1=-2, axis2=-1) - 1
    # The sine is exact for small angles, the cosine for large ones.
    twice_sine = np.linalg.norm(
        np.stack([relative[..., i, j] - relative[..., j, i] for i, j in ((2, 1), (0, 2), (1, 0))], axis=-1), axis=-1
    )
    return np.asarray(np.degrees(np.arctan2(twice_sine, twice_cosine)))
