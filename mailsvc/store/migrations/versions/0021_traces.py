"""What became of letters, for the postmaster."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment() -> sa.Column[int]:
    return sa.Column("at_ms", BIG, nullable=False)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "traces",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        _moment(),
        _text("door", None),
        _text("letter"),
        sa.Column("content_id", BIG),
        sa.Column("account_id", BIG),
        *(_text(name) for name in ("ip", "helo", "cipher", "sender")),
        sa.Column("size", BIG, server_default="0", nullable=False),
        _text("reply"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traces")),
    )
    op.create_index("ix_traces_at_ms", "traces", ["at_ms"])
    op.create_index("ix_traces_sender", "traces", ["sender", "at_ms"])
    op.create_index("ix_traces_content_id", "traces", ["content_id"])
    op.create_table(
        "trace_recipients",
        sa.Column("trace_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        _moment(),
        _text("recipient", None),
        sa.Column("account_id", BIG),
        _text("reply"),
        sa.PrimaryKeyConstraint("trace_id", "number", name=op.f("pk_trace_recipients")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trace_recipients_recipient", "trace_recipients", ["recipient", "at_ms"])
    op.create_index("ix_trace_recipients_account_id", "trace_recipients", ["account_id", "at_ms"])
    op.create_table(
        "trace_attempts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        _moment(),
        sa.Column("content_id", BIG, nullable=False),
        _text("recipient", None),
        _text("state", None),
        _text("host"),
        _text("reply"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace_attempts")),
    )
    op.create_index("ix_trace_attempts_at_ms", "trace_attempts", ["at_ms"])
    op.create_index("ix_trace_attempts_content_id", "trace_attempts", ["content_id"])
