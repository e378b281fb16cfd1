"""An exercise as data for the visitor's own device, which counts on by itself while the server cannot be reached."""

import math
from collections.abc import Sequence
from typing import Any

from pages.ui.live.coach import Coach
from posecore.motion.angles import ANGLES
from posecore.motion.exercises.declaration import Condition, Exercise, Hold
from posecore.motion.exercises.live import ways_of
from posecore.motion.exercises.live_window import parts_of
from posecore.motion.exercises.measures import (
    ANKLES,
    FLEXED,
    HIPS,
    IN_PICTURE,
    PAIRED,
    SHOULDERS,
    SIDES,
    WRISTS,
)
from posecore.motion.exercises.table import EXERCISES
from posecore.skeletons import BLAZEPOSE_33

_ACROSS = "across"
_LEFT_ANKLE, _RIGHT_ANKLE = ANKLES


def _measure(kind: str, *points: Sequence[int], in_picture: bool = False, flexed: bool = False) -> dict[str, Any]:
    return {"kind": kind, "points": [list(point) for point in points], "inPicture": in_picture, "flexed": flexed}


# As the formulas of posecore.motion.exercises.measures; a test holds one against the other.
_OTHERS = {
    "height": _measure("height", SHOULDERS, in_picture=True),
    "whole_height": _measure("height", SHOULDERS + HIPS, in_picture=True),
    _ACROSS: _measure("across", HIPS, in_picture=True),
    "hands_over_shoulders": _measure("rise", SHOULDERS, WRISTS),
    "legs_lean": _measure("lean", ANKLES, HIPS),
    "feet_apart": _measure("joint", [_LEFT_ANKLE], HIPS, [_RIGHT_ANKLE]),
}


def own_exercise(coach: Coach) -> dict[str, Any]:
    """What a device needs to count an exercise in sets, as ``OwnExercise`` in js/types.d.ts."""
    target = coach.target
    return {
        **exercise_for_scripts(coach.exercise),
        "title": coach.title,
        "held": coach.is_held,
        "target": target.amount,
        "sets": target.sets,
        "restS": target.rest_s,
    }


def exercise_for_scripts(name: str) -> dict[str, Any]:
    """The ways, measures and parts of the body of an exercise: one of ``EXERCISES``, or ``"angle:NAME"``."""
    declared = EXERCISES.get(name)
    within = declared.within if isinstance(declared, Hold) else ()
    ways = () if isinstance(declared, Hold) else ways_of(name)
    signals = [each.measure for each in within] or [each.measure for each in ways[0].signals]
    needed = [*signals, *(each.measure for way in ways for each in way.must), _ACROSS]
    return {
        "ways": [_way(way) for way in ways],
        "within": [_condition(each) for each in within],
        "measures": {side: measure_for_scripts(side) for each in needed for side in _sides(each)},
        "parts": [{"name": part, "landmarks": landmarks} for part, landmarks in parts_of(signals)],
    }


def measure_for_scripts(name: str) -> dict[str, Any]:
    """How a measure is worked out, as ``OwnMeasure`` in js/types.d.ts.

    Raises:
        KeyError: if scripts cannot work it out.
    """
    if name in _OTHERS:
        return _OTHERS[name]
    angle = ANGLES[name.removesuffix(IN_PICTURE)]
    points = [[BLAZEPOSE_33.index(landmark) for landmark in point] for point in angle.points]
    flexed = angle.kind == "joint" and angle.name.split("_")[-1] in FLEXED
    return _measure(angle.kind, *points, in_picture=name.endswith(IN_PICTURE), flexed=flexed)


def _sides(measure: str) -> list[str]:
    return [f"{side}_{measure}" for side in SIDES] if measure in PAIRED else [measure]


def _way(exercise: Exercise) -> dict[str, Any]:
    measures = {each.measure for each in exercise.signals} | {each.measure for each in exercise.must}
    return {
        "signals": [{"measure": each.measure, "full": each.full, "weight": each.weight} for each in exercise.signals],
        "paired": sorted(measures & PAIRED),
        "must": [_condition(each) for each in exercise.must],
        "sides": exercise.sides,
        "shortestS": exercise.shortest_s,
        "longestS": exercise.longest_s,
        "inPlace": exercise.in_place,
        "fromExtreme": exercise.from_extreme,
    }


def _condition(condition: Condition) -> dict[str, Any]:
    bounds = {"least": condition.least, "most": condition.most}
    finite = {name: bound if math.isfinite(bound) else None for name, bound in bounds.items()}
    return {"measure": condition.measure, "when": condition.when, **finite}
