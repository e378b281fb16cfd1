"""Sessions, and databases to keep them in: an SQLite file, and a PostgreSQL cluster of the tests' own."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from posecore import ExerciseSession
from posecore.motion.exercises.results import FormNote, Held, Repetition

FAULT = FormNote("depth", "fault", "side", "°", 20.0, 31.24, 101.2, (("left_knee",),), 0.812, "Go lower")
UNSEEN = FormNote("heels", "not judged", "front", "°", 15.0, reason="only seen from the side")
NOON = datetime(2026, 11, 28, 12, 0, 7, tzinfo=UTC)


def repetition(start_s: float, range_deg: float = 90.0, left_right_deg: float | None = -1.26) -> Repetition:
    return Repetition(
        start_s,
        start_s + 1.0004,
        start_s + 2,
        "both",
        {"left_knee": range_deg + 1, "right_knee": range_deg - 1, "left_hip": 70.123},
        {"down": 0.8, "hold": 0.3, "up": 0.9},
        left_right_deg,
        person=3,
        form=(FAULT, UNSEEN),
    )


@pytest.fixture
def squats() -> ExerciseSession:
    """Two sets in front of the camera, of two repetitions and one."""
    sets = [[repetition(100), repetition(103, 80)], [], [repetition(140, left_right_deg=None)]]
    return ExerciseSession.of_sets("squat", sets, started_at=NOON, title="Morning", thumbnail=b"\xff\xd8\xff\xe0")


@pytest.fixture
def plank() -> ExerciseSession:
    return ExerciseSession(NOON, "plank", "video", "plank.mp4", held=(Held(1.5, 32.25, (UNSEEN,)), Held(40.0, 50.0)))


@pytest.fixture
def many() -> Callable[[int], list[ExerciseSession]]:
    def make(number: int) -> list[ExerciseSession]:
        return [ExerciseSession(NOON, "squat", "video", sets=((repetition(0),) * 20,)) for _ in range(number)]

    return make
