"""Lists of messages by date."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_placements_date", "placements", ["mailbox_id", "internal_ms", "uid"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_placements_date", "placements")
