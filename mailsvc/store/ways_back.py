"""Ways back: what an act on letters, documents or tasks changed, kept for some minutes so that one press undoes it.

An act on letters is done in portions. Each portion and its row here commit together, and undoing it takes the row away
in the transaction that undoes it. So a restart, a second process or a second press never loses or doubles anything.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from mailsvc.store.schema import ways_back
from mailsvc.store.tx import Prepared, Tx

KEPT_MS = 15 * 60_000
LETTERS, DOCUMENTS = "thu", "vb"
"""Rooms: acts on letters, and on documents and tasks."""
AT_ONCE = 1000
"""Rows that are cleared in one transaction."""


@dataclass(frozen=True, slots=True)
class Part:
    """A portion of an act, by its letters as they lie now. To undo it they go to the mailbox `home` (0: they stay),
    and flags get the bits `added` and lose the bits `removed`."""

    mailbox_id: int
    uids: Sequence[int]
    home: int = 0
    added: int = 0
    removed: int = 0


_PARTS = Prepared(
    select(ways_back.c.id)
    .where(
        ways_back.c.token == bindparam("token"),
        ways_back.c.account_id == bindparam("account"),
        ways_back.c.expires_ms > bindparam("now"),
    )
    .order_by(ways_back.c.id)
)


def new_token() -> str:
    """The name of one act's way back, which nobody can guess."""
    return secrets.token_urlsafe(16)


def keep(tx: Tx, room: str, token: str, account_id: int, act: Mapping[str, Any]) -> None:
    """Remember a portion of the act that has that token, as JSON; only the room that keeps it finds it again."""
    values = {
        "token": f"{room}:{token}",
        "account_id": account_id,
        "act": json.dumps(act, ensure_ascii=False, separators=(",", ":")),
        "expires_ms": tx.now_ms + KEPT_MS,
    }
    tx.execute(insert(ways_back).values(values))


def parts(tx: Tx, room: str, account_id: int, token: str) -> list[int]:
    """What is still to be undone of an act of that person, oldest first; nothing once its time is over."""
    return [int(row[0]) for row in tx.rows(_PARTS, token=f"{room}:{token}", account=account_id, now=tx.now_ms)]


def take(tx: Tx, part_id: int) -> dict[str, Any] | None:
    """The portion, which nobody gets a second time; None when it was taken."""
    taken = delete(ways_back).where(ways_back.c.id == part_id).returning(ways_back.c.act)
    found = tx.execute(taken).scalar_one_or_none()
    if found is None:
        return None
    act: dict[str, Any] = json.loads(found)
    return act


def forget(tx: Tx) -> int:
    """Remove what is too old, AT_ONCE rows at most; how many there were."""
    old = select(ways_back.c.id).where(ways_back.c.expires_ms <= tx.now_ms).limit(AT_ONCE)
    return int(tx.execute(delete(ways_back).where(ways_back.c.id.in_(old.scalar_subquery()))).rowcount)
