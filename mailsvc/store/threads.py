"""Conversations: messages joined by Message-ID, In-Reply-To and References (RFC 5322 §3.6.4).

Subjects are not looked at: two schools that both write "Báo cáo" are not one conversation.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, select, update

from mailsvc.store.schema import contents, thread_members
from mailsvc.store.tx import Prepared, Tx

REFERENCES_LIMIT = 50  # the newest ones of a very long conversation are enough to find it

_THREAD_OF = Prepared(select(thread_members.c.thread_id).where(thread_members.c.message_id == bindparam("message_id")))
_HIGHEST = Prepared(select(func.max(thread_members.c.thread_id)))
_JOIN = Prepared(insert(thread_members).values(message_id=bindparam("message_id"), thread_id=bindparam("thread_id")))


def find_or_start(tx: Tx, message_id: str, references: tuple[str, ...]) -> int:
    """The thread that the message belongs to; 0 for a message without any id. Threads that it links become one."""
    names = list(dict.fromkeys(name for name in (message_id, *references[-REFERENCES_LIMIT:]) if name))
    if not names:
        return 0
    known: dict[str, int] = {}
    for name in names:
        row = tx.row(_THREAD_OF, message_id=name)
        if row is not None:
            known[name] = int(row[0])
    thread_id = min(known.values()) if known else _next(tx)
    for other in set(known.values()) - {thread_id}:
        _merge(tx, other, thread_id)
    for name in names:
        if name not in known:
            tx.run(_JOIN, message_id=name, thread_id=thread_id)
    return thread_id


def _next(tx: Tx) -> int:
    row = tx.row(_HIGHEST)
    return int(row[0] or 0) + 1 if row else 1


def _merge(tx: Tx, gone: int, kept: int) -> None:
    for table in (thread_members, contents):
        tx.execute(update(table).where(table.c.thread_id == gone).values(thread_id=kept))
