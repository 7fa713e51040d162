"""THREAD and UID THREAD (RFC 5256 §3)."""

from __future__ import annotations

import re
from array import array

from mailsvc.imap.conversations import Letter, by_references, by_subject, render
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.sorting import parse_thread
from mailsvc.imap.ordering import Answers
from mailsvc.imap.progress import tag_of
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.searching import look
from mailsvc.imap.session import Session
from mailsvc.store import letter_keys
from mailsvc.store.tx import Tx

_NUMBER = re.compile(rb"[0-9]+")
_COLUMNS = ("uid", "sent_ms", "reply", "base_subject", "message_id", "parents", "internal_ms")


async def thread(session: Session, cursor: Cursor) -> Done:
    return await _thread(session, cursor, uid=False)


async def uid_thread(session: Session, cursor: Cursor) -> Done:
    return await _thread(session, cursor, uid=True)


async def _thread(session: Session, cursor: Cursor, *, uid: bool) -> Done:
    arguments = parse_thread(cursor, uid=uid)
    searched = await look(session, tag_of(cursor), arguments.program)
    view, uids = session.selected, array("I", searched.found.uids)
    threads = await session.office.db.read(_threads, session.keeper.answers, view.identity, arguments.algorithm, uids)
    if not uid:
        number_of = {b"%d" % known: b"%d" % number for number, known in enumerate(view.uids, 1)}
        threads = _NUMBER.sub(lambda found: number_of[found[0]], threads)
    session.write(b"* THREAD%s%s\r\n" % (b" " if threads else b"", threads))
    return DONE


def _threads(tx: Tx, answers: Answers, mailbox: tuple[int, int], algorithm: str, uids: array[int]) -> bytes:
    """The threads of those messages, by UID. `mailbox` is its id and UIDVALIDITY."""
    key, made_of = ("thread", mailbox, algorithm), uids.tobytes()
    found: bytes | None = answers.get(key, made_of)
    if found is not None:
        return found
    rows = letter_keys.rows_of(tx, mailbox[0], uids, _COLUMNS)
    if algorithm == "REFS":
        letters = [Letter(row[0], row[6], *row[2:6]) for row in rows]
    else:  # RFC 5256 §2.2: a letter without usable date counts by its arrival
        letters = [Letter(row[0], row[1] if row[1] is not None else row[6], *row[2:6]) for row in rows]
    if algorithm == "ORDEREDSUBJECT":
        tree = by_subject(letters)
    else:
        tree = by_references(letters, subjects=algorithm == "REFERENCES")
    threads = render(tree)
    answers.put(key, made_of, threads, len(threads))
    return threads
