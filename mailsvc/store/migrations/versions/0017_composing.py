"""Letters that wait to be sent, and texts kept for writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, server_default="0", nullable=False)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def upgrade() -> None:
    contents = ("content_id", "sent_content_id", "draft_content_id")
    op.create_table(
        "held_sends",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        _text("message_id", None),
        *(_whole(name) for name in ("send_ms", "try_ms", "attempts", "created_ms", "scheduled")),
        _text("sender", None),
        _text("recipients", None),
        _text("shown_to"),
        *(sa.Column(name, BIG, nullable=False) for name in contents),
        sa.Column("sent_mailbox_id", BIG, nullable=False),
        *(_whole(name) for name in ("return_path_size", "trace_size", "smtputf8")),
        _text("origin"),
        _text("way"),
        _key("held_sends", "account_id", "accounts.id", "CASCADE"),
        *(_key("held_sends", name, "contents.id") for name in contents),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_sends")),
        sa.UniqueConstraint("account_id", "message_id", name=op.f("uq_held_sends_account_id_message_id")),
    )
    op.create_index(op.f("ix_held_sends_try_ms"), "held_sends", ["try_ms"])
    op.create_index(op.f("ix_held_sends_content_id"), "held_sends", ["content_id"])
    op.create_table(
        "letter_templates",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        _text("name", None),
        _text("subject"),
        _text("html"),
        _whole("changed_ms"),
        _key("letter_templates", "account_id", "accounts.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_templates")),
    )
    op.create_index(op.f("ix_letter_templates_account_id"), "letter_templates", ["account_id"])
