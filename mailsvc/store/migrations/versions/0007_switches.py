"""IMAP capabilities switched off for an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "switched_off",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("capability", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_switched_off_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "capability", name=op.f("pk_switched_off")),
    )
