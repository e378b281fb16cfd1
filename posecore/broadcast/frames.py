"""Frames as JSON messages. NaN, which JSON does not support, becomes null."""

import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33

FORMAT_VERSION = 1
_UNITS = {"time_s": "s", "size": "px", "xy": "px", "z": "px", "world": "m", "visibility": "0..1"}


def hello_text() -> str:
    """JSON of the first message: what a receiver must know to read the frames."""
    return _text("hello", {"landmarks": BLAZEPOSE_33.landmarks, "units": _UNITS})


def frame_text(poses: FramePoses, number: int) -> str:
    """JSON of one frame's people.

    Args:
        poses: the people of the frame.
        number: number of the frame in its stream.
    """
    time_s = round(poses.time_s, 6)
    return _text("frame", {"number": number, "time_s": time_s, "size": poses.size, "people": people_json(poses)})


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
