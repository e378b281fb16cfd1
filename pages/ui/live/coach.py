"""The live coach: counts or times an exercise of a visit's live stream in sets, and gives the one current cue."""

import math
import threading
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from pages.ui.live.finished import Finished
from pages.ui.live.sets import Sets, Target
from pages.ui.shared.exercise_titles import title_of
from posecore import FramePoses
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.live import LiveCount
from posecore.motion.exercises.live_hold import LiveHold
from posecore.motion.exercises.measures import SIDES
from posecore.motion.exercises.results import FormNote
from posecore.motion.exercises.table import EXERCISES

_GO_S = 1.5
_CUE_S = 3.0
# A set goes on without cues if somebody is out of view for a short time only.
_PATIENCE_S = 4.0
_LAST_S = 5
# Faults of form that are less sure are not said.
_SURE = 0.6
_PARTIAL = "Go all the way: that was only a part"


class Coach:
    """One visitor's session, from any thread. It outlives its streams: after a lost connection, the count goes on.

    Args:
        exercise: one of ``EXERCISES``, or ``"angle:NAME"``.
        target: what is to be done.

    Attributes:
        title: of the exercise.
        is_held: whether the exercise is held, and its seconds count.
    """

    def __init__(self, exercise: str, target: Target) -> None:
        self.exercise, self.target = exercise, target
        self.is_held = isinstance(EXERCISES.get(exercise), Hold)
        self.title = title_of(exercise)
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._watched = LiveHold(self.exercise) if self.is_held else LiveCount(self.exercise)
        self._sets = Sets(self.target)
        self._started_at: datetime | None = None
        self._form_cue, self._form_cue_s = "", -math.inf

    @property
    def finished(self) -> Finished | None:
        """The session, once it is over; None before, and if no set had begun."""
        with self._lock:
            if self._sets.phase != "done" or self._started_at is None:
                return None
            sets = tuple(deepcopy(self._sets.sets))
            return Finished(self.exercise, self.target, sets, self._started_at, self.is_held)

    def report(self, frames: Iterable[FramePoses], now_s: float, wish: str = "") -> dict[str, Any]:
        """What the page shows, as plain values for JSON.

        Args:
            frames: the newest of the stream; known ones are left out.
            now_s: now, on the clock of the frames.
            wish: ``"begin"``: the next set at once; ``"end"``: the session; ``"again"``: start over;
                ``"result"``: the result, once the session is over.
        """
        with self._lock:
            answer = self._report(frames, now_s, wish)
        finished = self.finished if wish == "result" else None
        return {**answer, "result": finished and finished.as_dict()}

    def _report(self, frames: Iterable[FramePoses], now_s: float, wish: str) -> dict[str, Any]:
        if wish == "again":
            self._begin()
        watched, sets = self._watched, self._sets
        watched.add(frames)
        if wish == "begin":
            sets.begin_set(now_s)
        ready = watched.missing == ()
        if isinstance(watched, LiveHold):
            sets.go_on(now_s, ready, held=watched.held)
        else:
            sets.go_on(now_s, ready, repetitions=watched.repetitions)
        if wish == "end":  # after what was done until then
            sets.end(now_s)
        watched.free = sets.phase == "wait" and not sets.sets
        if self._started_at is None and sets.sets:
            self._started_at = datetime.now(UTC)
        return {
            "exercise": self.title,
            "held": self.is_held,
            "phase": sets.phase,
            "count": sets.count,
            "target": self.target.amount,
            "set": sets.number,
            "sets": self.target.sets,
            "progress": self._progress(),
            "cue": self._cue(now_s),
            "seconds": sets.seconds_left(now_s),
            "total": sum(each.amount for each in sets.sets),
            "finished": sum(each.finished for each in sets.sets),
        }

    def _progress(self) -> int | None:
        """Percent: how far a repetition is, or how much of a set was held."""
        if self._sets.phase != "work":
            return None
        if isinstance(self._watched, LiveHold):
            return round(100 * self._sets.sets[-1].held_s / self.target.amount)
        return None if self._watched.progress is None else round(100 * self._watched.progress)

    def _cue(self, now_s: float) -> str:
        """The one thing to do now, in words that are read in a glance; empty if it is to go on."""
        sets, missing = self._sets, self._watched.missing
        since_s = now_s - sets.since_s
        if sets.phase == "done":
            finished = sum(each.finished for each in sets.sets) == self.target.sets
            return "Well done! All sets finished" if finished else "Finished early"
        if sets.phase == "rest":
            return "Set done" if since_s < _GO_S else "Rest"
        if sets.phase == "countdown":
            return "Get ready"
        if sets.phase == "wait":
            return _where(missing) or "Get ready"
        if since_s < _GO_S:
            return "Go"
        if isinstance(self._watched, LiveHold):
            return self._cue_of_hold(self._watched, now_s)
        return self._cue_of_repetitions(self._watched, now_s)

    def _cue_of_repetitions(self, watched: LiveCount, now_s: float) -> str:
        sets, refused = self._sets, watched.not_counted
        if refused is not None and refused.start_s > sets.since_s and now_s - refused.end_s < _CUE_S:
            return _PARTIAL if refused.partial else f"Not counted: {refused.reason}"
        last = sets.sets[-1].repetitions[-1] if sets.count else None
        last_s = last.end_s if last else sets.since_s
        if now_s - last_s > _PATIENCE_S and watched.missing != ():
            return _where(watched.missing)
        if last and sets.count == self.target.amount - 1:
            return "One more"
        return _form_cue(last.form) if last and now_s - last_s < _CUE_S else ""

    def _cue_of_hold(self, watched: LiveHold, now_s: float) -> str:
        if not watched.holding:
            self._form_cue_s = -math.inf
            if now_s - self._sets.since_s > _PATIENCE_S and watched.missing is None:
                return _where(None)
            return "Get back into position" if self._sets.count else "Get into position"
        cue = _form_cue(watched.form)
        if cue:
            self._form_cue, self._form_cue_s = cue, now_s
        if now_s - self._form_cue_s < _CUE_S:
            return self._form_cue
        left_s = self.target.amount - self._sets.count
        return "Almost done" if left_s <= min(_LAST_S, self.target.amount / 4) else "Hold"


def _form_cue(form: Iterable[FormNote]) -> str:
    """What a coach would say of it: of several faults, of the surest one."""
    faults = [note for note in form if note.verdict == "fault" and (note.sureness or 0) >= _SURE]
    return max(faults, key=lambda note: note.sureness or 0).cue or "" if faults else ""


def _where(missing: tuple[str, ...] | None) -> str:
    """Where to go; empty if everything is in view."""
    if missing is None:
        return "Step into view"
    if not missing:
        return ""
    *others, last = missing
    parts = f"{', '.join(others)} and {last}" if others else last
    verb = "is" if not others and last.startswith(SIDES) else "are"
    return f"Step back: your {parts} {verb} not in view"
