"""What is said of the movements found: repetitions with their numbers, and the reasons of what is not counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from posecore.motion.exercises.body import runs_of
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.following import Scene
from posecore.motion.exercises.form import front_side, judge
from posecore.motion.exercises.measures import JOINTS, SIDES
from posecore.motion.exercises.movements import LEAST, LONGEST_STEP_S, WALKING, Movement, Movements
from posecore.motion.exercises.results import Counted, Curve, NotCounted, Repetition
from posecore.motion.gaps import usual_step_s

NOBODY = "nobody seen, or a title card"
NOT_SEEN = "the person is not seen"
SPARSE = "the frames are too far apart to see a movement"

LISTED_S = 0.5
"""Walking, or an absence, is listed from this length on."""
SEEN_WELL = 0.5
"""Left and right are compared if both are seen this well, by their mean visibility."""
REST_PERCENT = 5.0
"""A curve counts as at rest at this percentile: its lowest point may be a hop or a stretch."""


def counted_of(
    scene: Scene, exercise: Exercise, followed: Sequence[Movements], others: Sequence[NotCounted]
) -> Counted:
    """Describe what ``following.follow`` found."""
    repetitions = [repetition_of(each, exercise, person.person) for person in followed for each in person.counted]
    not_counted = [*others, *_unseen(scene, followed)]
    for movements in followed:
        not_counted += movements.not_counted
        not_counted += _walks(movements) if exercise.in_place else ()
    repetitions.sort(key=lambda each: each.extreme_s)
    scores = chair_stand_scores(repetitions, float(scene.sequence.times_s.max(initial=0.0))) if exercise.seated else {}
    curves = tuple(curve for movements in followed for curve in _curves(movements))
    return Counted(exercise.name, tuple(repetitions), tuple(tidied(not_counted)), scores=scores, curves=curves)


def _curves(movements: Movements) -> Iterator[Curve]:
    if movements.usual < LEAST:
        return
    for side, parts in movements.progress.items():
        rest = np.percentile(np.concatenate(parts), REST_PERCENT)
        for body, part in zip(movements.bodies, parts, strict=True):
            yield Curve(movements.person, side, body.times_s, (part - rest) / movements.usual)


def repetition_of(movement: Movement, exercise: Exercise, person: int) -> Repetition:
    """Measure a movement that counts, and judge its form."""
    body, side, cycle = movement
    times_s = body.times_s
    # Start and end are 10% from rest; it is reached about a third of the phase beyond.
    beyond = ((cycle.reached - cycle.start) // 3, (cycle.end - cycle.left) // 3)
    inside = slice(max(0, cycle.start - beyond[0]), cycle.end + 1 + beyond[1])
    sides = (side,) if side in SIDES and exercise.sides == "each" else SIDES
    names = [f"{each}_{joint}" if joint in JOINTS else joint for joint in exercise.joints for each in sides]
    ranges = {name: float(np.ptp(body.measure(name)[inside])) for name in names}
    phases = np.diff(times_s[[cycle.start, cycle.reached, cycle.left, cycle.end]]).tolist()
    order = ("down", "hold", "up") if exercise.first == "down" else ("up", "hold", "down")
    tempo = dict(zip(order, phases, strict=True))
    pair = [f"{each}_{exercise.joints[0]}" for each in SIDES]
    compared = exercise.sides != "front" and all(name in ranges and body.weight(name) >= SEEN_WELL for name in pair)
    return Repetition(
        start_s=float(times_s[cycle.start]),
        extreme_s=float(times_s[cycle.extreme]),
        end_s=float(times_s[cycle.end]),
        side=front_side(movement) if exercise.sides == "front" else side,
        range_deg=ranges,
        tempo_s={phase: tempo[phase] for phase in ("down", "hold", "up")},
        left_right_deg=ranges[pair[0]] - ranges[pair[1]] if compared else None,
        person=person,
        form=judge(movement, exercise.checks, front=exercise.sides == "front"),
    )


def chair_stand_scores(stands: Sequence[Repetition], end_s: float) -> dict[str, float | None]:
    """Scores of the chair stand tests, from the first time the person leaves the chair.

    Args:
        stands: repetitions of ``sit_to_stand``, in order of time.
        end_s: end of the video.

    Returns:
        ``five_times_s``: seconds until the fifth time the person stands (Guralnik et al., Journal of Gerontology 49,
        1994); None with fewer than five. ``in_30_s``: how often the person stands within 30 seconds (Jones, Rikli &
        Beam, Research Quarterly for Exercise and Sport 70, 1999); None if the video ends before.
    """
    if not stands:
        return {"five_times_s": None, "in_30_s": None}
    start_s = stands[0].start_s
    fifth = stands[4].start_s + stands[4].tempo_s["up"] - start_s if len(stands) >= 5 else None
    within = sum(each.start_s + each.tempo_s["up"] <= start_s + 30 for each in stands)
    return {"five_times_s": fifth, "in_30_s": float(within) if end_s >= start_s + 30 else None}


def _unseen(scene: Scene, followed: Sequence[Movements]) -> Iterator[NotCounted]:
    """Parts of each shot in which the followed person is not seen."""
    spans = sorted((float(body.times_s[0]), float(body.times_s[-1])) for each in followed for body in each.bodies)
    for shot in (shot for shot in scene.shots if len(shot)):
        edge_s, end_s = float(shot.times_s[0]), float(shot.times_s[-1])
        is_sparse = usual_step_s(shot.times_s) > LONGEST_STEP_S
        here = [span for span in spans if edge_s <= span[0] <= end_s]
        for start_s, next_s in [*here, (end_s, end_s)]:
            if start_s - edge_s >= LISTED_S:
                between = (shot.times_s > edge_s) & (shot.times_s < start_s)
                seen = shot.seen[between].any(axis=1)
                reason = SPARSE if is_sparse else NOT_SEEN if 2 * seen.sum() > seen.size else NOBODY
                yield NotCounted(edge_s, start_s, reason)
            edge_s = max(edge_s, next_s)


def _walks(movements: Movements) -> Iterator[NotCounted]:
    """When the person walks, between the repetitions."""
    for body in movements.bodies:
        free = body.is_walking.copy()
        others = [(each.start_s, each.end_s) for each in movements.not_counted]
        for start_s, end_s in [*(each.span_s for each in movements.counted), *others]:
            free &= (body.times_s < start_s) | (body.times_s > end_s)
        for start_s, end_s in runs_of(free, body.times_s):
            if end_s - start_s >= LISTED_S:
                yield NotCounted(start_s, end_s, WALKING)


def tidied(listed: Iterable[NotCounted]) -> list[NotCounted]:
    """Put reasons in order of time; what overlaps for the same reason is one."""
    kept: list[NotCounted] = []
    for each in sorted(listed, key=lambda each: (each.reason, each.start_s)):
        if kept and each.reason == kept[-1].reason and each.start_s <= kept[-1].end_s:
            start_s, end_s = kept[-1].start_s, max(kept.pop().end_s, each.end_s)
            kept.append(replace(each, start_s=start_s, end_s=end_s))
        else:
            kept.append(each)
    return sorted(kept, key=lambda each: each.start_s)
