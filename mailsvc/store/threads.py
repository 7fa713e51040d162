"""Conversations: messages joined by Message-ID, In-Reply-To and References (RFC 5322 §3.6.4).

Subjects are not looked at: two schools that both write "Báo cáo" are not one conversation.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, insert, literal, select, update

from mailsvc.store.schema import contents, thread_members, told_threads
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


def find_or_start_each(tx: Tx, letters: Sequence[tuple[str, tuple[str, ...]]]) -> list[int]:
    """The same for several letters (Message-ID, references), in order, with few statements."""
    wanted = {name for message_id, references in letters for name in (message_id, *references[-REFERENCES_LIMIT:])}
    wanted.discard("")
    rows = tx.rows_among("SELECT message_id, thread_id FROM thread_members WHERE message_id IN {among}", list(wanted))
    known = {str(row[0]): int(row[1]) for row in rows}
    following = 0
    found, joined = [], []
    for message_id, references in letters:
        names = list(dict.fromkeys(name for name in (message_id, *references[-REFERENCES_LIMIT:]) if name))
        threads = {known[name] for name in names if name in known}
        if len(threads) > 1:
            raise SeveralThreads
        if not threads and names:
            following = following + 1 if following else _next(tx)
        thread_id = min(threads) if threads else following if names else 0
        joined += [(name, thread_id) for name in names if name not in known]
        known |= dict.fromkeys(names, thread_id)
        found.append(thread_id)
    tx.insert_rows("thread_members", ("message_id", "thread_id"), joined)
    return found


class SeveralThreads(Exception):
    """A letter joins threads: such letters are stored one by one, by `find_or_start`."""


def _next(tx: Tx) -> int:
    row = tx.row(_HIGHEST)
    return int(row[0] or 0) + 1 if row else 1


def _merge(tx: Tx, gone: int, kept: int) -> None:
    """Join two threads; IMAP goes on telling the letters of `gone` by their first thread (RFC 8474 §5.2)."""
    told = exists().where(told_threads.c.content_id == contents.c.id)
    first = select(contents.c.id, literal(gone)).where(contents.c.thread_id == gone, ~told)
    tx.execute(insert(told_threads).from_select(["content_id", "thread_id"], first))
    for table in (thread_members, contents):
        tx.execute(update(table).where(table.c.thread_id == gone).values(thread_id=kept))
