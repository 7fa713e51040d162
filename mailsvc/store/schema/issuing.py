"""Outgoing documents from draft to receipt: what a `documents` row of direction "out" has beside it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

outgoing_flows = Table(
    "outgoing_flows",
    metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True, autoincrement=False),
    Column("org_code", Text, nullable=False),
    Column("state", Text, nullable=False),  # documents.outgoing.states
    text_column("unit_code"),  # the drafting unit
    Column("drafter_id", Big, nullable=False),
    Column("signer_id", Big),
    text_column("sign_form"),  # '', KT., TL., TUQ., Q., TM.
    text_column("language"),
    text_column("file_code"),  # số và ký hiệu hồ sơ
    int_column("pages"),
    int_column("copies"),  # (7) số lượng bản
    text_column("keeper"),  # (6) đơn vị, người nhận bản lưu
    int_column("version"),  # the newest version of the files; 0: none yet
    int_column("signed_version"),
    Column("signed_ms", Big),
    Column("number_id", Big),
    Column("numbered_ms", Big),
    Column("issued_ms", Big),
    Column("content_id", Big, index=True),  # the letter it was issued with
    Column("recalled_ms", Big),
    text_column("paper_state", "none"),  # none, submitted, signed, stored
    text_column("paper_place"),
    Column("paper_ms", Big),
    bool_column("advisory"),  # văn bản tham mưu
    Column("advice_due", Text),
    Column("advice_ms", Big),  # first submitted to the leaders
    int_column("changed_ms"),
)
Index("ix_outgoing_flows_state", outgoing_flows.c.org_code, outgoing_flows.c.state, outgoing_flows.c.changed_ms)

outgoing_versions = Table(
    "outgoing_versions",
    metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True, autoincrement=False),
    Column("version", Big, primary_key=True, autoincrement=False),
    int_column("made_ms"),
    Column("made_by", Big),
    text_column("note"),
)

outgoing_files = Table(
    "outgoing_files",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    int_column("version"),
    int_column("position"),
    Column("content_id", Big, nullable=False),
    Column("path", Text, nullable=False),  # message.attachments path inside the content
    Column("name", Text, nullable=False),
    text_column("content_type"),
    int_column("size"),
    Column("sha256", Text, nullable=False),
    text_column("role"),  # original (the Word file), annex, signed (the signed scan)
    text_column("encoding"),  # a legacy font found in it
    UniqueConstraint("document_id", "version", "position"),
)

# What was decided about which version. Rows are only ever added.
outgoing_decisions = Table(
    "outgoing_decisions",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    int_column("version"),
    Column("step", Text, nullable=False),  # content, format, leader, paper
    Column("verdict", Text, nullable=False),  # approved, returned
    Column("actor_id", Big),
    text_column("post"),
    int_column("at_ms"),
    text_column("text"),
    text_column("sheet", "{}"),
)

outgoing_opinions = Table(
    "outgoing_opinions",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    int_column("version"),
    Column("person_id", Big, nullable=False, index=True),
    Column("asked_by", Big),
    int_column("asked_ms"),
    text_column("question"),
    Column("due", Text),
    text_column("verdict"),  # '', agree, change, disagree
    text_column("text"),
    Column("answered_ms", Big),
)

# The register of outgoing documents and that of copies: every number that was ever given, also cancelled ones.
issued_numbers = Table(
    "issued_numbers",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("series", Text, nullable=False),
    int_column("year"),
    int_column("number"),
    text_column("suffix"),
    Column("day", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("notation", Text, nullable=False),
    Column("document_id", Big, index=True),
    text_column("type_name"),
    text_column("subject"),
    text_column("signer"),
    text_column("recipients"),
    text_column("keeper"),
    int_column("copies"),
    text_column("moved"),  # (8) ngày chuyển
    text_column("note"),
    int_column("given_ms"),
    Column("given_by", Big),
    text_column("state", "given"),  # given, cancelled
    text_column("reason"),
    text_column("folded"),
    UniqueConstraint("org_code", "series", "year", "number", "suffix"),
)
Index("ix_issued_numbers_day", issued_numbers.c.org_code, issued_numbers.c.year, issued_numbers.c.day)

receipts = Table(
    "receipts",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("kind", Text, nullable=False),  # unit, person, outside
    text_column("code"),  # unit code, account id
    Column("name", Text, nullable=False),
    text_column("address"),  # '' on paper only
    Column("account_id", Big),
    Column("content_id", Big, index=True),
    int_column("sent_ms"),
    Column("arrived_ms", Big),
    Column("registered_ms", Big),
    text_column("registered"),  # the receiver's số đến
    Column("opened_ms", Big),
    Column("answered_ms", Big),
    text_column("answer"),
    Column("failed_ms", Big),
    text_column("reply"),
    int_column("reminders"),
    Column("reminded_ms", Big),
    UniqueConstraint("document_id", "kind", "code", "address"),
)

document_relations = Table(
    "document_relations",
    metadata,
    id_column(),
    Column("from_id", ForeignKey("documents.id"), nullable=False),
    Column("to_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # answers, recalls, corrects, replaces, amends, repeals
    int_column("at_ms"),
    Column("actor_id", Big),
    text_column("note"),
    UniqueConstraint("from_id", "to_id", "kind"),
)

document_copies = Table(
    "document_copies",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("form", Text, nullable=False),  # SY, TrS, SL
    Column("of_copy_id", Big),  # a sao lục is made of a sao y
    Column("number_id", ForeignKey("issued_numbers.id"), nullable=False),
    text_column("excerpt"),
    text_column("signer"),
    text_column("purpose"),
    int_column("made_ms"),
    Column("made_by", Big),
    Column("content_id", Big),
    text_column("path"),
    text_column("name"),
    int_column("size"),
    text_column("sha256"),
)
