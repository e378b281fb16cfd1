"""Rigid bodies as a table (CSV) and as plain values for JSON."""

import csv
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from posecore.rigid.camera import Camera
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
from posecore.system import whole_file

RIGID_COLUMNS = {
    "frame": "number of the frame, from 0",
    "time_s": "seconds since the first frame",
    "kind": "family of the tag, or part of the person",
    "id": "number of the tag or the person",
    "x_m": "origin of the body to the right of the camera, metres",
    "y_m": "below the camera, metres",
    "z_m": "in front of the camera, metres",
    "yaw_deg": "turned to the image's left if above 0, degrees",
    "pitch_deg": "looking down if above 0, degrees",
    "roll_deg": "tilted clockwise in the image if above 0, degrees",
    "qx": "rotation from body to camera as a quaternion, x",
    "qy": "y",
    "qz": "z",
    "qw": "w, 0 or more",
    "error_px": "how far the points of the body are from where they were seen, pixels",
    "uncertain": "true if another rotation explains what was seen about as well",
}
"""The columns of the table, each with its meaning. A body that is not seen in a frame has no row there."""

_DECIMALS = 6


def write_rigid(found: FrameRigid | RigidSequence, path: str | os.PathLike[str]) -> None:
    """Write the table as CSV: a row per frame and body; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(RIGID_COLUMNS)
        for index, frame in enumerate(frames_of(found)):
            for slot, pose in frame.poses.items():
                numbers = [*pose.translation_m, *pose.euler_deg, *pose.quaternion.tolist(), pose.error_px]
                rounded = [round(float(number), _DECIMALS) for number in numbers]
                uncertain = str(pose.uncertain).lower()
                writer.writerow([index, round(frame.time_s, _DECIMALS), slot.kind, slot.id, *rounded, uncertain])


def frames_of(found: FrameRigid | RigidSequence) -> Iterator[FrameRigid]:
    """The frames of a sequence, or the only one."""
    if isinstance(found, FrameRigid):
        yield found
    else:
        yield from (found.frame(index) for index in range(len(found)))


def rigid_as_dict(found: FrameRigid | RigidSequence, camera: Camera) -> dict[str, Any]:
    """Plain values of a photo or video: size_px, fov_deg and frames with their bodies, see ``body_as_dict``."""
    frames = [
        {
            "frame": index,
            "time_s": round(frame.time_s, _DECIMALS),
            "bodies": [body_as_dict(*each) for each in frame.poses.items()],
        }
        for index, frame in enumerate(frames_of(found))
    ]
    return {"size_px": list(found.size), "fov_deg": round(camera.fov_deg, 2), "frames": frames}


def body_as_dict(slot: RigidSlot, pose: RigidPose) -> dict[str, Any]:
    """Plain values of one body: kind, id, rotation, translation_m, euler_deg, error_px, uncertain."""
    return {
        "kind": slot.kind,
        "id": slot.id,
        "rotation": _rounded(pose.rotation),
        "translation_m": _rounded(pose.translation_m),
        "euler_deg": _rounded(pose.euler_deg),
        "error_px": round(pose.error_px, _DECIMALS),
        "uncertain": pose.uncertain,
    }


def _rounded(numbers: Any) -> Any:
    return np.round(np.asarray(numbers, np.float64), _DECIMALS).tolist()
