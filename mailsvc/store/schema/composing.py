"""Letters that wait to be sent, texts kept for writing, and what may be undone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, id_column, int_column, metadata, text_column

held_sends = Table(
    "held_sends",
    metadata,
    id_column(),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),  # who pressed "Gửi"
    Column("message_id", Text, nullable=False),
    int_column("send_ms"),  # when it leaves
    int_column("try_ms"),  # when it is looked at next: send_ms, later after trouble
    int_column("attempts"),
    int_column("created_ms"),
    int_column("scheduled"),  # 1: a chosen time; 0: the few seconds of undoing
    Column("sender", Text, nullable=False),
    Column("recipients", Text, nullable=False),  # envelope addresses, one a line
    Column("shown_to", Text, nullable=False, server_default=""),  # as the list shows them
    Column("content_id", ForeignKey("contents.id"), nullable=False),  # what leaves
    Column("sent_content_id", ForeignKey("contents.id"), nullable=False),  # what lies in "Đã gửi"
    Column("draft_content_id", ForeignKey("contents.id"), nullable=False),  # what comes back
    Column("sent_mailbox_id", Big, nullable=False),
    int_column("draft_mailbox_id"),  # the shared mailbox it was written in, 0: one's own drafts
    int_column("return_path_size"),
    int_column("trace_size"),
    int_column("smtputf8"),
    text_column("origin"),  # "mailbox.uid" of the letter that is answered or forwarded
    text_column("way"),
    UniqueConstraint("account_id", "message_id"),
)
Index("ix_held_sends_try_ms", held_sends.c.try_ms)
Index("ix_held_sends_content_id", held_sends.c.content_id)

letter_templates = Table(
    "letter_templates",
    metadata,
    id_column(),
    # The person, or the shared mailbox of a unit whose members all use it.
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    text_column("subject"),
    text_column("html"),
    int_column("changed_ms"),
)

# How a portion of what somebody did with letters is undone, see store.ways_back.
ways_back = Table(
    "ways_back",
    metadata,
    id_column(),
    Column("token", Text, nullable=False, index=True),  # one act has many portions
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("act", Text, nullable=False),  # JSON
    Column("expires_ms", Big, nullable=False, index=True),
)
