"""Bring a database to the newest version of the schema."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from posecore.errors import DatabaseUnavailable
from posecore.progress.schema import VERSION_TABLE

MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic keeps what it is doing in variables of its modules.
_one_at_a_time = threading.Lock()


def version_of(connection: Connection) -> str | None:
    """Version of the schema in a database; None if it has none yet."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def newest_version() -> str | None:
    """Version of the schema that this posecore knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def check_known(version: str | None) -> None:
    """Refuse a version of the schema that is not among the migrations.

    Raises:
        DatabaseUnavailable: if it is not; it is from a newer posecore.
    """
    known = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    if version is not None and version not in known:
        raise DatabaseUnavailable(
            f"The database of exercise sessions was made by a newer version of posecore: expected at most schema "
            f"{known[0]}, but got {version}. Nothing was changed. Update posecore, or use another database."
        )


def upgrade(connection: Connection) -> None:
    """Run all missing migrations in the transaction that the connection is in, and leave it open."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")
