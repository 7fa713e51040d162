"""The letters of one conversation, wherever they lie among given mailboxes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from mailsvc.store.listing import Line
from mailsvc.store.schema import contents, placements
from mailsvc.store.tx import Prepared, Tx

MOST = 400
"""Contents of one conversation that are looked at, the newest ones."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A letter of the conversation where it lies. `sent_ms` is its Date, or when it came here."""

    mailbox_id: int
    line: Line
    sent_ms: int
    message_id: str


_THREAD = Prepared(select(contents.c.thread_id).where(contents.c.id == bindparam("id")))
_MEMBERS = Prepared(
    select(contents.c.id)
    .where(contents.c.thread_id == bindparam("thread"))
    .order_by(contents.c.id.desc())
    .limit(bindparam("most"))
)
_COLUMNS = [
    contents.c[name] if name in contents.c and name not in placements.c else placements.c[name]
    for name in Line.__dataclass_fields__
]


def spots(tx: Tx, content_id: int, mailbox_ids: Collection[int]) -> list[Spot]:
    """All placements of the conversation in those mailboxes, oldest first. A letter without any id stands alone:
    there is nothing then that could belong to it, and the answer is its own placements."""
    row = tx.row(_THREAD, id=content_id)
    thread_id = int(row[0]) if row else 0
    members = [int(one[0]) for one in tx.rows(_MEMBERS, thread=thread_id, most=MOST)] if thread_id else []
    wanted = members if content_id in members else [*members, content_id]
    statement = (
        select(placements.c.mailbox_id, contents.c.sent_ms, contents.c.message_id, *_COLUMNS)
        .join_from(placements, contents, contents.c.id == placements.c.content_id)
        .where(placements.c.content_id.in_(wanted), placements.c.mailbox_id.in_(list(mailbox_ids)))
    )
    found = [_spot(tuple(one)) for one in tx.execute(statement)]
    return sorted(found, key=lambda one: (one.sent_ms, one.line.content_id, one.mailbox_id, one.line.uid))


def _spot(row: tuple[object, ...]) -> Spot:
    mailbox_id, sent_ms, message_id, *rest = row
    line = Line(*rest)  # type: ignore[arg-type]
    moment = sent_ms if isinstance(sent_ms, int) and 0 < sent_ms <= line.internal_ms + 86_400_000 else line.internal_ms
    return Spot(int(str(mailbox_id)), line, moment, str(message_id))
