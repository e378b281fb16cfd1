"""Positions that are held, and for how long."""

import numpy as np
from numpy.typing import NDArray

from posecore.motion.exercises.body import Body, runs_of
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.following import Scene
from posecore.motion.exercises.form import judge_hold
from posecore.motion.exercises.movements import SEEN
from posecore.motion.exercises.results import Counted, Held, NotCounted

HELD_S = 2.0
"""A position held for less is only passed through."""
WOBBLE_S = 0.5
"""It may be left for so long without being given up; and what is held for less is not even listed."""


def count_holds(scene: Scene, hold: Hold) -> Counted:
    """Times for which somebody holds a position; in each shot, those of the person who holds it longest."""
    held: list[Held] = []
    passing: list[NotCounted] = []
    for number, people in enumerate(scene.people):
        bodies = [scene.bodies(number, slot, HELD_S) for slot in people]
        runs = [
            [(body, *run) for body in each for run in runs_of(is_held(body, hold), body.times_s, WOBBLE_S)]
            for each in bodies
        ]
        longest = max(runs, key=lambda each: sum(end_s - start_s for _, start_s, end_s in each), default=[])
        for body, start_s, end_s in longest:
            if end_s - start_s >= HELD_S:
                held.append(Held(start_s, end_s, judge_hold(body, start_s, end_s, hold.checks)))
            elif end_s - start_s >= WOBBLE_S:
                passing.append(NotCounted(start_s, end_s, f"held for only {end_s - start_s:.1f} s"))
    return Counted(hold.name, not_counted=tuple(passing), held=tuple(held))


def is_held(body: Body, hold: Hold) -> NDArray[np.bool_]:
    """(N,) the body is in the position, as far as it is seen."""
    judged = [each for each in hold.within if body.weight(each.measure) >= SEEN]
    within = [(body.measure(each.measure) >= each.least) & (body.measure(each.measure) <= each.most) for each in judged]
    return np.all(within, axis=0) if within else np.zeros(len(body.times_s), bool)
