"""The sessions that are kept for the current visitor, wherever that is."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import streamlit as st

from pages.ui.progress import database
from pages.ui.progress.database import Database, VisitDatabase
from pages.ui.progress.whose import Whose, whose
from pages.ui.serving.visits import current_visit
from posecore import ExerciseSession, UnreadableSessions
from posecore.limits import LIMITS

# Another server, or a program, may change the same database.
_LAST = "progress_last"
_FRESH = timedelta(minutes=5)
_numbers = itertools.count(1)


class Loaded(NamedTuple):
    """Sessions as they were read, with a number that no other reading has."""

    sessions: tuple[ExerciseSession, ...]
    number: int


@dataclass(frozen=True)
class Kept:
    """The sessions of a visitor. Methods raise DatabaseUnavailable as those of ``Database`` do."""

    visitor: Whose
    database: Database

    def load(self) -> Loaded:
        """All that are saved, in order of time, without their pictures."""
        owner = self.visitor.owner
        self.database.open()
        loaded = _load(owner, self.database.version(owner), self.database)
        st.session_state[_LAST] = owner, loaded
        return loaded

    @property
    def last(self) -> Loaded | None:
        """What was loaded last in this visit; None if nothing was."""
        owner, loaded = st.session_state.get(_LAST, (None, None))
        return loaded if owner == self.visitor.owner else None

    @property
    def waiting(self) -> list[ExerciseSession]:
        """Those that could not be saved yet."""
        return self.database.waiting(self.visitor.owner)

    def save(self, new: Sequence[ExerciseSession] = (), *, at_once: bool = True) -> int:
        """Save sessions, and those that wait; return how many of ``new`` were not saved before.

        With ``at_once`` it is tried even if that failed a moment ago.
        """
        return self.database.save(self.visitor.owner, new, at_once=at_once)

    def add(self, new: Sequence[ExerciseSession]) -> int:
        """Save sessions that are in a file already, and so need not wait; return how many were not saved before.

        It uses nothing of Streamlit's session, so that another upload cannot interrupt it.

        Raises:
            UnreadableSessions: if there would be more in all than one file holds, which could not be brought back.
        """
        owner = self.visitor.owner
        before = self.database.ask(lambda store: store.sessions(owner))
        after = {each.id: each for each in (*before, *new)}
        rows = sum(each.count + len(each.held) for each in after.values())
        if rows > LIMITS.sessions_rows:
            raise UnreadableSessions(
                f"Expected at most {LIMITS.sessions_rows:,} repetitions and holds in all, but with this file there "
                f"would be {rows:,}. Nothing was added. Delete sessions first, or split the file."
            )
        return self.database.change(owner, lambda store: store.save_all(owner, new))

    def drop_waiting(self, id: UUID | None = None) -> None:
        """Give up a session that waits, or all of them."""
        self.database.drop_waiting(self.visitor.owner, id)

    def picture(self, session: ExerciseSession) -> bytes | None:
        """The picture of a session, JPEG; None if it has none."""
        owner = self.visitor.owner
        return _picture(owner, self.database.version(owner), session.id, self.database)

    def change(self, session: ExerciseSession) -> bool:
        """Give the session of this id the title and time of ``session``; False if there is none of that id."""
        owner = self.visitor.owner
        return self.database.change(owner, lambda store: store.change(owner, session))

    def delete(self, id: UUID) -> bool:
        """Delete a session; False if there is none of that id."""
        owner = self.visitor.owner
        return self.database.change(owner, lambda store: store.delete(owner, id))

    def delete_all(self) -> int:
        """Delete all sessions, also those that wait, and return how many were saved."""
        owner = self.visitor.owner
        deleted = self.database.change(owner, lambda store: store.delete_all(owner))
        self.drop_waiting()
        return deleted


def kept() -> Kept:
    """Those of the current visitor."""
    visitor = whose()
    return Kept(visitor, database.DATABASE if visitor.lasts else _of_visit())


def _of_visit() -> VisitDatabase:
    visit = current_visit()
    there = visit.get(VisitDatabase)
    if there is None or there.closed:
        there = VisitDatabase()
        visit.keep(there)
    return there


# In the visit's own cache, which nobody else is answered from.
@st.cache_resource(scope="session", max_entries=1, ttl=_FRESH, show_spinner=False)
def _load(owner: str, version: tuple[int, int], _database: Database) -> Loaded:
    return Loaded(tuple(_database.ask(lambda store: store.sessions(owner))), next(_numbers))


@st.cache_data(scope="session", max_entries=20, show_spinner=False)
def _picture(owner: str, version: tuple[int, int], id: UUID, _database: Database) -> bytes | None:
    return _database.ask(lambda store: store.thumbnails(owner, [id])).get(id)
