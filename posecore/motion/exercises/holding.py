"""Positions that are held, for how long, and how steadily."""

import numpy as np
from numpy.typing import NDArray

from posecore.motion.exercises.body import Body, runs_of
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.following import Scene
from posecore.motion.exercises.form import SEEN_WELL, judge_hold, without_edges
from posecore.motion.exercises.measures import HIPS, SHOULDERS, SIDES, middle
from posecore.motion.exercises.movements import SEEN
from posecore.motion.exercises.results import Counted, Held, NotCounted, Steadiness

HELD_S = 2.0
"""A position held for less is only passed through."""
WOBBLE_S = 0.5
"""It may be left for so long without being given up; and what is held for less is not even listed."""
TREMBLING = tuple(f"{side}_{joint}" for joint in ("elbow", "shoulder", "hip", "knee") for side in SIDES)
"""Angles that tell how much a body trembles. Those of wrists, ankles and neck jitter too much."""


def count_holds(scene: Scene, hold: Hold) -> Counted:
    """Times for which somebody holds a position; in each shot, those of the person who holds it longest."""
    held: list[Held] = []
    passing: list[NotCounted] = []
    for number, people in enumerate(scene.people):
        runs = {
            slot: [
                (body, *run)
                for body in scene.bodies(number, slot, HELD_S)
                for run in runs_of(is_held(body, hold), body.times_s, WOBBLE_S)
            ]
            for slot in people
        }
        if not runs:
            continue
        longest = max(runs, key=lambda slot: sum(end_s - start_s for _, start_s, end_s in runs[slot]))
        person = int(scene.sequence.person_ids[longest])
        for body, start_s, end_s in runs[longest]:
            if end_s - start_s >= HELD_S:
                form = judge_hold(body, start_s, end_s, hold.checks)
                held.append(Held(start_s, end_s, form, steadiness_of(body, start_s, end_s), person))
            elif end_s - start_s >= WOBBLE_S:
                passing.append(NotCounted(start_s, end_s, f"held for only {end_s - start_s:.1f} s"))
    return Counted(hold.name, not_counted=tuple(passing), held=tuple(held))


def is_held(body: Body, hold: Hold) -> NDArray[np.bool_]:
    """(N,) the body is in the position, as far as it is seen."""
    judged = [each for each in hold.within if body.weight(each.measure) >= SEEN]
    within = [(body.measure(each.measure) >= each.least) & (body.measure(each.measure) <= each.most) for each in judged]
    return np.all(within, axis=0) if within else np.zeros(len(body.times_s), bool)


def steadiness_of(body: Body, start_s: float, end_s: float) -> Steadiness:
    """How steadily a position is held, without the edges that ``without_edges`` leaves out.

    Sway is the root mean square distance from the mean place, a usual measure of postural steadiness (Prieto et al.,
    IEEE Transactions on Biomedical Engineering 43, 1996), here of the middles of shoulders and hips in the picture: it
    includes drift and a moving camera, and what is slower than about 1 Hz. What is faster is tremor.
    """
    span_s = without_edges(start_s, end_s)
    inside = slice(*np.searchsorted(body.times_s, span_s).tolist())
    sway_m = None
    if _is_seen(body, "leaning_back", span_s):  # of shoulders and hips
        paths = np.stack([body.path(landmarks)[inside] for landmarks in (SHOULDERS, HIPS)])
        sway_m = float(np.sqrt(((paths - paths.mean(axis=1, keepdims=True)) ** 2).sum(axis=-1).mean()))
    trunk = middle(body.places.world, SHOULDERS) - middle(body.places.world, HIPS)
    trunk_m = float(np.median(np.linalg.norm(trunk, axis=-1)))
    shaken = [body.shake(name, *span_s) for name in TREMBLING if _is_seen(body, name, span_s)]
    return Steadiness(
        sway_cm=None if sway_m is None else 100 * sway_m,
        sway_percent=None if sway_m is None else 100 * sway_m / trunk_m,
        tremor_deg=float(np.sqrt(np.mean(np.square(shaken)))) if shaken else None,
    )


def _is_seen(body: Body, name: str, span_s: tuple[float, float]) -> bool:
    """Whether all landmarks of a measure are in view, as they have to be for a check of form."""
    return min(body.visibility(name, *span_s).values()) >= SEEN_WELL and not body.outside(name, *span_s)
