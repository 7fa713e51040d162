"""What may be undone is kept in the store; a letter taken back goes where it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ways_back",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("expires_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ways_back_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ways_back")),
    )
    for name in ("token", "account_id", "expires_ms"):
        op.create_index(op.f(f"ix_ways_back_{name}"), "ways_back", [name])
    op.add_column("held_sends", sa.Column("draft_mailbox_id", BIG, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("held_sends", "draft_mailbox_id")
    op.drop_table("ways_back")
