"""The tables. Every aggregate has a module of its own in `store/` that alone reads and writes its tables.

Times are integers, milliseconds since 1970 UTC, in columns that end in `_ms`; calendar days are ISO text.
Changes to this package need a migration in migrations/versions; a test compares the two.
"""

from __future__ import annotations

from mailsvc.store.schema.access import (
    address_groups,
    app_passwords,
    group_members,
    recovery_codes,
    second_factors,
    vacation_answers,
    vacations,
)
from mailsvc.store.schema.base import meta, metadata
from mailsvc.store.schema.composing import held_sends, letter_templates, ways_back
from mailsvc.store.schema.documents import (
    document_events,
    document_files,
    documents,
    intake_entries,
    intake_files,
    number_series,
)
from mailsvc.store.schema.following import daily_reports, entry_clerks, problems, reminders, report_packs
from mailsvc.store.schema.guarding import glasses, held_items, held_votes, purges
from mailsvc.store.schema.issuing import (
    document_copies,
    document_relations,
    issued_numbers,
    outgoing_decisions,
    outgoing_files,
    outgoing_flows,
    outgoing_opinions,
    outgoing_versions,
    receipts,
)
from mailsvc.store.schema.messages import (
    content_bytes,
    contents,
    expunged,
    late_texts,
    letter_keys,
    mailboxes,
    placements,
    search_texts,
    subscriptions,
    thread_members,
    told_threads,
)
from mailsvc.store.schema.outgoing import queue
from mailsvc.store.schema.people import (
    account_roles,
    accounts,
    addresses,
    audit,
    audit_head,
    delegations,
    grants,
    preferences,
    switched_off,
    units,
    web_sessions,
)
from mailsvc.store.schema.routing import directions, flows, opinions, requests, transfers
from mailsvc.store.schema.rules import acknowledgements, feedback, feedback_rounds, office_rules, regulations
from mailsvc.store.schema.sharing import mailbox_rights, notes, private_flags
from mailsvc.store.schema.tasks import task_events, task_files, task_people, task_requests, tasks
from mailsvc.store.schema.tracing import trace_attempts, trace_recipients, traces

__all__ = [
    "account_roles",
    "accounts",
    "acknowledgements",
    "address_groups",
    "addresses",
    "app_passwords",
    "audit",
    "audit_head",
    "content_bytes",
    "contents",
    "daily_reports",
    "delegations",
    "directions",
    "document_copies",
    "document_events",
    "document_files",
    "document_relations",
    "documents",
    "entry_clerks",
    "expunged",
    "feedback",
    "feedback_rounds",
    "flows",
    "glasses",
    "grants",
    "group_members",
    "held_items",
    "held_sends",
    "held_votes",
    "intake_entries",
    "intake_files",
    "issued_numbers",
    "late_texts",
    "letter_keys",
    "letter_templates",
    "mailbox_rights",
    "mailboxes",
    "meta",
    "metadata",
    "notes",
    "number_series",
    "office_rules",
    "opinions",
    "outgoing_decisions",
    "outgoing_files",
    "outgoing_flows",
    "outgoing_opinions",
    "outgoing_versions",
    "placements",
    "preferences",
    "private_flags",
    "problems",
    "purges",
    "queue",
    "receipts",
    "recovery_codes",
    "regulations",
    "reminders",
    "report_packs",
    "requests",
    "search_texts",
    "second_factors",
    "subscriptions",
    "switched_off",
    "task_events",
    "task_files",
    "task_people",
    "task_requests",
    "tasks",
    "thread_members",
    "told_threads",
    "trace_attempts",
    "trace_recipients",
    "traces",
    "transfers",
    "units",
    "vacation_answers",
    "vacations",
    "ways_back",
    "web_sessions",
]
