"""What letters are sorted, threaded and found by. The rows of letters already there are made when the office opens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTED = (
    "base_subject", "from_mailbox", "to_mailbox", "cc_mailbox", "from_display", "to_display", "message_id", "parents",
)  # fmt: skip
FOUND = ("subject", "senders", "receivers", "copies", "hidden")


def upgrade() -> None:
    op.create_table(
        "letter_keys",
        sa.Column("content_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sent_ms", BIG, nullable=True),
        sa.Column("reply", BIG, server_default="0", nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in SORTED),
        *(sa.Column(name, sa.Text(), nullable=True) for name in FOUND),
        *(sa.Column(name + "_folded", sa.Text(), nullable=True) for name in FOUND),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_letter_keys_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_letter_keys")),
    )
    op.execute(
        "INSERT INTO meta (key, value) SELECT 'letter_keys_to_fill', CAST(max(id) AS TEXT) FROM contents "
        "HAVING max(id) IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("letter_keys")
