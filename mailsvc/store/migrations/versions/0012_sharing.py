"""Rights on mailboxes, and flags of one's own in other people's mailboxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mailbox_rights",
        sa.Column("mailbox_id", BIG, autoincrement=False, nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_rights_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "identifier", name=op.f("pk_mailbox_rights")),
    )
    op.create_index("ix_mailbox_rights_identifier", "mailbox_rights", ["identifier"], unique=False)
    op.create_table(
        "private_flags",
        sa.Column("mailbox_id", BIG, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("uid", BIG, autoincrement=False, nullable=False),
        sa.Column("flags", BIG, server_default="0", nullable=False),
        sa.Column("modseq", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_private_flags_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_private_flags_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "account_id", "uid", name=op.f("pk_private_flags")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_private_flags_uid", "private_flags", ["mailbox_id", "uid"], unique=False)
    op.add_column("mailboxes", sa.Column("private_flags", BIG, server_default="-1", nullable=False))
    # The name now stands for other people's mailboxes; a personal one of that name goes on under another.
    op.execute(
        "UPDATE mailboxes SET name = 'Hộp thư người khác (cũ)' || substr(name, 19) "
        "WHERE name = 'Hộp thư người khác' OR name LIKE 'Hộp thư người khác/%'"
    )
