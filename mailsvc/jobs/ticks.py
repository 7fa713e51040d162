"""Ticks: work that only the clock starts. State lives in the tables, never in the scheduler.

When each last ran is told to `office.ticks`, for those who look after the house.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailsvc.accounts import people, unit_names
from mailsvc.documents import proof
from mailsvc.documents.outgoing import receipts
from mailsvc.documents.routing import handling
from mailsvc.jobs import following
from mailsvc.mail import vacation_answers
from mailsvc.mail.office import Office
from mailsvc.store import routing, sessions, traces, ways_back

Work = Callable[[Office], Awaitable[None]]

DAY_MS = 86_400_000


def start(office: Office) -> AsyncIOScheduler:
    """Start the scheduler; the caller shuts it down."""
    scheduler = AsyncIOScheduler(
        timezone="Asia/Ho_Chi_Minh", job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1}
    )
    for name, minutes, work in TICKS:
        office.ticks.expect(name, minutes * 60_000, office.clock.now_ms())
        scheduler.add_job(run, "interval", minutes=minutes, args=[office, name, work], name=name)
    scheduler.start()
    return scheduler


async def run(office: Office, name: str, work: Work) -> None:
    """One round of the work, noted however it ends."""
    failed = True
    try:
        await work(office)
        failed = False
    finally:
        office.ticks.ran(name, office.clock.now_ms(), failed=failed)


async def _reload_certificate(office: Office) -> None:
    await office.work(office.tls.reload_if_changed)


async def _keep_audit_head(office: Office) -> None:
    await office.work(proof.keep_head, office)


async def _forget_sessions(office: Office) -> None:
    await office.db.write(sessions.remove_expired)


async def _end_absences(office: Office) -> None:
    await office.db.write(vacation_answers.keep_house)


async def follow_terms(office: Office) -> None:
    await office.db.write(people.follow_terms)


async def follow_unit_names(office: Office) -> None:
    """The writer is only troubled once a day."""
    if await office.db.read(unit_names.is_due):
        await office.db.write(unit_names.follow_days)


async def forget_traces(office: Office) -> None:
    """In small transactions, between which letters come in."""
    before_ms = office.clock.now_ms() - office.settings.log.trace_days * DAY_MS
    while await office.db.write(traces.forget, before_ms) >= traces.AT_ONCE:
        pass


async def forget_ways_back(office: Office) -> None:
    """In small transactions too."""
    while await office.db.write(ways_back.forget) >= ways_back.AT_ONCE:
        pass


async def _refresh_receipts(office: Office) -> None:
    await office.db.write(receipts.refresh_some)


async def _note_seen(office: Office) -> None:
    """The writer is only troubled when there is something to note."""
    if await office.db.read(routing.unread_but_seen, None, 1):
        await office.db.write(handling.note_seen)


# name (webmail/health_states.py says it in words), minutes from round to round, the work
TICKS: tuple[tuple[str, int, Work], ...] = (
    ("certificate", 5, _reload_certificate),
    ("sessions", 60, _forget_sessions),
    ("absences", 60, _end_absences),
    ("roles", 60, follow_terms),
    ("unit_names", 60, follow_unit_names),
    ("audit_head", 60, _keep_audit_head),
    ("traces", 60, forget_traces),
    ("ways_back", 15, forget_ways_back),
    ("following", 2, following.run),
    ("receipts", 1, _refresh_receipts),
    ("seen", 1, _note_seen),
)
