"""The store of exercise sessions in a database, SQLite or PostgreSQL.

Everything is by owner, and whatever changes the database is one transaction, which may be run twice: a caller who does
not know whether it came through calls again.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import URL, ColumnElement, Connection, Engine, Row, Table, delete, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from posecore.errors import DatabaseUnavailable, InvalidOption
from posecore.motion.exercises.results import FormNote, Held, Repetition, Steadiness
from posecore.progress.checks import TEMPO
from posecore.progress.schema import form_notes, holds, repetitions, sessions, thumbnails
from posecore.progress.sessions import ExerciseSession
from posecore.progress.upgrading import check_known, newest_version, upgrade, version_of

Does = Literal["read", "write", "upgrade"]
Answer = TypeVar("Answer")

_WAIT_MS = 10_000
# A page waits for an answer, so a server that gives none is soon given up; PostgreSQL itself waits for minutes.
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": _WAIT_MS}
# SQLite neither minds foreign keys nor waits for other writers by itself, and leaves what was deleted in the file.
_SQLITE = ("PRAGMA foreign_keys = ON", f"PRAGMA busy_timeout = {_WAIT_MS}", "PRAGMA secure_delete = ON")
# A writer in SQLite waits at once for others: one that reads first cannot wait later. Readers see one moment.
_BEGIN: Mapping[str, Mapping[Does, tuple[str, ...]]] = {
    "sqlite": {
        "read": (*_SQLITE, "BEGIN"),
        "write": (*_SQLITE, "BEGIN IMMEDIATE"),
        "upgrade": (*_SQLITE, "BEGIN IMMEDIATE"),
    },
    "postgresql": {
        "read": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",),
        "write": (f"SET LOCAL lock_timeout = {_WAIT_MS}",),
        "upgrade": (
            f"SET LOCAL lock_timeout = {_WAIT_MS}",
            "SELECT pg_advisory_xact_lock(7367265001)",
        ),  # any number of our own
    },
}
_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NOTE = ("check", "verdict", "view", "unit", "threshold", "value", "time_s", "sureness", "cue", "reason")
_MOST_OWNER = 255


def default_url() -> str:
    """URL of the user's own SQLite file, which is made if it is missing, and which nobody else may read.

    It is ``posecore/progress.db`` in ``$XDG_DATA_HOME``, or else in ``~/.local/share``.

    Raises:
        DatabaseUnavailable: if it cannot be made.
    """
    try:
        folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share", "posecore")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / "progress.db"
        if not file.exists():
            file.touch(mode=0o600)  # the folder may be an older one that others can read
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home folder
        raise DatabaseUnavailable(
            f"There is no folder for the database of exercise sessions: {error}. Set XDG_DATA_HOME to one that can be "
            "written to."
        ) from error
    return URL.create("sqlite", database=str(file)).render_as_string()


class SessionStore:
    """The exercise sessions in a database, which is brought to the newest schema when the store is opened.

    It may be used from any thread, and from several processes at once. Every method raises DatabaseUnavailable if the
    database cannot be used; then nothing was changed, or, if the connection was lost at the last moment, all of it was.
    To call again is always right.

    Args:
        engine: of SQLAlchemy, for SQLite or PostgreSQL.

    Raises:
        DatabaseUnavailable: if the database cannot be used, or is of a newer version of posecore.
        InvalidOption: if it is of another kind.
    """

    def __init__(self, engine: Engine) -> None:
        if engine.dialect.name not in _BEGIN:
            raise InvalidOption(
                f"Expected the database of exercise sessions to be SQLite or PostgreSQL, but got "
                f"{engine.dialect.name!r}."
            )
        self._engine = engine
        if engine.dialect.name == "postgresql":
            # Whatever a host has set: with autocommit, a session could be half saved.
            self._engine = engine.execution_options(isolation_level="READ COMMITTED")
            if engine.dialect.driver in ("psycopg", "psycopg2") and not event.contains(engine, "do_connect", _hurry):
                event.listen(engine, "do_connect", _hurry)
        version = self._run("read", version_of)
        check_known(version)
        if version != newest_version():
            self._run("upgrade", upgrade)

    def save(self, owner: str, session: ExerciseSession) -> bool:
        """Save a session; False if the owner has one of that id already, which stays as it is."""
        return self.save_all(owner, [session]) == 1

    def save_all(self, owner: str, new: Iterable[ExerciseSession]) -> int:
        """Save all of these sessions or, after an error, none, and return how many the owner did not have."""
        _check_owner(owner)
        asked = list(new)
        return self._run("write", lambda connection: sum(_save(connection, owner, each) for each in asked))

    def sessions(
        self,
        owner: str,
        *,
        exercises: Collection[str] = (),
        sources: Collection[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ExerciseSession]:
        """The owner's sessions in order of time, without their thumbnails.

        Args:
            owner: whose.
            exercises: only of these; empty: of all.
            sources: only from these; empty: from all.
            since: only those that began then or later; with a time zone.
            until: only those that began before; with a time zone.
        """
        _check_owner(owner)
        wanted = [sessions.c.owner == owner]
        wanted += [sessions.c.exercise.in_(exercises)] if exercises else []
        wanted += [sessions.c.source.in_(sources)] if sources else []
        wanted += [sessions.c.started_at >= since] if since else []
        wanted += [sessions.c.started_at < until] if until else []
        return self._run("read", lambda connection: _load(connection, wanted))

    def thumbnails(self, owner: str, ids: Collection[UUID]) -> dict[UUID, bytes]:
        """The JPEG pictures of the owner's sessions of these ids, by id; those without one are left out."""
        _check_owner(owner)
        query = (
            select(sessions.c.id, thumbnails.c.jpeg)
            .join_from(sessions, thumbnails)
            .where(sessions.c.owner == owner, sessions.c.id.in_(ids))
        )
        return self._run("read", lambda connection: {row.id: row.jpeg for row in connection.execute(query)})

    def change(self, owner: str, session: ExerciseSession) -> bool:
        """Give the owner's session of this id the title and time of ``session``; False if there is none of that id."""
        _check_owner(owner)
        query = update(sessions).where(sessions.c.owner == owner, sessions.c.id == session.id)
        changed = query.values(title=session.title, started_at=session.started_at)
        return self._run("write", lambda connection: connection.execute(changed).rowcount == 1)

    def delete(self, owner: str, id: UUID) -> bool:
        """Delete one session with all that belongs to it; False if the owner has none of that id."""
        return self._delete(owner, sessions.c.id == id) == 1

    def delete_all(self, owner: str) -> int:
        """Delete all sessions of the owner, and return how many they were."""
        return self._delete(owner)

    def _delete(self, owner: str, *wanted: ColumnElement[bool]) -> int:
        _check_owner(owner)
        query = delete(sessions).where(sessions.c.owner == owner, *wanted)  # the other tables follow by ON DELETE
        return self._run("write", lambda connection: connection.execute(query).rowcount)

    def _run(self, does: Does, work: Callable[[Connection], Answer]) -> Answer:
        """Do something in one transaction, again if a pooled connection turns out to be lost."""
        with _named_errors(self._engine):
            try:
                return self._attempt(does, work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return self._attempt(does, work)

    def _attempt(self, does: Does, work: Callable[[Connection], Answer]) -> Answer:
        with self._engine.begin() as connection:
            for statement in _BEGIN[connection.dialect.name][does]:
                connection.exec_driver_sql(statement)
            return work(connection)


def _hurry(dialect: object, record: object, arguments: object, options: dict[str, Any]) -> None:
    """Set the patience of a new connection, unless the host did."""
    for name, value in _PATIENCE.items():
        options.setdefault(name, value)


def _check_owner(owner: str) -> None:
    if not 0 < len(owner) <= _MOST_OWNER or not owner.isprintable():
        raise InvalidOption(
            f"Expected 'owner' to be 1 to {_MOST_OWNER} printable characters, but got {owner[:50]!r} of {len(owner)}."
        )


def _save(connection: Connection, owner: str, session: ExerciseSession) -> bool:
    values = {name: getattr(session, name) for name in ("id", "started_at", "exercise", "source", "title")}
    new = _INSERT[connection.dialect.name](sessions).values(owner=owner, **values)
    key = connection.scalar(new.on_conflict_do_nothing().returning(sessions.c.key))
    if key is None:
        return False
    rows: dict[Any, list[dict[str, Any]]] = {repetitions: [], holds: [], form_notes: [], thumbnails: []}
    for set_number, one in enumerate(session.sets, start=1):
        for number, each in enumerate(one, start=1):
            place = {"session_key": key, "set_number": set_number, "number": number}
            rows[repetitions].append({**place, **_repetition_row(each)})
            rows[form_notes] += _note_rows(place, each.form)
    for number, held in enumerate(session.held, start=1):
        times_s = {"start_s": held.start_s, "end_s": held.end_s}
        rows[holds].append({"session_key": key, "number": number, **times_s, **vars(held.steadiness)})
        rows[form_notes] += _note_rows({"session_key": key, "set_number": 0, "number": number}, held.form)
    if session.thumbnail is not None:
        rows[thumbnails].append({"session_key": key, "jpeg": session.thumbnail})
    for table, of_it in rows.items():
        if of_it:
            connection.execute(insert(table), of_it)
    return True


def _repetition_row(each: Repetition) -> dict[str, Any]:
    values = {name: getattr(each, name) for name in ("start_s", "extreme_s", "end_s", "side", "left_right_deg")}
    tempo = {f"{phase}_s": each.tempo_s[phase] for phase in TEMPO}
    return {**values, **tempo, "range_deg": dict(each.range_deg)}


def _note_rows(place: Mapping[str, int], form: Iterable[FormNote]) -> Iterator[dict[str, Any]]:
    for index, note in enumerate(form, start=1):
        yield {**place, "place": index, **{name: getattr(note, name) for name in _NOTE}}


def _load(connection: Connection, wanted: Collection[ColumnElement[bool]]) -> list[ExerciseSession]:
    def rows_of(table: Table) -> Iterator[Row[Any]]:
        query = select(table).join_from(table, sessions).where(*wanted)
        return iter(connection.execute(query.order_by(*table.primary_key)))

    notes: dict[tuple[int, int, int], list[FormNote]] = defaultdict(list)
    for row in rows_of(form_notes):
        values = {name: getattr(row, name) for name in _NOTE}
        notes[row.session_key, row.set_number, row.number].append(FormNote(**values))
    sets: dict[int, dict[int, list[Repetition]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(repetitions):
        form = tuple(notes[row.session_key, row.set_number, row.number])
        sets[row.session_key][row.set_number].append(_repetition(row, form))
    held: dict[int, list[Held]] = defaultdict(list)
    for row in rows_of(holds):
        form = tuple(notes[row.session_key, 0, row.number])
        steadiness = Steadiness(row.sway_cm, row.sway_percent, row.tremor_deg)
        held[row.session_key].append(Held(row.start_s, row.end_s, form, steadiness))
    in_time = select(sessions).where(*wanted).order_by(sessions.c.started_at, sessions.c.key)
    return [
        ExerciseSession(
            started_at=row.started_at,
            exercise=row.exercise,
            source=row.source,
            title=row.title,
            sets=tuple(map(tuple, sets[row.key].values())),
            held=tuple(held[row.key]),
            id=row.id,
        )
        for row in connection.execute(in_time)
    ]


def _repetition(row: Row[Any], form: tuple[FormNote, ...]) -> Repetition:
    return Repetition(
        start_s=row.start_s,
        extreme_s=row.extreme_s,
        end_s=row.end_s,
        side=row.side,
        range_deg=row.range_deg,
        tempo_s={"down": row.down_s, "hold": row.hold_s, "up": row.up_s},
        left_right_deg=row.left_right_deg,
        person=0,
        form=form,
    )


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    """Convert all that can go wrong with a database to DatabaseUnavailable, in plain words and without the password."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        reason = (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
        if engine.url.password:
            reason = reason.replace(str(engine.url.password), "***")
        raise DatabaseUnavailable(
            f"The database of exercise sessions cannot be used ({_place(engine.url)}): {reason}. Check that it runs, "
            "that its address is right and that this program may write to it, then try again: nothing is saved twice."
        ) from error


def _place(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"SQLite file {url.database or ':memory:'}"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL database {url.database or ''} on {url.host or 'this machine'}{port}"
