"""Letters whose words are read after they were stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "late_texts",
        sa.Column("content_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_late_texts_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_late_texts")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM late_texts")
    op.drop_table("late_texts")
