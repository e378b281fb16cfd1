"""Frames as JSON messages. NaN, which JSON does not support, becomes null."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from posecore.poses import FramePoses
from posecore.rigid.pose import FrameRigid, RigidPose
from posecore.skeletons import BLAZEPOSE_33

FORMAT_VERSION = 1
_UNITS = {
    "time_s": "s",
    "size": "px",
    "xy": "px",
    "z": "px",
    "world": "m",
    "visibility": "0..1",
    "translation_m": "m",
    "quaternion": "x, y, z, w",
    "euler_deg": "yaw, pitch, roll; degrees",
    "error_px": "px",
}


def hello_text() -> str:
    """JSON of the first message: what a receiver must know to read the frames."""
    return _text("hello", {"landmarks": BLAZEPOSE_33.landmarks, "units": _UNITS})


def frame_text(poses: FramePoses, number: int, rigid: FrameRigid | None = None) -> str:
    """JSON of one frame's people.

    Args:
        poses: the people of the frame.
        number: number of the frame in its stream.
        rigid: their rigid poses, which then are the people's ``rigid``.
    """
    people = people_json(poses)
    if rigid is not None:
        for person in people:
            person["rigid"] = {kind: _rigid_json(pose) for kind, pose in rigid_of(person["id"], rigid)}
    time_s = round(poses.time_s, 6)
    return _text("frame", {"number": number, "time_s": time_s, "size": poses.size, "people": people})


def rigid_of(person: int, rigid: FrameRigid | None) -> Iterator[tuple[str, RigidPose]]:
    """The kinds and rigid poses of one person."""
    for slot, pose in (rigid.poses if rigid is not None else {}).items():
        if slot.id == person:
            yield slot.kind, pose


def _rigid_json(pose: RigidPose) -> dict[str, Any]:
    """Rounded: metres and angles to 0.001 and 0.1, quaternions to 0.0001, pixels to 0.1."""
    return {
        "translation_m": as_numbers(pose.translation_m, 3),
        "quaternion": as_numbers(pose.quaternion, 4),
        "euler_deg": as_numbers(pose.euler_deg, 1),
        "error_px": round(pose.error_px, 1),
    }


def people_json(poses: FramePoses) -> list[dict[str, Any]]:
    """Each person's id and lists of K = 33 values, rounded: pixels to 0.1, metres to 0.001, visibility to 0.01."""
    return [
        {
            "id": person,
            "xy": as_numbers(poses.xy[slot], 1),
            "z": as_numbers(poses.z[slot], 1),
            "world": as_numbers(poses.world[slot], 3),
            "visibility": as_numbers(poses.visibility[slot], 2),
        }
        for slot, person in enumerate(poses.person_ids.tolist())
    ]


def as_numbers(values: ArrayLike, digits: int) -> list[Any]:
    """Convert an array to nested lists of rounded plain numbers, with None for values that are not finite."""
    rounded = np.asarray(values, float).round(digits)
    numbers = rounded.astype(object)
    numbers[~np.isfinite(rounded)] = None
    return numbers.tolist()


def _text(kind: str, content: dict[str, Any]) -> str:
    message = {"type": kind, "version": FORMAT_VERSION, **content}
    return json.dumps(message, separators=(",", ":"), allow_nan=False)
