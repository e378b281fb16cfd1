"""The numbers of a live stream's newest frame, for the live panel's script."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from pages.ui.live.followed import Moment
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.shared.hand_results import hands_in_words
from posecore import FrameHands, FramePoses, PoseSequence
from posecore.broadcast.frames import as_numbers, people_json
from posecore.motion.angles import ANGLES, measure_angle
from posecore.view.palette import css, person_color

# The server is too slow if it processes less than this share of the frames; not judged for very few frames.
_ENOUGH = 0.7
_FEWEST_IN = 5.0
_SOON_S = 60
_SURE_AFTER_S = 2.0
# Mean brightness, 0 to 255; a room with a lamp on is three times as bright.
_DARK = 25


def report(stream: LiveStream, asked: Mapping[str, str]) -> str:
    """JSON with the rates, the people of the newest frame, and the angles of all frames since a given one.

    A request also shows that the page is visible.

    Args:
        stream: the live stream.
        asked: ``since``: number of the last frame that the browser knows; ``angles``: comma-separated names;
            ``hold``: 1 to freeze picture and numbers at the newest frame, 0 to resume; ``coach``: a wish, as for
            ``Coach.report``.
    """
    stream.asked_at = time.monotonic()
    if asked.get("hold") in ("0", "1"):
        stream.hold(asked["hold"] == "1")
    since = int(asked["since"]) if asked.get("since", "").isdecimal() else -1
    angles = [name for name in ANGLES if name in asked.get("angles", "").split(",")]
    moments = stream.moments()
    shown = stream.held or (moments[-1] if moments else None)
    figures = stream.pace.figures()
    rates = stream.pace.rates_for_long()
    slow = advice(rates, figures.estimate_ms, stream.options, gesture_buttons=stream.gestures is not None)
    answer: dict[str, Any] = {
        "figures": asdict(figures),
        "problem": stream.problem,
        "advice": _ends_soon(stream) or slow or why_nobody(stream, moments),
        "loading": stream.loading,
        "over": stream.over,
        "recording": _recording(stream),
        # The poses have the time of their arrival, which goes on from one stream to the next.
        **stream.follow(moments, time.monotonic(), asked.get("coach", "")),
        "stream": stream.turn,
        "number": -1 if shown is None else shown.number,
    }
    if shown is not None:
        answer |= {"time_s": round(shown.time_s, 2), "size": shown.poses.size, "people": _people(shown.poses)}
        answer["hands"] = None if shown.hands is None else _hands(shown.hands)
        fresh = [moment for moment in moments if since < moment.number <= shown.number]
        answer["angles"] = _angles(fresh, angles, shown.poses)
    return json.dumps(answer, separators=(",", ":"), allow_nan=False)


def advice(
    rates: tuple[float, float] | None, estimate_ms: float, options: LiveOptions, *, gesture_buttons: bool
) -> str | None:
    """Advice if the server is too slow; None if it is fast enough.

    Args:
        rates: as from ``Pace.rates_for_long``.
        estimate_ms: time to find and draw the people and hands of one frame.
        options: of the stream.
        gesture_buttons: whether gestures press buttons, for which hands are found even if their setting is off.
    """
    if rates is None or rates[0] < _FEWEST_IN or rates[1] >= _ENOUGH * rates[0]:
        return None
    slow = f"Only {rates[1]:.0f} of {rates[0]:.0f} fps analysed ({estimate_ms:.0f} ms per frame)."
    pose = options.pose
    if pose.people > 1 and pose.search == "thorough":
        return f"{slow} Try the quick person search in Settings."
    if gesture_buttons:
        return f"{slow} Try switching off Gesture buttons, and Hands in Settings."
    if options.hands is not None:
        return f"{slow} Try switching off Hands in Settings."
    if str(pose.model) != "lite":
        return f"{slow} Try the Lite model in Settings."
    return f"{slow} Try a smaller camera width or fewer people."


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
    # In steps of ten seconds, as screen readers read each new sentence aloud.
    return f"This live session ends in {10 * math.ceil(stream.seconds_left / 10)} s so that others get a turn."


def why_nobody(stream: LiveStream, moments: Sequence[Moment]) -> str | None:
    """Why nobody is found; None if a person or a hand is in view, or was a moment ago."""
    newest = stream.latest
    if newest is None or not moments:
        return None
    since = moments[-1].time_s - _SURE_AFTER_S
    lately = [moment for moment in moments if moment.time_s > since]
    if moments[0].time_s > since or any(len(moment.poses) or moment.hands for moment in lately):
        return None
    if newest.rgb[::16, ::16].mean() < _DARK:
        return "No person found: the image is dark. More light helps."
    return "No person in view."


def _people(poses: FramePoses) -> list[dict[str, Any]]:
    return [
        {**person, "presence": as_numbers(presence, 2), "color": css(person_color(person["id"]))}
        for person, presence in zip(people_json(poses), poses.presence, strict=True)
    ]


def _hands(hands: FrameHands) -> dict[str, Any]:
    """The hands of one frame, and what they show in words."""
    found = [
        {
            "person": slot.person,
            "side": slot.side,
            "score": round(float(hands.score[index]), 2),
            "xy": as_numbers(hands.xy[index], 1),
            "z": as_numbers(hands.z[index], 1),
            "world": as_numbers(hands.world[index], 3),
        }
        for index, slot in enumerate(hands.slots)
    ]
    return {"words": hands_in_words(hands, {}), "found": found}


def _angles(moments: Sequence[Moment], names: Sequence[str], newest: FramePoses) -> dict[str, Any]:
    """The angles of each person of the newest frame."""
    people = []
    for person in newest.person_ids.tolist() if moments and names else ():
        sequence = _of_one(moments, person)
        values = {name: as_numbers(measure_angle(sequence, name)[:, 0], 1) for name in names}
        people.append({"id": person, "color": css(person_color(person)), "values": values})
    return {"times": [round(moment.time_s, 3) for moment in moments], "people": people}


def _of_one(moments: Sequence[Moment], person: int) -> PoseSequence:
    times = [moment.time_s for moment in moments]
    nobody = PoseSequence.empty(times, [person], size=moments[-1].poses.size, fps=30.0)
    arrays = {name: array.copy() for name, array in nobody.arrays.items()}
    for index, moment in enumerate(moments):
        for slot in np.flatnonzero(moment.poses.person_ids == person)[:1]:
            for name, array in arrays.items():
                array[index, 0] = getattr(moment.poses, name)[slot]
    return replace(nobody, **arrays)
