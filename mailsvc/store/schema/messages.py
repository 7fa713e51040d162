"""Contents, mailboxes and placements."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

contents = Table(
    "contents",
    metadata,
    id_column(),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of the bytes
    int_column("size"),
    int_column("header_end"),
    int_column("created_ms"),
    Column("envelope", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("bodystructure", LargeBinary, nullable=False),
    Column("parts", LargeBinary, nullable=False),  # message.scan.pack_parts
    Column("sent_ms", Big),
    text_column("subject"),
    text_column("from_name"),
    text_column("from_address"),
    text_column("to_text"),
    text_column("message_id"),
    text_column("preview"),
    int_column("attachment_count"),
    int_column("thread_id"),
    Column("purged_ms", Big),  # when its bytes were destroyed; the row stays
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

# Contents whose row in search_texts is still to be made, see store.late_texts.
late_texts = Table(
    "late_texts",
    metadata,
    Column("content_id", ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)

# What messages are sorted, threaded and found by, see store.letter_keys; narrow, so that a mailbox is read in one go.
letter_keys = Table(
    "letter_keys",
    metadata,
    Column("content_id", ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sent_ms", Big),
    int_column("reply"),  # 1: a reply or forward by its subject
    *(text_column(name) for name in ("base_subject", "from_mailbox", "to_mailbox", "cc_mailbox")),
    *(text_column(name) for name in ("from_display", "to_display", "message_id", "parents")),
    *(Column(name, Text) for name in ("subject", "senders", "receivers", "copies", "hidden")),
    *(Column(name + "_folded", Text) for name in ("subject", "senders", "receivers", "copies", "hidden")),
)

thread_members = Table(
    "thread_members",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("thread_id", Big, nullable=False, index=True),
)

# The thread a letter was in before its thread was joined to another: an identifier once told stays (RFC 8474 §5.2).
told_threads = Table(
    "told_threads",
    metadata,
    Column("content_id", ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("thread_id", Big, nullable=False),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    id_column(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),  # full path, levels joined by "/", NFC; the inbox is INBOX
    text_column("special_use"),  # \Sent, \Drafts …
    text_column("kind"),  # "" or "intake": what is put there becomes an intake entry
    int_column("uidvalidity"),
    int_column("uidnext", 1),
    int_column("modseq", 1),
    int_column("recent_uid", 1),  # the first UID that no session has been told of as recent
    int_column("messages"),
    int_column("unseen"),
    int_column("size"),
    int_column("created_ms"),
    bool_column("selectable", True),
    int_column("private_flags", -1),  # bits that are each guest's own; -1: as the setting says
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
    int_column("modseq"),
    int_column("flags"),  # bits, see store.flags
    text_column("keywords"),  # keywords in order, joined by blanks
    int_column("size"),
    int_column("internal_ms"),
    int_column("saved_ms"),
    sqlite_with_rowid=False,
)
Index("ix_placements_modseq", placements.c.mailbox_id, placements.c.modseq)
Index("ix_placements_content_id", placements.c.content_id)
Index("ix_placements_date", placements.c.mailbox_id, placements.c.internal_ms, placements.c.uid)

expunged = Table(
    "expunged",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("modseq", Big, primary_key=True, autoincrement=False),
    Column("uid", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
