"""Sets of an exercise: when one begins, how far it is, and the rest after it. Times are passed in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from posecore.motion.exercises.results import Held, Repetition

COUNTDOWN_S = 3.0
_ROUNDING_S = 1e-6

Phase = Literal["wait", "countdown", "work", "rest", "done"]


@dataclass(frozen=True)
class Target:
    """What the visitor wants to do.

    Attributes:
        amount: repetitions of each set, or seconds if the exercise is held.
        sets: how many.
        rest_s: between two sets.
    """

    amount: int
    sets: int
    rest_s: float


@dataclass
class Set:
    """One set: its repetitions, or each time a position was held in it, and whether it was finished."""

    repetitions: list[Repetition] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    finished: bool = False

    @property
    def done(self) -> list[Repetition | Held]:
        """Repetitions or holds, whichever it has."""
        return [*self.repetitions, *self.held]

    @property
    def held_s(self) -> float:
        """Seconds held, of all times together."""
        return sum(each.held_s for each in self.held)

    @property
    def amount(self) -> int:
        """Repetitions, or whole seconds held."""
        return len(self.repetitions) or int(self.held_s + _ROUNDING_S)


class Sets:
    """Goes from waiting for the person through countdown, sets and rests to the end.

    Only what is done within a set counts. If nobody is ready at the end of a rest, it waits for them again.

    Attributes:
        target: what is to be done.
        phase: ``"wait"``: until the person is in view; ``"countdown"``; ``"work"``: a set; ``"rest"``; ``"done"``.
        sets: those that have begun.
        since_s: when the phase began.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.phase: Phase = "wait"
        self.sets: list[Set] = []
        self.since_s = -math.inf
        self._known = 0

    @property
    def count(self) -> int:
        """Repetitions, or whole seconds, of the current set, or of the last one while resting."""
        return self.sets[-1].amount if self.sets else 0

    @property
    def number(self) -> int:
        """Number of the current set, from 1; while waiting or counting down, of the one that comes."""
        coming = self.phase in ("wait", "countdown")
        return min(len(self.sets) + coming, self.target.sets)

    def seconds_left(self, now_s: float) -> int | None:
        """Whole seconds left of a countdown or a rest; None in other phases."""
        lengths = {"countdown": COUNTDOWN_S, "rest": self.target.rest_s}
        length_s = lengths.get(self.phase)
        return None if length_s is None else max(0, math.ceil(self.since_s + length_s - now_s))

    def go_on(
        self, now_s: float, ready: bool, repetitions: Sequence[Repetition] = (), held: Sequence[Held] = ()
    ) -> None:
        """Take in what has happened.

        Args:
            now_s: now, on the clock of the repetitions.
            ready: whether the person is in view.
            repetitions: all that were counted, from the beginning.
            held: each time that a position was held, from the beginning; the last one may still go on.
        """
        fresh = repetitions[self._known :]
        self._known = len(repetitions)
        if self.phase == "wait" and ready:
            self._enter("countdown", now_s)
        elif self.phase == "countdown" and not ready:
            self._enter("wait", now_s)
        elif self.phase == "countdown" and now_s >= self.since_s + COUNTDOWN_S:
            self.begin_set(now_s)
        elif self.phase == "rest" and now_s >= self.since_s + self.target.rest_s:
            if ready:
                self.begin_set(now_s)
            else:
                self._enter("wait", now_s)
        elif self.phase == "work":
            self._count([each for each in fresh if each.extreme_s > self.since_s])
            self._time(held)
            if self.sets[-1].amount >= self.target.amount:
                self.sets[-1].finished = True
                self._enter("rest" if len(self.sets) < self.target.sets else "done", now_s)

    def begin_set(self, now_s: float) -> None:
        """Begin the next set at once, unless one is running or all are done."""
        if self.phase in ("wait", "countdown", "rest"):
            self.sets.append(Set())
            self._enter("work", now_s)

    def end(self, now_s: float) -> None:
        """End the session early."""
        self._enter("done", now_s)

    def _count(self, fresh: Sequence[Repetition]) -> None:
        done = self.sets[-1].repetitions
        done += fresh[: self.target.amount - len(done)]

    def _time(self, held: Sequence[Held]) -> None:
        """Take the part of each hold that is within the set, up to the target."""
        within, left_s = [], float(self.target.amount)
        for each in held:
            start_s = max(each.start_s, self.since_s)
            end_s = min(each.end_s, start_s + left_s)
            if end_s > start_s:
                within.append(replace(each, start_s=start_s, end_s=end_s))
                left_s -= end_s - start_s
        self.sets[-1].held = within

    def _enter(self, phase: Phase, now_s: float) -> None:
        self.phase, self.since_s = phase, now_s
