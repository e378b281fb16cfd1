"""The tables of exercise sessions, as they are now. ``migrations/`` has the way from each older version to them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)

VERSION_TABLE = "progress_version"
"""Alembic's record of the version. Like all tables it has a prefix, since a host may keep others beside them."""

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no time zone, and PostgreSQL answers in that of the connection."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC."""
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


def _of_session() -> Column[int]:
    return Column("session_key", ForeignKey("progress_sessions.key", ondelete="CASCADE"), primary_key=True)


def _number(name: str) -> Column[int]:
    """Part of a primary key that is counted by posecore."""
    return Column(name, Integer, primary_key=True, autoincrement=False)


sessions = Table(
    "progress_sessions",
    METADATA,
    Column("key", Integer, primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("id", Uuid, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("exercise", String(60), nullable=False),
    Column("source", String(60), nullable=False),
    Column("title", String(200), nullable=False),
    # An id is unique for its owner only: a file of sessions may be imported by two people.
    UniqueConstraint("owner", "id"),
    Index("ix_progress_sessions_owner_started_at", "owner", "started_at"),
)

repetitions = Table(
    "progress_repetitions",
    METADATA,
    _of_session(),
    _number("set_number"),
    _number("number"),
    Column("start_s", Double, nullable=False),
    Column("extreme_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("side", String(5), nullable=False),
    Column("down_s", Double, nullable=False),
    Column("hold_s", Double, nullable=False),
    Column("up_s", Double, nullable=False),
    Column("left_right_deg", Double),
    Column("range_deg", JSON, nullable=False),  # {"left_knee": 95.1, ...}: the joints are those of the exercise
)

holds = Table(
    "progress_holds",
    METADATA,
    _of_session(),
    _number("number"),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("sway_cm", Double),
    Column("sway_percent", Double),
    Column("tremor_deg", Double),
)

form_notes = Table(
    "progress_form_notes",
    METADATA,
    _of_session(),
    _number("set_number"),  # 0: of a hold
    _number("number"),
    _number("place"),
    Column("check", String(60), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("view", String(60), nullable=False),
    Column("unit", String(60), nullable=False),
    Column("threshold", Double, nullable=False),
    Column("value", Double),
    Column("time_s", Double),
    Column("sureness", Double),
    Column("cue", String(400)),
    Column("reason", String(400)),
)

thumbnails = Table(
    "progress_thumbnails",
    METADATA,
    _of_session(),
    Column("jpeg", LargeBinary, nullable=False),
)
