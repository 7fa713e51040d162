"""Following up: reminders sent, clerks of waiting letters, daily reports, problems told to the Office, report packs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

# What was told to whom. The unique key is what makes it once, whoever runs and however often.
reminders = Table(
    "reminders",
    metadata,
    id_column(),
    Column("thing", Text, nullable=False),  # task/12, line/7, entry/3, digest …
    Column("occasion", Text, nullable=False),  # T-3@2026-11-30, unread@…, urge@…
    Column("person_id", Big, nullable=False),
    int_column("sent_ms"),
    Column("actor_id", Big),  # who urged; NULL: the clock
    Column("content_id", Big),
    UniqueConstraint("thing", "occasion", "person_id"),
)
Index("ix_reminders_sent", reminders.c.sent_ms)

# Which clerk takes care of a letter that waits for the register (regulation, Article 8). The latest row counts.
entry_clerks = Table(
    "entry_clerks",
    metadata,
    id_column(),
    Column("entry_id", ForeignKey("intake_entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("clerk_id", Big, nullable=False),
    Column("given_by", Big),
    int_column("at_ms"),
    text_column("note"),
)

daily_reports = Table(
    "daily_reports",
    metadata,
    id_column(),
    Column("person_id", Big, nullable=False),
    Column("day", Text, nullable=False),
    text_column("unit_code"),
    int_column("at_ms"),
    bool_column("nothing_new"),  # không phát sinh
    text_column("text"),
)
Index("ix_daily_reports_day", daily_reports.c.day, daily_reports.c.person_id)

problems = Table(
    "problems",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("person_id", Big, nullable=False, index=True),
    text_column("unit_code"),
    Column("title", Text, nullable=False),
    text_column("text"),
    int_column("told_ms"),
    Column("deadline", Text, nullable=False),  # for the answer
    bool_column("is_open", True),
    text_column("answer"),
    Column("answered_by", Big),
    Column("answered_ms", Big),
)
Index("ix_problems_open", problems.c.org_code, problems.c.is_open, problems.c.deadline)

# The weekly and monthly report to the leaders, with the figures as they were when it was made.
report_packs = Table(
    "report_packs",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("kind", Text, nullable=False),  # week, month
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    int_column("made_ms"),
    Column("figures", LargeBinary, nullable=False),  # JSON
    Column("content_id", Big),  # the mail to the leaders
    UniqueConstraint("org_code", "kind", "first_day"),
)
