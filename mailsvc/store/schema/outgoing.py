"""The queue of outgoing mail."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

queue = Table(
    "queue",
    metadata,
    id_column(),
    Column("content_id", ForeignKey("contents.id"), nullable=False, index=True),
    Column("sender", Text, nullable=False),  # "" is the null sender
    Column("recipient", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),  # waiting, sent, failed
    int_column("created_ms"),
    int_column("next_ms"),
    int_column("attempts"),
    int_column("lease_until_ms"),
    text_column("lease_owner"),
    text_column("last_reply"),
    text_column("last_host"),
    text_column("notify"),  # RFC 3461 §4.1, upper case, joined by commas
    text_column("orcpt"),
    text_column("ret"),
    text_column("envid"),
    bool_column("smtputf8"),
    bool_column("delay_told"),
    int_column("done_ms"),
    Column("account_id", Big),  # who submitted it; 0 is the house itself, NULL somebody outside
    int_column("return_path_size"),  # octets in front of the content that do not leave the house
)
Index("ix_queue_state_next_ms", queue.c.state, queue.c.next_ms)
Index("ix_queue_domain", queue.c.domain, queue.c.state, queue.c.next_ms)
