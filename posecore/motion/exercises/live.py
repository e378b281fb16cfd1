"""Counting repetitions while they are done: frame by frame, in a window of bounded length."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from posecore.errors import InvalidOption
from posecore.motion.exercises.body import Body
from posecore.motion.exercises.choosing import ANGLE, check_exercise, follow_likelier, ways_of_angle
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.following import CUT, END, START, Scene
from posecore.motion.exercises.live_window import PERSON, LiveWindow
from posecore.motion.exercises.measures import SIDES, Doubles
from posecore.motion.exercises.movements import HIDDEN, LEAST, LONGEST_GAP_S, WALKING, Movement, progress
from posecore.motion.exercises.outcome import repetition_of, tidied
from posecore.motion.exercises.results import NotCounted, Repetition
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import FramePoses

SETTLED_S = 0.3
"""A repetition counts once the person has been back at rest for so long: what is counted is never taken back."""

_SILENT = (WALKING, START, END, CUT, HIDDEN)


class LiveCount(LiveWindow):
    """Counts the repetitions of one person as frames arrive.

    The same frames give the same count as ``count_repetitions`` does for the whole clip, except that a repetition once
    counted stays counted, even if much larger ones after it make it look like half of one. Of an angle, the first
    repetition decides what is rest; of a whole clip, all do.

    Args:
        exercise: one of ``EXERCISES`` whose repetitions are counted, so no hold, or ``"angle:NAME"``.

    Attributes:
        exercise: its declaration.
        repetitions: all that were counted, in order of time.
        not_counted: the newest movement that was not counted, unless a repetition was counted after it.
        progress: how far the person is between rest, 0, and the extreme of their own repetitions, 1; None if unknown.

    Raises:
        InvalidOption: if there is no such exercise or angle.
    """

    def __init__(self, exercise: str) -> None:
        self._ways = ways_of(exercise)
        self.exercise = self._ways[0]
        super().__init__([each.measure for each in self.exercise.signals])
        self.repetitions: list[Repetition] = []
        self.not_counted: NotCounted | None = None
        self.progress: float | None = None
        self._after_s = -np.inf

    def add(self, frames: Iterable[FramePoses], *, last: bool = False) -> None:
        """Count on.

        Args:
            frames: those since the last call, in order of time; their ``time_s`` must be on one clock throughout. Any
                that are not later than those before are left out.
            last: whether none will follow, so that a repetition that has just ended counts too.
        """
        if not (self.take(frames) or last) or not len(self.times_s):
            return
        now_s = float(self.times_s[-1])
        scene = Scene(self._window(self._begun_s), None)
        is_decided = any(each.start_s > self._begun_s for each in self.repetitions)
        self.exercise, followed, others = follow_likelier(scene, (self.exercise,) if is_decided else self._ways)
        counted = sorted((each for person in followed for each in person.counted), key=lambda each: each.extreme_s)
        for each in counted:
            start_s, end_s = each.span_s
            # What is counted already began before its own turning point, wherever that is seen now.
            if start_s > self._after_s and (last or end_s <= now_s - SETTLED_S):
                # Only now is it measured: its form takes longer than all that is done for a frame.
                self.repetitions.append(repetition_of(each, self.exercise, PERSON))
                self._after_s = each.extreme_s
        reasons = tidied([*others, *(each for person in followed for each in person.not_counted)])
        self.not_counted = next((each for each in reversed(reasons) if self._is_news(each, now_s)), None)
        bodies = scene.bodies(0, 0, self.exercise.shortest_s)
        here = bool(bodies) and now_s - bodies[-1].times_s[-1] < LONGEST_GAP_S
        # As in the followed person's own movements, so that no curve is made twice.
        curves = followed[-1].progress if followed and bodies else {}
        self.progress = self._progress(bodies[-1], curves, counted) if here else None

    def _is_news(self, each: NotCounted, now_s: float) -> bool:
        ended_s = self.repetitions[-1].end_s if self.repetitions else -np.inf
        return each.reason not in _SILENT and ended_s <= each.start_s and each.end_s <= now_s - SETTLED_S

    def _progress(self, body: Body, curves: Mapping[str, Sequence[Doubles]], repetitions: Sequence[Movement]) -> float:
        """Of the side that is farther on."""
        sides = SIDES if self.exercise.sides == "each" else ("both",)
        return max(
            _share(body, curves[side][-1] if side in curves else progress(body, self.exercise, side), side, repetitions)
            for side in sides
        )


def ways_of(exercise: str) -> tuple[Exercise, ...]:
    """The declaration of an exercise; of an angle, one for each direction in which it may move from rest."""
    declared = EXERCISES.get(exercise)
    if isinstance(declared, Exercise):
        return (declared,)
    if not exercise.startswith(ANGLE):
        counted = ", ".join(name for name, each in EXERCISES.items() if isinstance(each, Exercise))
        raise InvalidOption(
            f"Expected an exercise whose repetitions are counted ({counted}, or {ANGLE}NAME), but got {exercise!r}."
        )
    check_exercise(exercise)
    return ways_of_angle(exercise)


def _share(body: Body, curve: Doubles, side: str, repetitions: Sequence[Movement]) -> float:
    """Where a curve ends between the levels of this side's own repetitions, or of what is usual before the first."""
    own = [each for each in repetitions if {side, each.side} != set(SIDES) and each.span_s[0] >= body.times_s[0]]
    if own:
        rest, extreme = (
            float(np.median(np.interp(times_s, body.times_s, curve)))
            for times_s in ([each.span_s[0] for each in own], [each.extreme_s for each in own])
        )
    else:
        rest, extreme = float(curve.min()), float(curve.max())
    size = max(extreme - rest, LEAST if own else 2 * LEAST)
    return float(np.clip((curve[-1] - rest) / size, 0, 1))
