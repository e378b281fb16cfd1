"""Two attempts of an exercise: their joint angles over the normalised repetition, and how they differ in plain words.

A normalised repetition goes from its start (0%) to the turning point (50%) and to its end (100%), so that repetitions
of any length lie on each other. Angles are those by which repetitions are counted: smoothed, and of knees, hips, elbows
and neck the flexion (0 = straight).

A difference is listed only if it is larger than the spread of either attempt, and than landmarks usually err by.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import binary_opening

from posecore.errors import NotComparable
from posecore.motion.comparing.limbs import Doubles
from posecore.motion.exercises.body import Body
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.following import Scene
from posecore.motion.exercises.form import SEEN_WELL
from posecore.motion.exercises.measures import SIDES
from posecore.motion.exercises.results import Counted, Repetition
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import PoseSequence

PERCENT = np.arange(101.0)
"""Of the normalised repetition, at which curves are given; 50 is the turning point."""
LEAST_DEG, LEAST_S = 5.0, 0.2
"""Smaller differences are not listed, however small the spread: landmarks err by as much."""
LASTING_PERCENT = 15
"""Away from the turning point, a difference is listed if it lasts this long: of a hundred moments, some differ by
chance."""

_JOINTS = ("knee", "hip", "elbow", "shoulder")
_WHOLE = ("trunk_lean", "neck")
# Wrists and ankles are left out: they jitter by more than they differ.
_TURN = 50
_AT = 5
# Of the fastest movement, which smoothing leaves; as for an angle.
_SHORTEST_S = 0.5


@dataclass(frozen=True, eq=False)
class Attempt:
    """The repetitions of one attempt on one time axis.

    Attributes:
        exercise: its name.
        angles: by name, such as ``"left_knee"`` (of the leg in front, ``"front_knee"``): (N, 101) degrees of each
            repetition at ``PERCENT``; NaN for a repetition in which it is not seen well.
        tempo_s: by phase, ``"down"``, ``"hold"`` and ``"up"``: (N,) seconds.
        first: the phase before the turning point, ``"down"`` or ``"up"``.
    """

    exercise: str
    angles: Mapping[str, Doubles]
    tempo_s: Mapping[str, Doubles]
    first: str

    @property
    def count(self) -> int:
        """Number of repetitions."""
        return len(self.tempo_s["hold"])

    def mean(self, name: str) -> Doubles:
        """(101,) mean of an angle over the repetitions in which it is seen; NaN if in none."""
        return _mean(self.angles[name])

    def spread(self, name: str) -> Doubles:
        """(101,) standard deviation of an angle over those repetitions; NaN of fewer than two."""
        return _spread(self.angles[name])

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to tenths of a degree and milliseconds; what is unknown is None."""
        return {
            "count": self.count,
            "tempo_s": {
                phase: {"mean": _rounded(_mean(values), 3), "spread": _rounded(_spread(values), 3)}
                for phase, values in self.tempo_s.items()
            },
            "angles": {
                name: {
                    "mean": [_rounded(value, 1) for value in self.mean(name)],
                    "spread": [_rounded(value, 1) for value in self.spread(name)],
                }
                for name in self.angles
            },
        }


@dataclass(frozen=True)
class Difference:
    """One difference of two attempts that is larger than their spreads.

    Attributes:
        what: an angle, such as ``"left_knee"``, or ``"knee"`` of both sides; or a phase, such as ``"down"``.
        value: the second attempt's mean minus the first's.
        unit: ``"°"`` or ``"s"``.
        spread: the larger of both standard deviations; None if neither has two repetitions.
        at_percent: of an angle, where in the repetition; of a phase None.
        sentence: in plain words.
    """

    what: str
    value: float
    unit: str
    spread: float | None
    at_percent: int | None
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        digits = 1 if self.unit == "°" else 3
        spread = None if self.spread is None else round(self.spread, digits)
        return {**vars(self), "value": round(self.value, digits), "spread": spread}


@dataclass(frozen=True, eq=False)
class ComparedAttempts:
    """Two attempts of an exercise and how the second differs from the first.

    Attributes:
        first, second: the attempts.
        differences: those of angles, largest first, then those of tempo; empty if none is larger than the spreads.
    """

    first: Attempt
    second: Attempt
    differences: tuple[Difference, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The differences in plain words."""
        return tuple(each.sentence for each in self.differences)

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "exercise": self.first.exercise,
            "differences": [each.as_dict() for each in self.differences],
            "first": self.first.as_dict(),
            "second": self.second.as_dict(),
        }


def attempt_of(sequence: PoseSequence, counted: Counted, repetitions: Sequence[Repetition] | None = None) -> Attempt:
    """Put the repetitions of an attempt on one time axis.

    Args:
        sequence: in which they were counted.
        counted: by ``count_repetitions``.
        repetitions: some of those in it, such as the first three; None: all.

    Raises:
        NotComparable: if there are none, or no exercise was recognised.
    """
    repetitions = counted.repetitions if repetitions is None else repetitions
    if counted.exercise is None:
        raise NotComparable("No exercise was recognised, so there is no attempt to compare. Name the exercise.")
    if not repetitions:
        raise NotComparable(
            f"Expected at least one repetition of {counted.exercise} in each attempt, but got none. Choose another "
            "exercise or person."
        )
    declared = EXERCISES.get(counted.exercise)
    exercise = declared if isinstance(declared, Exercise) else None
    scene = Scene(sequence, None)
    shortest_s = exercise.shortest_s if exercise else _SHORTEST_S
    of_each = [_curves(each, _body_of(scene, each, shortest_s), exercise) for each in repetitions]
    unknown = np.full(len(PERCENT), np.nan)
    names = dict.fromkeys(name for curves in of_each for name in curves)
    return Attempt(
        exercise=counted.exercise,
        angles={name: np.array([curves.get(name, unknown) for curves in of_each]) for name in names},
        tempo_s={phase: np.array([each.tempo_s[phase] for each in repetitions]) for phase in ("down", "hold", "up")},
        first=_first_phase(repetitions[0]),
    )


def compare_attempts(first: Attempt, second: Attempt) -> ComparedAttempts:
    """Compare two attempts of an exercise.

    A difference of means is listed if it is larger than both standard deviations, and than 5 degrees or 0.2 seconds. Of
    an angle it is that at the turning point, or else the largest one that lasts for 15% of the repetition.

    Args:
        first: from ``attempt_of``.
        second: the same, of the same video or of another one.

    Raises:
        NotComparable: if they are not of the same exercise.
    """
    if first.exercise != second.exercise:
        raise NotComparable(
            f"Expected two attempts of the same exercise, but got {first.exercise} and {second.exercise}."
        )
    angles = list(_paired([each for name in first.angles if (each := _of_angle(first, second, name))]))
    angles.sort(key=lambda each: -abs(each[1]))
    told = [_told(first, *each) for each in angles]
    return ComparedAttempts(first, second, (*told, *_of_tempo(first, second)))


def _body_of(scene: Scene, repetition: Repetition, shortest_s: float) -> Body:
    slot = scene.sequence.slot(repetition.person)
    bodies = [body for shot in range(len(scene.shots)) for body in scene.bodies(shot, slot, shortest_s)]
    # The stretch in which it is; times are those of its frames, so none is apart from it by more than rounding.
    return min(
        bodies,
        key=lambda body: max(body.times_s[0] - repetition.extreme_s, repetition.extreme_s - body.times_s[-1]),
    )


def _curves(repetition: Repetition, body: Body, exercise: Exercise | None) -> dict[str, Doubles]:
    """(101,) of each angle that is seen well in a repetition."""
    span_s = repetition.start_s, repetition.end_s
    there = np.linspace(repetition.start_s, repetition.extreme_s, _TURN + 1)
    back = np.linspace(repetition.extreme_s, repetition.end_s, _TURN + 1)
    times_s = np.concatenate([there, back[1:]])
    found = {}
    for name in (*(f"{side}_{joint}" for joint in _JOINTS for side in SIDES), *_WHOLE):
        called = _called(name, repetition.side, exercise)
        seen = min(body.visibility(name, *span_s).values()) >= SEEN_WELL and not body.outside(name, *span_s)
        if called and seen:
            found[called] = np.interp(times_s, body.times_s, body.measure(name))
    return found


def _called(name: str, doing: str, exercise: Exercise | None) -> str | None:
    """The name under which an angle is compared, as the leg in front in a lunge; None if that side rests."""
    side, _, joint = name.partition("_")
    sides = exercise.sides if exercise else "together"
    if side not in SIDES or sides == "together":
        return name
    if sides == "each":
        return name if doing in (side, "both") else None
    if joint not in ("knee", "hip"):
        return name
    if doing not in SIDES:
        return None
    return f"{'front' if side == doing else 'back'}_{joint}"


def _first_phase(repetition: Repetition) -> str:
    """The phase that ends when the turning point begins."""
    into = repetition.extreme_s - repetition.start_s
    down_s, hold_s = repetition.tempo_s["down"], repetition.tempo_s["hold"]
    return "down" if down_s - 1e-6 <= into <= down_s + hold_s + 1e-6 else "up"


_Found = tuple[str, float, float | None, int]


def _of_angle(first: Attempt, second: Attempt, name: str) -> _Found | None:
    """Name, difference, spread and percent; None if it is not large enough anywhere."""
    if name not in second.angles:
        return None
    difference = second.mean(name) - first.mean(name)
    spread = np.fmax(first.spread(name), second.spread(name))
    larger = np.abs(difference) > np.fmax(spread, LEAST_DEG)
    lasting = binary_opening(larger, np.ones(LASTING_PERCENT))
    if not (larger[_TURN] or lasting.any()):
        return None
    place = _TURN if larger[_TURN] else int(np.argmax(np.where(lasting, np.abs(difference), 0)))
    known = float(spread[place]) if np.isfinite(spread[place]) else None
    return name, float(difference[place]), known, place


def _paired(found: Sequence[_Found]) -> Iterator[_Found]:
    """What left and right have in common is one difference of both, their mean."""
    by_name = {each[0]: each for each in found}
    for name, difference, spread, place in found:
        side, _, joint = name.partition("_")
        other = by_name.get(f"{'right' if side == 'left' else 'left'}_{joint}") if side in SIDES else None
        together = other and other[1] * difference > 0 and abs(other[3] - place) <= _AT
        if not (other and together):
            yield name, difference, spread, place
        elif side == "left":
            spreads = [each for each in (spread, other[2]) if each is not None]
            yield joint, (difference + other[1]) / 2, max(spreads, default=None), (place + other[3]) // 2


def _told(attempt: Attempt, name: str, difference: float, spread: float | None, place: int) -> Difference:
    side, _, joint = name.rpartition("_")
    part = {"lean": "trunk"}.get(joint, "arm" if joint == "shoulder" else joint)
    whose = f"the {side} {part}" if side in (*SIDES, "front", "back") else f"both {part}s"
    whose = f"the {part}" if part in ("trunk", "neck") else whose
    size, more = f"{abs(difference):.0f}°", "more" if difference > 0 else "less"
    declared = EXERCISES.get(attempt.exercise)
    main = isinstance(declared, Exercise) and declared.first == "down" and joint == declared.joints[0]
    if main and abs(place - _TURN) <= _AT:
        deep = f"goes {size} deeper" if difference > 0 else f"goes {size} less deep"
        said = f"{deep} at {whose}"
    else:
        verb = {"trunk": "leans", "arm": "raises"}.get(part, "bends")
        said = f"{verb} {whose} {size} {more} {_where(attempt.first, place)}"
    return Difference(name, difference, "°", spread, place, f"The second attempt {said}.")


def _where(first: str, place: int) -> str:
    for moment, name in ((0, "at the start"), (_TURN, "at the turning point"), (2 * _TURN, "at the end")):
        if abs(place - moment) <= _AT:
            return name
    other = "up" if first == "down" else "down"
    return f"on the way {first if place < _TURN else other}, {place}% into the repetition"


def _of_tempo(first: Attempt, second: Attempt) -> Iterator[Difference]:
    words: Mapping[str, Callable[[str, bool], str]] = {
        "down": lambda size, more: f"is {size} {'slower' if more else 'faster'} on the way down",
        "hold": lambda size, more: f"stays {size} {'longer' if more else 'shorter'} at the turning point",
        "up": lambda size, more: f"is {size} {'slower' if more else 'faster'} on the way up",
    }
    for phase, said in words.items():
        values = [each.tempo_s[phase] for each in (first, second)]
        difference = float(_mean(values[1]) - _mean(values[0]))
        spread = float(np.fmax(_spread(values[0]), _spread(values[1])))
        if abs(difference) > np.fmax(spread, LEAST_S):
            known = spread if np.isfinite(spread) else None
            sentence = f"The second attempt {said(f'{abs(difference):.1f} s', difference > 0)}."
            yield Difference(phase, difference, "s", known, None, sentence)


def _mean(values: Doubles) -> Doubles:
    """Mean over the first axis of what is known; NaN if nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _spread(values: Doubles) -> Doubles:
    """Standard deviation (n - 1) over the first axis of what is known; NaN of fewer than two values."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    squares = np.where(known, (values - _mean(values)) ** 2, 0).sum(axis=0)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def _rounded(value: Any, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
