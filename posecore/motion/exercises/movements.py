"""The movements of one person in one shot, by the person's own range: those that count, and why others do not.

Each stretch of frames in which the person is seen without a long gap gives one curve, the exercise's progress (see
``declaration``). The person's usual movement is the median of all, each weighted by its size. A repetition goes there
and back by at least ``WHOLE`` of it. No fixed angle decides: BlazePose compresses angles, by view and by person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.motion.exercises.body import Body, weighted_mean
from posecore.motion.exercises.declaration import Condition, Exercise
from posecore.motion.exercises.measures import PAIRED, SIDES, Doubles
from posecore.motion.exercises.results import NotCounted
from posecore.motion.exercises.turning_points import Cycle, find_cycles, find_turns, usual_size
from posecore.motion.gaps import usual_step_s
from posecore.motion.trust import JUMP_TRUNKS, JUMP_TRUNKS_PER_S
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

WHOLE = 0.55
"""A repetition is at least this share of the person's usual one: half of one is not, with room for a noisy curve."""
LISTED = 0.3
"""A movement of at least this share of the usual one is listed if it is not counted."""
LEAST = 0.35
"""And the usual one is at least this share of what the exercise declares as whole: less is posture and noise."""
BRIEF = 0.25
"""A movement that takes less than this share of the median time is none of them, but landmarks that jump."""
LONGEST_GAP_S = 1.0
"""A person may be unseen for so long within a repetition; after a longer gap nothing is known of the movement."""
LONGEST_STEP_S = 3.0
"""Frames farther apart than this show no repetition, however slow the video: even times between them would be made up,
and there could be any number of them."""
TRAVEL_M = 0.7
"""During a repetition in place, the hips end no farther than this from where they began, across the picture."""
SEEN = 0.25
"""Below this mean visibility a measure is a guess: no condition is judged by it."""

WALKING = "walking"
HIDDEN = "unfinished: the person is not seen throughout"
_AROUND = 7  # frames before and after a jump

NOT_IN_VIEW = "the joints that this exercise needs are not in view"


class Movement(NamedTuple):
    """One movement of a person: a cycle of the progress of one side, or of ``"both"``."""

    body: Body
    side: str
    cycle: Cycle

    @property
    def span_s(self) -> tuple[float, float]:
        """Start and end, in seconds."""
        return float(self.body.times_s[self.cycle.start]), float(self.body.times_s[self.cycle.end])

    @property
    def extreme_s(self) -> float:
        """Time of the turning point, in seconds."""
        return float(self.body.times_s[self.cycle.extreme])

    @property
    def length_s(self) -> float:
        """Duration in seconds."""
        return self.span_s[1] - self.span_s[0]

    def value(self, condition: Condition) -> float:
        """The value that a condition is about."""
        curve = self.body.measure(_of_side(condition.measure, self.side))
        start, end = self.cycle.start, self.cycle.end
        if condition.when == "extreme":
            return float(curve[self.cycle.extreme])
        if condition.when == "rest":
            return float(curve[start] + curve[end]) / 2
        return float(np.ptp(curve[start : end + 1]))

    def judges(self, condition: Condition) -> bool:
        """Whether what a condition is about is seen at all."""
        return self.body.weight(_of_side(condition.measure, self.side)) >= SEEN


@dataclass(frozen=True)
class Movements:
    """What one person does in one shot.

    Attributes:
        person: id.
        bodies: of each stretch in which the person is seen.
        counted: the repetitions, in order of time.
        not_counted: the others.
        progress: by side that moves, the curve of each body.
        usual: the usual size of a movement in these curves.
    """

    person: int
    bodies: tuple[Body, ...]
    counted: tuple[Movement, ...]
    not_counted: tuple[NotCounted, ...]
    progress: Mapping[str, Sequence[Doubles]]
    usual: float

    @property
    def in_view(self) -> float:
        """How large and how long the person is in view: seconds times pixels per metre."""
        return sum(float(body.times_s[-1] - body.times_s[0]) * body.places.px_per_m for body in self.bodies)


def bodies_of(sequence: PoseSequence, slot: int, shortest_s: float) -> tuple[Body, ...]:
    """The person of a slot in each stretch of a shot in which nothing is unknown for too long."""
    seen = np.flatnonzero(sequence.seen[:, slot])
    if len(seen) < 2:
        return ()
    times_s = sequence.times_s
    longest_s = min(max(LONGEST_GAP_S, 2.5 * usual_step_s(times_s)), LONGEST_STEP_S)
    apart = (np.diff(times_s[seen]) > longest_s) | _moved_away(sequence.xy[seen, slot], times_s[seen])
    parts = np.split(seen, np.flatnonzero(apart) + 1)
    long = [part for part in parts if times_s[part[-1]] - times_s[part[0]] > shortest_s]
    spans = (slice(int(part[0]), int(part[-1]) + 1) for part in long)
    whole = slice(0, len(sequence))
    return tuple(Body(sequence if span == whole else sequence.at(span), slot, shortest_s) for span in spans)


def _moved_away(xy: FloatArray, times_s: Doubles) -> NDArray[np.bool_]:
    """(N - 1,) whether somebody is suddenly elsewhere, and stays there: another picture is faded in, or another person.

    The rule is that of ``posecore.motion.trust`` for jumps; landmarks that only flicker come back.
    """
    hips = _middle_of(xy, "hip")
    trunks = np.linalg.norm(_middle_of(xy, "shoulder") - hips, axis=-1)
    trunk = max(float(np.median(trunks[np.isfinite(trunks)])) if np.isfinite(trunks).any() else 0.0, 1e-6)
    path = np.linalg.norm(np.diff(hips, axis=0), axis=-1) / trunk
    jumped = (path > JUMP_TRUNKS) & (path > JUMP_TRUNKS_PER_S * np.diff(times_s))
    for place in np.flatnonzero(jumped):
        before, after = hips[max(0, place - _AROUND + 1) : place + 1], hips[place + 1 : place + 1 + _AROUND]
        jumped[place] = np.linalg.norm(np.median(after, axis=0) - np.median(before, axis=0)) > JUMP_TRUNKS * trunk
    return np.asarray(jumped)


def _middle_of(xy: FloatArray, joint: str) -> Doubles:
    """(N, 2) the middle between both sides."""
    left, right = (xy[:, BLAZEPOSE_33.index(f"{side}_{joint}")] for side in SIDES)
    return np.asarray((left + right) / 2, np.float64)


def find_movements(person: int, bodies: Sequence[Body], exercise: Exercise, ends: tuple[str, str]) -> Movements:
    """Find the repetitions of an exercise; ``ends`` are the reasons for one that the shot's start or end cuts off."""
    curves = {side: [progress(body, exercise, side) for body in bodies] for side in _moving_sides(bodies, exercise)}
    usual = usual_size([size for parts in curves.values() for size in _sizes(parts)])
    counted: list[Movement] = []
    others: list[NotCounted] = []
    for place, body in enumerate(bodies if usual >= LEAST else ()):
        borders = (HIDDEN if place else ends[0], HIDDEN if place < len(bodies) - 1 else ends[1])
        found: list[Movement] = []
        for side, parts in curves.items():
            cycles = find_cycles(parts[place], WHOLE * usual)
            found += [Movement(body, side, cycle) for cycle in cycles]
            others += _shallow(body, parts[place], cycles, usual, in_place=exercise.in_place)
        for movement in _merged(found):
            reason = _why_not(movement, exercise, borders)
            if reason:
                others.append(NotCounted(*movement.span_s, reason))
            else:
                counted.append(movement)
    usual_s = np.median([movement.length_s for movement in counted]) if counted else 0.0
    brief = [movement for movement in counted if movement.length_s < BRIEF * usual_s]
    others += [NotCounted(*movement.span_s, "far too fast, compared with the others") for movement in brief]
    kept = tuple(movement for movement in counted if movement not in brief)
    return Movements(person, tuple(bodies), kept, tuple(others), curves, usual)


def progress(body: Body, exercise: Exercise, side: str) -> Doubles:
    """(N,) progress of one side, or of ``"both"``: about 0 at rest and 1 at the extreme, plus a constant.

    Each signal weighs as much as its landmarks are seen.
    """
    names = [_of_side(signal.measure, side) for signal in exercise.signals]
    weights = [signal.weight * body.weight(name) + 1e-6 for name, signal in zip(names, exercise.signals, strict=True)]
    curves = [body.measure(name) / signal.full for name, signal in zip(names, exercise.signals, strict=True)]
    return weighted_mean(curves, weights)


def _of_side(measure: str, side: str) -> str:
    return f"{side}_{measure}" if side in SIDES and measure in PAIRED else measure


def _sizes(parts: Iterable[Doubles]) -> list[float]:
    """Sizes of all changes in these curves, in either direction, that could be of a repetition."""
    return [float(size) for part in parts for size in np.abs(np.diff(part[find_turns(part, WHOLE * LEAST)]))]


def _moving_sides(bodies: Sequence[Body], exercise: Exercise) -> tuple[str, ...]:
    """The sides to count: both together, the only one that moves, or each for itself."""
    if exercise.sides != "each" or not bodies:
        return ("both",)
    left, right = ([progress(body, exercise, side) for body in bodies] for side in SIDES)
    # Of a side that is hardly seen, movement is no evidence.
    seen = [np.mean([body.weight(_of_side(exercise.signals[0].measure, side)) for body in bodies]) for side in SIDES]
    sizes = [usual_size(_sizes(parts)) * weight for parts, weight in zip((left, right), seen, strict=True)]
    if max(sizes) == 0:
        return ("both",)
    if min(sizes) < 0.5 * max(sizes):
        return (SIDES[int(np.argmax(sizes))],)
    if np.corrcoef(np.concatenate(left), np.concatenate(right))[0, 1] > 0.3:
        return ("both",)
    return SIDES


def _merged(movements: Iterable[Movement]) -> Iterator[Movement]:
    """In order of time; what both sides do at once is one movement."""
    before: Movement | None = None
    for movement in sorted(movements, key=lambda each: each.cycle.extreme):
        if before is not None and _at_once(before, movement):
            before = before._replace(side="both")
            continue
        if before is not None:
            yield before
        before = movement
    if before is not None:
        yield before


def _at_once(one: Movement, other: Movement) -> bool:
    shorter = min(each.cycle.end - each.cycle.start for each in (one, other))
    return one.side != other.side and other.cycle.extreme - one.cycle.extreme < shorter / 4


def _shallow(
    body: Body, curve: Doubles, whole: Sequence[Cycle], usual: float, *, in_place: bool
) -> Iterator[NotCounted]:
    """Movements that are too small to count, between those that are not."""
    for cycle in find_cycles(curve, LISTED * usual):
        apart = all(cycle.extreme < other.start or cycle.extreme > other.end for other in whole)
        if cycle.whole and apart:
            walks = in_place and body.is_walking[cycle.start : cycle.end + 1].mean() > 0.5
            reason = WALKING if walks else f"only {cycle.size / usual:.0%} of the usual range"
            start_s, end_s = body.times_s[[cycle.start, cycle.end]].tolist()
            yield NotCounted(start_s, end_s, reason, partial=not walks)


def _why_not(movement: Movement, exercise: Exercise, borders: tuple[str, str]) -> str | None:
    """Why a movement is not counted; None if it is."""
    cycle = movement.cycle
    begun_before = not cycle.whole and cycle.start == 0
    if begun_before and not exercise.from_extreme:
        return borders[0]
    if not cycle.whole and not begun_before:
        return borders[1]
    if all(movement.body.weight(_of_side(signal.measure, movement.side)) < SEEN for signal in exercise.signals):
        return NOT_IN_VIEW
    if not exercise.shortest_s <= movement.length_s <= exercise.longest_s:
        return f"too {'fast' if movement.length_s < exercise.longest_s else 'slow'} ({movement.length_s:.1f} s)"
    across = movement.body.measure("across")
    if exercise.in_place and abs(across[cycle.end] - across[cycle.start]) > TRAVEL_M:
        return WALKING
    for condition in exercise.must:
        if movement.judges(condition) and not condition.least <= movement.value(condition) <= condition.most:
            return condition.otherwise
    return None
