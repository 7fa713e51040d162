"""Outgoing documents: drafts, decisions, numbers, receipts, relations, copies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _issued_numbers()
    _document_copies()
    _document_relations()
    _outgoing_decisions()
    _outgoing_files()
    _outgoing_flows()
    _outgoing_opinions()
    _outgoing_versions()
    _receipts()


def _issued_numbers() -> None:
    op.create_table(
        "issued_numbers",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", BIG, server_default="0", nullable=False),
        sa.Column("number", BIG, server_default="0", nullable=False),
        sa.Column("suffix", sa.Text(), server_default="", nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("notation", sa.Text(), nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("type_name", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("recipients", sa.Text(), server_default="", nullable=False),
        sa.Column("keeper", sa.Text(), server_default="", nullable=False),
        sa.Column("copies", BIG, server_default="0", nullable=False),
        sa.Column("moved", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("given_ms", BIG, server_default="0", nullable=False),
        sa.Column("given_by", BIG, nullable=True),
        sa.Column("state", sa.Text(), server_default="given", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("folded", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_numbers")),
        sa.UniqueConstraint(
            "org_code",
            "series",
            "year",
            "number",
            "suffix",
            name=op.f("uq_issued_numbers_org_code_series_year_number_suffix"),
        ),
    )
    op.create_index("ix_issued_numbers_day", "issued_numbers", ["org_code", "year", "day"], unique=False)
    op.create_index(op.f("ix_issued_numbers_document_id"), "issued_numbers", ["document_id"], unique=False)


def _document_copies() -> None:
    op.create_table(
        "document_copies",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("of_copy_id", BIG, nullable=True),
        sa.Column("number_id", BIG, nullable=False),
        sa.Column("excerpt", sa.Text(), server_default="", nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("made_ms", BIG, server_default="0", nullable=False),
        sa.Column("made_by", BIG, nullable=True),
        sa.Column("content_id", BIG, nullable=True),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_copies_document_id")),
        sa.ForeignKeyConstraint(["number_id"], ["issued_numbers.id"], name=op.f("fk_document_copies_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_copies")),
    )
    op.create_index(op.f("ix_document_copies_document_id"), "document_copies", ["document_id"], unique=False)


def _document_relations() -> None:
    op.create_table(
        "document_relations",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("from_id", BIG, nullable=False),
        sa.Column("to_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["documents.id"], name=op.f("fk_document_relations_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["documents.id"], name=op.f("fk_document_relations_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_relations")),
        sa.UniqueConstraint("from_id", "to_id", "kind", name=op.f("uq_document_relations_from_id_to_id_kind")),
    )
    op.create_index(op.f("ix_document_relations_to_id"), "document_relations", ["to_id"], unique=False)


def _outgoing_decisions() -> None:
    op.create_table(
        "outgoing_decisions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("version", BIG, server_default="0", nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("post", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("sheet", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outgoing_decisions_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_decisions")),
    )
    op.create_index(op.f("ix_outgoing_decisions_document_id"), "outgoing_decisions", ["document_id"], unique=False)


def _outgoing_files() -> None:
    op.create_table(
        "outgoing_files",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("version", BIG, server_default="0", nullable=False),
        sa.Column("position", BIG, server_default="0", nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("encoding", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outgoing_files_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_files")),
        sa.UniqueConstraint(
            "document_id", "version", "position", name=op.f("uq_outgoing_files_document_id_version_position")
        ),
    )


def _outgoing_flows() -> None:
    op.create_table(
        "outgoing_flows",
        sa.Column("document_id", BIG, autoincrement=False, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("drafter_id", BIG, nullable=False),
        sa.Column("signer_id", BIG, nullable=True),
        sa.Column("sign_form", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("file_code", sa.Text(), server_default="", nullable=False),
        sa.Column("pages", BIG, server_default="0", nullable=False),
        sa.Column("copies", BIG, server_default="0", nullable=False),
        sa.Column("keeper", sa.Text(), server_default="", nullable=False),
        sa.Column("version", BIG, server_default="0", nullable=False),
        sa.Column("signed_version", BIG, server_default="0", nullable=False),
        sa.Column("signed_ms", BIG, nullable=True),
        sa.Column("number_id", BIG, nullable=True),
        sa.Column("numbered_ms", BIG, nullable=True),
        sa.Column("issued_ms", BIG, nullable=True),
        sa.Column("content_id", BIG, nullable=True),
        sa.Column("recalled_ms", BIG, nullable=True),
        sa.Column("paper_state", sa.Text(), server_default="none", nullable=False),
        sa.Column("paper_place", sa.Text(), server_default="", nullable=False),
        sa.Column("paper_ms", BIG, nullable=True),
        sa.Column("advisory", sa.Integer(), server_default="0", nullable=False),
        sa.Column("advice_due", sa.Text(), nullable=True),
        sa.Column("advice_ms", BIG, nullable=True),
        sa.Column("changed_ms", BIG, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outgoing_flows_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_outgoing_flows")),
    )
    op.create_index(op.f("ix_outgoing_flows_content_id"), "outgoing_flows", ["content_id"], unique=False)
    op.create_index("ix_outgoing_flows_state", "outgoing_flows", ["org_code", "state", "changed_ms"], unique=False)


def _outgoing_opinions() -> None:
    op.create_table(
        "outgoing_opinions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("version", BIG, server_default="0", nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("asked_ms", BIG, server_default="0", nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outgoing_opinions_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_opinions")),
    )
    op.create_index(op.f("ix_outgoing_opinions_document_id"), "outgoing_opinions", ["document_id"], unique=False)
    op.create_index(op.f("ix_outgoing_opinions_person_id"), "outgoing_opinions", ["person_id"], unique=False)


def _outgoing_versions() -> None:
    op.create_table(
        "outgoing_versions",
        sa.Column("document_id", BIG, autoincrement=False, nullable=False),
        sa.Column("version", BIG, autoincrement=False, nullable=False),
        sa.Column("made_ms", BIG, server_default="0", nullable=False),
        sa.Column("made_by", BIG, nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_outgoing_versions_document_id")),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_outgoing_versions")),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("content_id", BIG, nullable=True),
        sa.Column("sent_ms", BIG, server_default="0", nullable=False),
        sa.Column("arrived_ms", BIG, nullable=True),
        sa.Column("registered_ms", BIG, nullable=True),
        sa.Column("registered", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_ms", BIG, nullable=True),
        sa.Column("answered_ms", BIG, nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("failed_ms", BIG, nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("reminders", BIG, server_default="0", nullable=False),
        sa.Column("reminded_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_receipts_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint(
            "document_id", "kind", "code", "address", name=op.f("uq_receipts_document_id_kind_code_address")
        ),
    )
    op.create_index(op.f("ix_receipts_content_id"), "receipts", ["content_id"], unique=False)
