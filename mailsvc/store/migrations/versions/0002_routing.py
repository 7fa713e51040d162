"""The way of incoming documents after the register; those that are there already get their state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _flows()
    _directions()
    _transfers()
    _requests()
    _opinions()
    op.execute(
        "INSERT INTO flows (document_id, org_code, registered_ms) "
        "SELECT id, org_code, registered_ms FROM documents WHERE direction = 'in'"
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _whole(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, BIG, server_default=default, nullable=False)


def _of_document(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_document_id")
    return sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=name, ondelete="CASCADE")


def _flows() -> None:
    op.create_table(
        "flows",
        sa.Column("document_id", BIG, autoincrement=False, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        _text("state", "registered"),
        _whole("registered_ms"),
        sa.Column("submitted_ms", BIG, nullable=True),
        sa.Column("directed_ms", BIG, nullable=True),
        sa.Column("closed_ms", BIG, nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        _text("closed_how"),
        _text("closed_why"),
        sa.Column("deadline", sa.Text(), nullable=True),
        _text("paper", "none"),
        _text("paper_place"),
        _text("paper_box"),
        _whole("version", "1"),
        _of_document("flows"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_flows")),
    )
    op.create_index("ix_flows_org_state", "flows", ["org_code", "state", "document_id"])
    op.create_index("ix_flows_org_deadline", "flows", ["org_code", "state", "deadline"])


def _directions() -> None:
    op.create_table(
        "directions",
        _id(),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author_id", BIG, nullable=True),
        _whole("at_ms"),
        _text("text"),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("content_id", BIG, nullable=True),
        _of_document("directions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directions")),
        sa.UniqueConstraint("token", name=op.f("uq_directions_token")),
    )
    op.create_index(op.f("ix_directions_document_id"), "directions", ["document_id"])
    op.create_index(op.f("ix_directions_content_id"), "directions", ["content_id"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        _id(),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("direction_id", BIG, nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("assigner_id", BIG, nullable=False),
        sa.Column("assignee_id", BIG, nullable=False),
        _text("unit_code"),
        sa.Column("meant_for_id", BIG, nullable=True),
        sa.Column("holder_id", BIG, nullable=True),
        _text("state", "unread"),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deadline", sa.Text(), nullable=True),
        _whole("progress"),
        _whole("sent_ms"),
        sa.Column("read_ms", BIG, nullable=True),
        sa.Column("reported_ms", BIG, nullable=True),
        sa.Column("ended_ms", BIG, nullable=True),
        _text("reason"),
        _whole("version", "1"),
        _of_document("transfers"),
        sa.ForeignKeyConstraint(
            ["direction_id"], ["directions.id"], name=op.f("fk_transfers_direction_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    for name in ("document_id", "direction_id", "parent_id"):
        op.create_index(op.f(f"ix_transfers_{name}"), "transfers", [name])
    op.create_index("ix_transfers_holder", "transfers", ["holder_id", "deadline"])
    op.create_index("ix_transfers_assigner", "transfers", ["assigner_id", "is_open", "deadline"])
    op.create_index("ix_transfers_assignee", "transfers", ["assignee_id", "is_open", "deadline"])
    op.create_index("ix_transfers_open", "transfers", ["is_open", "deadline"])


def _requests() -> None:
    op.create_table(
        "requests",
        _id(),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asker_id", BIG, nullable=False),
        sa.Column("decider_id", BIG, nullable=False),
        _whole("asked_ms"),
        sa.Column("wanted", sa.Text(), nullable=True),
        _text("reason"),
        _text("state", "asked"),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_ms", BIG, nullable=True),
        _text("answer"),
        _of_document("requests"),
        sa.ForeignKeyConstraint(["line_id"], ["transfers.id"], name=op.f("fk_requests_line_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    for name in ("document_id", "line_id"):
        op.create_index(op.f(f"ix_requests_{name}"), "requests", [name])
    op.create_index("ix_requests_decider", "requests", ["decider_id", "state"])
    op.create_index("ix_requests_asker", "requests", ["asker_id", "state"])


def _opinions() -> None:
    op.create_table(
        "opinions",
        _id(),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=True),
        sa.Column("author_id", BIG, nullable=False),
        _whole("at_ms"),
        sa.Column("kind", sa.Text(), nullable=False),
        _text("text"),
        sa.Column("content_id", BIG, nullable=True),
        _of_document("opinions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    op.create_index(op.f("ix_opinions_document_id"), "opinions", ["document_id"])
    op.create_index(op.f("ix_opinions_content_id"), "opinions", ["content_id"])
