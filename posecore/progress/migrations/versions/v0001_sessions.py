"""Sessions with their repetitions, holds, notes on form and thumbnails."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From an empty database."""
    op.create_table(
        "progress_sessions",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exercise", sa.String(60), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_progress_sessions"),
        sa.UniqueConstraint("owner", "id", name="uq_progress_sessions_owner_id"),
    )
    op.create_index("ix_progress_sessions_owner_started_at", "progress_sessions", ["owner", "started_at"])
    op.create_table(
        "progress_repetitions",
        *_of_session("progress_repetitions", "set_number", "number"),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("extreme_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("side", sa.String(5), nullable=False),
        sa.Column("down_s", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Double(), nullable=False),
        sa.Column("up_s", sa.Double(), nullable=False),
        sa.Column("left_right_deg", sa.Double(), nullable=True),
        sa.Column("range_deg", sa.JSON(), nullable=False),
    )
    op.create_table(
        "progress_holds",
        *_of_session("progress_holds", "number"),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
    )
    op.create_table(
        "progress_form_notes",
        *_of_session("progress_form_notes", "set_number", "number", "place"),
        sa.Column("check", sa.String(60), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("view", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("time_s", sa.Double(), nullable=True),
        sa.Column("sureness", sa.Double(), nullable=True),
        sa.Column("cue", sa.String(400), nullable=True),
        sa.Column("reason", sa.String(400), nullable=True),
    )
    op.create_table(
        "progress_thumbnails",
        *_of_session("progress_thumbnails"),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
    )


def _of_session(table: str, *numbers: str) -> list[sa.schema.SchemaItem]:
    """The session that a row belongs to, its place there, and both as the primary key."""
    return [
        sa.Column("session_key", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("session_key", *numbers, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["session_key"], ["progress_sessions.key"], name=f"fk_{table}_progress_sessions", ondelete="CASCADE"
        ),
    ]
