"""A session with the live coach that is over."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from typing import Any

import streamlit as st

from pages.ui.live.sets import Set, Target
from pages.ui.progress.saving import offer_saving
from posecore import ExerciseSession
from posecore.motion.exercises.results import FormNote

SAVES_BY_ITSELF = "coach_saves"
"""Key of the choice to save finished sessions by themselves."""


@dataclass(frozen=True)
class Finished:
    """What was done.

    Attributes:
        exercise: as for ``Coach``.
        target: what was to be done.
        sets: those that had begun, with repetitions or holds and their notes on form. Times are those of the server's
            clock, which mean nothing elsewhere.
        started_at: when the first set began, in UTC.
        is_held: whether it is an exercise that is held.
    """

    exercise: str
    target: Target
    sets: tuple[Set, ...]
    started_at: datetime
    is_held: bool

    @property
    def form(self) -> tuple[FormNote, ...]:
        """All notes on form, in order of time."""
        return tuple(note for each in self.sets for one in each.done for note in one.form)

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON; times are seconds from the first repetition or hold of each set."""
        target = {
            "seconds" if self.is_held else "repetitions": self.target.amount,
            "sets": self.target.sets,
            "rest_s": self.target.rest_s,
        }
        sets = [{"set": number, **_described(each, self.is_held)} for number, each in enumerate(self.sets, start=1)]
        started_at = self.started_at.isoformat(timespec="seconds")
        return {"exercise": self.exercise, "started_at": started_at, "target": target, "sets": sets}


def show_finished(session: Finished) -> None:
    """Show what a finished session says about form."""
    faults = Counter((note.check, note.cue) for note in session.form if note.verdict == "fault")
    judged = Counter(note.check for note in session.form if note.verdict != "not judged")
    if not judged:
        return
    if faults:
        lines = [f"- {cue} ({check}: {times} of {judged[check]})" for (check, cue), times in faults.most_common()]
        st.markdown("**Form**\n\n" + "\n".join(lines))
    else:
        st.markdown("**Form:** no faults found.")


def offer_saving_it(session: Finished) -> None:
    """Offer to save a finished session to the visitor's progress, or do so by itself if they chose that."""
    if not any(each.done for each in session.sets):
        return
    done = ExerciseSession.of_sets(
        session.exercise,
        [each.repetitions for each in session.sets],
        held=[held for each in session.sets for held in each.held],
        started_at=session.started_at,
    )
    offer_saving(done, key="coach", by_itself=bool(st.session_state.get(SAVES_BY_ITSELF)))


def _described(each: Set, is_held: bool) -> dict[str, Any]:
    done = each.done
    first_s = done[0].start_s if done else 0.0
    length_s = done[-1].end_s - first_s if done else 0.0
    common: dict[str, Any] = {"count": len(done), "finished": each.finished, "length_s": round(length_s, 2)}
    if is_held:
        return {**common, "held_s": round(each.held_s, 2), "held": [_from(first_s, one.as_dict()) for one in each.held]}
    tempo = [one.tempo_s for one in each.repetitions]
    return {
        **common,
        "tempo_s": {name: round(mean(one[name] for one in tempo), 2) for name in ("down", "hold", "up") if tempo},
        "repetitions": [_from(first_s, one.as_dict()) for one in each.repetitions],
    }


def _from(first_s: float, done: dict[str, Any]) -> dict[str, Any]:
    """A repetition or hold with its times from the start of its set."""
    times: dict[str, Any] = {
        name: round(done[name] - first_s, 3) for name in ("start_s", "extreme_s", "end_s") if name in done
    }
    form = [
        {**note, "time_s": None if note["time_s"] is None else round(note["time_s"] - first_s, 3)}
        for note in done["form"]
    ]
    return {**done, **times, "form": form}
