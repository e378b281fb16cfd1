"""The database of sessions: opened when it is first needed, and again once it is back after a failure."""

import itertools
import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import streamlit as st
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool
from streamlit.errors import StreamlitAPIException

from pages.ui.serving.host_secrets import host_secrets
from posecore import DatabaseUnavailable, ExerciseSession, SessionStore
from posecore.progress.store import default_url

_NAME = "progress"
# What failed is not tried again by itself for this long, as each time may take seconds.
_REST_S = 15.0
_MOST_WAITING = 200

_numbers = itertools.count(1)
Answer = TypeVar("Answer")


class Database:
    """A store of sessions that can be asked at any time, and the sessions that wait for it.

    Args:
        engine: gives the engine of the database: the same one again, unless its address changed.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._opened: tuple[Engine, SessionStore] | None = None
        self._number = next(_numbers)
        self._failed: dict[bool, tuple[float, str]] = {}  # the last time, of reading and of writing
        self._waiting: dict[str, dict[UUID, ExerciseSession]] = defaultdict(dict)
        self._changes: Counter[str] = Counter()

    def ask(self, work: Callable[[SessionStore], Answer], *, writes: bool = False, at_once: bool = False) -> Answer:
        """Do something with the store.

        Args:
            work: what to do; it may be done twice.
            writes: whether it changes something; a database may be one that can only be read.
            at_once: do it even if that failed a moment ago.

        Raises:
            DatabaseUnavailable: if it cannot be done; the message says why.
        """
        failed_at, why = self._failed.get(writes, (-math.inf, ""))
        if not at_once and time.monotonic() - failed_at < _REST_S:
            raise DatabaseUnavailable(why)
        try:
            answer = work(self._store())
        except DatabaseUnavailable as error:
            self._failed[writes] = time.monotonic(), str(error)
            raise
        self._failed.pop(writes, None)
        if writes:
            self._failed.clear()
        return answer

    def open(self) -> None:
        """Open the database if it is not open yet; errors as for ``ask``."""
        self.ask(lambda _store: None)

    def _store(self) -> SessionStore:
        engine = self._engine()
        with self._lock:
            if self._opened is None or self._opened[0] is not engine:
                self._opened = engine, SessionStore(engine)
                self._number = next(_numbers)
            return self._opened[1]

    def version(self, owner: str) -> tuple[int, int]:
        """Differs for each database, and whenever this process changes the owner's sessions."""
        return self._number, self._changes[owner]

    def change(self, owner: str, work: Callable[[SessionStore], Answer], *, at_once: bool = True) -> Answer:
        """Do something that changes the owner's sessions; errors as for ``ask``."""

        def counted(store: SessionStore) -> Answer:
            try:
                return work(store)
            finally:
                self._changes[owner] += 1

        return self.ask(counted, writes=True, at_once=at_once)

    def waiting(self, owner: str) -> list[ExerciseSession]:
        """The owner's sessions that could not be saved yet. They are lost when the server stops."""
        return list(self._waiting[owner].values())

    def save(self, owner: str, new: Sequence[ExerciseSession] = (), *, at_once: bool = True) -> int:
        """Save sessions, and those that wait; return how many of ``new`` the owner did not have.

        Raises:
            DatabaseUnavailable: if they cannot be saved; they wait until it is tried again. If 200 wait already, those
                that are new are given up.
        """
        waiting = self.waiting(owner)

        def save_both(store: SessionStore) -> int:
            store.save_all(owner, waiting)
            return store.save_all(owner, new)

        try:
            fresh = self.change(owner, save_both, at_once=at_once)
        except DatabaseUnavailable:
            room = _MOST_WAITING - len(waiting)
            self._waiting[owner].update({each.id: each for each in new[:room]})
            raise
        for each in waiting:
            self._waiting[owner].pop(each.id, None)
        return fresh

    def drop_waiting(self, owner: str, id: UUID | None = None) -> None:
        """Give up a session that waits, or all of the owner's."""
        for each in self.waiting(owner):
            if id in (None, each.id):
                self._waiting[owner].pop(each.id, None)


def _engine() -> Engine:
    """Of the secret ``connections.progress``, or else of an SQLite file of this user."""
    address = _address()
    more: dict[str, Any] = {} if address is None else {"url": address}
    try:
        return st.connection(_NAME, type="sql", **more).engine
    except (SQLAlchemyError, ImportError, StreamlitAPIException) as error:
        raise _no_address(type(error).__name__) from error


def _address() -> str | None:
    """The URL with its password; None if the secret names the parts of one, which Streamlit puts together."""
    secret = host_secrets().get("connections", {}).get(_NAME)
    if secret is None:
        return default_url()
    if "url" not in secret:
        return None
    try:
        url = make_url(secret["url"])
    except SQLAlchemyError as error:
        raise _no_address("it is not a URL") from error  # the error itself may show the password
    if url.get_backend_name() in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")  # hosts also write postgres://, and psycopg is installed
    return url.render_as_string(hide_password=False)


def _no_address(why: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"The address of the database of exercise sessions cannot be used ({why}). Expected [connections.progress] in "
        ".streamlit/secrets.toml to have a url such as postgresql://user:password@host/database."
    )


DATABASE = Database(_engine)
"""The one of this server."""


class VisitDatabase(Database):
    """The sessions of one visit, in memory."""

    def __init__(self) -> None:
        self._memory = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        self.closed = False
        super().__init__(lambda: self._memory)

    def close(self) -> None:
        """Forget them."""
        self.closed = True
        self._memory.dispose()
