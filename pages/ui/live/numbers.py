"""The newest frame of a live picture in numbers, as the page's own script asks for it."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pages.ui.live.stream import LiveStream, Moment
from posecore import FramePoses, PoseOptions, PoseSequence
from posecore.broadcast.frames import as_numbers, people_json
from posecore.motion.angles import ANGLES, measure_angle
from posecore.view.palette import css, person_color

_MOST_ANGLES = 6
# Slow is where less than this share of the frames that come is worked on; of a few frames that is not told.
_ENOUGH = 0.7
_FEWEST_IN = 5.0
_SOON_S = 60
_SURE_AFTER_S = 2.0
# Of 255: a room in which a lamp is on has three times as much.
_DARK = 25


def report(stream: LiveStream, asked: Mapping[str, str]) -> str:
    """JSON: figures, the people of the newest frame, and the angles of all frames since the one that is named.

    Who asks is seen to look at the picture.

    Args:
        stream: that it is of.
        asked: ``since``: number of the last frame that is known already; ``angles``: names with commas between;
            ``hold``: 1 to stay at the newest frame, 0 to go on.
    """
    stream.asked_at = time.monotonic()
    if asked.get("hold") in ("0", "1"):
        stream.hold(asked["hold"] == "1")
    since = int(asked["since"]) if asked.get("since", "").isdecimal() else -1
    angles = [name for name in asked.get("angles", "").split(",") if name in ANGLES][:_MOST_ANGLES]
    moments = stream.moments()
    shown = stream.held or (moments[-1] if moments else None)
    figures = stream.pace.figures()
    slow = advice(stream.pace.rates_for_long(), figures.estimate_ms, stream.options.pose)
    told: dict[str, Any] = {
        "figures": asdict(figures),
        "problem": stream.problem,
        "advice": _ends_soon(stream) or slow or why_nobody(stream, moments),
        "loading": stream.loading,
        "over": stream.over,
        "goes_on_unseen": stream.goes_on_unseen,
        "recording": _recording(stream),
        "number": -1 if shown is None else shown.number,
    }
    if shown is not None:
        told |= {"size": shown.poses.size, "people": _people(shown.poses)}
        fresh = [moment for moment in moments if since < moment.number <= shown.number]
        told["angles"] = _angles(fresh, angles, shown.poses)
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def advice(rates: tuple[float, float] | None, estimate_ms: float, pose: PoseOptions) -> str | None:
    """What would make it faster, where the machine is measured to be too slow; None where it is not.

    Args:
        rates: as of ``Pace.rates_for_long``.
        estimate_ms: to find and draw the people of one frame.
        pose: how they are found.
    """
    if rates is None or rates[0] < _FEWEST_IN or rates[1] >= _ENOUGH * rates[0]:
        return None
    slow = f"This machine works on {rates[1]:.0f} of {rates[0]:.0f} frames a second, {estimate_ms:.0f} ms each."
    if pose.people > 1 and pose.search == "thorough":
        return f"{slow} The quick look for people, under Settings, is faster."
    if str(pose.model) != "lite":
        return f"{slow} The model Lite, under Settings, is faster."
    return f"{slow} A smaller camera picture or fewer people are faster."


def _recording(stream: LiveStream) -> dict[str, Any] | None:
    if stream.recording is None:
        return None
    recorder, begins_in_s = stream.recording
    return {
        "begins_in_s": math.ceil(begins_in_s),
        "seconds": round(recorder.seconds),
        "longest_s": recorder.longest_s,
        "over": recorder.over,
    }


def _ends_soon(stream: LiveStream) -> str | None:
    if stream.seconds_left > _SOON_S:
        return None
    # By tens, since each new sentence is read aloud to whoever does not see it.
    return f"This live picture ends in {10 * math.ceil(stream.seconds_left / 10)} s, so that others get a turn."


def why_nobody(stream: LiveStream, moments: Sequence[Moment]) -> str | None:
    """What is seen where it is nobody; None where it is somebody, or was until a moment ago."""
    newest = stream.latest
    if newest is None or not moments:
        return None
    since = moments[-1].time_s - _SURE_AFTER_S
    if moments[0].time_s > since or any(len(moment.poses) for moment in moments if moment.time_s > since):
        return None
    if newest.rgb[::16, ::16].mean() < _DARK:
        return "Nobody is seen: the picture is dark. More light helps."
    return "Nobody is in view."


def _people(poses: FramePoses) -> list[dict[str, Any]]:
    return [{**person, "color": css(person_color(person["id"]))} for person in people_json(poses)]


def _angles(moments: Sequence[Moment], names: Sequence[str], newest: FramePoses) -> dict[str, Any]:
    """Of one person: the first of the newest frame."""
    if not moments or not names:
        return {"times": [], "values": {name: [] for name in names}}
    person = int(newest.person_ids[0]) if len(newest) else 1
    sequence = _of_one(moments, person)
    values = {name: as_numbers(measure_angle(sequence, name)[:, 0], 1) for name in names}
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
