"""Intake entries, registered documents, number series."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from mailsvc.store.schema.base import Big, id_column, int_column, metadata, text_column

intake_entries = Table(
    "intake_entries",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),  # the organisation whose register it waits for
    Column("content_id", ForeignKey("contents.id"), nullable=False, index=True),
    Column("mailbox_id", Big),  # where the clerks see it
    Column("uid", Big),
    Column("channel", Text, nullable=False),  # email, forward, folder
    Column("status", Text, nullable=False, server_default="waiting"),  # waiting, registered, dismissed, held
    text_column("mail_class"),
    int_column("received_ms"),
    Column("actor_id", Big),  # the clerk who forwarded or filed it
    text_column("sender_name"),
    text_column("sender_address"),
    text_column("subject"),
    Column("sent_ms", Big),
    text_column("original_message_id"),
    text_column("reason"),  # why held or dismissed
    Column("duplicate_of", Big),
    Column("document_id", Big),
    text_column("extract_state", "pending"),  # pending, done, failed
    int_column("extract_attempts"),
    int_column("lease_until_ms"),
    text_column("proposal", "{}"),  # the proposed metadata, keys of documents.extraction
    text_column("code_key"),  # folded number, notation, organisation and year, for duplicates
    int_column("version", 1),
)
Index("ix_intake_entries_status", intake_entries.c.org_code, intake_entries.c.status, intake_entries.c.received_ms)
Index("ix_intake_entries_extract", intake_entries.c.extract_state, intake_entries.c.lease_until_ms)
Index("ix_intake_entries_code_key", intake_entries.c.code_key)

intake_files = Table(
    "intake_files",
    metadata,
    id_column(),
    Column("entry_id", ForeignKey("intake_entries.id", ondelete="CASCADE"), nullable=False, index=True),
    int_column("position"),
    Column("path", Text, nullable=False),  # message.attachments path inside the content
    Column("name", Text, nullable=False),
    text_column("content_type"),
    int_column("size"),
    Column("sha256", Text, nullable=False, index=True),
    text_column("role"),
)

documents = Table(
    "documents",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("direction", Text, nullable=False),  # in, out
    int_column("year"),
    int_column("arrival_number"),
    text_column("arrival_date"),
    text_column("type_name"),
    text_column("type_abbr"),
    text_column("number"),
    text_column("notation"),
    text_column("code"),
    Column("issue_date", Text),
    text_column("issuer"),
    text_column("subject"),
    text_column("signer"),
    text_column("urgency", "thuong"),
    Column("deadline", Text),
    text_column("recipients"),  # (7) unit or person who receives it
    text_column("transfer_date"),  # (8)
    text_column("receipt_signed"),  # (9)
    text_column("note"),  # (10)
    Column("entry_id", Big, index=True),
    Column("content_id", Big, index=True),
    int_column("registered_ms"),
    Column("registered_by", Big),
    text_column("folded"),  # what the register's search looks in
    text_column("code_key"),
    int_column("version", 1),
    UniqueConstraint("org_code", "direction", "year", "arrival_number"),
)
Index("ix_documents_code_key", documents.c.code_key)
Index(
    "ix_documents_arrival", documents.c.org_code, documents.c.direction, documents.c.arrival_date, documents.c.type_name
)

# What the search of a register reads instead of whole documents: nothing else may choose so wide an index, hence the
# condition. PostgreSQL refuses to index long texts.
Index(
    "ix_documents_words",
    *(documents.c[name] for name in ("org_code", "direction", "year", "arrival_number", "folded")),
    sqlite_where=text("folded <> ''"),
).ddl_if(dialect="sqlite")

document_files = Table(
    "document_files",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    int_column("position"),
    Column("content_id", Big, nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    text_column("content_type"),
    int_column("size"),
    Column("sha256", Text, nullable=False, index=True),
    text_column("role"),
)

document_events = Table(
    "document_events",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    int_column("at_ms"),
    Column("actor_id", Big),
    Column("kind", Text, nullable=False),
    text_column("text"),
    text_column("post"),  # the post the person acted in
    text_column("capacity"),  # "thừa ủy quyền của …", '' in his own right
    Column("audit_id", Big),  # the link of the audit chain that vouches for the row
)

number_series = Table(
    "number_series",
    metadata,
    Column("org_code", Text, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("year", Big, primary_key=True, autoincrement=False),
    int_column("last_number"),
)
