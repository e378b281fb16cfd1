"""The tables that the page shows, against numbers counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from posecore import ExerciseSession
from posecore.motion.exercises.results import Held, Repetition
from posecore.progress.summaries import (
    BEST_COLUMNS,
    SESSION_COLUMNS,
    WEEK_COLUMNS,
    personal_bests,
    session_table,
    weekly_table,
)
from tests.progress.made import NOON, repetition

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def session(started_at: datetime, *ranges_deg: float, exercise: str = "squat") -> ExerciseSession:
    done = [repetition(3.0 * place, degrees) for place, degrees in enumerate(ranges_deg)]
    return ExerciseSession.of_sets(exercise, [done], started_at=started_at)


def test_a_session_has_its_medians_and_their_scatter():
    [row] = session_table([session(NOON, 80, 90, 100, 110, 85)], ZoneInfo("Asia/Tokyo")).itertuples()
    assert (row.range_low_deg, row.range_deg, row.range_high_deg) == (85, 90, 100)
    assert (row.count, row.sets, row.joint, row.repetition_s, row.down_s) == (5, 1, "knee", 2.0, 0.8)
    assert (row.with_fault, row.faults) == (5, "depth (5)")
    assert row.started_at == NOON
    assert row.started_at.hour == 21


def test_a_hold_has_seconds_and_no_range(plank):
    [row] = session_table([plank]).itertuples()
    assert (row.count, row.held_s, row.longest_held_s) == (0, 40.75, 30.75)
    assert pd.isna([row.range_deg, row.repetition_s, row.down_s, row.left_right_deg, row.joint]).all()


def test_a_week_begins_on_monday_in_the_zone_asked_for(plank):
    done = [session(MONDAY, 80, 90), session(MONDAY + timedelta(days=6), 100), plank]
    weeks = weekly_table(done)
    assert weeks["week"].dt.date.tolist() == [date(2026, 11, 23)] * 2
    assert weeks["exercise"].tolist() == ["plank", "squat"]
    assert weeks["count"].tolist() == [0, 3]
    assert weeks["sessions"].tolist() == [1, 2]
    assert weeks["held_s"].tolist() == [40.75, 0]
    assert weeks["range_deg"].tolist()[1] == 92.5  # of 85 and 100
    # In New York it was still Sunday.
    earlier = weekly_table(done, ZoneInfo("America/New_York"))
    assert earlier["week"].dt.date.tolist() == [date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 23)]


def test_bests_name_the_session_in_which_they_were_first_reached(plank):
    first, again, wider = session(MONDAY, 80, 90), session(NOON, 70, 90), session(NOON, 95)
    bests = personal_bests([again, wider, first, plank]).set_index(["exercise", "best"])
    assert bests.loc[("squat", "most in one session"), ["value", "id"]].tolist() == [2, str(first.id)]
    assert bests.loc[("squat", "largest range"), ["value", "unit", "id"]].tolist() == [95, "°", str(wider.id)]
    assert bests.loc[("plank", "held longest"), ["value", "unit"]].tolist() == [30.75, "s"]
    assert ("plank", "most in one set") not in bests.index


def test_the_fastest_five_stands_are_of_one_set():
    def stands(pause_s: float, number: int) -> list[Repetition]:
        return [repetition(place * pause_s) for place in range(number)]

    slow_sets, fast_sets = [stands(3, 5), stands(2.5, 6), stands(2, 4)], [stands(2, 4), stands(2, 4)]
    slow, fast = (ExerciseSession.of_sets("sit_to_stand", sets, started_at=NOON) for sets in (slow_sets, fast_sets))
    [best] = personal_bests([slow, fast]).query("best == 'fastest five stands'").itertuples()
    assert best.value == pytest.approx(4 * 2.5 + 0.9)  # until the fifth is up
    assert best.id == str(slow.id)


def test_the_range_is_that_of_the_exercises_first_joint():
    assert session(NOON, 90).joint == "knee"
    assert session(NOON, 90, exercise="deadlift").joint == "hip"
    assert session(NOON, 90, exercise="angle:left_hip").joint == "hip"
    assert session(NOON, 90, exercise="any").joint == "knee"  # it moves most
    one_arm = replace(repetition(0), range_deg={"right_elbow": 120.0})
    assert ExerciseSession.of_sets("biceps_curl", [[one_arm]], started_at=NOON).range_deg == 120
    assert ExerciseSession(NOON, "plank", "video", held=(Held(0, 1),)).range_deg is None


def test_tables_of_nothing_have_their_columns():
    assert session_table([]).columns.tolist() == list(SESSION_COLUMNS)
    assert weekly_table([]).columns.tolist() == list(WEEK_COLUMNS)
    assert personal_bests([]).columns.tolist() == list(BEST_COLUMNS)
    assert session_table([])["range_deg"].dtype == session_table([session(NOON, 90)])["range_deg"].dtype
