"""What became of letters, for the postmaster: kept for some days, whatever happens to the letters meanwhile."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from mailsvc.store.schema.base import Big, id_column, int_column, metadata, text_column

# One row for each mail transaction at a door, taken or refused. Addresses are in lower case. No foreign keys: a trace
# outlives what it is about.
traces = Table(
    "traces",
    metadata,
    id_column(),
    Column("at_ms", Big, nullable=False),
    Column("door", Text, nullable=False),  # mx, submission, web, lmtp; house: a report of our own
    text_column("letter"),  # the name told in "Accepted as …" and in the Received field
    Column("content_id", Big),  # None: not taken
    Column("account_id", Big),  # who had logged in
    *(text_column(name) for name in ("ip", "helo", "cipher", "sender")),
    int_column("size"),
    text_column("reply"),  # why nobody at all got it, '' when that is told of each recipient
)
Index("ix_traces_at_ms", traces.c.at_ms)
Index("ix_traces_sender", traces.c.sender, traces.c.at_ms)
Index("ix_traces_content_id", traces.c.content_id)

# What was said of each recipient. An accepted one has the account whose mailbox took it, or waits in the queue.
trace_recipients = Table(
    "trace_recipients",
    metadata,
    Column("trace_id", Big, primary_key=True, autoincrement=False),
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("at_ms", Big, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("account_id", Big),
    text_column("reply"),  # '' when it was taken
    sqlite_with_rowid=False,
)
Index("ix_trace_recipients_recipient", trace_recipients.c.recipient, trace_recipients.c.at_ms)
Index("ix_trace_recipients_account_id", trace_recipients.c.account_id, trace_recipients.c.at_ms)

# Every attempt to give a letter to another server, with what that said. `state` as in the queue, after it.
trace_attempts = Table(
    "trace_attempts",
    metadata,
    id_column(),
    Column("at_ms", Big, nullable=False),
    Column("content_id", Big, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),
    text_column("host"),
    text_column("reply"),
)
Index("ix_trace_attempts_at_ms", trace_attempts.c.at_ms)
Index("ix_trace_attempts_content_id", trace_attempts.c.content_id)
