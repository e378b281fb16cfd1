"""The newest frame of a live picture in numbers, as the page's own script asks for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pages.ui.live.stream import LiveStream, Moment
from posecore import FramePoses, PoseSequence
from posecore.motion.angles import ANGLES, measure_angle
from posecore.view.palette import css, person_color

_MOST_ANGLES = 6


def report(stream: LiveStream, asked: Mapping[str, str]) -> str:
    """JSON: figures, the people of the newest frame, and the angles of all frames since the one that is named.

    Args:
        stream: that it is of.
        asked: ``since``: number of the last frame that is known already; ``angles``: names with commas between.
    """
    since = int(asked["since"]) if asked.get("since", "").isdecimal() else -1
    angles = [name for name in asked.get("angles", "").split(",") if name in ANGLES][:_MOST_ANGLES]
    moments = stream.moments()
    told: dict[str, Any] = {
        "figures": asdict(stream.pace.figures()),
        "problem": stream.problem,
        "loading": stream.loading,
        "number": moments[-1].number if moments else -1,
    }
    if moments:
        newest = moments[-1].poses
        told |= {"size": newest.size, "people": _people(newest)}
        told["angles"] = _angles([moment for moment in moments if moment.number > since], angles, newest)
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def _people(poses: FramePoses) -> list[dict[str, Any]]:
    return [
        {
            "id": person,
            "color": css(person_color(person)),
            "xy": _numbers(poses.xy[slot], 1),
            "z": _numbers(poses.z[slot], 1),
            "world": _numbers(poses.world[slot], 3),
            "visibility": _numbers(poses.visibility[slot], 2),
        }
        for slot, person in enumerate(poses.person_ids.tolist())
    ]


def _angles(moments: Sequence[Moment], names: Sequence[str], newest: FramePoses) -> dict[str, Any]:
    """Of one person: the first of the newest frame."""
    if not moments or not names:
        return {"times": [], "values": {name: [] for name in names}}
    person = int(newest.person_ids[0]) if len(newest) else 1
    sequence = _of_one(moments, person)
    values = {name: _numbers(measure_angle(sequence, name)[:, 0], 1) for name in names}
    return {"times": [round(moment.time_s, 3) for moment in moments], "values": values}


def _of_one(moments: Sequence[Moment], person: int) -> PoseSequence:
    arrays = {
        "xy": np.full((len(moments), 1, 33, 2), np.nan, np.float32),
        "z": np.full((len(moments), 1, 33), np.nan, np.float32),
        "world": np.full((len(moments), 1, 33, 3), np.nan, np.float32),
        "visibility": np.full((len(moments), 1, 33), np.nan, np.float32),
        "presence": np.full((len(moments), 1, 33), np.nan, np.float32),
    }
    for index, moment in enumerate(moments):
        for slot in np.flatnonzero(moment.poses.person_ids == person)[:1]:
            for name, array in arrays.items():
                array[index, 0] = getattr(moment.poses, name)[slot]
    times = np.array([moment.time_s for moment in moments])
    return PoseSequence(**arrays, person_ids=np.array([person]), times_s=times, size=moments[-1].poses.size, fps=30.0)


def _numbers(values: np.ndarray, digits: int) -> list[Any]:
    """Plain numbers, None where there is none."""
    rounded = np.asarray(values, float).round(digits)
    return np.where(np.isnan(rounded), None, rounded).tolist()
