"""Sessions to keep and to write."""

import pytest

from posecore import ExerciseSession
from posecore.motion.exercises.results import Held, Steadiness
from tests.progress.made import JPEG, NOON, UNSEEN, repetition


@pytest.fixture
def squats() -> ExerciseSession:
    """Two sets in front of the camera, of two repetitions and one."""
    sets = [[repetition(100), repetition(103, 80)], [], [repetition(140, left_right_deg=None)]]
    return ExerciseSession.of_sets("squat", sets, started_at=NOON, title="Morning", thumbnail=JPEG)


@pytest.fixture
def plank() -> ExerciseSession:
    """Two holds in a video; one has a note and is known to be steady."""
    held = (Held(1.5, 32.25, (UNSEEN,), Steadiness(0.61, 1.2, None)), Held(40.0, 50.0))
    return ExerciseSession(NOON, "plank", "video", "plank.mp4", held=held)
