"""Which exercise it is; any angle by its name; and whatever repeats."""

from collections.abc import Sequence

import numpy as np

from posecore.errors import InvalidOption
from posecore.motion.angles import ANGLES
from posecore.motion.exercises.declaration import Exercise, Hold, Signal
from posecore.motion.exercises.following import Scene, follow
from posecore.motion.exercises.holding import count_holds
from posecore.motion.exercises.looks import ALIKE, is_it, likeness_of
from posecore.motion.exercises.measures import FLEXED, JOINTS
from posecore.motion.exercises.movements import Movement, Movements, progress
from posecore.motion.exercises.outcome import counted_of
from posecore.motion.exercises.results import Counted, NotCounted
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import PoseSequence

AUTO, ANY, ANGLE = "auto", "any", "angle:"

UNKNOWN = "it cannot be told which exercise this is"
NOTHING_REPEATS = "nothing repeats"

FEWEST = 2
"""Fewest repetitions by which an exercise is recognised: what is done once does not repeat."""
WHOLE_DEG, WHOLE_M, WHOLE_JUMP_M = 60.0, 0.3, 0.15
"""A whole movement of an angle, of a height, or of a jump, that no exercise declares; a third of it is enough."""
NAMED_WHOLE_DEG = 30.0
"""The same of an angle that was asked for by its name."""
_CANDIDATES = {
    **dict.fromkeys(("knee", "hip", "elbow", "shoulder", "trunk_lean"), WHOLE_DEG),
    "height": WHOLE_M,
    "whole_height": WHOLE_JUMP_M,
}
_Followed = tuple[Exercise, list[Movements], list[NotCounted]]


def recognise(scene: Scene) -> Counted:
    """Count the exercise that it is: of those whose looks fit, the one with the most repetitions."""
    fitting: list[_Followed] = []
    for exercise in EXERCISES.values():
        if isinstance(exercise, Exercise):
            followed, others = follow(scene, exercise)
            movements = _counted_in(followed)
            if len(movements) >= FEWEST and is_it(movements, exercise):
                fitting.append((exercise, followed, others))
    if fitting:
        return counted_of(scene, *max(fitting, key=lambda each: len(_counted_in(each[1]))))
    for hold in EXERCISES.values():
        if isinstance(hold, Hold) and (counted := count_holds(scene, hold)).held:
            return counted
    return _nothing(scene.sequence, None, UNKNOWN)


def count_angle(scene: Scene, name: str) -> Counted:
    """Count the movements of ``"angle:NAME"``."""
    return counted_of(scene, *follow_likelier(scene, ways_of_angle(name)))


def ways_of_angle(name: str) -> tuple[Exercise, ...]:
    """What ``"angle:NAME"`` may be: the angle grows from rest, or shrinks."""
    return _both_ways(name, name.removeprefix(ANGLE), NAMED_WHOLE_DEG)


def follow_likelier(scene: Scene, ways: Sequence[Exercise]) -> tuple[Exercise, list[Movements], list[NotCounted]]:
    """Follow the way with more repetitions, else the one that begins where the person stays longer."""
    if len(ways) == 1:
        return (ways[0], *follow(scene, ways[0]))
    found = []
    for exercise in ways:
        followed, others = follow(scene, exercise)
        found.append(((len(_counted_in(followed)), _rest_share(followed, exercise)), (exercise, followed, others)))
    return max(found, key=lambda each: each[0])[1]


def check_exercise(name: str) -> None:
    """Raise InvalidOption unless ``count_repetitions`` knows an exercise of this name."""
    angles = (*JOINTS, *ANGLES)
    is_angle = name.startswith(ANGLE) and name.removeprefix(ANGLE) in angles
    if not is_angle and name not in (*EXERCISES, ANY, AUTO):
        expected = f"{', '.join([*EXERCISES, ANY, AUTO])}, or {ANGLE}NAME with one of {', '.join(angles)}"
        raise InvalidOption(f"Expected 'exercise' to be one of {expected}, but got {name!r}.")


def count_whatever_repeats(scene: Scene) -> Counted:
    """Count the largest movements that resemble each other, of all joints and heights."""
    best: _Followed | None = None
    most = 0.0
    for measure, whole in _CANDIDATES.items():
        found = follow_likelier(scene, _both_ways(ANY, measure, whole))
        movements = _counted_in(found[1])
        if len(movements) >= FEWEST and (likeness := likeness_of(movements)) >= ALIKE:
            moved = likeness * sum(each.cycle.size for each in movements)
            best, most = (found, moved) if moved > most else (best, most)
    return counted_of(scene, *best) if best else _nothing(scene.sequence, ANY, NOTHING_REPEATS)


def _counted_in(followed: Sequence[Movements]) -> list[Movement]:
    return [movement for each in followed for movement in each.counted]


def _both_ways(name: str, measure: str, whole: float) -> tuple[Exercise, ...]:
    """Movements of a measure from its lowest value, and from its highest."""
    joints = (measure,) if measure in JOINTS or measure in ANGLES else ("knee", "hip")
    bends = measure.split("_")[-1] in FLEXED
    return tuple(
        Exercise(
            name=name,
            title=name,
            signals=(Signal(measure, sign * whole),),
            joints=joints,
            first="down" if bends == (sign > 0) else "up",
            sides="each" if measure in JOINTS else "together",
            shortest_s=0.2 if measure == "whole_height" else 0.5,
            in_place=False,
        )
        for sign in (1, -1)
    )


def _rest_share(followed: Sequence[Movements], exercise: Exercise) -> float:
    """Share of the time that is nearer to rest than to the extreme."""
    curves = [progress(body, exercise, "both") for each in followed for body in each.bodies]
    if not curves:
        return 0.0
    together = np.concatenate(curves)
    return float((together < (together.min() + together.max()) / 2).mean())


def _nothing(sequence: PoseSequence, name: str | None, reason: str) -> Counted:
    times_s = sequence.times_s
    listed = (NotCounted(float(times_s[0]), float(times_s[-1]), reason),) if len(times_s) else ()
    return Counted(name, not_counted=listed)
