"""How steadily a position was held."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From version 0001. What was held before has no numbers for it."""
    for name in ("sway_cm", "sway_percent", "tremor_deg"):
        op.add_column("progress_holds", sa.Column(name, sa.Double(), nullable=True))
