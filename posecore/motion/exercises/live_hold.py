"""Timing a held position while it is held: frame by frame, in a window of bounded length."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from posecore.errors import InvalidOption
from posecore.motion.exercises.body import Body, runs_of
from posecore.motion.exercises.declaration import Check, Hold
from posecore.motion.exercises.following import Scene
from posecore.motion.exercises.form import beyond, judge_hold
from posecore.motion.exercises.holding import HELD_S, WOBBLE_S, is_held
from posecore.motion.exercises.live_window import LiveWindow
from posecore.motion.exercises.results import FormNote, Held
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import FramePoses

SETTLED_S = 1.2
"""What was held so long ago is final: smoothing reaches 1.1 s. What is newer is shown, and may still change."""
LATELY_S = 2.0
"""The form of the moment is that of so long."""

_RANKS = {"not judged": 0, "good": 1, "fault": 2}


class LiveHold(LiveWindow):
    """Times how long one person holds a position as frames arrive.

    The same frames give the same times as ``count_holds`` does for the whole clip, but for what depends on how well the
    whole clip is seen, and within a tenth of a second. How steady it is held is not measured. Of a position that is
    held for longer than the window, each check of form keeps its worst note.

    Args:
        hold: one of ``EXERCISES`` that is held.

    Attributes:
        hold: its declaration.
        held: each time, the current one included, once it has lasted for ``holding.HELD_S``.
        holding: whether the person is in the position.
        form: what each check of form says of the last moment; empty if the position is not held, or not yet for long.

    Raises:
        InvalidOption: if there is no such exercise.
    """

    def __init__(self, hold: str) -> None:
        declared = EXERCISES.get(hold)
        if not isinstance(declared, Hold):
            held = ", ".join(name for name, each in EXERCISES.items() if isinstance(each, Hold))
            raise InvalidOption(f"Expected an exercise that is held ({held}), but got {hold!r}.")
        self.hold: Hold = declared
        self.held: list[Held] = []
        self.holding = False
        self.form: tuple[FormNote, ...] = ()
        self._final: list[Held] = []  # as far as it is settled, short ones included; the last one may go on
        self._settled_s = -np.inf
        super().__init__([each.measure for each in declared.within])

    def add(self, frames: Iterable[FramePoses], *, last: bool = False) -> None:
        """Go on timing.

        Args:
            frames: as for ``LiveCount.add``.
            last: whether none will follow.
        """
        if not (self.take(frames) or last) or not len(self.times_s):
            return
        bodies = Scene(self._window(), None).bodies(0, 0, HELD_S)
        until_s = self._last_s if last else self._last_s - SETTLED_S
        for body in bodies:
            here = (body.times_s > self._settled_s) & (body.times_s <= until_s)
            if here.any():
                self._final = self._with(self._final, body, here)
                self._settled_s = float(body.times_s[here][-1])
        self._final = [each for each in self._final if each.held_s >= HELD_S or self._goes_on(each)]
        shown = self._final
        for body in bodies:
            shown = self._with(shown, body, body.times_s > self._settled_s)
        self.held = [each for each in shown if each.held_s >= HELD_S]
        self.holding = bool(shown) and self._last_s - shown[-1].end_s <= WOBBLE_S
        self.form = self._form_lately(bodies[-1]) if bodies and self.holding and self.held[-1:] == shown[-1:] else ()

    def _goes_on(self, each: Held) -> bool:
        return each is self._final[-1] and self._settled_s - each.end_s <= WOBBLE_S

    def _with(self, known: Sequence[Held], body: Body, here: np.ndarray) -> list[Held]:
        """Known times, and what is held in some samples of a body after them."""
        held = list(known)
        for start_s, end_s in runs_of(is_held(body, self.hold) & here, body.times_s, WOBBLE_S):
            goes_on = bool(held) and body.times_s[0] <= held[-1].end_s and start_s - held[-1].end_s <= WOBBLE_S
            held.append(self._judged(replace(held.pop(), end_s=end_s) if goes_on else Held(start_s, end_s), body))
        return held

    def _judged(self, held: Held, body: Body) -> Held:
        """With the notes on form; if the body begins later, because the window does, with those from before."""
        if held.held_s < HELD_S:
            return held
        notes = judge_hold(body, max(held.start_s, float(body.times_s[0])), held.end_s, self.hold.checks)
        if held.form and body.times_s[0] > held.start_s:
            pairs = zip(self.hold.checks, held.form, notes, strict=True)
            notes = tuple(_worse(check, one, other) for check, one, other in pairs)
        return replace(held, form=notes)

    def _form_lately(self, body: Body) -> tuple[FormNote, ...]:
        end_s = min(self._settled_s, float(body.times_s[-1]))
        start_s = max(end_s - LATELY_S, float(body.times_s[0]), self.held[-1].start_s)
        return judge_hold(body, start_s, end_s, self.hold.checks) if end_s > start_s else ()


def _worse(check: Check, one: FormNote, other: FormNote) -> FormNote:
    def badness(note: FormNote) -> tuple[int, float]:
        return _RANKS[note.verdict], 0.0 if note.value is None else beyond(check, note.value)

    return max(one, other, key=badness)
