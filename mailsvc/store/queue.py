"""Outgoing mail: a row for each recipient elsewhere, worked on under leases.

A row is `waiting` until its fate is known, then `sent` or `failed`. Who works on waiting rows holds a lease on them; a
lease that is not renewed ends, and the rows are tried again. Rows of one content to one domain travel together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, insert

from mailsvc.store.schema import queue
from mailsvc.store.tx import Prepared, Tx

WAITING, SENT, FAILED = "waiting", "sent", "failed"
HOUSE = 0
"""The `account_id` of what the house itself writes."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A recipient to be served. `sender` '' is the null reverse-path; `notify` words are joined by commas.

    `account_id` is who submitted the letter, HOUSE for our own, None for a sender outside. The first
    `return_path_size` octets of the content do not leave the house.
    """

    content_id: int
    sender: str
    recipient: str
    domain: str
    notify: str = ""
    orcpt: str = ""
    ret: str = ""
    envid: str = ""
    smtputf8: int = 0
    account_id: int | None = None
    return_path_size: int = 0


_NEW = tuple(NewRow.__dataclass_fields__)
_INSERT = Prepared(insert(queue).values({name: bindparam(name) for name in (*_NEW, "created_ms", "next_ms")}))


def add(tx: Tx, rows: Sequence[NewRow]) -> None:
    """Queue the rows, due at once, and wake the workers."""
    if not rows:
        return
    moment = {"created_ms": tx.now_ms, "next_ms": tx.now_ms}
    tx.run_many(_INSERT, [{name: getattr(row, name) for name in _NEW} | moment for row in rows])
    tx.wake("queue", 0)
