"""A program that saves one session, and is killed while it saves a second: python -m tests.progress.saver URL."""

import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, event

from posecore import ExerciseSession, SessionStore
from tests.progress.made import JPEG, NOON, repetition

WHOLE = ExerciseSession.of_sets("squat", [[repetition(0)]], started_at=NOON, thumbnail=JPEG, id=UUID(int=1))
CUT_OFF = replace(WHOLE, started_at=NOON + timedelta(hours=1), sets=(WHOLE.repetitions * 500,), id=UUID(int=2))

if __name__ == "__main__":
    engine = create_engine(sys.argv[1])
    store = SessionStore(engine)
    store.save("ann", WHOLE)

    @event.listens_for(engine, "before_cursor_execute")
    def watch(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if engine.dialect.name == "sqlite" and statement.startswith("BEGIN"):
            cursor.execute("PRAGMA cache_size = 1")  # so that SQLite writes to its file before the end
        if statement.startswith("INSERT INTO progress_thumbnails"):
            os.kill(os.getpid(), signal.SIGKILL)

    store.save("ann", CUT_OFF)
