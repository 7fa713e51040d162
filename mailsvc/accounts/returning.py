"""Letters that an administrator returns to their senders: like those whose time is over, and each only once.

The rows are leased first, as for an attempt: what is being sent just now stays with who sends it, and what has been
returned is no longer there for a second return. When the service dies meanwhile the lease ends and nothing has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from itertools import groupby

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.core.errors import NotFound
from mailsvc.mail import queued
from mailsvc.mail.office import Office
from mailsvc.mail.reply import said
from mailsvc.mail.settle import Answer, Verdict, settle
from mailsvc.store import audit, queue
from mailsvc.store.queue import Row
from mailsvc.store.tx import Tx

LEASE_MS = 300_000
REASON = said(554, "5.3.0", "Returned to the sender by the postmaster / Quan tri tra lai nguoi gui")


async def give_back(office: Office, actor: Actor, ids: Sequence[int]) -> int:
    """Return these waiting letters; how many recipients that were. Raises Refused for all but administrators."""
    owner = f"return-{secrets.token_hex(8)}"
    rows = await office.db.write(_take, actor, owner, ids)
    try:
        return sum([await _return(office, actor, owner, list(some)) for _, some in groupby(rows, key=_letter)])
    finally:
        await office.db.write(queue.let_go, owner)


def _take(tx: Tx, actor: Actor, owner: str, ids: Sequence[int]) -> list[Row]:
    administering.require(tx, actor)
    rows = queue.take(tx, owner, tx.now_ms + LEASE_MS, ids)
    return sorted(rows, key=lambda row: (_letter(row), row.id))


def _letter(row: Row) -> tuple[int, str, str, str, int]:
    """What recipients share who are told of in one report."""
    return (row.content_id, row.sender, row.ret, row.envid, row.return_path_size)


async def _return(office: Office, actor: Actor, owner: str, rows: list[Row]) -> int:
    about = queued.unknown(rows[0])
    try:
        content, data = await office.db.read(queued.load, office.blobs, rows[0].content_id)
        about = queued.about(rows[0], content, data)
    except NotFound:
        pass  # the report then tells of the recipients alone
    verdict = await queued.judged(office, about, [Answer(row, REASON) for row in rows])
    return await office.db.write(_settle, actor, office.settings.organisation.domains, owner, verdict)


def _settle(tx: Tx, actor: Actor, domains: Sequence[str], owner: str, verdict: Verdict) -> int:
    changed = settle(tx, domains, owner, verdict)
    for fate in verdict.fates:
        row = fate.answer.row
        if row.id in changed:
            told = {"sender": row.sender, "recipient": row.recipient, "reported": fate.told is not None}
            audit.record(tx, actor, "queue.return", f"queue/{row.id}", **told)
    return len(changed)
