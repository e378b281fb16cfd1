"""A session is made of what was counted, and nothing that cannot be stored is one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from posecore import Counted, ExerciseSession, InvalidSession
from posecore.motion.exercises.results import Held, Steadiness
from posecore.progress.checks import MOST_DONE, MOST_THUMBNAIL_BYTES
from tests.progress.made import FAULT, JPEG, NOON, UNSEEN, repetition


def test_a_clip_keeps_the_times_of_its_video():
    counted = Counted("squat", (repetition(100), repetition(103)))
    session = ExerciseSession.of_clip(counted, started_at=NOON, title="squats.mp4")
    assert [each.start_s for each in session.repetitions] == [100, 103]
    first = session.repetitions[0]
    assert (first.extreme_s, first.left_right_deg, first.person) == (101, -1.3, 0)
    assert first.range_deg == {"left_knee": 91, "right_knee": 89, "left_hip": 70.1}
    assert first.form == (replace(FAULT, value=31.2, sureness=0.81, points=()), UNSEEN)
    assert (session.source, session.title, len(session.sets)) == ("video", "squats.mp4", 1)


def test_sets_before_a_camera_count_from_the_first_repetition(squats):
    assert [[each.start_s for each in one] for one in squats.sets] == [[0, 3], [40]]
    assert squats.form[0].time_s == 1.2
    assert (squats.count, squats.most_in_a_set, squats.held_s) == (3, 2, 0)
    assert squats.faults == {"depth": 3}
    assert squats.tempo_s == {"down": 0.8, "hold": 0.3, "up": 0.9}
    held = ExerciseSession.of_sets("plank", [], held=[Held(50, 61.5), Held(70, 75)], started_at=NOON).held
    assert [(each.start_s, each.end_s) for each in held] == [(0, 11.5), (20, 25)]


def test_numbers_that_are_not_there_are_left_out():
    odd = replace(
        repetition(0), range_deg={"left_knee": np.float32(90.06), "right_knee": np.nan}, left_right_deg=np.nan
    )
    [kept] = ExerciseSession.of_sets("squat", [[odd]], started_at=NOON).repetitions
    assert kept.range_deg == {"left_knee": 90.1}
    assert kept.left_right_deg is None
    unsteady = Held(0.0004, 1, (), Steadiness(0.666, np.nan, None))
    [held] = ExerciseSession.of_clip(Counted("plank", held=(unsteady,)), started_at=NOON).held
    assert held == Held(0, 1, (), Steadiness(0.67, None, None))


def test_the_start_is_kept_in_utc_and_whole_seconds(squats):
    elsewhere = datetime(2026, 11, 28, 21, 0, 7, 999_999, timezone(timedelta(hours=9)))
    assert replace(squats, started_at=elsewhere).started_at == NOON
    assert replace(squats, started_at=elsewhere).started_at.tzinfo is UTC


def test_titles_of_files_are_shortened_and_cleaned():
    name = "a\nb\t\0\ud800  c " + "d" * 300
    title = ExerciseSession.of_sets("squat", [[repetition(0)]], started_at=NOON, title=name).title
    assert title.startswith("a b c ddd")
    assert len(title) == 200


@pytest.mark.parametrize("counted", [Counted(None), Counted("squat"), Counted("plank", held=())])
def test_nothing_counted_is_no_session(counted):
    with pytest.raises(InvalidSession, match="Nothing was counted"):
        ExerciseSession.of_clip(counted, started_at=NOON)
    with pytest.raises(InvalidSession, match="Nothing was counted"):
        ExerciseSession.of_sets("squat", [[], []], started_at=NOON)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"started_at": NOON.replace(tzinfo=None)}, "to have a time zone, but got 2026-11-28T12:00:07"),
        ({"started_at": datetime.min.replace(tzinfo=UTC)}, "of a year from 1970 to 2969, but got '0001"),
        ({"exercise": "auto"}, "the name of an exercise, 'any' or 'angle:NAME', but got 'auto'"),
        ({"exercise": "Squat!"}, "but got 'Squat!'"),
        ({"exercise": "a" * 61}, "the name of an exercise"),
        ({"source": "my phone"}, "one word in small letters"),
        ({"title": "a" * 201}, "at most 200 printable characters"),
        ({"title": "a\0"}, "at most 200 printable characters"),
        ({"thumbnail": b"\x89PNG"}, "at most 102,400 bytes, but got 4 bytes that begin with 89 50 4e"),
        ({"thumbnail": JPEG + bytes(MOST_THUMBNAIL_BYTES)}, "but got 102,414 bytes"),
        ({"sets": ()}, "between 1 and 10,000 repetitions and holds and no empty set, but got 0 in 0 sets"),
        ({"sets": ((),)}, "no empty set"),
        ({"held": (Held(0, 1),) * (MOST_DONE + 1)}, "but got 10,004"),
        ({"held": (Held(2, 1),)}, "rising"),
        ({"held": (Held(0, float("nan")),)}, "a number within its range, but got 'nan'"),
        ({"held": (Held(0, 1, (), Steadiness(-1, None, None)),)}, "'sway_cm'"),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_no_session(change, expected, squats):
    with pytest.raises(InvalidSession) as caught:
        replace(squats, **change)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"extreme_s": 9.0}, "rising"),
        ({"start_s": float("-inf")}, "within its range"),
        ({"side": "up"}, "one of 'left', 'right', 'both', but got 'up'"),
        ({"tempo_s": {"down": 1}}, "seconds down, hold and up"),
        ({"tempo_s": {"down": -1, "hold": 0, "up": 0}}, "'down_s'"),
        ({"range_deg": {"=knee": 9}}, "the name of a joint, but got '=knee'"),
        ({"range_deg": {"knee": 361}}, "'range of knee'"),
        ({"left_right_deg": 400}, "'left_right_deg'"),
        ({"person": 2}, "0, since people have no numbers"),
        ({"form": (UNSEEN,) * 41}, "at most 40, but got '41'"),
        ({"form": (replace(UNSEEN, verdict="bad"),)}, "one of 'good', 'fault', 'not judged'"),
        ({"form": (replace(UNSEEN, threshold=None),)}, "'threshold'"),
        ({"form": (replace(UNSEEN, sureness=1.5),)}, "a number from 0 to 1"),
        ({"form": (replace(UNSEEN, cue="a" * 401),)}, "at most 400 printable characters"),
        ({"form": (FAULT,)}, "empty, since their picture is not kept"),
    ],
)
def test_what_cannot_be_stored_is_no_repetition(change, expected, squats):
    with pytest.raises(InvalidSession) as caught:
        replace(squats, sets=((replace(squats.repetitions[0], **change),),))
    assert expected in str(caught.value)
