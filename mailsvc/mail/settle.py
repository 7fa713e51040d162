"""What follows from the replies of another server: sent, given up or tried again, and what the sender is told.

Judging is done beforehand and is pure; then one transaction changes the rows and delivers the reports, so that each
report goes out exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.settings import Settings
from mailsvc.mail import bounce
from mailsvc.mail.bounce import About, wants
from mailsvc.mail.letter import Letter
from mailsvc.mail.relay import too_many
from mailsvc.mail.reply import Reply, said
from mailsvc.message.reports import Action, Outcome
from mailsvc.store import queue, traces
from mailsvc.store.queue import Row
from mailsvc.store.tx import Tx

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said about a row. `host` '' is ourselves. `reports_on`: it takes over the duty of reporting."""

    row: Row
    reply: Reply
    host: str = ""
    reports_on: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row: `state` as in the queue; `told` what the sender is told of now, None for nothing."""

    answer: Answer
    state: str
    again_ms: int = 0
    told: Action | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fates of rows of one letter, and the reports about them, each with the ids it is about."""

    fates: tuple[Fate, ...]
    reports: tuple[tuple[frozenset[int], Letter], ...]


def judge(settings: Settings, about: About, answers: Sequence[Answer], now_ms: int) -> Verdict:
    """Decide on each answer, and write the reports that follow."""
    some_sent = any(one.reply.ok for one in answers)
    fates = tuple(_fate(settings, one, some_sent, now_ms) for one in answers)
    reports: list[tuple[frozenset[int], Letter]] = []
    for action in dict.fromkeys(fate.told for fate in fates if fate.told is not None):
        some = [fate for fate in fates if fate.told == action]
        outcomes = [_outcome(settings, fate, action, now_ms) for fate in some]
        letter = bounce.make(settings.organisation.host, settings.primary_domain, about, outcomes, now_ms)
        reports.append((frozenset(fate.answer.row.id for fate in some), letter))
    return Verdict(fates, tuple(reports))


def settle(tx: Tx, domains: Sequence[str], owner: str, verdict: Verdict) -> set[int]:
    """Write the fates down and deliver the reports; the ids of the rows that changed.

    What somebody else has settled meanwhile is left as it is.
    """
    changed = {fate.answer.row.id for fate in verdict.fates if _write(tx, owner, fate)}
    for ids, report in verdict.reports:
        if ids & changed:
            sender = next(fate.answer.row.sender for fate in verdict.fates if fate.answer.row.id in ids)
            bounce.send(tx, domains, sender, report)
    tx.wake("queue", 0)
    return changed


def _write(tx: Tx, owner: str, fate: Fate) -> bool:
    row, host, text = fate.answer.row, fate.answer.host, fate.answer.reply.text
    traces.attempted(tx, row.content_id, row.recipient, fate.state, host, text)
    if fate.state == queue.SENT:
        return queue.sent(tx, row.id, host, text)
    if fate.state == queue.FAILED:
        return queue.failed(tx, owner, row.id, host, text)
    delay_told = bool(row.delay_told) or fate.told == "delayed"
    return queue.postpone(tx, owner, row.id, host, text, fate.again_ms, delay_told)


def _fate(settings: Settings, answer: Answer, some_sent: bool, now_ms: int) -> Fate:
    row, reply = answer.row, answer.reply
    if reply.ok:
        relayed = not answer.reports_on and wants(_notify(row), "SUCCESS")  # RFC 3461 §5.2.2
        return Fate(answer, queue.SENT, told="relayed" if relayed and row.sender else None)
    if too_many(reply) and some_sent:
        return Fate(answer, queue.WAITING, again_ms=now_ms)
    expires_ms = row.created_ms + settings.queue.expire_hours * HOUR_MS
    if reply.permanent or now_ms >= expires_ms:
        failed = wants(_notify(row), "FAILURE") and row.sender
        return Fate(answer, queue.FAILED, told="failed" if failed else None)
    warn_ms = row.created_ms + settings.queue.warn_hours * HOUR_MS
    pauses = settings.queue.retry_minutes
    moments = [now_ms + pauses[min(row.attempts, len(pauses) - 1)] * MINUTE_MS, expires_ms]
    if now_ms < warn_ms:
        moments.append(warn_ms)  # one more attempt before the sender is told
    delayed = now_ms >= warn_ms and not row.delay_told and wants(_notify(row), "DELAY") and row.sender
    return Fate(answer, queue.WAITING, again_ms=min(moments), told="delayed" if delayed else None)


def _outcome(settings: Settings, fate: Fate, action: Action, now_ms: int) -> Outcome:
    row, reply = fate.answer.row, fate.answer.reply
    expired = action == "failed" and not reply.permanent
    until_ms = row.created_ms + settings.queue.expire_hours * HOUR_MS
    return Outcome(
        address=row.recipient,
        action=action,
        status="5.4.7" if expired else reply.enhanced,  # RFC 3463 §3.5: delivery time expired
        original=bounce.typed(row.orcpt),
        diagnostic=reply.text,
        remote_mta=fate.answer.host,
        last_attempt_ms=now_ms,
        will_retry_until_ms=until_ms if action == "delayed" else None,
    )


def _notify(row: Row) -> list[str]:
    return row.notify.split(",") if row.notify else []


def internal_trouble(reference: str) -> Reply:
    """When we ourselves failed unexpectedly."""
    return said(451, "4.3.0", f"Internal error {reference}")
