"""Sessions, and databases to keep them in: an SQLite file, and a PostgreSQL cluster of the tests' own."""

from collections.abc import Callable

import pytest

from posecore import ExerciseSession
from posecore.motion.exercises.results import Held
from tests.progress.made import NOON, UNSEEN, repetition


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
