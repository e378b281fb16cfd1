"""How well a repetition, a hold or a single pose is done: an exercise's own checks, each judged only where it is seen.

The view is estimated too. A check that the view or a hidden joint does not allow is not judged, and says why.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from posecore.errors import InvalidOption
from posecore.motion.exercises.body import Body, Stills
from posecore.motion.exercises.declaration import Check, Exercise, View
from posecore.motion.exercises.measures import MEASURES, PAIRED, SIDES
from posecore.motion.exercises.movements import Movement
from posecore.motion.exercises.results import FormNote
from posecore.motion.exercises.table import EXERCISES
from posecore.motion.exercises.turning_points import Cycle
from posecore.poses import PoseSequence

FRONT_DEG, SIDE_DEG = 30.0, 60.0
"""Seen from the front (or from behind) up to the first, from the side from the second on: thirds of a quarter turn."""
FRONT_LEG_DEG = 15.0
"""The leg in front is known if its hip is flexed so much more."""
SEEN_WELL = 0.5
"""Least mean visibility of every landmark that a check needs. Of two sides that are seen so well, the worse one counts;
from the side, only the nearer one."""
AT_EDGES_S = 1.0
"""Taking up a position, and leaving it, is not judged: so long at either end, at most a quarter of the time."""

AROUND_S = 0.15
"""Of the extreme, landmarks have to be seen so long before and after."""

STILL = "one pose does not show it"
NO_FRONT = "it cannot be told which leg is in front"


def judge(movement: Movement, checks: Sequence[Check], *, front: bool = False) -> tuple[FormNote, ...]:
    """Judge a movement by each check; ``front``: by the leg in front, where a check is about one leg."""
    side = front_side(movement) if front else movement.side
    view = view_of(movement)
    return tuple(_note(movement, check, view, side, front=front) for check in checks)


def judge_hold(body: Body, start_s: float, end_s: float, checks: Sequence[Check]) -> tuple[FormNote, ...]:
    """Judge a position that is held from one time to another, by its worst moment."""
    first, last = np.searchsorted(body.times_s, without_edges(start_s, end_s)).tolist()
    return judge(Movement(body, "both", Cycle(first, first, first, last, last, 0.0)), checks)


def without_edges(start_s: float, end_s: float) -> tuple[float, float]:
    """Start and end of a hold without the time in which the position is taken up or left."""
    edge_s = min(AT_EDGES_S, (end_s - start_s) / 4)
    return start_s + edge_s, end_s - edge_s


def judge_poses(
    sequence: PoseSequence, exercise: str, *, person: int | None = None
) -> tuple[tuple[FormNote, ...], ...]:
    """Judge the pose in each frame for itself, as the exercise's extreme, such as the lowest point of a squat.

    For photos, and for data sets of single poses; of a video, ``count_repetitions`` judges whole repetitions.

    Args:
        sequence: without places in 3D, those in the picture and their depth are taken instead.
        exercise: one of ``EXERCISES``.
        person: id of the person; None: the one seen in most frames.

    Returns:
        For each frame, a note for each check of the exercise; empty for a frame without the person.

    Raises:
        InvalidOption: if there is no such exercise, or nobody has this id.
        InvalidPoses: if that person is seen in no frame.
    """
    if exercise not in EXERCISES:
        raise InvalidOption(f"Expected 'exercise' to be one of {', '.join(EXERCISES)}, but got {exercise!r}.")
    declared = EXERCISES[exercise]
    front = isinstance(declared, Exercise) and declared.sides == "front"
    notes: list[tuple[FormNote, ...]] = [()] * len(sequence)
    if person is None and not sequence.seen.any():
        return tuple(notes)
    slot = int(sequence.seen.sum(axis=0).argmax()) if person is None else sequence.slot(person)
    body = Stills(sequence, slot)
    for index, frame in enumerate(np.flatnonzero(sequence.seen[:, slot]).tolist()):
        still = Movement(body, "both", Cycle(index, index, index, index, index, 0.0))
        notes[frame] = judge(still, declared.checks, front=front)
    return tuple(notes)


def view_of(movement: Movement) -> View:
    """From where a movement is seen, by the turn of shoulders and hips in 3D; ``"between"`` if they have no depth."""
    turned = np.median(_within(movement, "turned"))
    return "front" if turned < FRONT_DEG else "side" if turned >= SIDE_DEG else "between"


def front_side(movement: Movement) -> str:
    """The leg in front, whose hip is flexed more; ``"both"`` if it cannot be told."""
    left, right = (movement.body.measure(f"{side}_hip")[movement.cycle.extreme] for side in SIDES)
    return "left" if left - right >= FRONT_LEG_DEG else "right" if right - left >= FRONT_LEG_DEG else "both"


class _Value(NamedTuple):
    """A measured value, the frame that shows it, and how well it is seen."""

    measure: str
    value: float
    place: int
    seen: float


def _note(movement: Movement, check: Check, view: View, side: str, *, front: bool) -> FormNote:
    paired = check.measure in PAIRED
    names = [f"{each}_{check.measure}" for each in (SIDES if side == "both" else [side])] if paired else [check.measure]
    span_s = _looked_at_s(movement, check)
    seen = {name: movement.body.visibility(name, *span_s) for name in names}
    best = max(names, key=lambda name: min(seen[name].values()))
    reason = _why_not(movement, check, view, seen[best], movement.body.outside(best, *span_s))
    if front and paired and side == "both" and not reason:
        reason = NO_FRONT
    if not reason:
        judged = [best] if view == "side" else [name for name in names if min(seen[name].values()) >= SEEN_WELL]
        values = [_value(movement, check, name, min(seen[name].values())) for name in judged]
        worst = max(values, key=lambda each: beyond(check, each.value))
        if np.isfinite(worst.value):
            return _judged(movement, check, view, worst)
        reason = "it cannot be measured here"
    return FormNote(check.name, "not judged", view, unit=check.unit, threshold=check.limit, reason=reason)


def _looked_at_s(movement: Movement, check: Check) -> tuple[float, float]:
    """The time in which a check's landmarks have to be seen."""
    start_s, end_s = movement.span_s
    if check.when != "extreme":
        return start_s, end_s
    extreme_s = float(movement.body.times_s[movement.cycle.extreme])
    return max(start_s, extreme_s - AROUND_S), min(end_s, extreme_s + AROUND_S)


def _why_not(
    movement: Movement, check: Check, view: View, seen: dict[str, float], outside: Sequence[str]
) -> str | None:
    if movement.cycle.start == movement.cycle.end and check.when not in ("extreme", "throughout"):
        return STILL
    if view not in check.views:
        return f"needs a view from the {check.views[-1]}"
    hidden = [name for name, visibility in seen.items() if visibility < SEEN_WELL]
    for names, where in ((outside, "outside the picture"), (hidden, "not in sight")):
        if names:
            return f"{where}: {', '.join(names).replace('foot_index', 'toes').replace('_', ' ')}"
    return None


def _value(movement: Movement, check: Check, name: str, seen: float) -> _Value:
    start, extreme, end = movement.cycle.start, movement.cycle.extreme, movement.cycle.end
    curve = movement.body.measure(name)
    inside = _within(movement, name)
    rest = (curve[start] + curve[end]) / 2
    if check.when == "throughout":
        place = start + int(np.argmax(inside) if check.fault_if == "above" else np.argmin(inside))
        return _Value(name, float(curve[place]), place, seen)
    if check.when == "range":
        return _Value(name, float(np.ptp(inside)), start + int(np.argmax(np.abs(inside - curve[start]))), seen)
    value = curve[extreme]
    if check.when == "change":
        value = value - rest
    if check.when == "share":
        value = 100 * value / rest if rest > 0 else np.nan
    return _Value(name, float(value), extreme, seen)


def _within(movement: Movement, name: str) -> np.ndarray:
    return movement.body.measure(name)[movement.cycle.start : movement.cycle.end + 1]


def beyond(check: Check, value: float) -> float:
    """How far a value is beyond the limit; negative if it is good."""
    return value - check.limit if check.fault_if == "above" else check.limit - value


def _judged(movement: Movement, check: Check, view: View, found: _Value) -> FormNote:
    past = beyond(check, found.value)
    is_fault = past > 0
    return FormNote(
        check.name,
        "fault" if is_fault else "good",
        view,
        unit=check.unit,
        threshold=check.limit,
        value=found.value,
        time_s=float(movement.body.times_s[found.place]),
        points=MEASURES[found.measure].points,
        sureness=found.seen * min(1.0, 0.5 + abs(past) / check.margin / 2),
        cue=check.cue if is_fault else None,
    )
