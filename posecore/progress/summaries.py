"""Sessions as tables for pages and programs: each one, by week, and personal bests. Pure functions of a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

import numpy as np
import pandas as pd

from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.outcome import chair_stand_scores
from posecore.motion.exercises.table import EXERCISES
from posecore.progress.checks import TEMPO
from posecore.progress.sessions import ExerciseSession

_FASTEST = "fastest five stands"
_WORDS, _WHOLE, _NUMBER = "str", "int64", "float64"
SESSION_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("id", "started_at", "exercise", "source", "title"), _WORDS),
    **dict.fromkeys(("sets", "count", "most_in_a_set"), _WHOLE),
    **dict.fromkeys(("held_s", "longest_held_s"), _NUMBER),
    "joint": _WORDS,
    **dict.fromkeys(("range_deg", "range_low_deg", "range_high_deg"), _NUMBER),
    **dict.fromkeys(("repetition_s", "repetition_low_s", "repetition_high_s"), _NUMBER),
    **dict.fromkeys(("down_s", "hold_s", "up_s", "left_right_deg", "sway_cm"), _NUMBER),
    "with_fault": _WHOLE,
    "faults": _WORDS,
    "five_times_s": _NUMBER,
}
"""Columns of ``session_table`` with their kinds; ``started_at`` is a time."""
WEEK_COLUMNS = ("week", "exercise", "sessions", "count", "held_s", "range_deg", "repetition_s", "with_fault")
BEST_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("exercise", "best"), _WORDS),
    "value": _NUMBER,
    **dict.fromkeys(("unit", "started_at", "id"), _WORDS),
}
"""Columns of ``personal_bests`` with their kinds; ``started_at`` is a time."""


def session_table(sessions: Iterable[ExerciseSession], zone: tzinfo = UTC) -> pd.DataFrame:
    """One row for each session, in order of time, with its typical values and their scatter.

    Args:
        sessions: in any order.
        zone: time zone of ``started_at``.

    Returns:
        The columns are those of ``SESSION_COLUMNS``; what a session lacks is NaN. ``range_deg`` (of ``joint``),
        ``repetition_s`` (the whole of one), the phases of the tempo and ``left_right_deg`` are medians of its
        repetitions; ``..._low`` and ``..._high`` are the first and the third quartile. ``sway_cm`` is the median of its
        holds. ``with_fault`` counts repetitions and holds that have any fault, and ``faults`` says which, in words.
        ``five_times_s`` is the score of the chair stand test, of the best set.
    """
    rows = [_session_row(each) for each in sorted(sessions, key=lambda each: each.started_at)]
    return _table(rows, SESSION_COLUMNS, zone)


def weekly_table(sessions: Iterable[ExerciseSession], zone: tzinfo = UTC) -> pd.DataFrame:
    """One row for each week and exercise, in this order; weeks without a session have none.

    Args:
        sessions: in any order.
        zone: time zone in which a week begins on Monday.

    Returns:
        The columns are those of ``WEEK_COLUMNS``: ``week`` is its Monday, a date without time; ``sessions``, ``count``,
        ``held_s`` and ``with_fault`` are sums; ``range_deg`` and ``repetition_s`` are medians of the sessions' own.
    """
    table = session_table(sessions, zone)
    day = table["started_at"].dt.tz_localize(None).dt.normalize()
    table["week"] = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    weeks = table.groupby(["week", "exercise"], as_index=False).agg(
        sessions=("id", "size"),
        count=("count", "sum"),
        held_s=("held_s", "sum"),
        range_deg=("range_deg", "median"),
        repetition_s=("repetition_s", "median"),
        with_fault=("with_fault", "sum"),
    )
    return weeks[list(WEEK_COLUMNS)]


def personal_bests(sessions: Iterable[ExerciseSession], zone: tzinfo = UTC) -> pd.DataFrame:
    """The best of each exercise, with the session in which it was first reached.

    Args:
        sessions: in any order.
        zone: time zone of ``started_at``.

    Returns:
        One row for each exercise and kind of best, with the columns of ``BEST_COLUMNS``. ``best`` is ``"most in one
        session"``, ``"most in one set"``, ``"largest range"`` (of one repetition), ``"held longest"`` or ``"fastest
        five stands"``; those that an exercise does not have are left out.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for session in sorted(sessions, key=lambda each: each.started_at):
        for best, value, unit in _candidates(session):
            before = rows.get((session.exercise, best))
            is_better = before is None or (value < before["value"] if best == _FASTEST else value > before["value"])
            if is_better:
                rows[session.exercise, best] = {
                    "exercise": session.exercise,
                    "best": best,
                    "value": value,
                    "unit": unit,
                    "started_at": session.started_at.isoformat(),
                    "id": str(session.id),
                }
    return _table(sorted(rows.values(), key=lambda row: row["exercise"]), BEST_COLUMNS, zone)


def _table(rows: list[dict[str, Any]], columns: Mapping[str, str], zone: tzinfo) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    table["started_at"] = pd.to_datetime(table["started_at"], utc=True).dt.tz_convert(zone)
    return table


def _candidates(session: ExerciseSession) -> Iterator[tuple[str, float, str]]:
    """(best, value, unit) that a session has to offer."""
    if session.count:
        yield "most in one session", float(session.count), ""
        yield "most in one set", float(session.most_in_a_set), ""
    if session.ranges_deg:
        yield "largest range", max(session.ranges_deg), "°"
    if session.held:
        yield "held longest", session.longest_held_s, "s"
    if (five_times_s := _five_times_s(session)) is not None:
        yield _FASTEST, five_times_s, "s"


def _five_times_s(session: ExerciseSession) -> float | None:
    """Of the fastest set; None if there is no set of five stands, or it is another exercise."""
    exercise = EXERCISES.get(session.exercise)
    if not (isinstance(exercise, Exercise) and exercise.seated):
        return None
    scores = (chair_stand_scores(one, one[-1].end_s)["five_times_s"] for one in session.sets)
    return min((score for score in scores if score is not None), default=None)


def _session_row(session: ExerciseSession) -> dict[str, Any]:
    range_low_deg, range_deg, range_high_deg = _quartiles(session.ranges_deg)
    low_s, repetition_s, high_s = _quartiles([each.end_s - each.start_s for each in session.repetitions])
    left_right = [each.left_right_deg for each in session.repetitions if each.left_right_deg is not None]
    sways = [each.steadiness.sway_cm for each in session.held if each.steadiness.sway_cm is not None]
    done = [*(each.form for each in session.repetitions), *(each.form for each in session.held)]
    return {
        "id": str(session.id),
        "started_at": session.started_at.isoformat(),
        "exercise": session.exercise,
        "source": session.source,
        "title": session.title,
        "sets": len(session.sets),
        "count": session.count,
        "most_in_a_set": session.most_in_a_set,
        "held_s": session.held_s,
        "longest_held_s": session.longest_held_s,
        "joint": session.joint,
        "range_deg": range_deg,
        "range_low_deg": range_low_deg,
        "range_high_deg": range_high_deg,
        "repetition_s": repetition_s,
        "repetition_low_s": low_s,
        "repetition_high_s": high_s,
        **{f"{phase}_s": session.tempo_s.get(phase, np.nan) for phase in TEMPO},
        "left_right_deg": _quartiles(left_right)[1],
        "sway_cm": _quartiles(sways)[1],
        "with_fault": sum(any(note.verdict == "fault" for note in form) for form in done),
        "faults": ", ".join(f"{check} ({times})" for check, times in session.faults.items()),
        "five_times_s": _five_times_s(session),
    }


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile; NaN if there are no values."""
    low, middle, high = np.percentile(values, [25, 50, 75]).tolist() if values else [np.nan] * 3
    return low, middle, high
