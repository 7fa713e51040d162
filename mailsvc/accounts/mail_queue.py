"""What administrators see of the queue, and make it do: by destination, with the last reply, and never what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.store import audit, held_sends, queue
from mailsvc.store.held_sends import Outstanding
from mailsvc.store.queue import Listed, Way
from mailsvc.store.tx import Tx

WAYS, LETTERS, HELD = 50, 25, 50
"""Destinations, recipients of each, and letters held back that are shown."""
TOGETHER = 500
"""Recipients that one act may be about."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A domain that letters wait for: all of it in numbers, the first LETTERS rows by themselves."""

    way: Way
    rows: tuple[Listed, ...]

    @property
    def reply(self) -> str:
        """What was said the last time, by whom it was tried most."""
        return max(self.rows, key=lambda row: row.attempts).last_reply if self.rows else ""


def waiting(tx: Tx, actor: Actor) -> list[Destination]:
    """By destination, longest waiting first. Raises Refused."""
    administering.require(tx, actor)
    return [Destination(one, tuple(queue.waiting_for(tx, one.domain, LETTERS))) for one in queue.ways(tx, WAYS)]


def held(tx: Tx, actor: Actor) -> list[Outstanding]:
    """Letters that their writers hold back, for a chosen time or to be undone. Raises Refused."""
    administering.require(tx, actor)
    return held_sends.outstanding(tx, HELD)


def chosen(tx: Tx, actor: Actor, row_id: int | None, domain: str) -> list[Listed]:
    """The waiting rows that are meant: one by its number, or those of a destination. Raises Refused."""
    administering.require(tx, actor)
    if row_id is not None:
        return queue.waiting_with(tx, row_id)
    return queue.waiting_for(tx, domain, TOGETHER) if domain else []


def retry(tx: Tx, actor: Actor, row_id: int | None, domain: str) -> int:
    """Try a waiting letter, those of a destination, or all, now; how many. Raises Refused."""
    administering.require(tx, actor)
    audit.record(tx, actor, "queue.retry", f"queue/{row_id or domain or 'all'}")
    ids: Sequence[int] | None = None if row_id is None else [row_id]
    return queue.retry_now(tx, ids, domain or None)
