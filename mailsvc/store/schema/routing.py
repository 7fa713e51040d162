"""The way of an incoming document after the register: its state, directions, transfer lines, requests, opinions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

# One row for each incoming document: where it stands. `version` rises with every act that decides about the whole.
flows = Table(
    "flows",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("org_code", Text, nullable=False),
    text_column("state", "registered"),  # registered, submitted, directed, done, filed, cancelled
    int_column("registered_ms"),
    Column("submitted_ms", Big),
    Column("directed_ms", Big),
    Column("closed_ms", Big),
    Column("closed_by", Big),
    text_column("closed_how"),  # file, consent, known (nhận để biết)
    text_column("closed_why"),
    Column("deadline", Text),  # that of the lead
    text_column("paper", "none"),  # none, not_submitted, submitted, transferred, stored
    text_column("paper_place"),
    text_column("paper_box"),
    int_column("version", 1),
)
Index("ix_flows_org_state", flows.c.org_code, flows.c.state, flows.c.document_id)
Index("ix_flows_org_deadline", flows.c.org_code, flows.c.state, flows.c.deadline)

# What was decided at one moment: a submission (trình), a direction (bút phê), a transfer, an assignment.
directions = Table(
    "directions",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("line_id", Big),  # the line it was made under; None for the whole document
    Column("kind", Text, nullable=False),  # submission, direction, transfer, assignment, forward, reassignment
    Column("author_id", Big),
    int_column("at_ms"),
    text_column("text"),
    Column("token", Text, nullable=False, unique=True),  # names the mail about it; a reply bears it
    Column("content_id", Big, index=True),  # that mail
)

# One receiver of a document (lượt chuyển). `holder_id` is whose turn it is: the receiver, after a report or a return
# the assigner, nobody once it is closed.
transfers = Table(
    "transfers",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("direction_id", ForeignKey("directions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", Big, index=True),
    Column("role", Text, nullable=False),  # leader (xin chỉ đạo), lead, cooperate, inform
    Column("assigner_id", Big, nullable=False),
    Column("assignee_id", Big, nullable=False),
    text_column("unit_code"),  # set when it goes to a unit and not to a person
    Column("meant_for_id", Big),  # who was chosen, when a substitute got it
    Column("holder_id", Big),
    text_column("state", "unread"),  # unread, read, progress, reported, then closed, returned, forwarded, recalled …
    bool_column("is_open", True),
    Column("deadline", Text),
    int_column("progress"),  # percent
    int_column("sent_ms"),
    Column("read_ms", Big),
    Column("reported_ms", Big),
    Column("ended_ms", Big),
    text_column("reason"),  # why returned, recalled, withdrawn
    int_column("version", 1),
)
Index("ix_transfers_holder", transfers.c.holder_id, transfers.c.deadline)
Index("ix_transfers_assigner", transfers.c.assigner_id, transfers.c.is_open, transfers.c.deadline)
Index("ix_transfers_assignee", transfers.c.assignee_id, transfers.c.is_open, transfers.c.deadline)
Index("ix_transfers_open", transfers.c.is_open, transfers.c.deadline)
Index("ix_transfers_sent", transfers.c.sent_ms)
Index("ix_transfers_reported", transfers.c.reported_ms)
Index("ix_transfers_ended", transfers.c.ended_ms)

# Something asked of somebody else: more time, a transfer given back after it was read, closing without an answer.
requests = Table(
    "requests",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("line_id", ForeignKey("transfers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # extension, recall, no_answer
    Column("asker_id", Big, nullable=False),
    Column("decider_id", Big, nullable=False),
    int_column("asked_ms"),
    Column("wanted", Text),  # the new deadline
    text_column("reason"),
    text_column("state", "asked"),  # asked, granted, refused, moot
    Column("decided_by", Big),
    Column("decided_ms", Big),
    text_column("answer"),
)
Index("ix_requests_decider", requests.c.decider_id, requests.c.state)
Index("ix_requests_asker", requests.c.asker_id, requests.c.state)

# What people said on the document. `content_id` is the mail it came by.
opinions = Table(
    "opinions",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("line_id", Big),
    Column("author_id", Big, nullable=False),
    int_column("at_ms"),
    Column("kind", Text, nullable=False),  # opinion, report
    text_column("text"),
    Column("content_id", Big, index=True),
)
