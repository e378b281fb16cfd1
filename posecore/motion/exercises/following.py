"""A sequence shot by shot, and the one person who is followed in each.

After a cut everyone is a new person (see ``PoseSequence.cuts``). So in each shot one person is followed, and the counts
of the shots are added: of those who do what looks like the exercise about most often, the one who is largest and
longest in view.
"""

from functools import cache

import numpy as np

from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.looks import is_it
from posecore.motion.exercises.movements import Movements, bodies_of, find_movements
from posecore.motion.exercises.results import NotCounted
from posecore.poses import PoseSequence

START, END = "unfinished at the start", "unfinished at the end"
CUT = "unfinished: a cut"

ABOUT = 0.8
"""Who does at least this share of the most repetitions does about as many. Otherwise somebody in a group who is
miscounted would be followed."""
AWAY_S = 5.0
"""A person who is found again in the same place after at most this time is the same one, with another id."""


class Scene:
    """A sequence shot by shot, with the bodies of all its people, each made once."""

    def __init__(self, sequence: PoseSequence, slot: int | None) -> None:
        self.sequence = sequence
        self.shots = [sequence.at(shot) for shot in sequence.shots] if len(sequence.cuts) else [sequence]
        there = [np.flatnonzero(shot.seen.any(axis=0)).tolist() for shot in self.shots]
        self.people = [[each for each in slots if slot in (None, each)] for slots in there]
        self.bodies = cache(lambda shot, slot, shortest_s: bodies_of(self.shots[shot], slot, shortest_s))

    def ends(self, shot: int) -> tuple[str, str]:
        """Why a movement is unfinished at the start or the end of a shot."""
        return (CUT if shot else START, CUT if shot < len(self.shots) - 1 else END)


def follow(scene: Scene, exercise: Exercise) -> tuple[list[Movements], list[NotCounted]]:
    """What the followed person does in each shot, and what others do, who are not counted."""
    followed: list[Movements] = []
    others: list[NotCounted] = []
    for number, people in enumerate(scene.people):
        found = []
        for slot in people:
            person = int(scene.sequence.person_ids[slot])
            bodies = scene.bodies(number, slot, exercise.shortest_s)
            if bodies:
                found.append(find_movements(person, bodies, exercise, scene.ends(number)))
        kept: list[Movements] = []
        for each in _most_likely_first(found, exercise):
            if all(_continues(each, other) for other in kept):
                kept.append(each)
            elif each.counted:
                span_s = each.counted[0].span_s[0], each.counted[-1].span_s[1]
                others.append(NotCounted(*span_s, f"another person ({each.person})"))
        followed += kept
    return followed, others


def _most_likely_first(found: list[Movements], exercise: Exercise) -> list[Movements]:
    """People in the order in which they are likely to be the one who does the exercise."""
    if len(found) < 2:
        return found
    looks = {each.person: bool(each.counted) and is_it(each.counted, exercise) for each in found}
    most = max(len(each.counted) for each in found if looks[each.person] or not any(looks.values()))
    return sorted(found, key=lambda each: (not looks[each.person], len(each.counted) < ABOUT * most, -each.in_view))


def _continues(one: Movements, other: Movements) -> bool:
    """Whether two people of a shot are the same one, whom the tracker lost for a while and found in the same place."""
    first, second = sorted((one, other), key=lambda each: float(each.bodies[0].times_s[0]))
    before, after = first.bodies[-1], second.bodies[0]
    away_s = after.times_s[0] - before.times_s[-1]
    moved_m = np.linalg.norm(after.first_place_px - before.last_place_px) / before.places.px_per_m
    return bool(0 < away_s < AWAY_S and moved_m < 1 and 0.5 < after.places.px_per_m / before.places.px_per_m < 2)
