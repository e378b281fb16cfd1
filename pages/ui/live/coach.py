"""The live coach: counts the repetitions of a visit's live stream in sets, and gives the one current cue."""

import threading
from collections.abc import Iterable
from statistics import mean
from typing import Any

from pages.ui.live.sets import Sets, Target
from posecore import FramePoses
from posecore.motion.exercises.live import LiveCount
from posecore.motion.exercises.results import Repetition

_GO_S = 1.5
_CUE_S = 3.0
# A set goes on without cues if somebody is out of view for a short time only.
_PATIENCE_S = 4.0
# Faults of form that are less sure are not said.
_SURE = 0.6
_PARTIAL = "Go all the way: that was only a part"


class Coach:
    """One visitor's session, from any thread. It outlives its streams: after a lost connection, the count goes on.

    Args:
        exercise: as for ``LiveCount``.
        target: what is to be done.
    """

    def __init__(self, exercise: str, target: Target) -> None:
        self.exercise, self.target = exercise, target
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._count = LiveCount(self.exercise)
        self._sets = Sets(self.target)

    def report(self, frames: Iterable[FramePoses], now_s: float, wish: str = "") -> dict[str, Any]:
        """What the page shows, as plain values for JSON.

        Args:
            frames: the newest of the stream; known ones are left out.
            now_s: now, on the clock of the frames.
            wish: ``"begin"``: the next set at once; ``"end"``: the session; ``"again"``: start over;
                ``"result"``: the result, once the session is over.
        """
        with self._lock:
            if wish == "again":
                self._begin()
            self._count.add(frames)
            sets = self._sets
            if wish == "begin":
                sets.begin_set(now_s)
            elif wish == "end":
                sets.end(now_s)
            sets.go_on(now_s, self._count.missing == (), self._count.repetitions)
            self._count.free = sets.phase == "wait" and not sets.sets
            progress = self._count.progress if sets.phase == "work" else None
            return {
                "exercise": self._count.exercise.title,
                "phase": sets.phase,
                "count": sets.count,
                "target": self.target.repetitions,
                "set": sets.number,
                "sets": self.target.sets,
                "progress": None if progress is None else round(100 * progress),
                "cue": self._cue(now_s),
                "seconds": sets.seconds_left(now_s),
                "total": sum(len(each.repetitions) for each in sets.sets),
                "finished": sum(each.finished for each in sets.sets),
                "result": self._result() if wish == "result" and sets.phase == "done" else None,
            }

    def _cue(self, now_s: float) -> str:
        """The one thing to do now, in words that are read in a glance; empty if it is to go on."""
        sets, missing = self._sets, self._count.missing
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
        refused = self._count.not_counted
        if refused is not None and refused.start_s > sets.since_s and now_s - refused.end_s < _CUE_S:
            return _PARTIAL if refused.partial else f"Not counted: {refused.reason}"
        last = sets.sets[-1].repetitions[-1] if sets.count else None
        last_s = last.end_s if last else sets.since_s
        if now_s - last_s > _PATIENCE_S and missing != ():
            return _where(missing)
        if last and sets.count == self.target.repetitions - 1:
            return "One more"
        return _form_cue(last) if last and now_s - last_s < _CUE_S else ""

    def _result(self) -> dict[str, Any]:
        """The whole session, as plain values for JSON."""
        sets = []
        for number, each in enumerate(self._sets.sets, start=1):
            tempo = [repetition.tempo_s for repetition in each.repetitions]
            mean_s = {name: round(mean(one[name] for one in tempo), 2) for name in ("down", "hold", "up") if tempo}
            first_s = each.repetitions[0].start_s if each.repetitions else 0.0
            length_s = each.repetitions[-1].end_s - first_s if each.repetitions else 0.0
            sets.append(
                {
                    "set": number,
                    "count": len(each.repetitions),
                    "finished": each.finished,
                    "length_s": round(length_s, 2),
                    "tempo_s": mean_s,
                    "repetitions": [_from(first_s, repetition.as_dict()) for repetition in each.repetitions],
                }
            )
        target = {"repetitions": self.target.repetitions, "sets": self.target.sets, "rest_s": self.target.rest_s}
        return {"exercise": self.exercise, "target": target, "sets": sets}


def _from(first_s: float, repetition: dict[str, Any]) -> dict[str, Any]:
    """A repetition with its times from the start of its set: those of the server's clock mean nothing elsewhere."""
    times = {name: round(repetition[name] - first_s, 3) for name in ("start_s", "extreme_s", "end_s")}
    form = [
        {**note, "time_s": None if note["time_s"] is None else round(note["time_s"] - first_s, 3)}
        for note in repetition["form"]
    ]
    return {**repetition, **times, "form": form}


def _form_cue(repetition: Repetition) -> str:
    """What a coach would say of it: of several faults, of the surest one."""
    faults = [note for note in repetition.form if note.verdict == "fault" and (note.sureness or 0) >= _SURE]
    return max(faults, key=lambda note: note.sureness or 0).cue or "" if faults else ""


def _where(missing: tuple[str, ...] | None) -> str:
    """Where to go; empty if everything is in view."""
    if missing is None:
        return "Step into view"
    if not missing:
        return ""
    *others, last = missing
    parts = f"{', '.join(others)} and {last}" if others else last
    return f"Step back: your {parts} are not in view"
