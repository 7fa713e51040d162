"""Ticks: work that only the clock starts. State lives in the tables, never in the scheduler."""

from __future__ import annotations

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailsvc.documents import proof
from mailsvc.documents.outgoing import receipts
from mailsvc.documents.routing import handling
from mailsvc.jobs import following
from mailsvc.mail import vacation_answers
from mailsvc.mail.office import Office
from mailsvc.store import routing, sessions, traces

DAY_MS = 86_400_000


def start(office: Office) -> AsyncIOScheduler:
    """Start the scheduler; the caller shuts it down."""
    scheduler = AsyncIOScheduler(
        timezone="Asia/Ho_Chi_Minh", job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1}
    )
    scheduler.add_job(_reload_certificate, "interval", minutes=5, args=[office])
    scheduler.add_job(_forget_sessions, "interval", hours=1, args=[office])
    scheduler.add_job(_end_absences, "interval", hours=1, args=[office])
    scheduler.add_job(_keep_audit_head, "interval", hours=1, args=[office])
    scheduler.add_job(forget_traces, "interval", hours=1, args=[office])
    scheduler.add_job(following.run, "interval", minutes=2, args=[office])
    scheduler.add_job(_refresh_receipts, "interval", minutes=1, args=[office])
    scheduler.add_job(_note_seen, "interval", minutes=1, args=[office])
    scheduler.start()
    return scheduler


async def _reload_certificate(office: Office) -> None:
    await office.work(office.tls.reload_if_changed)


async def _keep_audit_head(office: Office) -> None:
    await office.work(proof.keep_head, office)


async def _forget_sessions(office: Office) -> None:
    await office.db.write(sessions.remove_expired)


async def _end_absences(office: Office) -> None:
    await office.db.write(vacation_answers.keep_house)


async def forget_traces(office: Office) -> None:
    """In small transactions, between which letters come in."""
    before_ms = office.clock.now_ms() - office.settings.log.trace_days * DAY_MS
    while await office.db.write(traces.forget, before_ms) >= traces.AT_ONCE:
        pass


async def _refresh_receipts(office: Office) -> None:
    await office.db.write(receipts.refresh_some)


async def _note_seen(office: Office) -> None:
    """The writer is only troubled when there is something to note."""
    if await office.db.read(routing.unread_but_seen, None, 1):
        await office.db.write(handling.note_seen)
