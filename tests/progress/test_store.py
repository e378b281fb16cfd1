"""Sessions in a real SQLite file and in a real PostgreSQL server: kept as they are, whole, and each owner's apart."""

import secrets
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Engine, create_engine, event, make_url, text

from posecore import DatabaseUnavailable, InvalidOption, SessionStore
from posecore.motion.exercises.results import Steadiness
from posecore.progress import store as store_module
from posecore.progress import upgrading
from posecore.progress.schema import METADATA, VERSION_TABLE, repetitions
from posecore.progress.store import default_url
from tests.progress.made import JPEG, NOON
from tests.progress.saver import CUT_OFF, WHOLE

ROOT = Path(__file__).resolve().parents[2]

Open = Callable[[], Engine]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> URL:
    """An empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql").new_database()
    return make_url(f"sqlite:///{tmp_path / 'progress.db'}")


@pytest.fixture
def connect(url: URL) -> Iterator[Open]:
    """Makes engines for one database, each with connections of its own, as processes have."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(create_engine(url))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def store(connect: Open) -> SessionStore:
    return SessionStore(connect())


def rows_in(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        counts = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in METADATA.tables}
    return {name.removeprefix("progress_"): rows for name, rows in counts.items() if rows}


def version_in(engine: Engine) -> str:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))


# What is kept


def test_a_session_comes_back_as_it_was_saved(store, squats, plank):
    later = replace(squats, id=uuid4(), started_at=NOON + timedelta(days=1), title="Кніга «1»; = 🏋")
    assert store.save_all("ann", [later, squats, plank]) == 3
    assert store.sessions("ann") == [squats, plank, later]
    assert store.sessions("ann")[0].started_at.utcoffset() == timedelta(0)


def test_thumbnails_are_loaded_only_when_asked_for(store, squats, plank):
    store.save_all("ann", [squats, plank])
    assert [each.thumbnail for each in store.sessions("ann")] == [None, None]
    assert store.thumbnails("ann", [squats.id, plank.id, uuid4()]) == {squats.id: JPEG}
    assert store.thumbnails("bob", [squats.id]) == {}


def test_sessions_are_chosen_by_exercise_source_and_time(store, squats, plank):
    next_day = replace(squats, id=uuid4(), started_at=NOON + timedelta(days=1))
    store.save_all("ann", [squats, plank, next_day])
    assert store.sessions("ann", exercises=["plank", "lunge"]) == [plank]
    assert store.sessions("ann", sources=["camera"]) == [squats, next_day]
    assert store.sessions("ann", since=NOON + timedelta(seconds=1)) == [next_day]
    assert store.sessions("ann", until=NOON) == []
    assert store.sessions("ann", exercises=["squat"], since=NOON, until=NOON + timedelta(days=1)) == [squats]


def test_saving_twice_keeps_one(store, connect, squats):
    assert store.save("ann", squats)
    assert not store.save("ann", replace(squats, title="another"))
    assert store.sessions("ann") == [squats]
    assert rows_in(connect()) == {"sessions": 1, "repetitions": 3, "form_notes": 6, "thumbnails": 1}


def test_of_many_that_save_the_same_one_does(connect, squats):
    stores = [SessionStore(connect()) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(lambda store: store.save("ann", squats), stores)) == [False] * 3 + [True]


# Whose it is


def test_an_owner_neither_sees_nor_deletes_what_is_anothers(store, squats, plank):
    store.save("ann", squats)
    store.save("bob", plank)
    assert store.sessions("bob") == [plank]
    assert store.sessions("Ann") == store.sessions("ann%") == store.sessions("' OR 1=1 --") == []
    assert not store.delete("bob", squats.id)
    assert store.delete_all("eve") == 0
    assert store.delete_all("bob") == 1
    assert store.sessions("ann") == [squats]


def test_two_owners_may_have_the_same_session(store, squats):
    # A file of sessions is imported by two people.
    assert store.save("ann", squats)
    assert store.save("bob", squats)
    assert store.delete("ann", squats.id)
    assert store.sessions("bob") == [squats]
    assert store.thumbnails("bob", [squats.id]) == {squats.id: JPEG}


@pytest.mark.parametrize("owner", ["", "a" * 256, "a\0b", "a\nb"])
def test_an_owner_is_a_word(owner):
    store = SessionStore(create_engine("sqlite://"))
    for use in (store.sessions, store.delete_all):
        with pytest.raises(InvalidOption, match="Expected 'owner'"):
            use(owner)


def test_deleting_leaves_nothing_behind(store, connect, squats, plank):
    store.save_all("ann", [squats, plank])
    assert store.delete("ann", squats.id)
    assert not store.delete("ann", squats.id)
    assert rows_in(connect()) == {"sessions": 1, "holds": 2, "form_notes": 1}
    assert store.delete_all("ann") == 1
    assert rows_in(connect()) == {}


def test_no_repetition_is_without_its_session(store):
    orphan = {"session_key": 77, "set_number": 1, "number": 1, "side": "both", "range_deg": {}}
    times_s = dict.fromkeys(("start_s", "extreme_s", "end_s", "down_s", "hold_s", "up_s"), 0.0)
    with pytest.raises(DatabaseUnavailable, match=r"(?i)foreign key"):
        store._run("write", lambda connection: connection.execute(repetitions.insert().values(**orphan, **times_s)))


# Whole or not at all


def test_a_program_killed_while_it_saves_leaves_nothing_of_that(url, connect):
    given = url.render_as_string(hide_password=False)
    saver = subprocess.run(
        [sys.executable, "-m", "tests.progress.saver", given], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert saver.returncode == -signal.SIGKILL, saver.stderr
    if url.database.endswith(".db"):
        journal = Path(f"{url.database}-journal")
        assert journal.stat().st_size > 0  # part of it was in the file when it was killed
    store = SessionStore(connect())
    assert store.sessions("ann") == [WHOLE]
    assert rows_in(connect()) == {"sessions": 1, "repetitions": 1, "form_notes": 2, "thumbnails": 1}
    assert store.save("ann", CUT_OFF)
    assert store.sessions("ann") == [WHOLE, CUT_OFF]


def test_of_several_sessions_all_are_saved_or_none(store, connect, squats, plank, monkeypatch):
    def fail(place, form):
        if form == plank.held[0].form:
            raise KeyboardInterrupt
        return iter(())

    monkeypatch.setattr(store_module, "_note_rows", fail)
    with pytest.raises(KeyboardInterrupt):
        store.save_all("ann", [squats, plank])
    assert rows_in(connect()) == {}


def test_writers_wait_for_each_other(connect, squats):
    stores = [SessionStore(connect()) for _ in range(4)]

    def save(writer: int) -> int:
        return sum(stores[writer].save(f"owner {writer % 2}", replace(squats, id=uuid4())) for _ in range(10))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(save, range(4))) == [10] * 4
    assert [len(stores[0].sessions(f"owner {each}")) for each in range(2)] == [20, 20]


def test_readers_see_one_moment(connect, squats, monkeypatch):
    reader, writer = SessionStore(connect()), SessionStore(connect())
    reader.save("ann", squats)
    notes = []

    @event.listens_for(reader._engine, "after_cursor_execute")
    def change(connection, cursor, statement, *others) -> None:
        # Between the first and the second query of a reader, another process deletes it all.
        if statement.startswith("SELECT progress_form_notes") and not notes:
            notes.append(statement)
            if writer._engine.dialect.name == "postgresql":  # a writer in SQLite waits for the reader
                writer.delete_all("ann")

    assert reader.sessions("ann") == [squats]
    assert notes


# Versions of the tables


def test_the_migrations_make_the_tables_that_the_program_expects(store, connect):
    with connect().connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_older_database_is_brought_up_to_date(connect, plank):
    engine = connect()
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(upgrading.MIGRATIONS))
        command.upgrade(config, "0001")
        values = {"owner": "ann", "id": plank.id.hex, "at": str(plank.started_at.replace(tzinfo=None))}
        connection.execute(
            text(
                "INSERT INTO progress_sessions (key, owner, id, started_at, exercise, source, title) "
                "VALUES (1, :owner, :id, :at, 'plank', 'video', 'plank.mp4')"
            ),
            values,
        )
        for number, held in enumerate(plank.held, start=1):
            values = {"number": number, "start": held.start_s, "end": held.end_s}
            connection.execute(text("INSERT INTO progress_holds VALUES (1, :number, :start, :end)"), values)
    assert version_in(engine) == "0001"
    unknown = Steadiness(None, None, None)
    without = replace(plank, held=tuple(replace(held, form=(), steadiness=unknown) for held in plank.held))
    assert SessionStore(connect()).sessions("ann") == [without]
    assert version_in(engine) == upgrading.newest_version()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store, connect, squats):
    store.save("ann", squats)
    with connect().begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(
        DatabaseUnavailable, match=r"newer version of posecore: expected .* 0002, but got 9999\. Nothing"
    ):
        SessionStore(connect())
    assert rows_in(connect())["sessions"] == 1


def test_a_migration_that_fails_leaves_the_version_before(store, connect, tmp_path, monkeypatch):
    migrations = shutil.copytree(upgrading.MIGRATIONS, tmp_path / "100% migrations")
    (migrations / "versions" / "v0003_fails.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0003', '0002'\n\n\n"
        "def upgrade():\n    op.create_table('progress_half', sa.Column('one', sa.Integer()))\n"
        "    op.execute('SELECT * FROM progress_nowhere')\n"
    )
    monkeypatch.setattr(upgrading, "MIGRATIONS", migrations)
    with pytest.raises(DatabaseUnavailable, match="progress_nowhere"):
        SessionStore(connect())
    assert version_in(connect()) == "0002"
    with connect().connect() as connection:
        assert not connection.dialect.has_table(connection, "progress_half")


def test_many_may_open_an_empty_database_at_once(connect, squats):
    engines, ready = [connect() for _ in range(5)], Barrier(5)

    def open_it(engine: Engine) -> bool:
        ready.wait()
        return SessionStore(engine).save("ann", squats)

    with ThreadPoolExecutor(5) as threads:
        assert sum(threads.map(open_it, engines)) == 1


# What goes wrong


def refused(use: Callable[[], object], password: str | None = None) -> str:
    """The sentence with which it was refused."""
    with pytest.raises(DatabaseUnavailable) as caught:
        use()
    if password:
        assert password not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_a_server_that_cannot_be_reached_is_named_without_the_password(postgresql):
    password = secrets.token_hex(8)
    url = postgresql.url("progress", password=password)
    for wrong, reason in ((url, "password authentication failed"), (url.set(port=1), "refused")):
        said = refused(lambda wrong=wrong: SessionStore(create_engine(wrong)), password)
        assert f"PostgreSQL database progress on 127.0.0.1:{wrong.port}" in said
        assert reason in said
        assert "then try again: nothing is saved twice" in said
    missing = refused(lambda: SessionStore(create_engine(postgresql.url("nowhere"))), postgresql.password)
    assert 'database "nowhere" does not exist' in missing


def test_a_server_that_does_not_answer_is_soon_given_up(postgresql):
    url = postgresql.new_database()
    for engine, seconds in ((create_engine(url), "5"), (create_engine(url, connect_args={"connect_timeout": 7}), "7")):
        SessionStore(engine)
        with closing(engine.raw_connection()) as connection:
            asked = connection.driver_connection.info.get_parameters()
        assert (asked["connect_timeout"], asked["tcp_user_timeout"]) == (seconds, "10000")


def test_autocommit_that_a_host_has_set_saves_nothing_by_halves(postgresql, squats, monkeypatch):
    store = SessionStore(create_engine(postgresql.new_database(), isolation_level="AUTOCOMMIT"))
    monkeypatch.setattr(store_module, "_note_rows", lambda place, form: [{**place, "place": 1, "check": None}])
    refused(lambda: store.save("ann", squats))
    assert store.sessions("ann") == []


def test_a_server_that_was_restarted_is_used_again_at_once(postgresql, squats, plank):
    url = postgresql.new_database()
    with closing(create_engine(url).raw_connection()) as other:
        store = SessionStore(create_engine(url))
        store.save("ann", squats)
        other.cursor().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        assert store.save("ann", plank)
    assert store.sessions("ann") == [squats, plank]


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.db"
    path.write_bytes(b"Not a database, but dear to somebody. " * 100)
    assert "file is not a database" in refused(lambda: SessionStore(create_engine(f"sqlite:///{path}")))
    assert path.read_bytes().startswith(b"Not a database")
    assert "unable to open" in refused(lambda: SessionStore(create_engine(f"sqlite:///{tmp_path / 'no' / 'a.db'}")))


def test_a_database_that_cannot_be_written_to_can_be_read(tmp_path, squats, plank):
    path = tmp_path / "progress.db"
    SessionStore(create_engine(f"sqlite:///{path}")).save("ann", squats)
    store = SessionStore(create_engine(f"sqlite:///file:{path}?mode=ro&uri=true"))
    assert store.sessions("ann") == [squats]
    assert "readonly" in refused(lambda: store.save("ann", plank))


def test_a_file_that_stays_locked_ends_in_a_sentence(tmp_path, squats, monkeypatch):
    engine = create_engine(f"sqlite:///{tmp_path / 'progress.db'}")
    store = SessionStore(engine)
    soon = {**store_module._BEGIN["sqlite"], "write": ("PRAGMA busy_timeout = 50", "BEGIN IMMEDIATE")}
    monkeypatch.setitem(store_module._BEGIN, "sqlite", soon)
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN EXCLUSIVE")
        assert "locked" in refused(lambda: store.save("ann", squats))
    assert store.save("ann", squats)


def test_other_databases_are_refused():
    with pytest.raises(InvalidOption, match="SQLite or PostgreSQL, but got 'mysql'"):
        SessionStore(SimpleNamespace(dialect=SimpleNamespace(name="mysql")))


def test_the_usual_file_is_the_users_own(tmp_path, monkeypatch, squats):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "a ? # % folder"))
    engine = create_engine(default_url())
    assert SessionStore(engine).save("ann", squats)
    folder = tmp_path / "a ? # % folder" / "posecore"
    assert (folder / "progress.db").is_file()
    assert folder.stat().st_mode & 0o077 == 0
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert "Set XDG_DATA_HOME" in refused(default_url)
