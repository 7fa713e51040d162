"""Tasks; reminders, clerks of waiting letters, daily reports, problems, report packs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tasks()
    _task_people()
    _task_events()
    _task_files()
    _task_requests()
    _reminders()
    _entry_clerks()
    _daily_reports()
    _problems()
    _report_packs()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("assigner_id", BIG, nullable=False),
        sa.Column("assigner_post", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("priority", sa.Text(), server_default="thuong", nullable=False),
        sa.Column("advisory", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_deadline", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=True),
        sa.Column("judged_deadline", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sent_ms", BIG, server_default="0", nullable=False),
        sa.Column("reported_ms", BIG, nullable=True),
        sa.Column("ended_ms", BIG, nullable=True),
        sa.Column("grade", sa.Text(), server_default="", nullable=False),
        sa.Column("closing", sa.Text(), server_default="", nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("content_id", BIG, nullable=True),
        sa.Column("version", BIG, server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("token", name=op.f("uq_tasks_token")),
    )
    op.create_index("ix_tasks_assigner", "tasks", ["assigner_id", "is_open", "deadline"], unique=False)
    op.create_index("ix_tasks_content_id", "tasks", ["content_id"], unique=False)
    op.create_index("ix_tasks_document_id", "tasks", ["document_id"], unique=False)
    op.create_index("ix_tasks_open", "tasks", ["is_open", "deadline"], unique=False)
    op.create_index("ix_tasks_sent", "tasks", ["org_code", "sent_ms"], unique=False)


def _task_people() -> None:
    op.create_table(
        "task_people",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("meant_for_id", BIG, nullable=True),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("acknowledged_ms", BIG, nullable=True),
        sa.Column("refused_ms", BIG, nullable=True),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.Column("percent", BIG, server_default="0", nullable=False),
        sa.Column("reported_ms", BIG, nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_people_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_people")),
        sa.UniqueConstraint("task_id", "person_id", name=op.f("uq_task_people_task_id_person_id")),
    )
    op.create_index("ix_task_people_person", "task_people", ["person_id", "is_open"], unique=False)
    op.create_index("ix_task_people_unit", "task_people", ["unit_code", "is_open"], unique=False)


def _task_events() -> None:
    op.create_table(
        "task_events",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("content_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_events_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_events")),
    )
    op.create_index("ix_task_events_task_id", "task_events", ["task_id"], unique=False)


def _task_files() -> None:
    op.create_table(
        "task_files",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("position", BIG, server_default="0", nullable=False),
        sa.Column("content_id", BIG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", BIG, server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_files_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_files")),
    )
    op.create_index("ix_task_files_task_id", "task_files", ["task_id"], unique=False)


def _task_requests() -> None:
    op.create_table(
        "task_requests",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asker_id", BIG, nullable=False),
        sa.Column("asked_ms", BIG, server_default="0", nullable=False),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("old_deadline", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("granted", sa.Text(), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_ms", BIG, nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_requests_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_requests")),
    )
    op.create_index("ix_task_requests_state", "task_requests", ["state", "kind"], unique=False)
    op.create_index("ix_task_requests_task_id", "task_requests", ["task_id"], unique=False)


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("sent_ms", BIG, server_default="0", nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("content_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("thing", "occasion", "person_id", name=op.f("uq_reminders_thing_occasion_person_id")),
    )
    op.create_index("ix_reminders_sent", "reminders", ["sent_ms"], unique=False)


def _entry_clerks() -> None:
    op.create_table(
        "entry_clerks",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("clerk_id", BIG, nullable=False),
        sa.Column("given_by", BIG, nullable=True),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["intake_entries.id"], name=op.f("fk_entry_clerks_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_clerks")),
    )
    op.create_index("ix_entry_clerks_entry_id", "entry_clerks", ["entry_id"], unique=False)


def _daily_reports() -> None:
    op.create_table(
        "daily_reports",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", BIG, server_default="0", nullable=False),
        sa.Column("nothing_new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_reports")),
    )
    op.create_index("ix_daily_reports_day", "daily_reports", ["day", "person_id"], unique=False)


def _problems() -> None:
    op.create_table(
        "problems",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("unit_code", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("told_ms", BIG, server_default="0", nullable=False),
        sa.Column("deadline", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", BIG, nullable=True),
        sa.Column("answered_ms", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problems")),
    )
    op.create_index("ix_problems_open", "problems", ["org_code", "is_open", "deadline"], unique=False)
    op.create_index("ix_problems_person_id", "problems", ["person_id"], unique=False)


def _report_packs() -> None:
    op.create_table(
        "report_packs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("org_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("made_ms", BIG, server_default="0", nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("content_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_packs")),
        sa.UniqueConstraint("org_code", "kind", "first_day", name=op.f("uq_report_packs_org_code_kind_first_day")),
    )
