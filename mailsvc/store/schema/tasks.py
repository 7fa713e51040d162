"""Tasks (giao việc): what was given to whom, and everything that was done about it. What was sent is never changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from mailsvc.store.schema.base import Big, bool_column, id_column, int_column, metadata, text_column

# `deadline` is the one that counts now, `first_deadline` the one it was sent with; `judged_deadline` moves only by an
# extension that was granted in time (regulation, Article 14).
tasks = Table(
    "tasks",
    metadata,
    id_column(),
    Column("org_code", Text, nullable=False),
    Column("assigner_id", Big, nullable=False),
    text_column("assigner_post"),  # as it was on the day
    Column("title", Text, nullable=False),
    text_column("content"),
    Column("document_id", Big, index=True),
    text_column("priority", "thuong"),
    bool_column("advisory"),  # văn bản tham mưu
    Column("first_deadline", Text),
    Column("deadline", Text),
    Column("judged_deadline", Text),
    text_column("state", "sent"),  # sent, working, reported, done, refused, withdrawn
    bool_column("is_open", True),
    int_column("sent_ms"),
    Column("reported_ms", Big),  # the report that stands
    Column("ended_ms", Big),
    text_column("grade"),
    text_column("closing"),  # the assigner's words at the end
    Column("token", Text, nullable=False, unique=True),  # names the mail about it; a reply bears it
    Column("content_id", Big, index=True),  # that mail
    int_column("version", 1),
)
Index("ix_tasks_assigner", tasks.c.assigner_id, tasks.c.is_open, tasks.c.deadline)
Index("ix_tasks_open", tasks.c.is_open, tasks.c.deadline)
Index("ix_tasks_sent", tasks.c.org_code, tasks.c.sent_ms)

task_people = Table(
    "task_people",
    metadata,
    id_column(),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Big, nullable=False),
    Column("meant_for_id", Big),  # who was chosen, when a substitute got it
    text_column("unit_code"),  # the person's on the day
    Column("role", Text, nullable=False),  # lead, cooperate
    bool_column("is_open", True),
    Column("acknowledged_ms", Big),
    Column("refused_ms", Big),
    text_column("refusal"),
    int_column("percent"),
    Column("reported_ms", Big),
    UniqueConstraint("task_id", "person_id"),
)
Index("ix_task_people_person", task_people.c.person_id, task_people.c.is_open)
Index("ix_task_people_unit", task_people.c.unit_code, task_people.c.is_open)

task_events = Table(
    "task_events",
    metadata,
    id_column(),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    int_column("at_ms"),
    Column("actor_id", Big),
    Column("kind", Text, nullable=False),
    text_column("text"),
    Column("content_id", Big),  # the mail it came by
)

task_files = Table(
    "task_files",
    metadata,
    id_column(),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("event_id", Big),
    int_column("position"),
    Column("content_id", Big, nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    text_column("content_type"),
    int_column("size"),
    Column("sha256", Text, nullable=False),
    text_column("role"),  # given, result
)

# More time asked for, or lateness contested.
task_requests = Table(
    "task_requests",
    metadata,
    id_column(),
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # extension, appeal
    Column("asker_id", Big, nullable=False),
    int_column("asked_ms"),
    Column("wanted", Text),  # the new deadline
    Column("old_deadline", Text),
    text_column("reason"),
    text_column("state", "asked"),  # asked, granted, refused, moot
    Column("granted", Text),  # the deadline given
    Column("decided_by", Big),
    Column("decided_ms", Big),
    text_column("answer"),
)
Index("ix_task_requests_state", task_requests.c.state, task_requests.c.kind)
