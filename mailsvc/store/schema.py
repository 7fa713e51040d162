"""The tables. Every aggregate has a module of its own beside this file that alone reads and writes its tables.

Times are integers, milliseconds since 1970 UTC, in columns that end in `_ms`; calendar days are ISO text.
Changes to this file need a migration in migrations/versions; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives 64-bit row ids only to columns declared INTEGER.
Big = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", Big, primary_key=True, autoincrement=True)


def _int(name: str, default: int = 0) -> Column[int]:
    return Column(name, Big, nullable=False, server_default=str(default))


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _bool(name: str, default: bool = False) -> Column[int]:
    """Zero or one. An integer in both databases, so that sums and indexes read the same."""
    return Column(name, Integer, nullable=False, server_default="1" if default else "0")


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# ---- people and units ---------------------------------------------------------------------------------------
units = Table(
    "units",
    metadata,
    _id(),
    Column("code", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _text("parent_code"),
    _text("notation"),
    _text("email"),
    _text("note"),
    UniqueConstraint("code", "valid_from"),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("username", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # person, unit (shared mailbox of a unit), role (shared mailbox of a role)
    Column("full_name", Text, nullable=False),
    _text("unit_code"),
    _text("position"),
    _text("phone"),
    _text("note"),
    _bool("active", True),
    _int("quota_bytes"),  # 0: without limit
    _int("used_bytes"),
    _text("argon2"),
    Column("scram_salt", LargeBinary, nullable=False, server_default=""),
    _int("scram_iterations"),
    Column("scram_stored_key", LargeBinary, nullable=False, server_default=""),
    Column("scram_server_key", LargeBinary, nullable=False, server_default=""),
    _int("credential_version"),
    _int("created_ms"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),  # lower case, without subaddress
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    _bool("is_primary"),
)

account_roles = Table(
    "account_roles",
    metadata,
    _id(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    _text("unit_code"),
    _text("valid_from"),
    Column("valid_to", Text),
)

# Who may open and use a shared mailbox, or send in the name of another person.
grants = Table(
    "grants",
    metadata,
    Column("owner_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("grantee_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    _bool("can_read", True),
    _bool("can_send"),
    _text("valid_from"),
    Column("valid_to", Text),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    _int("created_ms"),
    _int("seen_ms"),
    _int("expires_ms"),
    _text("peer"),
    _text("agent"),
    _int("credential_version"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _int("at_ms"),
    Column("actor_id", Big),
    Column("action", Text, nullable=False),
    _text("object"),
    _text("detail", "{}"),
    Index("ix_audit_object", "object"),
)

# ---- messages -----------------------------------------------------------------------------------------------
contents = Table(
    "contents",
    metadata,
    _id(),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of the bytes
    _int("size"),
    _int("header_end"),
    _int("created_ms"),
    Column("envelope", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("bodystructure", LargeBinary, nullable=False),
    Column("parts", LargeBinary, nullable=False),  # message.scan.pack_parts
    Column("sent_ms", Big),
    _text("subject"),
    _text("from_name"),
    _text("from_address"),
    _text("to_text"),
    _text("message_id"),
    _text("preview"),
    _int("attachment_count"),
    _int("thread_id"),
    sqlite_autoincrement=True,  # the search watermark needs ids that never come back
)
Index("ix_contents_message_id", contents.c.message_id)
Index("ix_contents_thread_id", contents.c.thread_id)

# Small messages lie here, so that one commit makes many of them durable; large ones are blobs named by digest.
content_bytes = Table(
    "content_bytes",
    metadata,
    Column("content_id", ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

# head: "name: value" lines; body: text of all text parts. Lower case NFC; the folded form is NULL when equal.
search_texts = Table(
    "search_texts",
    metadata,
    Column("content_id", ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("head", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("head_folded", Text),
    Column("body_folded", Text),
)

thread_members = Table(
    "thread_members",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("thread_id", Big, nullable=False, index=True),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    _id(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),  # full path, levels joined by "/", NFC; the inbox is INBOX
    _text("special_use"),  # \Sent, \Drafts …
    _text("kind"),  # "" or "intake": what is put there becomes an intake entry
    _int("uidvalidity"),
    _int("uidnext", 1),
    _int("modseq", 1),
    _int("recent_uid", 1),  # the first UID that no session has been told of as recent
    _int("messages"),
    _int("unseen"),
    _int("size"),
    _int("created_ms"),
    _bool("selectable", True),
    UniqueConstraint("account_id", "name"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
)

placements = Table(
    "placements",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("uid", Big, primary_key=True, autoincrement=False),
    Column("content_id", ForeignKey("contents.id"), nullable=False),
    _int("modseq"),
    _int("flags"),  # bits, see store.flags
    _text("keywords"),  # keywords in order, joined by blanks
    _int("size"),
    _int("internal_ms"),
    _int("saved_ms"),
    sqlite_with_rowid=False,
)
Index("ix_placements_modseq", placements.c.mailbox_id, placements.c.modseq)
Index("ix_placements_content_id", placements.c.content_id)

expunged = Table(
    "expunged",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("modseq", Big, primary_key=True, autoincrement=False),
    Column("uid", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# ---- outgoing mail ------------------------------------------------------------------------------------------
queue = Table(
    "queue",
    metadata,
    _id(),
    Column("content_id", ForeignKey("contents.id"), nullable=False, index=True),
    Column("sender", Text, nullable=False),  # "" is the null sender
    Column("recipient", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),  # waiting, sent, failed
    _int("created_ms"),
    _int("next_ms"),
    _int("attempts"),
    _int("lease_until_ms"),
    _text("lease_owner"),
    _text("last_reply"),
    _text("last_host"),
    _text("notify"),  # RFC 3461 §4.1, upper case, joined by commas
    _text("orcpt"),
    _text("ret"),
    _text("envid"),
    _bool("smtputf8"),
    _bool("delay_told"),
    _int("done_ms"),
    Column("account_id", Big),  # who submitted it; 0 is the house itself, NULL somebody outside
    _int("return_path_size"),  # octets in front of the content that do not leave the house
)
Index("ix_queue_state_next_ms", queue.c.state, queue.c.next_ms)
Index("ix_queue_domain", queue.c.domain, queue.c.state, queue.c.next_ms)

# ---- documents ----------------------------------------------------------------------------------------------
intake_entries = Table(
    "intake_entries",
    metadata,
    _id(),
    Column("org_code", Text, nullable=False),  # the organisation whose register it waits for
    Column("content_id", ForeignKey("contents.id"), nullable=False, index=True),
    Column("mailbox_id", Big),  # where the clerks see it
    Column("uid", Big),
    Column("channel", Text, nullable=False),  # email, forward, folder
    Column("status", Text, nullable=False, server_default="waiting"),  # waiting, registered, dismissed, held
    _text("mail_class"),
    _int("received_ms"),
    Column("actor_id", Big),  # the clerk who forwarded or filed it
    _text("sender_name"),
    _text("sender_address"),
    _text("subject"),
    Column("sent_ms", Big),
    _text("original_message_id"),
    _text("reason"),  # why held or dismissed
    Column("duplicate_of", Big),
    Column("document_id", Big),
    _text("extract_state", "pending"),  # pending, done, failed
    _int("extract_attempts"),
    _int("lease_until_ms"),
    _text("proposal", "{}"),  # the proposed metadata, keys of documents.extraction
    _text("code_key"),  # folded number, notation, organisation and year, for duplicates
    _int("version", 1),
)
Index("ix_intake_entries_status", intake_entries.c.org_code, intake_entries.c.status, intake_entries.c.received_ms)
Index("ix_intake_entries_extract", intake_entries.c.extract_state, intake_entries.c.lease_until_ms)
Index("ix_intake_entries_code_key", intake_entries.c.code_key)

intake_files = Table(
    "intake_files",
    metadata,
    _id(),
    Column("entry_id", ForeignKey("intake_entries.id", ondelete="CASCADE"), nullable=False, index=True),
    _int("position"),
    Column("path", Text, nullable=False),  # message.attachments path inside the content
    Column("name", Text, nullable=False),
    _text("content_type"),
    _int("size"),
    Column("sha256", Text, nullable=False, index=True),
    _text("role"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    Column("org_code", Text, nullable=False),
    Column("direction", Text, nullable=False),  # in, out
    _int("year"),
    _int("arrival_number"),
    _text("arrival_date"),
    _text("type_name"),
    _text("type_abbr"),
    _text("number"),
    _text("notation"),
    _text("code"),
    Column("issue_date", Text),
    _text("issuer"),
    _text("subject"),
    _text("signer"),
    _text("urgency", "thuong"),
    Column("deadline", Text),
    _text("recipients"),  # (7) unit or person who receives it
    _text("transfer_date"),  # (8)
    _text("receipt_signed"),  # (9)
    _text("note"),  # (10)
    Column("entry_id", Big, index=True),
    Column("content_id", Big, index=True),
    _int("registered_ms"),
    Column("registered_by", Big),
    _text("folded"),  # what the register's search looks in
    _text("code_key"),
    _int("version", 1),
    UniqueConstraint("org_code", "direction", "year", "arrival_number"),
)
Index("ix_documents_code_key", documents.c.code_key)

document_files = Table(
    "document_files",
    metadata,
    _id(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    _int("position"),
    Column("content_id", Big, nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    _text("content_type"),
    _int("size"),
    Column("sha256", Text, nullable=False, index=True),
    _text("role"),
)

document_events = Table(
    "document_events",
    metadata,
    _id(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    _int("at_ms"),
    Column("actor_id", Big),
    Column("kind", Text, nullable=False),
    _text("text"),
)

number_series = Table(
    "number_series",
    metadata,
    Column("org_code", Text, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("year", Big, primary_key=True, autoincrement=False),
    _int("last_number"),
)

__all__ = [
    "account_roles",
    "accounts",
    "addresses",
    "audit",
    "content_bytes",
    "contents",
    "document_events",
    "document_files",
    "documents",
    "expunged",
    "grants",
    "intake_entries",
    "intake_files",
    "mailboxes",
    "meta",
    "metadata",
    "number_series",
    "placements",
    "queue",
    "search_texts",
    "subscriptions",
    "thread_members",
    "units",
    "web_sessions",
]
