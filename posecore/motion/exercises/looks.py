"""Whether movements look like an exercise, and like each other."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.measures import Doubles
from posecore.motion.exercises.movements import Movement

ALIKE = 0.5
"""Repetitions resemble each other if how the body moves in one and the next correlates by this, in the median."""

# What a body's movement is compared in: measures, and what makes them comparable.
_POSTURE = {"knee": 60.0, "hip": 60.0, "elbow": 60.0, "shoulder": 60.0, "height": 0.3}
_RESAMPLED = 16


def is_it(movements: Sequence[Movement], exercise: Exercise) -> bool:
    """Whether these movements, at least one, are of this exercise rather than of another one."""
    return _looks_right(movements, exercise) and (len(movements) == 1 or likeness_of(movements) >= ALIKE)


def likeness_of(movements: Sequence[Movement]) -> float:
    """Median correlation of one repetition with the next, -1 to 1."""
    shapes = [_shape(each) for each in movements]
    return float(np.median([np.corrcoef(one, other)[0, 1] for one, other in pairwise(shapes)]))


def _shape(movement: Movement) -> Doubles:
    """How the whole body moves within a repetition: curves around their means, each by how well it is seen."""
    body, cycle = movement.body, movement.cycle
    places = np.linspace(cycle.start, cycle.end, _RESAMPLED).round().astype(int)
    curves = [body.weight(name) * body.measure(name)[places] / whole for name, whole in _POSTURE.items()]
    return np.concatenate([curve - curve.mean() for curve in curves])


def _looks_right(movements: Sequence[Movement], exercise: Exercise) -> bool:
    """Whether all looks fit. Of what is not seen, only an upper bound holds: nothing speaks against it."""
    for condition in exercise.looks:
        values = [each.value(condition) for each in movements if each.judges(condition)]
        within = condition.least <= np.median(values) <= condition.most if values else condition.least == -np.inf
        if not within:
            return False
    return True
